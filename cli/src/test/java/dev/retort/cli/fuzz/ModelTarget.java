package dev.retort.cli.fuzz;

import dev.retort.cli.TinyModels;
import dev.retort.detection.Detector;
import dev.retort.detection.DetectorException;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.recipe.Recipe;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A model file: loaded, and asked for what is in a small image. */
final class ModelTarget implements Target {
    /** A header may ask for larger images than fit the bounds here; that they are bounded at all is tested elsewhere. */
    private static final int LARGEST_EDGE = 128;

    private final Backend backend = Backends.create("simd");
    private final List<byte[]> originals;

    ModelTarget(CocoDataset dataset, Path folder) throws IOException {
        Path file = folder.resolve("original.safetensors");
        TinyModels.save(dataset, backend, file).close();
        byte[] saved = Files.readAllBytes(file);
        originals = List.of(saved, SafeTensorsMutations.unsealed(saved));
    }

    @Override
    public String format() {
        return "model";
    }

    @Override
    public String ending() {
        return "safetensors";
    }

    @Override
    public List<byte[]> originals() {
        return originals;
    }

    @Override
    public List<Mutation> mutations() {
        return withBytes(SafeTensorsMutations.ALL);
    }

    /** These, and as one of them damage that knows nothing of the format. */
    static List<Mutation> withBytes(List<Mutation> mutations) {
        Mutation any =
                (content, random) -> Mutation.choose(ByteMutations.ALL, random).apply(content, random);
        return Stream.concat(mutations.stream(), Stream.of(any)).toList();
    }

    @Override
    public void read(Path file) throws IOException {
        long before = backend.memory().liveBytes();
        try {
            try (Detector detector = Detector.load(file, backend)) {
                Recipe.Data data = detector.recipe().data();
                boolean small = data.longEdge() <= LARGEST_EDGE
                        || data.shortEdges().stream().allMatch(edge -> edge <= LARGEST_EDGE);
                if (small) {
                    ImageInfo info = new ImageInfo(1, "image", 40, 32);
                    int divisor = detector.network().sizeDivisor();
                    detector.detect(RecipeBatches.single(detector.recipe(), info, RgbImage.black(40, 32), divisor));
                }
            }
        } finally {
            long left = backend.memory().liveBytes() - before;
            if (left != 0) {
                throw new IllegalStateException(left + " bytes of tensors are left behind");
            }
        }
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof IOException || thrown instanceof DetectorException;
    }

    @Override
    public void close() {
        backend.close();
    }
}
