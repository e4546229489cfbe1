package dev.retort.detection.weights;

import dev.retort.nn.weights.WeightFileException;
import dev.retort.nn.weights.WeightTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the shapes of a file's tensors tell of a network.
 *
 * @param depth of the ResNet
 * @param width of its stem
 * @param pyramidChannels 0 for a backbone
 * @param p6FromP5 whether p6 is made of p5
 * @param headConvolutions in each tower
 * @param headNorm whether norms follow them
 * @param anchors a cell; 1 for FCOS
 * @param channels of classes in the file, background included
 */
record Architecture(
        int depth,
        int width,
        int pyramidChannels,
        boolean p6FromP5,
        int headConvolutions,
        boolean headNorm,
        int anchors,
        int channels) {
    private static final int BOX = 4;

    /** Blocks of res2 to res5, and whether these have a third convolution, by depth. */
    private static final Map<Integer, List<Integer>> BLOCKS = Map.of(
            18, List.of(2, 2, 2, 2, 2),
            34, List.of(3, 4, 6, 3, 2),
            50, List.of(3, 4, 6, 3, 3),
            101, List.of(3, 4, 23, 3, 3),
            152, List.of(3, 8, 36, 3, 3));

    /**
     * Reads the tensors' shapes.
     *
     * @param tensors by our names
     * @throws WeightFileException naming what is not there or of no known shape
     */
    static Architecture of(Path file, WeightSource source, Map<String, WeightTensor> tensors)
            throws WeightFileException {
        String root = NameTable.BACKBONE;
        int width = shape(file, tensors, root + "stem.conv1.weight", 4)[0];
        List<Integer> blocks = IntStream.rangeClosed(2, 5)
                .mapToObj(stage -> count(tensors, root + "res" + stage + ".", ".conv1.weight", 1))
                .toList();
        int convolutions = tensors.containsKey(root + "res2.0.conv3.weight") ? 3 : 2;
        int depth = BLOCKS.entrySet().stream()
                .filter(row -> row.getValue().subList(0, 4).equals(blocks)
                        && row.getValue().get(4) == convolutions)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new WeightFileException(
                        file,
                        "holds a residual net of " + blocks + " blocks with " + convolutions
                                + " convolutions each, which is none of ResNet-18, 34, 50, 101 and 152",
                        "Take weights of one of these"));
        if (source.kind() == WeightSource.Kind.BACKBONE) {
            return new Architecture(depth, width, 0, false, 0, false, 0, 0);
        }
        int pyramid = shape(file, tensors, "backbone.fpn_lateral3.weight", 4)[0];
        int p6 = shape(file, tensors, "backbone.top_block.p6.weight", 4)[1];
        boolean norm = tensors.containsKey("head.cls_subnet.1.weight");
        int anchors =
                source.kind() == WeightSource.Kind.FCOS ? 1 : shape(file, tensors, "head.bbox_pred.weight", 4)[0] / BOX;
        int channels = shape(file, tensors, "head.cls_score.weight", 4)[0];
        if (anchors == 0 || channels % anchors != 0) {
            throw new WeightFileException(
                    file,
                    "has " + channels + " rows of class logits, which " + anchors + " anchors a cell do not divide",
                    "It is damaged, or of a program that is not known: take another file");
        }
        return new Architecture(
                depth,
                width,
                pyramid,
                p6 == pyramid,
                count(tensors, "head.cls_subnet.", ".weight", norm ? 3 : 2),
                norm,
                anchors,
                channels / anchors);
    }

    /** How many of {@code prefix0suffix}, {@code prefix<step>suffix} ... there are. */
    private static int count(Map<String, WeightTensor> tensors, String prefix, String suffix, int step) {
        int count = 0;
        while (tensors.containsKey(prefix + step * count + suffix)) {
            count++;
        }
        return count;
    }

    private static int[] shape(Path file, Map<String, WeightTensor> tensors, String name, int rank)
            throws WeightFileException {
        WeightTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new WeightFileException(file, "has no tensor for '" + name + "'", "Take the whole file of weights");
        }
        if (tensor.shape().rank() != rank) {
            throw new WeightFileException(
                    file,
                    "its tensor '" + tensor.name() + "' is " + tensor.shape() + ", not of rank " + rank,
                    "It is of another network: take other weights");
        }
        return tensor.shape().toArray();
    }
}
