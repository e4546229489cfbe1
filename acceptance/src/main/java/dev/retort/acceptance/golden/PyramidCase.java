package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.level.AdapterKind;
import dev.retort.distill.level.Adapters;
import dev.retort.distill.region.CellWeights;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Maps of both networks with adapters between them, as golden cases of feature methods have them: {@code in.student_LEVEL}, {@code
 * in.teacher_LEVEL}, {@code param.LEVEL.adapter.*} or {@code param.LEVEL.align.*}.
 */
final class PyramidCase implements AutoCloseable {
    /** Pixels of an image, which no mask of these cases depends on. */
    private static final int IMAGE_SIZE = 128;

    final List<String> levels;
    final List<Tensor> adapted = new ArrayList<>();
    final List<Tensor> teachers;

    private final GoldenRun run;
    private final PyramidMaps maps;
    private final Adapters adapters;
    private final RenamedParameters parameters;
    private final Map<String, Tensor> others = new LinkedHashMap<>();

    PyramidCase(GoldenRun run, Tape tape) throws IOException {
        this.run = run;
        JsonNode attrs = run.golden().attrs();
        maps = new PyramidMaps(run, tape);
        levels = maps.levels;
        teachers = maps.teachers;
        String first = levels.get(0);
        String name = run.golden().has("param." + first + ".align.weight") ? "align" : "adapter";
        String weight = "param." + first + '.' + name + ".weight";
        int kernel = run.golden().has(weight) ? run.golden().shape(weight)[2] : 0;
        AdapterKind kind = kind(kernel, attrs.path("relu").asBoolean(false));
        adapters = new Adapters(
                Networks.context(run),
                kind,
                levels,
                run.golden().shape("in.student_" + first)[1],
                run.golden().shape("in.teacher_" + first)[1]);
        parameters = new RenamedParameters(run, adapters, own -> own.replace(".", '.' + name + '.'));
        parameters.load();
        tape.watch(adapters.trainableParameters());
        for (int level = 0; level < levels.size(); level++) {
            adapted.add(adapters.forward(levels.get(level), maps.students.get(level)));
        }
    }

    private static AdapterKind kind(int kernel, boolean relu) {
        return switch (kernel) {
            case 0 -> AdapterKind.NONE;
            case 1 -> AdapterKind.CONV1X1;
            default -> relu ? AdapterKind.CONV3X3RELU : AdapterKind.CONV3X3;
        };
    }

    /** Boxes of all images. */
    List<GroundTruth> boxes() throws IOException {
        List<GroundTruth> images = new ArrayList<>();
        while (run.golden().has("in.gt_boxes_" + images.size())) {
            double[] boxes = run.golden().doubles("in.gt_boxes_" + images.size());
            images.add(new GroundTruth(images.size(), IMAGE_SIZE, IMAGE_SIZE, boxes, new int[boxes.length / 4]));
        }
        return images;
    }

    /** Compares the marked cells of a level with {@code out.mask_LEVEL}. */
    void expectMask(String level, CellWeights cells) throws IOException {
        double[] values = new double[cells.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = cells.values()[i];
        }
        run.golden().expectWithin("out.mask_" + level, values, 0);
    }

    /** Watches another of the student's tensors, whose gradient is compared, too. */
    Tensor watch(Tape tape, String name) throws IOException {
        Tensor watched = tape.watch(run.tensor("in." + name));
        others.put(name, watched);
        return watched;
    }

    /** Compares the loss and all gradients: of the student's maps, of the adapters and of what {@link #watch} gave. */
    void expect(Tape tape, Tensor loss) throws IOException {
        Gradients gradients = maps.expect(tape, loss);
        parameters.expect(gradients);
        for (Map.Entry<String, Tensor> other : others.entrySet()) {
            run.expect("grad." + other.getKey(), gradients.of(other.getValue()));
        }
    }

    @Override
    public void close() {
        adapters.close();
    }
}
