package dev.retort.bench.network;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the networks of a suite look like and what they see: by default a RetinaNet of ResNet-50, distilled from one of
 * ResNet-101, and one image of 800 x 1216 with 7 boxes.
 *
 * @param height of the image, a multiple of 32
 * @param width of the image, a multiple of 32
 * @param student depth of the student's ResNet, also the one of inference
 * @param teacher depth of the teacher's ResNet
 * @param stem channels of both stems
 * @param channels of the pyramids, of the heads and of the conditional decoder
 * @param convolutions in each tower of a head
 * @param boxes of the image
 * @param method of distillation, by its name in recipes
 */
public record Scenario(
        int height,
        int width,
        int student,
        int teacher,
        int stem,
        int channels,
        int convolutions,
        int classes,
        int boxes,
        String method) {
    /** The method whose floor is known whole and that peers have, too. */
    public static final String ICD = "icd";

    /** Heads of the conditional attention. */
    public static final int HEADS = 8;

    /** Anchors of a cell. */
    public static final int ANCHORS = 9;

    /** Pyramid levels p3 to p7. */
    public static final int LEVELS = 5;

    private static final int MULTIPLE = 32;
    private static final int SLOTS_PER_BOX = 6;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    public Scenario {
        if (height < 1 || width < 1 || height % MULTIPLE != 0 || width % MULTIPLE != 0) {
            throw new IllegalArgumentException(
                    "An image's height and width must be multiples of " + MULTIPLE + ", not " + height + "x" + width);
        }
    }

    /** The published networks on an image of 800 x 1216. */
    public static Scenario standard() {
        return new Scenario(800, 1216, 50, 101, 64, 256, 4, 80, 7, ICD);
    }

    /**
     * The same with another image.
     *
     * @param size HEIGHTxWIDTH in pixels
     */
    public Scenario withSize(String size) {
        Matcher parts = SIZE.matcher(size.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "An image's size is written HEIGHTxWIDTH, such as 800x1216, not '" + size + "'");
        }
        return new Scenario(
                Integer.parseInt(parts.group(1)),
                Integer.parseInt(parts.group(2)),
                student,
                teacher,
                stem,
                channels,
                convolutions,
                classes,
                boxes,
                method);
    }

    /** Whether the method is {@link #ICD}. */
    public boolean isIcd() {
        return method.equals(ICD);
    }

    /** The same with another method of distillation. */
    public Scenario withMethod(String name) {
        return new Scenario(height, width, student, teacher, stem, channels, convolutions, classes, boxes, name);
    }

    /** Instance slots: the real ones and five sampled ones for each. */
    public int slots() {
        return SLOTS_PER_BOX * boxes;
    }

    /** Rows of level p3 ({@code level} 0) to p7: each half of the one before, rounded up. */
    public int rows(int level) {
        return extent(height, level);
    }

    /** Columns of a level. */
    public int columns(int level) {
        return extent(width, level);
    }

    private static int extent(int pixels, int level) {
        int extent = pixels / 8;
        for (int i = 0; i < level; i++) {
            extent = (extent + 1) / 2;
        }
        return extent;
    }

    /** Cells of all levels, S. */
    public int cells() {
        int cells = 0;
        for (int level = 0; level < LEVELS; level++) {
            cells += rows(level) * columns(level);
        }
        return cells;
    }
}
