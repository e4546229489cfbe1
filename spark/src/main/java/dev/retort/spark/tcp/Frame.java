package dev.retort.spark.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * What one rank sends to another: a kind, a text and bytes. On the wire: length of what follows (4 bytes), kind (1), length of the text
 * (4), text (UTF-8), bytes.
 *
 * @param text of {@link Kind#DATA} the call that it belongs to, of {@link Kind#ABORT} what happened
 */
record Frame(Kind kind, String text, byte[] bytes) {
    static final byte[] NOTHING = new byte[0];

    /** Kinds of frames. */
    enum Kind {
        /** A part of an exchange. */
        DATA,
        /** The sender lives. */
        ALIVE,
        /** The sender has failed. */
        ABORT,
        /** The sender has nothing more to say. */
        LEAVE,
        /** The first word of who connects. */
        HELLO,
        /** The answer of who was called. */
        CHALLENGE,
        /** What proves that who connects knows the secret. */
        PROOF,
        /** The connection is made. */
        WELCOME,
        /** It is not, for the reason in the text. */
        REFUSED
    }

    static final Frame ALIVE = new Frame(Kind.ALIVE, "", NOTHING);
    static final Frame LEAVE = new Frame(Kind.LEAVE, "", NOTHING);

    /** Numbers of an array as they are in memory, most significant byte first. */
    static ByteBuf floats(ByteBufAllocator allocator, String call, float[] values, int from, int count) {
        ByteBuf out = header(allocator, Kind.DATA, call, Float.BYTES * count);
        int at = out.writerIndex();
        out.writerIndex(at + Float.BYTES * count);
        out.nioBuffer(at, Float.BYTES * count).asFloatBuffer().put(values, from, count);
        return out;
    }

    ByteBuf encode(ByteBufAllocator allocator) {
        return header(allocator, kind, text, bytes.length).writeBytes(bytes);
    }

    private static ByteBuf header(ByteBufAllocator allocator, Kind kind, String text, int bytes) {
        byte[] name = text.getBytes(StandardCharsets.UTF_8);
        int length = 1 + Integer.BYTES + name.length + bytes;
        ByteBuf out = allocator.buffer(Integer.BYTES + length);
        return out.writeInt(length)
                .writeByte(kind.ordinal())
                .writeInt(name.length)
                .writeBytes(name);
    }

    /**
     * Reads a frame without its length.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Frame decode(ByteBuf in) {
        Kind[] kinds = Kind.values();
        int kind = in.readableBytes() < 1 + Integer.BYTES ? -1 : in.readByte();
        int length = kind < 0 ? -1 : in.readInt();
        if (kind < 0 || kind >= kinds.length || length < 0 || length > in.readableBytes()) {
            throw new IllegalArgumentException("These bytes are no frame");
        }
        String text = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        return new Frame(kinds[kind], text, bytes);
    }
}
