package dev.retort.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8FileTest {
    @TempDir
    private Path folder;

    @Test
    void anyTextComesBackWithoutTheByteOrderMark() throws IOException {
        String text = "gr\u00fcn \u7da0\n\ud83d\ude00\r\n";
        Path file = folder.resolve("text");
        Files.writeString(file, text);
        assertThat(Utf8File.read(file)).isEqualTo(text);
        Files.writeString(file, "\ufeff" + text);
        assertThat(Utf8File.read(file)).isEqualTo(text);
        Files.writeString(file, "");
        assertThat(Utf8File.read(file)).isEmpty();
    }

    @Test
    void anotherEncodingIsNamedWithFileAndLine() throws IOException {
        Path file = folder.resolve("latin.txt");
        Files.write(file, "one\ntwo\ngr\u00fcn".getBytes(StandardCharsets.ISO_8859_1));
        assertThatIOException()
                .isThrownBy(() -> Utf8File.read(file))
                .withMessageStartingWith(file + ", line 3: the byte 0xfc is not UTF-8. Save the file in UTF-8");
        // A character that the end of the file cuts in two.
        Files.write(file, new byte[] {'a', '\n', (byte) 0xc3});
        assertThatIOException().isThrownBy(() -> Utf8File.read(file)).withMessageStartingWith(file + ", line 2: ");
    }

    @Test
    void aMissingFileIsTheFileSystemsError() {
        assertThatIOException()
                .isThrownBy(() -> Utf8File.read(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
