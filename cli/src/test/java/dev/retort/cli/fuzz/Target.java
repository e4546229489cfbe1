package dev.retort.cli.fuzz;

import java.nio.file.Path;
import java.util.List;

/** A kind of file, sound examples of it, how they are damaged, and how the program reads it. */
interface Target extends AutoCloseable {
    /** What a target may always allocate: readers have buffers. */
    long BASE_BYTES = 64_000_000;

    /** Short name, such as {@code png}. */
    String format();

    /** The ending of its files, without the point. */
    String ending();

    /** Sound files of this kind. */
    List<byte[]> originals();

    /** Ways to damage one. */
    List<Mutation> mutations();

    /** Reads a file as the program does, to the end of what can go wrong with it. */
    void read(Path file) throws Exception;

    /** Whether this is what {@link #read} documents for a file that is wrong. */
    boolean isRefusal(Throwable thrown);

    /** Whether a refusal says which file is meant. */
    default boolean isNamed(String message, Path file) {
        return message.contains(file.getFileName().toString());
    }

    /** How many damaged files are read where so many a format are asked for: fewer where each is several files. */
    default int count(int asked) {
        return asked;
    }

    /** The most that reading these bytes may allocate. */
    default long allowance(byte[] content) {
        return Math.max(BASE_BYTES, 20L * content.length);
    }

    @Override
    default void close() {}
}
