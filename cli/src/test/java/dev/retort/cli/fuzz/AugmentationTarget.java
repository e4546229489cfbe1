package dev.retort.cli.fuzz;

import dev.retort.detection.RecipeBatches;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.recipe.Recipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** COCO annotations whose boxes go through every augmentation: what comes out lies in its image. */
final class AugmentationTarget implements Target {
    private static final String JSON =
            """
            {"images": [{"id": 1, "file_name": "image.png", "width": 24, "height": 16},
             {"id": 2, "file_name": "image.png", "width": 24, "height": 16}],
            "categories": [{"id": 1, "name": "disc"}, {"id": 2, "name": "ring"}],
            "annotations": [
             {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10.5, 9], "area": 94.5, "iscrowd": 0},
             {"id": 2, "image_id": 1, "category_id": 2, "bbox": [-1, 0, 25, 16], "area": 400, "iscrowd": 0},
             {"id": 3, "image_id": 2, "category_id": 2, "bbox": [12, 3, 0.5, 12], "area": 6, "iscrowd": 0}]}
            """;
    private static final Pattern BOX = Pattern.compile("(?<=\"bbox\": \\[)[^\\]]*");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0.0",
            "1e-300",
            "1e-9",
            "0.49",
            "1",
            "7.5",
            "15.999999",
            "16",
            "23",
            "24",
            "-5",
            "-1e3",
            "1e9",
            "1e300");
    private static final Recipe RECIPE = Recipe.defaults()
            .with("training.batch=2", "data.jitter=[0.1, 2]", "data.longEdge=32")
            .with("data.crop=0.9", "data.color=0.5", "data.mosaic=0.5");

    private final Path images;

    AugmentationTarget(Path folder) throws IOException {
        images = Files.createDirectories(folder.resolve("images"));
        ImageFileWriter.write(RgbImage.black(24, 16), images.resolve("image.png"));
    }

    @Override
    public String format() {
        return "augmentation";
    }

    @Override
    public String ending() {
        return "json";
    }

    @Override
    public List<byte[]> originals() {
        return List.of(JSON.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<Mutation> mutations() {
        return List.of(
                AugmentationTarget::box, AugmentationTarget::box, AugmentationTarget::box, JsonMutations::change);
    }

    private static byte[] box(byte[] content, SplittableRandom random) {
        List<MatchResult> boxes =
                BOX.matcher(TextMutations.text(content)).results().toList();
        if (boxes.isEmpty()) {
            return content;
        }
        MatchResult box = Mutation.choose(boxes, random);
        String numbers =
                Stream.generate(() -> Mutation.choose(NUMBERS, random)).limit(4).collect(Collectors.joining(", "));
        return ByteMutations.replace(content, box.start(), box.end(), TextMutations.bytes(numbers));
    }

    @Override
    public void read(Path file) {
        for (Sample sample : RecipeBatches.training(RECIPE, CocoDataset.open(file, images), 32)
                .samples(0)) {
            double[] boxes = sample.boxes();
            for (int i = 0; i < boxes.length; i += 4) {
                boolean inside = boxes[i] >= 0
                        && boxes[i + 1] >= 0
                        && boxes[i + 2] <= sample.image().width()
                        && boxes[i + 3] <= sample.image().height();
                if (!inside || !(boxes[i] < boxes[i + 2]) || !(boxes[i + 1] < boxes[i + 3])) {
                    throw new IllegalStateException("box " + i / 4 + " is " + boxes[i] + ", " + boxes[i + 1] + " to "
                            + boxes[i + 2] + ", " + boxes[i + 3]);
                }
            }
        }
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof DataException;
    }

    /** Annotations may name another image, which a message is about then. */
    @Override
    public boolean isNamed(String message, Path file) {
        return Target.super.isNamed(message, file) || message.startsWith("Image ");
    }

    @Override
    public int count(int asked) {
        return asked / 3;
    }
}
