package dev.retort.serve.api;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ImageInput;
import dev.retort.serve.detect.ServiceException;
import dev.retort.serve.http.Call;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;
import org.eclipse.jetty.util.Promise;

/** The images of a request's body: the body is one, or it is a form whose parts are some. */
final class RequestImages {
    private static final String MULTIPART = "multipart/form-data";
    private static final int MOST_PARTS = 1024;
    /** Types that say that the body is something else. What calls itself bytes, a form or nothing is looked at. */
    private static final Set<String> NO_IMAGES = Set.of("application/json", "application/xml", "application/pdf");

    private RequestImages() {}

    /**
     * At least one image.
     *
     * @throws ServiceException if there is none, or the body is said to be something else
     */
    static List<ImageInput> of(Call call) {
        String header = call.header("Content-Type");
        String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (type.equals(MULTIPART)) {
            return parts(call, header);
        }
        if (type.startsWith("text/") || type.startsWith("multipart/") || NO_IMAGES.contains(type)) {
            throw new ServiceException(
                    FailureKind.FORMAT,
                    "A body of the type " + type + " is no image: send a JPEG, PNG, BMP or GIF file, or several as "
                            + MULTIPART);
        }
        if (call.body().length == 0) {
            throw new ServiceException(
                    FailureKind.REQUEST, "The body is empty: send an image, as in curl --data-binary @image.jpg");
        }
        return List.of(new ImageInput.Encoded("body", call.body()));
    }

    private static List<ImageInput> parts(Call call, String header) {
        // The parts are copies.
        call.memory().take(call.body().length, "The form");
        List<ImageInput> images = new ArrayList<>();
        try (MultiPartFormData.Parts parts = parse(call.body(), header)) {
            for (MultiPart.Part part : parts) {
                images.add(new ImageInput.Encoded(name(part, images.size()), bytes(part)));
            }
        }
        if (images.isEmpty()) {
            throw unreadable("it has no parts");
        }
        return images;
    }

    private static MultiPartFormData.Parts parse(byte[] body, String header) {
        MultiPartConfig config = new MultiPartConfig.Builder()
                .maxParts(MOST_PARTS)
                .maxMemoryPartSize(-1)
                .maxPartSize(-1)
                .maxSize(-1)
                .useFilesForPartsWithoutFileName(false)
                .build();
        CompletableFuture<MultiPartFormData.Parts> parts = new CompletableFuture<>();
        Content.Source source = Content.Source.from(ByteBuffer.wrap(body));
        try {
            MultiPartFormData.onParts(
                    source, new Attributes.Mapped(), header, config, Promise.Invocable.toPromise(parts));
            return parts.join();
        } catch (CompletionException e) {
            throw unreadable(e.getCause().getMessage());
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw unreadable(e.getMessage());
        }
    }

    private static byte[] bytes(MultiPart.Part part) {
        CompletableFuture<byte[]> bytes = new CompletableFuture<>();
        Content.Source.asByteArrayAsync(part.getContentSource(), -1, Promise.Invocable.toPromise(bytes));
        return bytes.join();
    }

    private static String name(MultiPart.Part part, int index) {
        String name = part.getFileName() == null ? part.getName() : part.getFileName();
        return name == null || name.isBlank() ? "image " + (index + 1) : name;
    }

    private static ServiceException unreadable(String why) {
        return new ServiceException(FailureKind.REQUEST, "The form (" + MULTIPART + ") cannot be read: " + why);
    }
}
