package dev.retort.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is particular to torch's zip archives. */
class TorchZipTest {
    private static final byte[] PICKLE =
            new PickleWriter().ops("}").text("epoch").number(3).ops("s.").bytes();

    @TempDir
    private Path folder;

    @Test
    void bigEndianStoragesAreSwapped() throws IOException {
        Path path = WeightSamples.files(folder, "hostile").get("zip_big_endian.pth");
        try (WeightFile file = WeightFile.open(path)) {
            assertThat(file.content().tensors().get("w").toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void aFlippedBitInATensorIsFoundWhenItIsRead() throws IOException {
        Path path = WeightSamples.files(folder, "hostile").get("zip_crc.pth");
        try (WeightFile file = WeightFile.open(path)) {
            WeightTensor tensor = file.content().tensors().get("w");
            assertThatThrownBy(tensor::toFloats)
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageStartingWith(path + ": has a record 'archive/data/0' whose checksum does not match");
        }
    }

    @Test
    void anArchiveInsideOfAnotherFileSystemIsRead() throws IOException {
        WeightSamples.unpack(folder, "formats");
        Path outer = folder.resolve("outer.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(outer))) {
            zip.putNextEntry(new ZipEntry("inner.pth"));
            Files.copy(folder.resolve("formats/torch2_zip.pth"), zip);
        }
        try (FileSystem system = FileSystems.newFileSystem(outer);
                WeightFile file = WeightFile.open(system.getPath("inner.pth"))) {
            assertThat(file.container()).isEqualTo(Container.TORCH_ZIP);
            assertThat(file.content().tensors().get("a.bias").toFloats()).hasSize(2);
        }
    }

    @Test
    void moreRecordsThan16BitsCountAreRead() throws IOException {
        Path path = folder.resolve("many.pth");
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(path)))) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "a/data.pkl", PICKLE);
            for (int i = 0; i < 70_000; i++) {
                put(zip, "a/data/" + i, new byte[0]);
            }
        }
        requireEpoch(path);
    }

    @Test
    void sizesAndPlacesOf64BitsAreRead() throws IOException {
        byte[] name = "a/data.pkl".getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(PICKLE);
        ByteBuffer zip = ByteBuffer.allocate(500).order(ByteOrder.LITTLE_ENDIAN);
        zip.putInt(0x04034b50).put(new byte[22]).putShort((short) name.length).putShort((short) 0);
        zip.put(name).put(PICKLE);
        int start = zip.position();
        zip.putInt(0x02014b50)
                .put(new byte[12])
                .putInt((int) crc.getValue())
                .putInt(-1)
                .putInt(-1);
        zip.putShort((short) name.length)
                .putShort((short) 28)
                .put(new byte[10])
                .putInt(-1)
                .put(name);
        zip.putShort((short) 1).putShort((short) 24);
        zip.putLong(PICKLE.length).putLong(PICKLE.length).putLong(0);
        int end = zip.position();
        zip.putInt(0x06054b50).put(new byte[4]).putShort((short) 1).putShort((short) 1);
        zip.putInt(end - start).putInt(start).putShort((short) 0);
        byte[] bytes = new byte[zip.flip().remaining()];
        zip.get(bytes);
        requireEpoch(Files.write(folder.resolve("large.pth"), bytes));
    }

    private static void requireEpoch(Path path) throws IOException {
        try (WeightFile file = WeightFile.open(path)) {
            assertThat(file.container()).isEqualTo(Container.TORCH_ZIP);
            assertThat(file.content().entries()).isEqualTo(Map.of("epoch", new WeightNode.Whole(3)));
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
    }
}
