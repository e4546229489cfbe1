package dev.retort.acceptance.golden;

import dev.retort.detection.box.GroundTruth;
import dev.retort.distill.icd.IcdConfig;
import dev.retort.distill.icd.InstanceDescriptors;
import dev.retort.distill.icd.InstancePrior;
import dev.retort.distill.icd.InstanceSampler;
import dev.retort.distill.icd.InstanceTargets;
import dev.retort.distill.icd.SlotDraws;
import dev.retort.distill.icd.SlotRule;
import dev.retort.distill.region.PaddingMask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** The golden cases of group {@code icd} that are computed on the host: padding, sampling, descriptors. */
final class IcdHostChecks {
    private static final int LEVELS = 5;

    private IcdHostChecks() {}

    static void paddingMask(GoldenCase golden) throws IOException {
        List<GroundTruth> images = sizes(golden);
        int[] cells = golden.ints("in.feature_sizes");
        JsonNode padded = golden.attrs().required("padded");
        for (int level = 0; level < LEVELS; level++) {
            PaddingMask mask = PaddingMask.of(
                    images, padded.get(0).intValue(), padded.get(1).intValue(), cells[2 * level], cells[2 * level + 1]);
            golden.expectExact("out.mask_p" + (level + 3), bits(mask.padding()));
        }
    }

    static void sampleBox(GoldenCase golden) throws IOException {
        double[] table = golden.doubles("in.prior_mean_std");
        double[] frequency = golden.doubles("in.class_prior");
        double[][] mean = new double[frequency.length][];
        double[][] deviation = new double[frequency.length][];
        for (int i = 0; i < frequency.length; i++) {
            mean[i] = Arrays.copyOfRange(table, 8 * i, 8 * i + 4);
            deviation[i] = Arrays.copyOfRange(table, 8 * i + 4, 8 * i + 8);
        }
        InstanceSampler sampler =
                new InstanceSampler(new InstancePrior(frequency, mean, deviation), SlotRule.relative(), 0);
        int[] classes = golden.ints("in.classes");
        double[] normal = golden.doubles("in.normal");
        double[] uniform = golden.doubles("in.uniform");
        double[] boxes = new double[4 * classes.length];
        for (int i = 0; i < classes.length; i++) {
            double[] sizes = {normal[4 * i + 2], normal[4 * i + 3]};
            double[] center = {uniform[2 * i], uniform[2 * i + 1]};
            System.arraycopy(sampler.box(classes[i], sizes, center), 0, boxes, 4 * i, 4);
        }
        // The expected boxes were computed in float32.
        golden.expectWithin("out.boxes", boxes, golden.tolerance("out.boxes"));
    }

    static void descriptors(GoldenCase golden) throws IOException {
        InstanceDescriptors described = describe(golden, true);
        InstanceTargets targets = described.targets();
        golden.expectFloat64("out.box_offsets_gt", targets.offsets());
        golden.expectFloat64("out.centres", described.centers());
        golden.expectFloat64("out.ins_mask_gt", numbers(targets.real()));
        golden.expectExact("out.ins_mask", bits(targets.padding()));
        golden.expectExact("out.labels", described.labels());
        golden.expectFloat64("out.descriptors", slotFirst(described));
        if (golden.has("out.descriptors_own_size")) {
            golden.expectFloat64("out.descriptors_own_size", slotFirst(describe(golden, false)));
        }
    }

    /** The descriptors of a case from its filed draws, with the official scale indicator if asked. */
    static InstanceDescriptors describe(GoldenCase golden, boolean lastImageScale) throws IOException {
        JsonNode attrs = golden.attrs();
        List<GroundTruth> images = instances(golden);
        SlotRule rule = rule(attrs);
        List<SlotDraws> draws = new ArrayList<>();
        for (int n = 0; n < images.size(); n++) {
            SlotDraws filed = new SlotDraws(
                    golden.ints("in.sampled_cls_" + n),
                    golden.doubles("in.sampled_box_" + n),
                    golden.doubles("in.sampled_uniform_" + n));
            if (filed.slots() != rule.slots(images.get(n).count())) {
                throw new AssertionError(golden.name() + ": image " + n + " has " + filed.slots()
                        + " slots, the rule says " + rule.slots(images.get(n).count()));
            }
            draws.add(filed);
        }
        return InstanceDescriptors.of(
                images,
                draws,
                new IcdConfig.Descriptors(
                        attrs.required("num_classes").intValue(),
                        rule,
                        attrs.required("sample_range").doubleValue(),
                        attrs.required("add_scale_indicator").booleanValue(),
                        lastImageScale));
    }

    private static SlotRule rule(JsonNode attrs) {
        boolean fixed = attrs.path("sample_rule").asString("relative").equals("fixed");
        return fixed
                ? SlotRule.fixed(attrs.required("num_labels").intValue())
                : SlotRule.relative(
                        attrs.required("neg_pos_ratio").doubleValue(),
                        attrs.path("max_labels").asInt(300));
    }

    /** The images of a case with their ground truth, if it has any. */
    static List<GroundTruth> instances(GoldenCase golden) throws IOException {
        List<GroundTruth> images = new ArrayList<>();
        int[] sizes = golden.ints("in.image_sizes");
        for (int n = 0; 2 * n < sizes.length; n++) {
            images.add(new GroundTruth(
                    n,
                    sizes[2 * n],
                    sizes[2 * n + 1],
                    golden.doubles("in.gt_boxes_" + n),
                    golden.ints("in.gt_classes_" + n)));
        }
        return images;
    }

    /** The images of a case, without instances. */
    static List<GroundTruth> sizes(GoldenCase golden) throws IOException {
        int[] sizes = golden.ints("in.image_sizes");
        return IntStream.range(0, sizes.length / 2)
                .mapToObj(n -> new GroundTruth(n, sizes[2 * n], sizes[2 * n + 1], new double[0], new int[0]))
                .toList();
    }

    static int[] bits(boolean[] flags) {
        return IntStream.range(0, flags.length).map(i -> flags[i] ? 1 : 0).toArray();
    }

    static double[] numbers(boolean[] flags) {
        return Arrays.stream(bits(flags)).asDoubleStream().toArray();
    }

    /** [N, K, D] as [K, N, D]. */
    private static double[] slotFirst(InstanceDescriptors described) {
        int images = described.targets().images();
        int slots = described.targets().slots();
        int width = described.width();
        double[] turned = new double[described.values().length];
        for (int n = 0; n < images; n++) {
            for (int k = 0; k < slots; k++) {
                System.arraycopy(described.values(), (n * slots + k) * width, turned, (k * images + n) * width, width);
            }
        }
        return turned;
    }
}
