package dev.retort.tensor;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * What the operation that a thread is in works on, so that a {@link ShapeException} from anywhere within it can tell where
 * its operands were made. Checks know shapes; this knows the tensors.
 */
public final class Operands {
    private static final ThreadLocal<Operands> OF_THREAD = ThreadLocal.withInitial(Operands::new);

    private Backend backend;
    private String operation;
    private Tensor[] tensors;

    private Operands() {}

    /**
     * Notes the operands of an operation, before it checks them: every core operation of a backend does, and every fused one. They are held
     * until the next one.
     */
    public static void note(Backend backend, String operation, Tensor... tensors) {
        Operands noted = OF_THREAD.get();
        if (tensors.length > 0 || !operation.equals(noted.operation)) {
            noted.backend = backend;
            noted.operation = operation;
            noted.tensors = tensors;
        }
    }

    /** For backends: an operand of an operation that another backend holds, or a tape; the error says which call is right. */
    public static ShapeException elsewhere(Backend backend, String operation, Tensor operand) {
        String name = backend.name();
        String other = operand.backend().name();
        String problem = operation + ": an operand belongs to "
                + (other.equals(name) ? "another instance of backend " + name : "backend " + other + ", not " + name);
        if (operand.backend().root() != backend) {
            return new ShapeException(problem + ": upload its values here first", operand);
        }
        String call = Origin.entry();
        boolean isMethod = Arrays.stream(Tensor.class.getMethods())
                .anyMatch(method -> method.getName().equals(call));
        String right = isMethod ? "x." + call + "(...), or " : "";
        return new ShapeException(
                problem + ": call " + right + "x.backend()." + call + "(...) on that tensor x", operand);
    }

    /** Lines that describe the operands, where the call comes from within the operation that was noted last; else empty. */
    static String underWay() {
        Operands noted = OF_THREAD.get();
        boolean within = noted.backend != null && noted.tensors.length > 0 && Origin.isInside(noted.backend);
        return within ? System.lineSeparator() + "  in " + noted.operation + " of" + describe(noted.tensors) : "";
    }

    /** What a check of shapes alone answers; its error describes the tensors that the shapes are of. */
    static <T> T check(Supplier<T> shapes, Tensor... tensors) {
        try {
            return shapes.get();
        } catch (ShapeException e) {
            throw e.of(tensors);
        }
    }

    /** One line for each tensor; none for one that is missing. */
    static String describe(Tensor... tensors) {
        StringBuilder lines = new StringBuilder();
        for (Tensor tensor : tensors) {
            if (tensor != null) {
                lines.append(System.lineSeparator()).append("    ").append(tensor.describe());
            }
        }
        return lines.toString();
    }
}
