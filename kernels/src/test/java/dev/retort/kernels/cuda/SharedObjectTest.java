package dev.retort.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import jcuda.LibUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The names in the library that JCublas2 brings for Linux, on whatever platform this runs. */
class SharedObjectTest {
    private static final String V12 = "libcublas.so.12";
    private static final String V13 = "libcublas.so.13";
    private static final int HASH_12 = 0x0ef62132;
    private static final int HASH_13 = 0x0ef62133;

    private static byte[] library;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/libJCublas2-12.6.0-linux-x86_64.so")) {
            library = in.readAllBytes();
        }
    }

    @Test
    void neededLibrariesAreInOrder() {
        assertThat(new SharedObject(library).needed())
                .containsExactly(
                        "libpthread.so.0",
                        "librt.so.1",
                        "libdl.so.2",
                        "libcublas.so.12",
                        "libstdc++.so.6",
                        "libc.so.6",
                        "ld-linux-x86-64.so.2");
    }

    /** The name is stored once for the library and its version, and ends with the digit; the two hashes differ in their lowest bit. */
    @Test
    void theNameAndTheHashOfItsVersionChangeAndNothingElse() {
        byte[] before = library.clone();
        byte[] renamed = SharedObject.renamed(library, V12, V13);
        assertThat(library).isEqualTo(before);
        assertThat(new SharedObject(renamed).needed()).contains(V13).doesNotContain(V12);
        int[] changed = IntStream.range(0, library.length)
                .filter(i -> library[i] != renamed[i])
                .toArray();
        assertThat(changed).hasSize(2);
        int digit = changed[0];
        assertThat(new String(renamed, digit - V13.length() + 1, V13.length(), StandardCharsets.US_ASCII))
                .isEqualTo(V13);
        assertThat(little(library).getInt(changed[1])).isEqualTo(HASH_12);
        assertThat(little(renamed).getInt(changed[1])).isEqualTo(HASH_13);
        assertThat(SharedObject.renamed(renamed, V13, V12)).isEqualTo(library);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void hashesAreThoseOfTheAbi() {
        assertThat(SharedObject.hash("")).isZero();
        // 'a' = 0x61, 'b' = 0x62: 0x610 + 0x62.
        assertThat(SharedObject.hash("ab")).isEqualTo(0x672);
        // Longer than seven letters, so the high bits are folded in; the loader's messages made this one well known.
        assertThat(SharedObject.hash("GLIBC_2.2.5")).isEqualTo(0x09691a75);
        assertThat(SharedObject.hash(V12)).isEqualTo(HASH_12);
        assertThat(SharedObject.hash(V13)).isEqualTo(HASH_13);
    }

    @Test
    void whatIsNoSharedLibraryIsRefused() {
        assertThatThrownBy(() -> new SharedObject(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not begin with an ELF header");
        assertThatThrownBy(() -> new SharedObject(changed(1, 'X')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not begin with an ELF header");
        // 32 bits, big-endian, and a program in place of a library.
        for (byte[] other : new byte[][] {changed(4, 1), changed(5, 2), changed(16, 2)}) {
            assertThatThrownBy(() -> new SharedObject(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no shared library of 64 bits, little-endian");
        }
    }

    private static byte[] changed(int at, int value) {
        byte[] copy = library.clone();
        copy[at] = (byte) value;
        return copy;
    }

    @Test
    void aFileThatIsCutShortIsRefused() {
        for (int length : new int[] {64, 100, 1000, 100_000, library.length / 2, 0x14e000}) {
            assertThatThrownBy(() -> SharedObject.renamed(Arrays.copyOf(library, length), V12, V13))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cut short or damaged: byte");
        }
    }

    /** The headers, the dynamic segment and the versions are what is read: whatever is in them, it is refused or read, in time. */
    @Test
    void aDamagedFileIsRefusedOrRead() {
        Random random = new Random(5);
        int[][] parts = {{0, 624}, {0x152438, 0x240}, {0x14ba0, 0x170}};
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            int[] part = parts[i % parts.length];
            byte[] damaged = changed(part[0] + random.nextInt(part[1]), random.nextInt(256));
            try {
                SharedObject.renamed(damaged, V12, V13);
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(30, 299);
    }

    @Test
    void namesThatCannotBeReplacedAreRefused() {
        assertThatThrownBy(() -> SharedObject.renamed(library, "libcufft.so.11", "libcufft.so.12"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not need libcufft.so.11: it needs libpthread.so.0, ")
                .hasMessageContaining(V12);
        assertThatThrownBy(() -> SharedObject.renamed(library, V12, "libcublas.so.130"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("differ in length: 15 and 16");
    }

    /** The name of another needed library is made to point into the middle, and then the byte before the name is made a letter. */
    @Test
    void namesThatShareTheirBytesAreRefused() {
        byte[] sharing = library.clone();
        ByteBuffer dynamic = little(sharing).position(0x152438).slice().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(dynamic.getLong(0)).isEqualTo(1);
        long name = dynamic.getLong(3 * 16 + 8);
        dynamic.putLong(8, name + 3);
        byte[] longer = library.clone();
        longer[(int) (0x9600 + name - 1)] = 'x';
        for (byte[] shared : new byte[][] {sharing, longer}) {
            assertThatThrownBy(() -> SharedObject.renamed(shared, V12, V13))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stores 'libcublas.so.12' together with another name");
        }
    }
}
