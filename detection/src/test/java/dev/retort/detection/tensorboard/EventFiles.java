package dev.retort.detection.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

/** Reads event files by the classes that TensorFlow's own definitions gave. */
final class EventFiles {
    private static final String VERSION = "brain.Event:2";

    private EventFiles() {}

    /** The files of a folder, in the order in which TensorBoard reads them. */
    static List<Path> of(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** All events of a file, whose checksums are held against its bytes. */
    static List<Event> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = new byte[Long.BYTES];
            bytes.get(length);
            assertThat(bytes.getInt()).isEqualTo(masked(length));
            byte[] data = new byte
                    [Math.toIntExact(ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong())];
            bytes.get(data);
            assertThat(bytes.getInt()).isEqualTo(masked(data));
            events.add(Event.parseFrom(data));
        }
        return events;
    }

    /** The mask of TFRecord's description: {@code ((crc >> 15) | (crc << 17)) + 0xa282ead8}. */
    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        long value = crc.getValue();
        return (int) (((value >>> 15) | (value << 17)) + 0xa282ead8L);
    }

    /** What is left of all files after TensorBoard has dropped the steps that a later start takes once more. */
    static List<Event> shown(Path folder) throws IOException {
        List<Event> shown = new ArrayList<>();
        for (Path file : of(folder)) {
            List<Event> events = read(file);
            assertThat(events.get(0).getFileVersion()).isEqualTo(VERSION);
            assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
            long step = events.get(1).getStep();
            shown.removeIf(event -> event.getStep() >= step);
            events.stream().filter(Event::hasSummary).forEach(shown::add);
        }
        return shown;
    }
}
