package dev.retort.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The values of a tensor as NumPy prints them: nested brackets, rounded to four places, long axes shortened to their ends. At most
 * {@value #LINES} lines, and only what is shown is read.
 */
final class TensorText {
    private static final int LINES = 18;
    private static final int COLUMNS = 10;
    /** How many elements of either end of a shortened axis are shown. */
    private static final int ENDS = 3;

    private static final String ELLIPSIS = "...";
    private static final int PLACES = 4;
    private static final double LARGE = 1e6;
    private static final double SMALL = 1e-3;

    private final Shape shape;
    private final int ends;
    private final Runs runs;
    private final List<String> cells = new ArrayList<>();
    private int next;

    /** Reads consecutive elements. */
    private interface Runs {
        /** Adds the elements [start, start + length) to the numbers to format. */
        void read(long start, int length);
    }

    private TensorText(Shape shape, int ends, Runs runs) {
        this.shape = shape;
        this.ends = ends;
        this.runs = runs;
    }

    /** @param plain on a backend that computes */
    static String of(Tensor plain) {
        Backend backend = plain.backend();
        List<Object> values = new ArrayList<>();
        try (Tensor flat = backend.reshape(plain, Shape.of(Math.toIntExact(plain.size())))) {
            TensorText text = new TensorText(plain.shape(), ends(plain.shape()), (start, length) -> {
                try (Tensor run = backend.narrow(flat, Math.toIntExact(start), length)) {
                    values.addAll(read(run));
                }
            });
            text.visit(0, 0, new StringBuilder(), false);
            text.cells.addAll(format(values));
            StringBuilder out = new StringBuilder();
            text.visit(0, 0, out, true);
            return cut(out.toString());
        }
    }

    private static List<Object> read(Tensor run) {
        return switch (run.dtype()) {
            case F32, F64 -> {
                double[] x = run.toDoubles();
                yield IntStream.range(0, x.length).<Object>mapToObj(i -> x[i]).toList();
            }
            case I32, I64 -> {
                long[] x = run.toLongs();
                yield IntStream.range(0, x.length).<Object>mapToObj(i -> x[i]).toList();
            }
            case BOOL -> {
                boolean[] x = run.toBooleans();
                yield IntStream.range(0, x.length).<Object>mapToObj(i -> x[i]).toList();
            }
        };
    }

    /** The most that leave the text within its lines, every axis whole if that does. */
    private static int ends(Shape shape) {
        int ends = Integer.MAX_VALUE;
        for (int i = ENDS; lines(shape, ends) > LINES && i > 0; i--) {
            ends = i;
        }
        return ends;
    }

    private static long lines(Shape shape, int ends) {
        long lines = 1;
        for (int axis = 0; axis < shape.rank() - 1; axis++) {
            lines *= Math.min(shape.dim(axis), ends == Integer.MAX_VALUE ? shape.dim(axis) : 2L * ends + 1);
            lines = Math.min(lines, Integer.MAX_VALUE);
        }
        return lines;
    }

    private static String cut(String text) {
        String[] lines = text.split("\n", LINES + 1);
        if (lines.length <= LINES) {
            return text;
        }
        lines[LINES] = " " + ELLIPSIS;
        return String.join("\n", lines);
    }

    /** Walks over what is shown, twice: to read it, then, once all is formatted alike, to write it. */
    private void visit(int axis, long place, StringBuilder out, boolean write) {
        if (shape.rank() == 0) {
            cell(place, 1, out, write);
            return;
        }
        if (axis == shape.rank() - 1) {
            row(place, out, write);
            return;
        }
        int extent = shape.dim(axis);
        long stride = shape.strides()[axis];
        out.append('[');
        for (int i = 0; i < extent && !isFull(out); i++) {
            if (i > 0) {
                out.append(",\n").append(" ".repeat(axis + 1));
            }
            if (extent > 2L * ends && i == ends) {
                out.append(ELLIPSIS);
                i = extent - ends - 1;
            } else {
                visit(axis + 1, place + i * stride, out, write);
            }
        }
        out.append(']');
    }

    private boolean isFull(StringBuilder out) {
        return out.chars().filter(c -> c == '\n').count() > LINES;
    }

    private void row(long place, StringBuilder out, boolean write) {
        int extent = shape.dim(-1);
        out.append('[');
        if (extent <= COLUMNS) {
            cell(place, extent, out, write);
        } else {
            cell(place, ENDS, out, write);
            out.append(", ").append(ELLIPSIS).append(", ");
            cell(place + extent - ENDS, ENDS, out, write);
        }
        out.append(']');
    }

    private void cell(long place, int count, StringBuilder out, boolean write) {
        if (!write) {
            if (count > 0) {
                runs.read(place, count);
            }
            return;
        }
        out.append(String.join(", ", cells.subList(next, next + count)));
        next += count;
    }

    private static List<String> format(List<Object> values) {
        List<String> texts = values.stream().map(style(values)::text).toList();
        int width = texts.stream().mapToInt(String::length).max().orElse(0);
        return texts.stream()
                .map(text -> " ".repeat(width - text.length()) + text)
                .toList();
    }

    private interface Style {
        String text(Object value);
    }

    /** One style for all: powers of ten if some number needs them, else as many places as the one with the most. */
    private static Style style(List<Object> values) {
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        int places = 1;
        for (Object value : values) {
            if (value instanceof Double x && Double.isFinite(x) && x != 0) {
                largest = Math.max(largest, Math.abs(x));
                smallest = Math.min(smallest, Math.abs(x));
                while (places < PLACES
                        && Math.abs(x * Math.pow(10, places) - Math.rint(x * Math.pow(10, places))) > 1e-6) {
                    places++;
                }
            }
        }
        boolean powers = largest >= LARGE || smallest < SMALL && largest > 0 && largest < 1;
        String format = "%." + (powers ? PLACES : places) + (powers ? "e" : "f");
        return value -> value instanceof Double x && Double.isFinite(x)
                ? String.format(Locale.ROOT, format, x)
                : String.valueOf(value);
    }
}
