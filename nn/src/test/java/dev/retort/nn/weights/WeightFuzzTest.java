package dev.retort.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of every container, 2,000 each from a fixed seed, are read or refused by the reader's own exception.
 * {@code -Dretort.fuzz=20000} takes another number, {@code -Dretort.fuzz.seed=7} another seed.
 */
class WeightFuzzTest {
    private static final byte[] EXTREME = {0, 1, 0x7f, (byte) 0x80, (byte) 0xff, '\n', '(', '.', 'R', 'h', 'b', 'Q'};
    private static final int LONGEST_RUN = 200;

    @TempDir
    private Path folder;

    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        int count = Integer.getInteger("retort.fuzz", 2000);
        long seed = Long.getLong("retort.fuzz.seed", 42);
        List<String> findings = new ArrayList<>();
        originals().forEach((container, originals) -> {
            int refused = 0;
            for (int number = 0; number < count; number++) {
                SplittableRandom random =
                        new SplittableRandom((seed * 1_000_003 + container.ordinal()) * 1_000_003 + number);
                byte[] content = originals.get(random.nextInt(originals.size()));
                for (int steps = 1 + random.nextInt(3); steps > 0; steps--) {
                    content = damage(content, random);
                }
                try {
                    refused += isRead(content) ? 0 : 1;
                } catch (Throwable finding) {
                    findings.add(container + " " + number + " with seed " + seed + ": " + finding);
                }
            }
            assertThat(refused).as("refused files of %s", container).isBetween(count / 10, count - 1);
        });
        assertThat(findings).isEmpty();
    }

    /** Sound files by their container. */
    private Map<Container, List<byte[]>> originals() throws IOException {
        List<Path> files = new ArrayList<>();
        files.addAll(WeightSamples.files(folder, "formats").values());
        files.add(folder.resolve("formats/torch2_zip.safetensors"));
        files.add(Files.write(folder.resolve("sound.tar"), TarSample.bytes()));
        Map<Container, List<byte[]>> originals = new EnumMap<>(Container.class);
        for (Path file : files) {
            try (WeightFile weights = WeightFile.open(file)) {
                originals
                        .computeIfAbsent(weights.container(), container -> new ArrayList<>())
                        .add(Files.readAllBytes(file));
            }
        }
        assertThat(originals).hasSize(Container.values().length);
        return originals;
    }

    private boolean isRead(byte[] content) throws IOException {
        Path file = Path.of("damaged-file");
        try (WeightFile weights = WeightFile.of(new FileBytes(file, new BytesChannel(content)))) {
            for (WeightTensor tensor : weights.content().tensors().values()) {
                tensor.toDoubles();
            }
            return true;
        } catch (WeightFileException refusal) {
            assertThat(refusal.getMessage())
                    .startsWith(file + ": ")
                    .doesNotContain("Exception", ": null", "dev.retort");
            return false;
        }
    }

    private static byte[] damage(byte[] content, SplittableRandom random) {
        if (content.length == 0) {
            return content;
        }
        int from = random.nextInt(content.length);
        int to = from + random.nextInt(Math.min(content.length - from, LONGEST_RUN) + 1);
        byte[] run = Arrays.copyOfRange(content, from, to);
        byte[] damaged = content.clone();
        switch (random.nextInt(8)) {
            case 0, 1 -> damaged[from] ^= (byte) (1 << random.nextInt(8));
            case 2, 3 -> damaged[from] = EXTREME[random.nextInt(EXTREME.length)];
            case 4 -> damaged = Arrays.copyOf(content, from);
            case 5 -> damaged = replace(content, from, to, new byte[0]);
            case 6 -> damaged = replace(content, to, to, run);
            default -> damaged = replace(content, random.nextInt(from + 1), from, run);
        }
        return damaged;
    }

    private static byte[] replace(byte[] content, int from, int to, byte[] by) {
        byte[] replaced = Arrays.copyOf(content, content.length - (to - from) + by.length);
        System.arraycopy(by, 0, replaced, from, by.length);
        System.arraycopy(content, to, replaced, from + by.length, content.length - to);
        return replaced;
    }
}
