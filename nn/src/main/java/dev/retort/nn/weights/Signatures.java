package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** Tells what a file is by its first bytes. */
final class Signatures {
    private static final int HEAD = 512;
    private static final int TAR_MAGIC = 257;
    private static final int FIRST_PROTOCOL = 2;
    private static final int LAST_PROTOCOL = 5;
    /** The pickle of torch's magic number. */
    private static final byte[] STREAM = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa85019");

    private static final String READ = "Retort reads files of torch.save, pickles of protocol 2 to 5 and safetensors";

    private Signatures() {}

    /**
     * The container of a file.
     *
     * @throws WeightFileException if it is none of them, saying what it is where that can be told
     */
    static Container of(FileBytes file) throws IOException {
        if (file.size() == 0) {
            throw file.problem("is empty", WeightFileException.DOWNLOAD_AGAIN);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(HEAD, file.size()));
        file.read(0, bytes);
        String head = new String(bytes.array(), StandardCharsets.ISO_8859_1);
        refuseOthers(file, head);
        if (head.startsWith("PK\3\4")) {
            return Container.TORCH_ZIP;
        }
        if (head.startsWith(new String(STREAM, StandardCharsets.ISO_8859_1))) {
            return Container.TORCH_STREAM;
        }
        if (head.startsWith("ustar", TAR_MAGIC)) {
            return Container.TORCH_TAR;
        }
        if (head.startsWith("{", Long.BYTES) || file.path().toString().endsWith(".safetensors")) {
            return Container.SAFETENSORS;
        }
        if (head.charAt(0) == 0x80 && head.length() > 1) {
            int protocol = head.charAt(1);
            if (protocol < FIRST_PROTOCOL || protocol > LAST_PROTOCOL) {
                throw file.problem("is a pickle of protocol " + protocol, READ);
            }
            return Container.PICKLE;
        }
        throw file.problem("begins like no weight file", READ);
    }

    private static void refuseOthers(FileBytes file, String head) throws WeightFileException {
        String text = head.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("<!doc") || text.startsWith("<html") || text.startsWith("<?xml")) {
            throw file.problem(
                    "is a web page, not weights: its download failed",
                    "Open its address in a browser to see why, and download it again");
        }
        if (text.startsWith("version https://git-lfs")) {
            throw file.problem(
                    "is a Git LFS pointer, which stands for the weights", "Fetch the file itself with: git lfs pull");
        }
        if (head.startsWith("\u0089HDF\r\n")) {
            throw file.problem("is an HDF5 file, as Keras writes it", READ);
        }
        if (head.startsWith("\u001f\u008b")) {
            throw file.problem("is compressed with gzip", "Unpack it first");
        }
    }
}
