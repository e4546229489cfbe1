package dev.retort.kernels.gradients;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Backends that no class path should have: made known to one piece of work only. */
final class OddProviders {
    private OddProviders() {}

    /** Runs with these providers beside the usual ones. */
    static void with(Path folder, Runnable work) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF").resolve("services"));
        Files.write(
                services.resolve(BackendProvider.class.getName()),
                List.of(Absent.class.getName(), Faulty.class.getName()));
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
            thread.setContextClassLoader(loader);
            work.run();
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    /** Needs a device that no machine has. */
    public static final class Absent implements BackendProvider {
        @Override
        public String name() {
            return "absent";
        }

        @Override
        public Usability usability() {
            return Usability.no("there is no such device", null);
        }

        @Override
        public int preference() {
            return 900;
        }

        @Override
        public Backend create() {
            throw new AssertionError("created although it cannot be used");
        }
    }

    /** Knows no WHERE, and its cumsum, which is its own gradient, is a tenth too large in the middle. */
    public static final class Faulty implements BackendProvider {
        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public Usability usability() {
            return Usability.yes("for tests");
        }

        @Override
        public int preference() {
            return 901;
        }

        @Override
        public Backend create() {
            return new ReferenceBackend() {
                @Override
                public String name() {
                    return "faulty";
                }

                @Override
                public boolean supports(Operation operation, DType dtype) {
                    return operation != Operation.WHERE && super.supports(operation, dtype);
                }

                @Override
                public Tensor cumsum(Tensor x, int axis) {
                    Tensor y = super.cumsum(x, axis);
                    double[] values = y.toDoubles();
                    values[values.length / 2] += 0.1;
                    return tensor(values, y.shape(), y.dtype());
                }
            };
        }
    }
}
