package dev.retort.detection.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Which images of a data set cannot be used, found before anything is computed with them.
 *
 * @param dataset that was looked through
 * @param problems one of each image that cannot be used, in the data set's order
 * @param turned images with a rotation tag that turns or mirrors them
 */
public record ImageCheck(CocoDataset dataset, List<Problem> problems, List<ImageInfo> turned) {
    /** An image that cannot be used, and why. */
    public record Problem(ImageInfo image, ImageFault fault, String message) {}

    private record Looked(ImageInfo image, Problem problem, boolean turned) {}

    /** Reads every image's header, several at once, and holds its size against the annotation file. */
    public static ImageCheck headers(CocoDataset dataset) {
        return look(dataset, image -> {});
    }

    /** As {@link #headers}, and decodes every image, so that damage of the pixels is found, too. */
    public static ImageCheck whole(CocoDataset dataset) {
        return look(dataset, dataset::image);
    }

    private static ImageCheck look(CocoDataset dataset, Consumer<ImageInfo> further) {
        List<Looked> looked = dataset.images().parallelStream()
                .map(image -> look(dataset, image, further))
                .toList();
        return new ImageCheck(
                dataset,
                looked.stream().map(Looked::problem).filter(p -> p != null).toList(),
                looked.stream().filter(Looked::turned).map(Looked::image).toList());
    }

    private static Looked look(CocoDataset dataset, ImageInfo image, Consumer<ImageInfo> further) {
        try {
            boolean turned = dataset.checkHeader(image) != Orientation.UPRIGHT;
            further.accept(image);
            return new Looked(image, null, turned);
        } catch (ImageException e) {
            return new Looked(image, new Problem(image, e.fault(), e.getMessage()), false);
        }
    }

    /** Notes about images that can be used, one sentence each. Show them to the user. */
    public List<String> notices() {
        List<String> notices = new ArrayList<>();
        if (!turned.isEmpty()) {
            notices.add(turned.size() + " of " + dataset.size() + " images of " + dataset.source()
                    + " have a rotation tag (EXIF) and are turned by it, as viewers show them; boxes count in the turned"
                    + " image (first: " + turned.get(0).fileName() + ")");
        }
        List<ImageInfo> leaving =
                dataset.images().stream().filter(dataset::liesOutside).toList();
        if (!leaving.isEmpty()) {
            notices.add(leaving.size() + " of " + dataset.size() + " images of " + dataset.source()
                    + " lie outside its image folder (first: "
                    + leaving.get(0).fileName() + ")");
        }
        return notices;
    }

    /** The problems by kind: each kind with its count, and the messages of its first {@code most} images. */
    public List<String> summary(int most) {
        Map<ImageFault, List<Problem>> kinds = problems.stream()
                .collect(Collectors.groupingBy(
                        Problem::fault, () -> new EnumMap<>(ImageFault.class), Collectors.toList()));
        List<String> lines = new ArrayList<>();
        kinds.forEach((fault, found) -> {
            lines.add(found.size() + " of " + dataset.size() + " images of " + dataset.source() + " "
                    + (found.size() == 1 ? "is " : "are ") + fault.words() + ":");
            found.stream().limit(most).forEach(problem -> lines.add("  " + problem.message()));
            if (found.size() > most) {
                lines.add("  and " + (found.size() - most) + " more");
            }
        });
        return lines;
    }

    /**
     * The data set without the images that cannot be used.
     *
     * @throws DataException if none is left
     */
    public CocoDataset usable() {
        Set<Long> broken =
                problems.stream().map(problem -> problem.image().id()).collect(Collectors.toSet());
        return broken.isEmpty() ? dataset : dataset.without(broken);
    }
}
