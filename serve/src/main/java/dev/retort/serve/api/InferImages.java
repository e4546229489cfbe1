package dev.retort.serve.api;

import dev.retort.detection.data.RgbImage;
import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ImageInput;
import dev.retort.serve.detect.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Makes images out of the one input of an inference request: encoded files, or pixels from 0 to 255. */
final class InferImages {
    private static final String SIZE = "binary_data_size";
    private static final float MOST = 255;

    private final long maxPixels;

    InferImages(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /**
     * The images, at least one.
     *
     * @param binary what follows the JSON
     * @throws ServiceException if the input's type, shape and data do not fit together
     */
    List<ImageInput> of(InferRequest request, ByteBuffer binary) {
        if (request.inputs().size() != 1 || !request.inputs().get(0).name().equals(Tensors.IMAGES)) {
            throw Tensors.wrong("A request has one input, " + Tensors.IMAGES + ", not "
                    + request.inputs().stream().map(InferRequest.Input::name).toList());
        }
        InferRequest.Input input = request.inputs().get(0);
        boolean inBinary = input.parameters().containsKey(SIZE);
        if (inBinary == input.data().isPresent()) {
            throw Tensors.wrong("Input " + Tensors.IMAGES
                    + " needs data, or else binary data of the size that its parameter " + SIZE + " gives");
        }
        int size = inBinary ? size(input.parameters().get(SIZE)) : 0;
        if (size != binary.remaining()) {
            throw Tensors.wrong(binary.remaining() + " bytes follow the JSON, not " + size + " (" + SIZE + ")");
        }
        return switch (input.datatype()) {
            case Tensors.BYTES -> encoded(input, binary);
            case Tensors.FP32, Tensors.UINT8 -> pixels(input, binary);
            default ->
                throw Tensors.wrong("Input " + Tensors.IMAGES + " takes BYTES, FP32 and UINT8, not the datatype "
                        + input.datatype());
        };
    }

    private static int size(Object value) {
        if (value instanceof Integer size && size >= 0) {
            return size;
        }
        throw Tensors.wrong("Parameter " + SIZE + " must be a number of bytes, not " + value);
    }

    private static List<ImageInput> encoded(InferRequest.Input input, ByteBuffer binary) {
        long[] shape = input.shape();
        List<byte[]> files =
                input.data().isPresent() ? base64(input.data().get()) : elements(binary.order(ByteOrder.LITTLE_ENDIAN));
        if (shape.length != 1 || shape[0] != files.size() || files.isEmpty()) {
            throw Tensors.wrong("Encoded images have the shape [N] with N from 1 on: " + files.size()
                    + " came with the shape " + Arrays.toString(shape));
        }
        List<ImageInput> images = new ArrayList<>();
        for (byte[] file : files) {
            images.add(new ImageInput.Encoded(name(images.size()), file));
        }
        return images;
    }

    private static List<byte[]> base64(InferRequest.Values values) {
        if (values.numbers().length > 0) {
            throw Tensors.wrong("Encoded images are texts in base64, not numbers");
        }
        List<byte[]> files = new ArrayList<>();
        for (String text : values.texts()) {
            try {
                files.add(Base64.getDecoder().decode(text));
            } catch (IllegalArgumentException e) {
                throw Tensors.wrong("Image " + name(files.size()) + " is no base64: " + e.getMessage());
            }
        }
        return files;
    }

    /** Each is its length, unsigned in four bytes, and its bytes. */
    private static List<byte[]> elements(ByteBuffer binary) {
        List<byte[]> files = new ArrayList<>();
        while (binary.hasRemaining()) {
            long length = binary.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(binary.getInt());
            if (length < 0 || length > binary.remaining()) {
                throw Tensors.wrong("The binary data of " + name(files.size()) + " end early");
            }
            byte[] file = new byte[(int) length];
            binary.get(file);
            files.add(file);
        }
        return files;
    }

    private List<ImageInput> pixels(InferRequest.Input input, ByteBuffer binary) {
        long[] shape = input.shape();
        if (shape.length != 4
                || shape[3] != Tensors.CHANNELS
                || Arrays.stream(shape).anyMatch(extent -> extent < 1)) {
            throw Tensors.wrong("Pixels have the shape [N, H, W, 3], not " + Arrays.toString(shape));
        }
        if (shape[1] > maxPixels || shape[2] > maxPixels || shape[1] * shape[2] > maxPixels) {
            throw new ServiceException(
                    FailureKind.TOO_LARGE,
                    "Images of " + shape[2] + "x" + shape[1] + " are too large: at most " + maxPixels
                            + " pixels (--max-pixels)");
        }
        long image = Tensors.CHANNELS * shape[1] * shape[2];
        byte[] values = values(input, binary);
        if (values.length % image != 0 || values.length / image != shape[0]) {
            throw Tensors.wrong("The shape " + Arrays.toString(shape) + " does not hold " + values.length + " values");
        }
        List<ImageInput> images = new ArrayList<>();
        for (int n = 0; n < shape[0]; n++) {
            byte[] rgb = Arrays.copyOfRange(values, (int) (n * image), (int) ((n + 1) * image));
            images.add(new ImageInput.Decoded(name(n), new RgbImage((int) shape[2], (int) shape[1], rgb)));
        }
        return images;
    }

    private static byte[] values(InferRequest.Input input, ByteBuffer binary) {
        if (input.data().isPresent()) {
            InferRequest.Values given = input.data().get();
            if (!given.texts().isEmpty()) {
                throw Tensors.wrong("Pixels are numbers, not texts");
            }
            return bytes(given.numbers());
        }
        byte[] values = new byte[binary.remaining()];
        binary.get(values);
        if (input.datatype().equals(Tensors.UINT8)) {
            return values;
        }
        if (values.length % Float.BYTES != 0) {
            throw Tensors.wrong(
                    "FP32 takes four bytes a value, so " + values.length + " bytes are no whole number of values");
        }
        float[] numbers = new float[values.length / Float.BYTES];
        ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return bytes(numbers);
    }

    /** Rounded to whole numbers, as 8-bit images have them. */
    private static byte[] bytes(float[] numbers) {
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            if (!(numbers[i] >= 0 && numbers[i] <= MOST)) {
                throw Tensors.wrong("Pixels are from 0 to 255, red, green and blue: value " + i + " is " + numbers[i]);
            }
            bytes[i] = (byte) Math.round(numbers[i]);
        }
        return bytes;
    }

    private static String name(int index) {
        return Tensors.IMAGES + "[" + index + "]";
    }
}
