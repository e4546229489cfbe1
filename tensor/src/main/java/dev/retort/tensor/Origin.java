package dev.retort.tensor;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;

/**
 * Where in a user's code something was made: the innermost frame that belongs neither to the engine (the packages tensor,
 * kernels and autograd) nor to Java's own library. Every tensor has one, so it is cheap: the virtual machine's own record of
 * the stack, about a microsecond, which is searched and put into words only when an error or a dump asks.
 */
public final class Origin {
    private static final String[] SKIPPED = {
        "dev.retort.tensor.", "dev.retort.kernels.", "dev.retort.autograd.", "java.", "javax.", "jdk."
    };
    private static final StackTraceElement NOWHERE = new StackTraceElement("", "", null, -1);

    /** A stack and nothing else; never thrown. */
    private static final class Trace extends Throwable {
        private static final long serialVersionUID = 1L;

        Trace() {
            super(null, null, false, true);
        }
    }

    private Trace trace = new Trace();
    private StackTraceElement frame;

    private Origin() {}

    /** The place that the current scope names for everything in it, else the user's frame that this call comes from. */
    public static Origin here() {
        Origin given = Scope.origin();
        return given != null ? given : new Origin();
    }

    private synchronized StackTraceElement frame() {
        if (frame == null) {
            frame = NOWHERE;
            for (StackTraceElement element : trace.getStackTrace()) {
                if (isUsers(element.getClassName())) {
                    frame = element;
                    break;
                }
            }
            trace = null;
        }
        return frame;
    }

    private static boolean isUsers(String className) {
        for (String prefix : SKIPPED) {
            if (className.startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the code that runs now was called, from the user's frame on, through a method of this backend's class. */
    static boolean isInside(Backend backend) {
        return StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.map(StackFrame::getDeclaringClass)
                        .takeWhile(type -> Backend.class.isAssignableFrom(type) || !isUsers(type.getName()))
                        .anyMatch(type -> Backend.class.isAssignableFrom(type) && type.isInstance(backend)));
    }

    /** The operation that the user's code called on a backend, by its method: the outermost one that led here. */
    static String entry() {
        return StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.takeWhile(frame -> isOperations(frame) || !isUsers(frame.getClassName()))
                        .filter(frame ->
                                isOperations(frame) && !frame.getMethodName().contains("$"))
                        .reduce((inner, outer) -> outer))
                .map(StackFrame::getMethodName)
                .orElse("backend");
    }

    private static boolean isOperations(StackFrame frame) {
        return CoreOperations.class.isAssignableFrom(frame.getDeclaringClass());
    }

    /** File and line, such as {@code Model.java:42}. */
    public String line() {
        StackTraceElement place = frame();
        return place == NOWHERE ? "an unknown place" : place.getFileName() + ":" + place.getLineNumber();
    }

    /** Class, method, file and line as in a stack trace, such as {@code com.acme.Model.forward(Model.java:42)}. */
    @Override
    public String toString() {
        StackTraceElement place = frame();
        return place == NOWHERE ? "an unknown place" : place.toString();
    }
}
