package dev.retort.kernels.simd.internal.run;

import java.util.Set;

/** The Vector API as this process finds it: an incubator module, which a JVM has if it was started with it. */
public final class VectorApi {
    /** System property: {@code false} forces the plain-Java loops even where the Vector API is present. */
    public static final String SWITCH_PROPERTY = "retort.simd.vector";

    /** System property with the vector width in bits: 512, 256 or 128. Without it the widest that the processor has is used. */
    public static final String BITS_PROPERTY = "retort.simd.bits";

    private static final String MODULE = "jdk.incubator.vector";

    private VectorApi() {}

    /** Whether this JVM was started with {@code --add-modules jdk.incubator.vector}. */
    public static boolean isPresent() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    /** Whether {@value #SWITCH_PROPERTY} asks for plain Java. */
    public static boolean isSwitchedOff() {
        return "false".equals(System.getProperty(SWITCH_PROPERTY));
    }

    /**
     * Whether vector loops are to be used: their module is present and not switched off by {@value #SWITCH_PROPERTY}.
     *
     * @throws IllegalArgumentException if they are, and {@value #BITS_PROPERTY} names no vector width
     */
    public static boolean isUsed() {
        if (!isPresent() || isSwitchedOff()) {
            return false;
        }
        checkBits();
        return true;
    }

    /**
     * Checks that vector loops can run.
     *
     * @throws IllegalStateException if the module is absent
     * @throws IllegalArgumentException if {@value #BITS_PROPERTY} names no vector width
     */
    public static void require() {
        if (!isPresent()) {
            throw new IllegalStateException("The Vector API is not loaded: start the JVM with --add-modules " + MODULE);
        }
        checkBits();
    }

    /** Here and not in {@link VectorWidth}, whose initializer must not fail. */
    private static void checkBits() {
        String bits = System.getProperty(BITS_PROPERTY);
        if (bits != null && !Set.of("512", "256", "128").contains(bits)) {
            throw new IllegalArgumentException(
                    "Property " + BITS_PROPERTY + " must be 512, 256 or 128, not '" + bits + "'");
        }
    }
}
