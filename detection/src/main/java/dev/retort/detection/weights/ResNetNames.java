package dev.retort.detection.weights;

import static dev.retort.detection.weights.NameTable.BACKBONE;
import static dev.retort.detection.weights.NameTable.CLASSIFIER;
import static dev.retort.detection.weights.NameTable.COUNTER;
import static dev.retort.detection.weights.NameTable.NORM;
import static dev.retort.detection.weights.NameTable.SETTINGS;

/** Residual nets of other programs. */
final class ResNetNames {
    private ResNetNames() {}

    /** The residual net of torchvision (models/resnet.py), which timm has, too. */
    static NameTable torchvisionResNet() {
        return torchvisionStages(new NameTable(), "").drop("fc\\.(weight|bias)", CLASSIFIER);
    }

    /** The same as a part of a detector, its names behind a prefix. */
    static NameTable torchvisionStages(NameTable table, String prefix) {
        table.both(prefix + "conv1.weight", BACKBONE + "stem.conv1.weight");
        table.both(prefix + "bn1.*", BACKBONE + "stem.conv1.norm.*");
        for (int stage = 2; stage <= 5; stage++) {
            String theirs = prefix + "layer" + (stage - 1) + ".#.";
            String ours = BACKBONE + "res" + stage + ".#.";
            table.both(theirs + "conv#.weight", ours + "conv#.weight");
            table.both(theirs + "bn#.*", ours + "conv#.norm.*");
            table.both(theirs + "downsample.0.weight", ours + "shortcut.weight");
            table.both(theirs + "downsample.1.*", ours + "shortcut.norm.*");
        }
        return table.drop(".*\\.num_batches_tracked", COUNTER);
    }

    /** transformers' residual net (models/resnet/modeling_resnet.py). */
    static NameTable huggingFaceResNet() {
        NameTable table = new NameTable();
        String root = "(?:resnet\\.)?";
        table.name(root + "embedder\\.embedder\\.convolution\\.weight", BACKBONE + "stem.conv1.weight");
        table.name(root + "embedder\\.embedder\\.normalization\\." + NORM, BACKBONE + "stem.conv1.norm.$1");
        for (int stage = 2; stage <= 5; stage++) {
            String theirs = root + "encoder\\.stages\\." + (stage - 2) + "\\.layers\\.(\\d+)\\.";
            String ours = BACKBONE + "res" + stage + ".$1.";
            for (int convolution = 1; convolution <= 3; convolution++) {
                String layer = theirs + "layer\\." + (convolution - 1) + "\\.";
                table.name(layer + "convolution\\.weight", ours + "conv" + convolution + ".weight");
                table.name(layer + "normalization\\." + NORM, ours + "conv" + convolution + ".norm.$2");
            }
            table.name(theirs + "shortcut\\.convolution\\.weight", ours + "shortcut.weight");
            table.name(theirs + "shortcut\\.normalization\\." + NORM, ours + "shortcut.norm.$2");
        }
        return table.drop(".*\\.num_batches_tracked", COUNTER).drop("classifier\\.\\d+\\.(weight|bias)", CLASSIFIER);
    }

    /** Caffe2's residual net: MSRA's weights in detectron2's zoo, and Detectron's own files, whose norms are folded. */
    static NameTable caffe2ResNet() {
        NameTable table = new NameTable();
        table.name("conv1_w", BACKBONE + "stem.conv1.weight");
        caffe2Norm(table, "res_conv1_bn_", BACKBONE + "stem.conv1.norm.");
        String block = "res([2-5])_(\\d+)_branch";
        String[] branches = {"2a", "2b", "2c"};
        for (int convolution = 1; convolution <= 3; convolution++) {
            String theirs = block + branches[convolution - 1];
            String ours = BACKBONE + "res$1.$2.conv" + convolution;
            caffe2Norm(table.name(theirs + "_w", ours + ".weight"), theirs + "_bn_", ours + ".norm.");
        }
        String shortcut = BACKBONE + "res$1.$2.shortcut";
        caffe2Norm(table.name(block + "1_w", shortcut + ".weight"), block + "1_bn_", shortcut + ".norm.");
        return table.drop("conv1_b", "a bias in front of a norm, which detectron2 drops, too")
                .drop("(fc1000|pred)_[wb]", CLASSIFIER)
                .drop(".*_momentum", "momentum of the training run");
    }

    private static void caffe2Norm(NameTable table, String theirs, String ours) {
        table.name(theirs + "(?:gamma|s)", ours + "weight")
                .name(theirs + "(?:beta|b)", ours + "bias")
                .name(theirs + "(?:running_mean|rm)", ours + "running_mean")
                .name(theirs + "(?:running_var|riv)", ours + "running_var");
    }

    /** detectron2's residual net alone, with or without the detector's prefix. */
    static NameTable detectron2ResNet() {
        return new NameTable()
                .drop("(?:.*\\.)?num_batches_tracked", COUNTER)
                .drop("(?:backbone\\.bottom_up\\.)?stem\\.fc\\.(weight|bias)", CLASSIFIER)
                .drop("(?:backbone\\.bottom_up\\.)?linear\\.(weight|bias)", CLASSIFIER)
                .drop("pixel_(mean|std)", SETTINGS)
                .name(
                        "(?:backbone\\.bottom_up\\.)?((?:stem\\.conv|res[2-5]\\.).*(?<!num_batches_tracked))",
                        BACKBONE + "$1");
    }
}
