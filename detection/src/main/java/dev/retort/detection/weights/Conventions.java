package dev.retort.detection.weights;

import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How the program that wrote some weights uses them, as settings of a recipe.
 *
 * @param read what the tensors themselves tell
 * @param assumed what no tensor tells: the program's usual way
 */
record Conventions(List<String> read, List<String> assumed) {
    Conventions {
        read = List.copyOf(read);
        assumed = List.copyOf(assumed);
    }

    /** All of them. */
    List<String> settings() {
        List<String> all = new ArrayList<>(read);
        all.addAll(assumed);
        return all;
    }

    /** A detector's of our own, which leaves nothing to be assumed. */
    static Conventions of(Recipe recipe) {
        return new Conventions(
                RecipeReader.settings(
                        recipe, "model", "data.pixels", "data.resize", "data.shortEdges", "data.longEdge"),
                List.of());
    }

    static Conventions of(WeightSource source, Architecture network, Set<String> names) {
        List<String> read = new ArrayList<>();
        List<String> assumed = new ArrayList<>();
        if (source.kind() != WeightSource.Kind.BACKBONE) {
            read.add("model.kind=" + source.kind());
        }
        read.add("model.depth=" + network.depth());
        read.add("model.width=" + network.width());
        if (source.kind() != WeightSource.Kind.BACKBONE) {
            read.add("model.pyramidChannels=" + network.pyramidChannels());
            read.add("model.headConvolutions=" + network.headConvolutions());
        }
        backbone(source, names, assumed);
        switch (source) {
            case TORCHVISION_RETINANET -> {
                retinaNet(network, read, assumed);
                assumed.addAll(List.of(
                        "model.reluBeforeP7=true",
                        "model.anchorRule=torchvision",
                        "model.detectionsPerImage=300",
                        "model.clipBeforeNms=true"));
                images("torchvision", assumed);
            }
            case MMDETECTION_RETINANET -> {
                retinaNet(network, read, assumed);
                assumed.addAll(List.of("model.reluBeforeP7=false", "model.anchorRule=detectron2"));
                images("detectron2", assumed);
            }
            case DETECTRON2_RETINANET -> {
                retinaNet(network, read, assumed);
                assumed.addAll(List.of("model.reluBeforeP7=true", "model.anchorRule=detectron2"));
                images("detectron2", assumed);
            }
            case TORCHVISION_FCOS -> fcos("torchvision", "torchvision", network, read, assumed);
            case DETECTRON2_FCOS -> fcos("detectron2", "detectron2", network, read, assumed);
            case ADELAIDET_FCOS -> fcos("adelaidet", "detectron2", network, read, assumed);
            default -> {
                // A backbone alone says nothing of detectors.
            }
        }
        return new Conventions(read, assumed);
    }

    /** Stride, norms and channel order of a residual net. */
    private static void backbone(WeightSource source, Set<String> names, List<String> assumed) {
        boolean counters = WeightSource.hasCounters(names);
        boolean msra =
                switch (source) {
                    case CAFFE2_RESNET, DETECTRON2_RETINANET, ADELAIDET_FCOS, DETECTRON2_FCOS -> true;
                    // Real batch norms or a classifier of its own: converted from torchvision's.
                    case DETECTRON2_RESNET -> !counters && !names.contains("stem.fc.weight");
                    default -> false;
                };
        assumed.add("model.strideIn1x1=" + msra);
        // Second versions of torchvision's detectors train with batch norms; all others keep the statistics.
        boolean batch = counters && source == WeightSource.TORCHVISION_RETINANET;
        assumed.add("model.norm=" + (batch ? "batch" : "frozen"));
        assumed.add("model.freezeAt=2");
        assumed.add("data.pixels=" + (msra ? "msra" : "torchvision"));
    }

    private static void retinaNet(Architecture network, List<String> read, List<String> assumed) {
        read.add("model.p6From=" + (network.p6FromP5() ? "p5" : "res5"));
        if (network.headNorm()) {
            assumed.add("model.headGroups=32");
        } else {
            read.add("model.headGroups=0");
        }
    }

    private static void fcos(
            String variant, String resize, Architecture network, List<String> read, List<String> assumed) {
        read.add("model.headNorm=" + (network.headNorm() ? "group" : "none"));
        assumed.add("model.variant=" + variant);
        images(resize, assumed);
    }

    private static void images(String resize, List<String> assumed) {
        assumed.add("data.resize=" + resize);
        assumed.add("data.shortEdges=[800]");
        assumed.add("data.longEdge=1333");
    }
}
