package dev.retort.acceptance.golden;

import dev.retort.autograd.Gradients;
import dev.retort.autograd.Parameter;
import dev.retort.autograd.Tape;
import dev.retort.nn.Module;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One golden case on one backend and type: uploads its tensors, in another order of axes if asked, and compares results. */
record GoldenRun(GoldenCase golden, Backend backend, DType dtype) {

    /** System property that names the one backend to run on. */
    static final String DEVICE = "retort.golden.device";

    /** What is computed and compared. */
    interface Body {
        void run(GoldenRun run) throws IOException;
    }

    /** One of each, because some take long to open. */
    private static final Map<String, Backend> OPEN = new HashMap<>();

    /** Closes what cases have opened. */
    static void closeBackends() {
        OPEN.values().forEach(Backend::close);
        OPEN.clear();
    }

    /**
     * Runs a check on the reference backend in float64, in float32 on the CPU backend where there is one, and in both on OpenCL and
     * CUDA where these can be used; or in both on the one backend that {@link #DEVICE} names.
     */
    static void each(GoldenCase golden, Body body) throws IOException {
        String device = System.getProperty(DEVICE, "");
        if (!device.isEmpty()) {
            on(device, DType.F32, golden, body);
            on(device, DType.F64, golden, body);
            return;
        }
        on("reference", DType.F64, golden, body);
        boolean cpu = Backends.providers().stream()
                .anyMatch(provider -> provider.name().equals("simd"));
        on(cpu ? "simd" : "reference", DType.F32, golden, body);
        for (String accelerated : List.of("opencl", "cuda")) {
            if (isUsable(accelerated)) {
                on(accelerated, DType.F32, golden, body);
                on(accelerated, DType.F64, golden, body);
            }
        }
    }

    private static boolean isUsable(String name) {
        return Backends.providers().stream()
                .anyMatch(provider ->
                        provider.name().equals(name) && provider.usability().usable());
    }

    private static void on(String name, DType dtype, GoldenCase golden, Body body) throws IOException {
        Backend backend = OPEN.computeIfAbsent(name, Backends::create);
        if (backend.supports(Operation.BINARY, dtype)) {
            body.run(new GoldenRun(golden, backend, dtype));
        }
    }

    /** A tensor of the case, its axes permuted: axis i of the result is axis {@code axes[i]} of the file's. */
    Tensor tensor(String name, int... axes) throws IOException {
        Tensor stored = backend.tensor(golden.doubles(name), Shape.of(golden.shape(name)), dtype);
        return axes.length == 0 ? stored : stored.permute(axes);
    }

    /** Compares a result, permuted like {@link #tensor}'s, but from our order of axes to the file's. */
    void expect(String name, Tensor actual, int... axes) throws IOException {
        Tensor ordered = axes.length == 0 ? actual : actual.permute(axes);
        if (!Arrays.equals(golden.shape(name), ordered.shape().toArray())) {
            throw new AssertionError(golden.name() + ": " + name + " has shape " + ordered.shape() + ", expected "
                    + Arrays.toString(golden.shape(name)));
        }
        expect(name, ordered.toDoubles());
    }

    /** Compares values that this run computed. */
    void expect(String name, double[] actual) throws IOException {
        if (dtype == DType.F64) {
            golden.expectFloat64(name, actual);
        } else {
            golden.expectWithin(name, actual, golden.tolerance(name));
        }
    }

    /** Overwrites all parameters of a module by {@code param.<prefix><name>}. */
    void load(Module module, String prefix) throws IOException {
        for (Map.Entry<String, Parameter> entry : module.parameters().entrySet()) {
            Tensor data = entry.getValue().data();
            data.backend().assign(data, tensor("param." + prefix + entry.getKey()));
        }
    }

    /** Compares the gradients of all parameters of a module with {@code grad.<prefix><name>}. */
    void expectGradients(Module module, Gradients gradients, String prefix) throws IOException {
        for (Map.Entry<String, Parameter> entry : module.parameters().entrySet()) {
            expect("grad." + prefix + entry.getKey(), gradients.of(entry.getValue()));
        }
    }

    /** A tape on this run's backend. */
    Tape tape() {
        return Tape.on(backend);
    }
}
