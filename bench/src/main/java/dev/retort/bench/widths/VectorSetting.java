package dev.retort.bench.widths;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Vectors that a JVM can be made to compute with on a processor that has them or wider ones. A processor with 512 bits has 32 registers of
 * every width; {@link #AVX2} takes 16 of them away, as compiled code has on processors with 256 bits.
 */
public enum VectorSetting {
    /** AVX-512, 32 registers. */
    W512(512, List.of("-Dretort.simd.bits=512")),
    /** 256 bits in 32 registers. */
    W256(256, List.of("-Dretort.simd.bits=256")),
    /** 256 bits in 16 registers. */
    AVX2(256, List.of("-Dretort.simd.bits=256", "-XX:UseAVX=2")),
    /** 128 bits. */
    W128(128, List.of("-Dretort.simd.bits=128"));

    private static final int WIDEST = 512;

    private final int bits;
    private final List<String> options;

    VectorSetting(int bits, List<String> options) {
        this.bits = bits;
        this.options = options;
    }

    /** Of the JVM. */
    public List<String> options() {
        return options;
    }

    /** As people name it: {@code 512}, {@code 256}, {@code 256-avx2}, {@code 128}. */
    @Override
    public String toString() {
        return this == AVX2 ? bits + "-avx2" : String.valueOf(bits);
    }

    /** Those that a processor with vectors of so many bits has; where 256 bits are the widest they have 16 registers anyway. */
    public static List<VectorSetting> upTo(int widest) {
        return Arrays.stream(values())
                .filter(setting -> setting.bits <= widest && (setting != AVX2 || widest >= WIDEST))
                .toList();
    }

    /**
     * The setting of a name among those that the processor has.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static VectorSetting named(String name, int widest) {
        List<VectorSetting> all = upTo(widest);
        return all.stream()
                .filter(setting -> setting.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "This processor cannot be measured with vectors of '" + name + "' bits; it has "
                                + all.stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }
}
