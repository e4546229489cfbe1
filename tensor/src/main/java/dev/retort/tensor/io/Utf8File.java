package dev.retort.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text files in UTF-8. */
public final class Utf8File {
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private Utf8File() {}

    /**
     * The text of a file, without a byte order mark.
     *
     * @throws IOException if the file cannot be read or is of another encoding; then the message names file, line and byte
     */
    public static String read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer from = ByteBuffer.wrap(bytes);
        CharBuffer to = CharBuffer.allocate(bytes.length);
        if (decoder.decode(from, to, true).isError()) {
            int at = from.position();
            int line = 1;
            for (int i = 0; i < at; i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new IOException(file + ", line " + line + ": the byte 0x" + Integer.toHexString(bytes[at] & 0xff)
                    + " is not UTF-8. Save the file in UTF-8; it may be in Latin-1 (ISO 8859-1) or Windows-1252");
        }
        String text = to.flip().toString();
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }
}
