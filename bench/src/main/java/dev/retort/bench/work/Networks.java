package dev.retort.bench.work;

import dev.retort.bench.network.Scenario;
import dev.retort.detection.Detector;
import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.io.SafeTensorsWriter;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The detectors and the image of a {@link Scenario}, here and as files for a peer; a batch of several has the one image as often. Weights are drawn, then tamed so that
 * numbers stay as large as in a trained network, and candidates are as many as post-processing takes.
 */
final class Networks {
    private static final long SEED = 1;
    private static final String SPLIT = "train";

    /** Branches as strong as their input would double the variance in every block: 33 of them are 10^10. */
    private static final float BRANCH = 0.25f;

    /** Every so many class outputs of a cell start at a score just above the threshold of 0.05. */
    private static final int LIVELY = 241;

    private static final float LIVELY_BIAS = -2.5f;

    /** Left, top, right and bottom of boxes as fractions of the image: small and large ones, one inside another. */
    private static final double[][] BOXES = {
        {0.05, 0.10, 0.12, 0.22},
        {0.20, 0.15, 0.45, 0.70},
        {0.25, 0.30, 0.33, 0.45},
        {0.50, 0.05, 0.95, 0.50},
        {0.55, 0.60, 0.62, 0.92},
        {0.70, 0.55, 0.98, 0.97},
        {0.02, 0.60, 0.18, 0.95}
    };

    private final Scenario scenario;
    private final int batch;
    private final Operands operands;
    private final Path folder;

    /** @param batch images a batch */
    Networks(Scenario scenario, int batch, Operands operands) throws IOException {
        if (scenario.boxes() > BOXES.length) {
            throw new IllegalArgumentException(
                    "A scenario has " + BOXES.length + " boxes at most, not " + scenario.boxes());
        }
        this.scenario = scenario;
        this.batch = batch;
        this.operands = operands;
        this.folder = operands.folder();
        writeScene();
    }

    /** What a peer has to know of the networks. */
    static Map<String, Object> task(String kind, Scenario scenario, int batch) {
        return Map.of(
                "kind", kind,
                "batch", batch,
                "student", scenario.student(),
                "teacher", scenario.teacher(),
                "stem", scenario.stem(),
                "channels", scenario.channels(),
                "convolutions", scenario.convolutions(),
                "classes", scenario.classes());
    }

    /** The published recipe: frozen norms, stem and res2 frozen, gradients clipped by value, distillation from the start. */
    Recipe recipe(int depth) {
        String yaml =
                """
                model: {depth: %d, width: %d, pyramidChannels: %d, headConvolutions: %d, norm: frozen,
                        strideIn1x1: true, freezeAt: 2}
                data: {trainSplit: %s, flip: 0, pixels: torchvision, cacheMegabytes: 64}
                optimizer: {kind: sgd, clipValue: 1}
                training: {iterations: 90000, batch: %d, seed: %d}
                distillation: {methods: [%s]%s}
                """
                        .formatted(
                                depth,
                                scenario.stem(),
                                scenario.channels(),
                                scenario.convolutions(),
                                SPLIT,
                                batch,
                                SEED,
                                scenario.method(),
                                scenario.isIcd() ? icd() : "");
        return RecipeReader.parse(yaml, "the benchmark's recipe", List.of()).recipe();
    }

    private String icd() {
        return ", icd: {hidden: %d, heads: %d, startIteration: 0, uniformPrior: true}"
                .formatted(scenario.channels(), Scenario.HEADS);
    }

    /** A detector whose weights the peer finds under {@code key} of its task. */
    Detector detector(String key, int depth) throws IOException {
        Detector detector = operands.closing(Detector.create(recipe(depth), categories(), operands.backend()));
        detector.network().state().forEach((name, tensor) -> {
            boolean last = depth < 50 ? name.endsWith("conv2.norm.weight") : name.endsWith("conv3.norm.weight");
            if (name.contains(".res") && last) {
                fill(tensor, i -> BRANCH);
            } else if (name.equals("head.cls_score.bias")) {
                fill(tensor, i -> i % LIVELY == 0 ? LIVELY_BIAS : (float) -Math.log(99));
            }
        });
        Path file = folder.resolve(key + ".safetensors");
        detector.save(file);
        operands.tell(key, file.toString());
        return detector;
    }

    private interface Values {
        float at(int index);
    }

    private static void fill(Tensor tensor, Values values) {
        float[] numbers = new float[Math.toIntExact(tensor.size())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.at(i);
        }
        Backend backend = tensor.backend();
        try (Tensor wanted = backend.upload(numbers, tensor.shape(), tensor.dtype())) {
            backend.assign(tensor, wanted);
        }
    }

    private List<Category> categories() {
        return IntStream.rangeClosed(1, scenario.classes())
                .mapToObj(id -> new Category(id, "class " + id))
                .toList();
    }

    /** An image of noise, the same every time. */
    private RgbImage image() {
        byte[] rgb = new byte[3 * scenario.height() * scenario.width()];
        long stream = CounterRandom.stream(SEED, Purpose.INITIALIZATION, 0);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (256 * CounterRandom.uniform(stream, i));
        }
        return new RgbImage(scenario.width(), scenario.height(), rgb);
    }

    /** Entries of the images, ids from 1. */
    private List<ImageInfo> infos() {
        return IntStream.rangeClosed(1, batch)
                .mapToObj(id -> new ImageInfo(id, id + ".png", scenario.width(), scenario.height()))
                .toList();
    }

    /** The images as a batch. */
    Batch batch() {
        RgbImage image = image();
        return Batch.of(
                infos().stream()
                        .map(info -> new Sample(info, image, new double[0], new int[0], false))
                        .toList(),
                1);
    }

    /** The images with their boxes as a data set. */
    CocoDataset dataset() {
        RgbImage image = image();
        Map<Long, RgbImage> images = new HashMap<>();
        List<Annotation> annotations = new ArrayList<>();
        for (ImageInfo info : infos()) {
            images.put(info.id(), image);
            for (int i = 0; i < scenario.boxes(); i++) {
                double[] box = box(i);
                double w = box[2] - box[0];
                double h = box[3] - box[1];
                long id = annotations.size() + 1L;
                annotations.add(new Annotation(id, info.id(), 1 + classOf(i), box[0], box[1], w, h, w * h, false));
            }
        }
        return CocoDataset.inMemory("the benchmark's images", infos(), categories(), annotations, images);
    }

    /** XYXY in pixels. */
    private double[] box(int index) {
        double[] box = new double[4];
        for (int i = 0; i < 4; i++) {
            box[i] = Math.rint(BOXES[index][i] * (i % 2 == 0 ? scenario.width() : scenario.height()));
        }
        return box;
    }

    private int classOf(int box) {
        return box * (scenario.classes() - 1) / BOXES.length;
    }

    /** Image [H, W, 3], boxes [n, 4] and classes [n], all as F32. */
    private void writeScene() throws IOException {
        byte[] rgb = image().rgb();
        float[] pixels = new float[rgb.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = rgb[i] & 0xff;
        }
        float[] boxes = new float[4 * scenario.boxes()];
        float[] classes = new float[scenario.boxes()];
        for (int i = 0; i < classes.length; i++) {
            double[] box = box(i);
            for (int k = 0; k < 4; k++) {
                boxes[4 * i + k] = (float) box[k];
            }
            classes[i] = classOf(i);
        }
        Path file = folder.resolve("scene.safetensors");
        new SafeTensorsWriter()
                .add("image", Shape.of(scenario.height(), scenario.width(), 3), pixels)
                .add("boxes", Shape.of(classes.length, 4), boxes)
                .add("classes", Shape.of(classes.length), classes)
                .write(file);
        operands.tell("scene", file.toString());
    }
}
