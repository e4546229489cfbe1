package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.nn.BatchNorm2d;
import dev.retort.nn.BuildContext;
import dev.retort.nn.ChannelNorm;
import dev.retort.nn.FrozenBatchNorm2d;
import dev.retort.nn.Module;
import dev.retort.nn.MultiheadAttention;
import dev.retort.nn.MultiheadAttention.Attention;
import dev.retort.nn.MultiheadAttention.Extra;
import dev.retort.nn.Norm;
import dev.retort.nn.SinePositionEmbedding;
import dev.retort.nn.backbone.FeaturePyramid;
import dev.retort.nn.backbone.PyramidOptions;
import dev.retort.nn.backbone.ResNet;
import dev.retort.nn.backbone.ResidualBlock;
import dev.retort.nn.backbone.Stem;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** The golden cases of layers and of the parts of a backbone, forward and backward through the modules themselves. */
final class NnChecks {
    /** The file's NCHW and OIHW to ours, and back. */
    private static final int[] CHANNELS_LAST = {0, 2, 3, 1};

    private static final int[] CHANNELS_FIRST = {0, 3, 1, 2};
    /** The file's sequence first to batch first, and back. */
    private static final int[] SWAP = {1, 0, 2};

    private NnChecks() {}

    static Map<String, GoldenCheck> checks() {
        return Map.of(
                "multi_head_attention", golden -> GoldenRun.each(golden, NnChecks::attention),
                "batch_norm", golden -> GoldenRun.each(golden, NnChecks::batchNorm),
                "frozen_batch_norm", golden -> GoldenRun.each(golden, NnChecks::frozenBatchNorm),
                "resnet_block", golden -> GoldenRun.each(golden, NnChecks::block),
                "resnet_stem", golden -> GoldenRun.each(golden, NnChecks::stem),
                "fpn", golden -> GoldenRun.each(golden, NnChecks::pyramid),
                "position_embedding_sine", golden -> GoldenRun.each(golden, NnChecks::positionEmbedding));
    }

    private static BuildContext context(GoldenRun run) {
        return BuildContext.root(run.backend(), run.dtype(), 0);
    }

    /** Overwrites parameters and buffers by {@code param.*}, whose names have {@code separator} for a dot. */
    private static void load(GoldenRun run, Module module, String separator) throws IOException {
        for (Map.Entry<String, Tensor> entry : module.state().entrySet()) {
            Tensor target = entry.getValue();
            int[] axes = target.shape().rank() == 4 ? CHANNELS_LAST : new int[0];
            run.backend().assign(target, run.tensor("param." + entry.getKey().replace(".", separator), axes));
        }
    }

    private static void expectGradients(GoldenRun run, Module module, Gradients gradients, String separator)
            throws IOException {
        for (Map.Entry<String, Parameter> entry : module.parameters().entrySet()) {
            Tensor gradient = gradients.of(entry.getValue());
            int[] axes = gradient.shape().rank() == 4 ? CHANNELS_FIRST : new int[0];
            run.expect("grad." + entry.getKey().replace(".", separator), gradient, axes);
        }
    }

    /** x to y through a module, with the gradients of x and of all parameters. */
    private static void imageToImage(GoldenRun run, Module module, UnaryOperator<Tensor> forward) throws IOException {
        load(run, module, "__");
        try (Tape tape = run.tape()) {
            tape.watch(module.trainableParameters());
            Tensor x = tape.watch(run.tensor("in.x", CHANNELS_LAST));
            Tensor y = forward.apply(x);
            run.expect("out.y", y, CHANNELS_FIRST);
            Gradients gradients = tape.gradients(List.of(y), List.of(run.tensor("gout.y", CHANNELS_LAST)), false);
            run.expect("grad.x", gradients.of(x), CHANNELS_FIRST);
            expectGradients(run, module, gradients, "__");
        }
    }

    private static void batchNorm(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        double eps = attrs.required("eps").doubleValue();
        double momentum = attrs.required("momentum").doubleValue();
        boolean training = attrs.required("training").booleanValue();
        int channels = run.golden().shape("in.x")[1];
        try (ChannelNorm norm = new BatchNorm2d(context(run), channels, eps, momentum)) {
            norm.setTraining(training);
            imageToImage(run, norm, norm::forward);
            if (training) {
                run.expect("out.running_mean", norm.buffers().get("running_mean"));
                run.expect("out.running_var", norm.buffers().get("running_var"));
            }
        }
    }

    private static void frozenBatchNorm(GoldenRun run) throws IOException {
        double eps = run.golden().attrs().required("eps").doubleValue();
        int channels = run.golden().shape("in.x")[1];
        try (ChannelNorm norm = new FrozenBatchNorm2d(context(run), channels, eps)) {
            imageToImage(run, norm, norm::forward);
        }
    }

    private static void block(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        int stride = attrs.required("stride").intValue();
        Norm norm = attrs.has("norm") ? Norm.BATCH : Norm.FROZEN;
        int[] first = run.golden().shape("param.conv1__weight");
        int out = run.golden().shape("out.y")[1];
        BuildContext context = context(run);
        boolean bottleneck = run.golden().has("param.conv3__weight");
        try (ResidualBlock block = bottleneck
                ? ResidualBlock.bottleneck(
                        context,
                        first[1],
                        first[0],
                        out,
                        stride,
                        attrs.required("stride_in_1x1").booleanValue(),
                        norm)
                : ResidualBlock.basic(context, first[1], out, stride, norm)) {
            imageToImage(run, block, block::forward);
        }
    }

    private static void stem(GoldenRun run) throws IOException {
        int[] weight = run.golden().shape("param.conv1__weight");
        try (Stem stem = new Stem(context(run), weight[1], weight[0], Norm.FROZEN)) {
            imageToImage(run, stem, stem::forward);
        }
    }

    private static void pyramid(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        List<String> names = List.of("res3", "res4", "res5");
        List<Integer> channels = new ArrayList<>();
        for (String name : names) {
            channels.add(golden.shape("in." + name)[1]);
        }
        int out = golden.attrs().required("out_channels").intValue();
        try (FeaturePyramid pyramid = new FeaturePyramid(
                        context(run), PyramidOptions.retinaNet(out), stage -> channels.get(stage - 3));
                Tape tape = run.tape()) {
            load(run, pyramid, "__");
            tape.watch(pyramid.trainableParameters());
            List<Tensor> maps = new ArrayList<>();
            for (String name : names) {
                maps.add(tape.watch(run.tensor("in." + name, CHANNELS_LAST)));
            }
            List<Tensor> levels = pyramid.forward(new ResNet.Features(null, maps.get(0), maps.get(1), maps.get(2)));
            List<Tensor> upstream = new ArrayList<>();
            for (int i = 0; i < levels.size(); i++) {
                run.expect("out.p" + (i + 3), levels.get(i), CHANNELS_FIRST);
                upstream.add(run.tensor("gout.p" + (i + 3), CHANNELS_LAST));
            }
            Gradients gradients = tape.gradients(levels, upstream, false);
            for (int i = 0; i < names.size(); i++) {
                run.expect("grad." + names.get(i), gradients.of(maps.get(i)), CHANNELS_FIRST);
            }
            expectGradients(run, pyramid, gradients, "__");
        }
    }

    private static void attention(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        int width = golden.attrs().required("embed_dim").intValue();
        int heads = golden.attrs().required("num_heads").intValue();
        boolean self = golden.attrs().required("self_attention").booleanValue();
        try (MultiheadAttention attention = new MultiheadAttention(context(run), width, heads);
                Tape tape = run.tape()) {
            load(run, attention, "_");
            tape.watch(attention.trainableParameters());
            Tensor query = tape.watch(run.tensor("in.query", SWAP));
            Tensor key = self ? query : tape.watch(run.tensor("in.key", SWAP));
            Tensor value = self ? query : tape.watch(run.tensor("in.value", SWAP));
            Tensor padding = golden.has("in.key_padding_mask")
                    ? run.backend().tensor(flags(golden, "in.key_padding_mask"), golden.shape("in.key_padding_mask"))
                    : null;
            Attention attended = padding == null
                    ? attention.attend(query, key, value, Set.of(Extra.WEIGHTS))
                    : attention.attend(query, key, value, padding, Set.of(Extra.WEIGHTS));
            run.expect("out.y", attended.output(), SWAP);
            run.expect("out.y", byOperation(run, query, key, value, padding, heads), SWAP);
            run.expect("out.weights", attended.weights());
            Gradients gradients = tape.gradients(
                    List.of(attended.output(), attended.weights()),
                    List.of(run.tensor("gout.y", SWAP), run.tensor("gout.weights")),
                    false);
            run.expect("grad.query", gradients.of(query), SWAP);
            if (!self) {
                run.expect("grad.key", gradients.of(key), SWAP);
                run.expect("grad.value", gradients.of(value), SWAP);
            }
            expectGradients(run, attention, gradients, "_");
        }
    }

    /** The same output by the engine's attention: heads as a batch, and a mask of the keys that take part. */
    private static Tensor byOperation(GoldenRun run, Tensor query, Tensor key, Tensor value, Tensor padding, int heads)
            throws IOException {
        List<Tensor> weights = run.tensor("param.in_proj_weight").chunk(0, 3);
        List<Tensor> biases = run.tensor("param.in_proj_bias").chunk(0, 3);
        Tensor[] parts = {query.detach(), key.detach(), value.detach()};
        for (int i = 0; i < parts.length; i++) {
            Tensor x = run.backend().linear(parts[i], weights.get(i), biases.get(i));
            parts[i] = x.reshape(x.dim(0), x.dim(1), heads, -1).permute(0, 2, 1, 3);
        }
        Tensor mask = padding == null ? null : padding.not().reshape(padding.dim(0), 1, 1, padding.dim(1));
        Tensor mixed =
                run.backend().attention(parts[0], parts[1], parts[2], mask).permute(0, 2, 1, 3);
        Tensor joined = mixed.reshape(mixed.dim(0), mixed.dim(1), -1);
        return run.backend().linear(joined, run.tensor("param.out_proj_weight"), run.tensor("param.out_proj_bias"));
    }

    private static void positionEmbedding(GoldenRun run) throws IOException {
        GoldenCase golden = run.golden();
        JsonNode attrs = golden.attrs();
        SinePositionEmbedding embedding = new SinePositionEmbedding(
                attrs.required("num_pos_feats").intValue(),
                attrs.required("temperature").doubleValue());
        for (String name : golden.inputNames()) {
            int[] shape = golden.shape(name);
            try (Tensor positions = embedding.embed(
                            run.backend(), run.dtype(), flags(golden, name), shape[0], shape[2], shape[3]);
                    Tensor ordered = positions.permute(CHANNELS_FIRST)) {
                run.expect(name.replace("in.mask_", "out.pos_"), ordered);
            }
        }
    }

    private static boolean[] flags(GoldenCase golden, String name) throws IOException {
        long[] bits = golden.longs(name);
        boolean[] flags = new boolean[bits.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = bits[i] != 0;
        }
        return flags;
    }
}
