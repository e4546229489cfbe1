package dev.retort.detection.tensorboard;

import dev.retort.detection.proto.ProtoMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A file of TensorFlow's events: records of TFRecord's framing (tensorflow/core/lib/io/record_writer.h), each a message
 * {@code Event} (tensorflow/core/util/event.proto). A record is whole on disk when it was added.
 */
final class EventFile implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");

    /** Fields of {@code Event}. */
    private static final int WALL_TIME = 1;

    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    /** {@code SessionLog.status} and its value {@code START}. */
    private static final int STATUS = 1;

    private static final int START = 1;

    private static final String VERSION = "brain.Event:2";
    private static final int FRAME_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES;

    private final FileChannel channel;

    private EventFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Begins a file whose name comes after those of all others in the folder, in the order in which TensorBoard reads them.
     *
     * @param step the next one; events of other files from there on are of an earlier attempt, and TensorBoard drops them
     */
    static EventFile open(Path folder, long step) throws IOException {
        Files.createDirectories(folder);
        long seconds = Math.max(System.currentTimeMillis() / 1000, latest(folder) + 1);
        Path path = folder.resolve(String.format("events.out.tfevents.%010d.%s", seconds, host()));
        EventFile file = new EventFile(FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        try {
            file.add(step, new ProtoMessage().text(FILE_VERSION, VERSION));
            file.add(step, start());
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static long latest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .max()
                    .orElse(0);
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Adds the values of a step, one event; nothing if there are none. */
    void add(long step, List<ProtoMessage> values) throws IOException {
        if (!values.isEmpty()) {
            add(step, summary(values));
        }
    }

    private void add(long step, ProtoMessage what) throws IOException {
        ByteBuffer record = ByteBuffer.wrap(record(System.currentTimeMillis() / 1e3, step, what));
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }

    /**
     * An event as the file has it: length, its checksum, the message, its checksum.
     *
     * @param time in seconds since 1970
     */
    static byte[] record(double time, long step, ProtoMessage what) {
        byte[] event = new ProtoMessage()
                .real(WALL_TIME, time)
                .integer(STEP, step)
                .addAll(what)
                .toBytes();
        ByteBuffer record = ByteBuffer.allocate(FRAME_BYTES + event.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(event.length);
        record.putInt(checksum(record.array(), 0, Long.BYTES));
        record.put(event);
        record.putInt(checksum(event, 0, event.length));
        return record.array();
    }

    static ProtoMessage summary(List<ProtoMessage> values) {
        return new ProtoMessage().message(SUMMARY, Summaries.of(values));
    }

    static ProtoMessage start() {
        return new ProtoMessage().message(SESSION_LOG, new ProtoMessage().integer(STATUS, START));
    }

    /** CRC32C, rotated and raised, so that a checksum of data that hold a checksum is none of the usual ones. */
    private static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
