package dev.retort.tensor;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.stream.Stream;

/**
 * Where in a user's code something was made: the innermost frame that belongs neither to the engine (the packages tensor,
 * kernels and autograd, and whatever class is a {@link Backend}) nor to Java's own library. Every tensor has one, so it is
 * cheap: one frame is found and held, and it is put into words only when an error or a dump asks.
 */
public final class Origin {
    private static final StackWalker WALKER = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);
    private static final String[] SKIPPED = {
        "dev.retort.tensor.", "dev.retort.kernels.", "dev.retort.autograd.", "java.", "javax.", "jdk."
    };
    private static final ClassValue<Boolean> IS_USERS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (String prefix : SKIPPED) {
                if (type.getName().startsWith(prefix)) {
                    return false;
                }
            }
            return !Backend.class.isAssignableFrom(type);
        }
    };

    private final StackFrame frame;

    private Origin(StackFrame frame) {
        this.frame = frame;
    }

    /** The place that the current scope names for everything in it, else the user's frame that this call comes from. */
    public static Origin here() {
        Origin given = Scope.origin();
        return given != null ? given : WALKER.walk(Origin::innermost);
    }

    private static Origin innermost(Stream<StackFrame> frames) {
        return new Origin(frames.filter(Origin::isUsers).findFirst().orElse(null));
    }

    private static boolean isUsers(StackFrame frame) {
        return IS_USERS.get(frame.getDeclaringClass());
    }

    /** Whether the code that runs now was called, from the user's frame on, through a method of this backend's class. */
    static boolean isInside(Backend backend) {
        return WALKER.walk(frames -> frames.takeWhile(frame -> !isUsers(frame))
                .map(StackFrame::getDeclaringClass)
                .anyMatch(type -> Backend.class.isAssignableFrom(type) && type.isInstance(backend)));
    }

    /** File and line, such as {@code Model.java:42}. */
    public String line() {
        return frame == null ? "an unknown place" : frame.getFileName() + ":" + frame.getLineNumber();
    }

    /** Class, method, file and line as in a stack trace, such as {@code com.acme.Model.forward(Model.java:42)}. */
    @Override
    public String toString() {
        return frame == null ? "an unknown place" : frame.toStackTraceElement().toString();
    }
}
