package dev.retort.kernels.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutotuneCacheTest {
    @TempDir
    Path folder;

    private final List<String> ran = new ArrayList<>();

    /** A device that does nothing but wait. */
    private static final class Idle implements Device {
        @Override
        public String describe() {
            return "idle";
        }

        @Override
        public DeviceTraits traits() {
            throw new AssertionError();
        }

        @Override
        public Block allocate(long bytes) {
            throw new AssertionError();
        }

        @Override
        public void free(Block block) {}

        @Override
        public void write(Object array, int length, Block to, long offset) {}

        @Override
        public void read(Block from, long offset, Object array) {}

        @Override
        public void launch(Kernel kernel, Grid grid, Arguments arguments, Profile profile) {}

        @Override
        public void finish() {}

        @Override
        public void close() {}
    }

    private Runnable way(String name, int milliseconds) {
        return () -> {
            ran.add(name);
            try {
                Thread.sleep(milliseconds);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
    }

    private Map<String, Runnable> ways() {
        Map<String, Runnable> ways = new LinkedHashMap<>();
        ways.put("slow", way("slow", 20));
        ways.put("fast", way("fast", 1));
        return ways;
    }

    private static Runnable full() {
        return () -> {
            throw new DeviceMemoryException("planted", null);
        };
    }

    private static AutotuneCache choices(Path file) {
        return new AutotuneCache(new DeviceQueue(new Idle()), Optional.ofNullable(file));
    }

    @Test
    void theFastestIsMeasuredOnceAndKept() throws IOException {
        Path file = folder.resolve("new").resolve("choices.txt");
        AutotuneCache first = choices(file);
        first.run(() -> "a " + DType.F32, ways());
        assertThat(ran).contains("slow").endsWith("fast");
        assertThat(Files.readString(file)).isEqualTo("a F32 -> fast\n");
        ran.clear();
        first.run(() -> "a F32", ways());
        choices(file).run(() -> "a F32", ways());
        assertThat(ran).containsExactly("fast", "fast");
    }

    @Test
    void whatTheFileSaysIsTakenAndWhatItCannotSayIsMeasured() throws IOException {
        Path file = Files.writeString(folder.resolve("choices.txt"), "a -> slow\nno sense\nb -> gone\n");
        AutotuneCache choices = choices(file);
        choices.run(() -> "a", ways());
        assertThat(ran).containsExactly("slow");
        choices.run(() -> "b", ways());
        assertThat(ran).endsWith("fast");
        assertThat(Files.readString(file)).isEqualTo("a -> slow\nb -> fast\n");
    }

    @Test
    void aWayWithoutMemoryIsNoChoiceInThisProcessAlone() {
        Path file = folder.resolve("choices.txt");
        Map<String, Runnable> ways = ways();
        ways.put("full", full());
        AutotuneCache choices = choices(file);
        choices.run(() -> "a", ways);
        assertThat(file).doesNotExist();
        ran.clear();
        choices.run(() -> "a", ways);
        assertThat(ran).containsExactly("fast");
        assertThatThrownBy(() -> choices.run(() -> "b", Map.of("one", full(), "other", full())))
                .isInstanceOf(DeviceMemoryException.class)
                .hasMessage("planted");
    }

    @Test
    void whatAnotherProcessHasKeptStays() throws IOException {
        Path file = folder.resolve("choices.txt");
        AutotuneCache first = choices(file);
        AutotuneCache second = choices(file);
        first.run(() -> "a", ways());
        second.run(() -> "b", ways());
        assertThat(Files.readString(file)).isEqualTo("a -> fast\nb -> fast\n");
    }

    @Test
    void withoutAFileTheFirstIsTaken() {
        choices(null).run(() -> "a", ways());
        assertThat(ran).containsExactly("slow");
    }

    @Test
    void aFileThatCannotBeWrittenCostsTimeOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("a file"), "").resolve("choices.txt");
        choices(file).run(() -> "a", ways());
        assertThat(ran).endsWith("fast");
    }
}
