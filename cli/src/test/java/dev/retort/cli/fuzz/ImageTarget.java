package dev.retort.cli.fuzz;

import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageFileReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** An image of one format: decoded. */
final class ImageTarget implements Target {
    private static final int WIDTH = 48;
    private static final int HEIGHT = 32;
    /** What an image may take for each pixel that its header declares. */
    private static final long BYTES_PER_PIXEL = 8;
    /** A header that declares more is refused as such. */
    private static final long MOST_PIXELS = 50_000_000;

    private final String format;
    private final String ending;
    private final List<byte[]> originals = new ArrayList<>();
    private final List<Mutation> mutations;

    ImageTarget(String format, String ending, List<Mutation> own, int... types) throws IOException {
        this.format = format;
        this.ending = ending;
        Mutation bytes =
                (content, random) -> Mutation.choose(ByteMutations.ALL, random).apply(content, random);
        this.mutations = Stream.concat(own.stream(), Stream.of(ByteMutations::headerField, bytes, bytes))
                .toList();
        for (int type : types) {
            originals.add(encode(type, false));
        }
        if (format.equals("jpeg") || format.equals("png")) {
            originals.add(encode(types[0], true));
        }
    }

    private byte[] encode(int type, boolean progressive) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.setRGB(x, y, 0xff000000 | x * 5 << 16 | y * 7 << 8 | (x * y) % 251);
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    @Override
    public String format() {
        return format;
    }

    @Override
    public String ending() {
        return ending;
    }

    @Override
    public List<byte[]> originals() {
        return originals;
    }

    @Override
    public List<Mutation> mutations() {
        return mutations;
    }

    @Override
    public void read(Path file) {
        ImageFileReader.read(file);
    }

    @Override
    public boolean isRefusal(Throwable thrown) {
        return thrown instanceof DataException;
    }

    @Override
    public long allowance(byte[] content) {
        return BASE_BYTES + BYTES_PER_PIXEL * declaredPixels(content);
    }

    /** Width times height as the header has them; 0 where there is none. */
    private long declaredPixels(byte[] content) {
        ByteBuffer little = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer big = ByteBuffer.wrap(content);
        long pixels =
                switch (format) {
                    case "png" -> content.length < 24 ? 0 : (long) big.getInt(16) * big.getInt(20);
                    case "gif" ->
                        content.length < 10 ? 0 : (little.getShort(6) & 0xffffL) * (little.getShort(8) & 0xffffL);
                    case "bmp" -> content.length < 26 ? 0 : (long) little.getInt(18) * Math.abs(little.getInt(22));
                    default -> jpegPixels(big);
                };
        return pixels < 0 || pixels > MOST_PIXELS ? 0 : pixels;
    }

    /** The largest frame that any start of frame declares. */
    private static long jpegPixels(ByteBuffer content) {
        long most = 0;
        for (int at = 0; at + 9 <= content.limit(); at++) {
            int marker = content.getShort(at) & 0xffff;
            if (marker >= 0xffc0 && marker <= 0xffcf && marker != 0xffc4 && marker != 0xffc8 && marker != 0xffcc) {
                most = Math.max(most, (content.getShort(at + 5) & 0xffffL) * (content.getShort(at + 7) & 0xffffL));
            }
        }
        return most;
    }
}
