package dev.retort.cli;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.Printable;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Prints counts of a data set's split: images, boxes by class and by size. */
final class DatasetReport {
    private static final int BAR_LENGTH = 40;
    private static final double SMALL = 32 * 32;
    private static final double MEDIUM = 96 * 96;

    private DatasetReport() {}

    static void print(String split, CocoDataset dataset, PrintWriter out) {
        List<ImageInfo> images = dataset.images();
        List<Annotation> all = images.stream()
                .flatMap(image -> dataset.annotations(image.id()).stream())
                .toList();
        List<Annotation> boxes =
                all.stream().filter(annotation -> !annotation.crowd()).toList();
        long empty = images.stream()
                .filter(image -> dataset.annotations(image.id()).stream().allMatch(Annotation::crowd))
                .count();
        out.println(split + " (" + dataset.source() + ")");
        line(
                out,
                "images",
                images.size() + range(images, ImageInfo::width, "wide") + range(images, ImageInfo::height, "high"));
        line(out, "without boxes", Long.toString(empty));
        line(
                out,
                "boxes",
                boxes.size() + String.format(Locale.ROOT, ", %.2f an image", ratio(boxes.size(), images.size())));
        line(out, "crowds", Integer.toString(all.size() - boxes.size()));
        line(out, "area", sizes(boxes));
        histogram(out, "boxes of each class", ShownClasses.of(dataset.categories()), dataset.classCounts());
        sides(out, boxes);
        dataset.notices().forEach(notice -> line(out, "note", Printable.line(notice)));
        out.println();
    }

    private static double ratio(int a, int b) {
        return b == 0 ? 0 : (double) a / b;
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "  %-14s %s%n", name, value);
    }

    private static String range(List<ImageInfo> images, ToIntFunction<ImageInfo> length, String word) {
        var statistics = images.stream().mapToInt(length).summaryStatistics();
        String from = statistics.getMin() == statistics.getMax() ? "" : statistics.getMin() + " to ";
        return images.isEmpty() ? "" : ", " + from + statistics.getMax() + " pixels " + word;
    }

    private static String sizes(List<Annotation> boxes) {
        long small = boxes.stream().filter(box -> box.area() <= SMALL).count();
        long large = boxes.stream().filter(box -> box.area() > MEDIUM).count();
        return small + " small (to 32x32), " + (boxes.size() - small - large) + " medium (to 96x96), " + large
                + " large";
    }

    /** Boxes by the longer side, in steps of a factor of 2. */
    private static void sides(PrintWriter out, List<Annotation> boxes) {
        TreeMap<Integer, Integer> bins = new TreeMap<>();
        for (Annotation box : boxes) {
            int side = (int) Math.ceil(Math.max(box.w(), box.h()));
            bins.merge(32 - Integer.numberOfLeadingZeros(Math.max(1, side) - 1), 1, Integer::sum);
        }
        if (bins.isEmpty()) {
            return;
        }
        List<Integer> exponents = bins.keySet().stream().toList();
        int first = exponents.get(0);
        int[] counts = new int[exponents.get(exponents.size() - 1) - first + 1];
        bins.forEach((exponent, count) -> counts[exponent - first] = count);
        String[] names = new String[counts.length];
        Arrays.setAll(names, i -> "to " + (1L << (first + i)));
        histogram(out, "longer side in pixels", List.of(names), counts);
    }

    private static void histogram(PrintWriter out, String title, List<String> names, int[] counts) {
        // A width of 0, as of a class without a name, is none for the format.
        int width = Math.max(1, names.stream().mapToInt(String::length).max().orElse(1));
        int most = Math.max(1, Arrays.stream(counts).max().orElse(1));
        out.println("  " + title);
        for (int i = 0; i < counts.length; i++) {
            String bar = "#".repeat((int) Math.ceil((double) counts[i] * BAR_LENGTH / most));
            out.printf(Locale.ROOT, "    %-" + width + "s %7d  %s%n", names.get(i), counts[i], bar);
        }
    }
}
