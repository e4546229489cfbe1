package dev.retort.nn.weights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** An open file that is read at any place. Its errors name it. */
final class FileBytes implements Closeable {
    private static final int SHOWN = 80;

    private final Path path;
    private final SeekableByteChannel channel;
    private final long size;

    FileBytes(Path path, SeekableByteChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
    }

    static FileBytes open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + ": is a folder. Name the weight file in it");
        }
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "there is no such file");
        }
        SeekableByteChannel channel = Files.newByteChannel(path);
        try {
            return new FileBytes(path, channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    Path path() {
        return path;
    }

    SeekableByteChannel channel() {
        return channel;
    }

    /** In bytes, when the file was opened. */
    long size() {
        return size;
    }

    /** Fills what remains of {@code target} with the bytes from {@code position} on. */
    void read(long position, ByteBuffer target) throws IOException {
        channel.position(position);
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw damaged("ends at byte " + channel.position() + ", in the middle of its data");
            }
        }
    }

    /** A file that is not whole, or not as its format wants it. */
    WeightFileException damaged(String reason) {
        return problem(reason, WeightFileException.DOWNLOAD_AGAIN);
    }

    /** A file that is no weight file of ours. */
    WeightFileException problem(String reason, String remedy) {
        return new WeightFileException(path, reason, remedy);
    }

    /** A name out of the file, for messages: of bounded length and without control characters. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return text.length() > SHOWN ? shown + "..." : shown.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
