package dev.retort.detection.data;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One entry of a list in a COCO file: the fields that are wanted, as they stand there. The getters give a field's value in
 * its type; where it has none, they gather a problem that names entry, field and value, and give null.
 *
 * <p>Numbers may be written as text, whole ones as {@code 1.0}, flags as {@code true}.
 */
final class JsonEntry {
    /** Beyond it a double does not hold every whole number. */
    private static final double LARGEST_WHOLE = 1L << 53;

    private static final String ID = "id";
    private static final int LONGEST_SHOWN = 60;
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d*)?([eE][+-]?\\d+)?");

    private final List<String> names;
    private final Object[] values;
    private final Problems problems;
    private String who;

    private JsonEntry(String who, List<String> names, Problems problems) {
        this.who = who;
        this.names = names;
        this.values = new Object[names.size()];
        this.problems = problems;
    }

    /**
     * Reads the entry at which {@code walk} stands.
     *
     * @param kind what an entry is; it is named by it and its id
     * @param who names it if it has no id, such as {@code images entry number 0}
     * @return null if it is no object, which is a problem
     */
    static JsonEntry read(JsonWalk walk, String kind, String who, List<String> names, Problems problems) {
        if (!walk.isObject()) {
            String found = walk.kind();
            problems.add("no object " + kind, who, () -> who + " is " + found + ", not an object");
            walk.skip();
            return null;
        }
        JsonEntry entry = new JsonEntry(who, names, problems);
        boolean[] seen = new boolean[names.size()];
        boolean[] twice = new boolean[names.size()];
        walk.fields(name -> {
            int at = names.indexOf(name);
            if (at < 0) {
                walk.skip();
            } else {
                twice[at] |= seen[at];
                seen[at] = true;
                entry.values[at] = walk.value();
            }
        });
        Long id = names.contains(ID) ? asWhole(entry.value(ID)) : null;
        if (id != null) {
            entry.who = kind + " " + ID + " " + id;
        }
        for (int i = 0; i < twice.length; i++) {
            if (twice[i]) {
                String name = names.get(i);
                entry.problem("twice " + name, "has the key '" + name + "' twice: leave one of them");
            }
        }
        return entry;
    }

    /** Whether the field is there; if not, that is a problem. */
    boolean required(String field) {
        boolean there = value(field) != null;
        if (!there) {
            problem("no " + field, "has no '" + field + "'");
        }
        return there;
    }

    /** A whole number, or null if the field is missing or none. */
    Long whole(String field) {
        Object value = value(field);
        Long whole = asWhole(value);
        if (whole == null && value != null) {
            Double number = asNumber(value);
            problem(
                    "whole " + field,
                    "has the " + field + " " + shown(value) + ": it must be a whole number"
                            + (number != null && Math.abs(number) > LARGEST_WHOLE ? " of at most 2^53" : ""));
        }
        return whole;
    }

    /** A whole number that is positive and fits an int, or null. */
    Integer positive(String field) {
        Long number = whole(field);
        if (number != null && (number <= 0 || number > Integer.MAX_VALUE)) {
            String wanted = number <= 0 ? "it must be positive" : "that is too large";
            problem(wanted + field, "has the " + field + " " + number + ": " + wanted);
            return null;
        }
        return number == null ? null : number.intValue();
    }

    /** A number, which may be NaN or infinite, or null if the field is missing or none. */
    Double number(String field) {
        Object value = value(field);
        Double number = asNumber(value);
        if (number == null && value != null) {
            problem("number " + field, "has the " + field + " " + shown(value) + ": it must be a number");
        }
        return number;
    }

    /** A text, or null if the field is missing or none. */
    String text(String field) {
        Object value = value(field);
        if (value instanceof String || value instanceof Long || value instanceof Double || value instanceof Boolean) {
            return value.toString();
        }
        if (value != null) {
            problem("text " + field, "has the " + field + " " + shown(value) + ": it must be a text");
        }
        return null;
    }

    /** True or false, or a number that is 0 for false; false if the field is missing. */
    boolean flag(String field) {
        Object value = value(field);
        if (value == null || value instanceof Boolean) {
            return value != null && (Boolean) value;
        }
        Double number = asNumber(value);
        if (number == null || number.isNaN()) {
            problem("flag " + field, "has the " + field + " " + shown(value) + ": it must be 0 or 1");
            return false;
        }
        return number != 0;
    }

    /** A box [x, y, width, height] of finite numbers and no negative size, or null. */
    double[] box(String field) {
        Object value = value(field);
        if (value == null) {
            return null;
        }
        List<?> list = value instanceof List<?> found ? found : List.of();
        Double[] numbers = list.stream().map(JsonEntry::asNumber).toArray(Double[]::new);
        if (numbers.length != 4 || Arrays.asList(numbers).contains(null)) {
            problem("box", hasTheBox(field, value) + ": it must be [x, y, width, height]");
            return null;
        }
        double[] box = Arrays.stream(numbers).mapToDouble(Double::doubleValue).toArray();
        if (!Arrays.stream(box).allMatch(Double::isFinite)) {
            problem("finite box", hasTheBox(field, value) + ": every number must be finite");
            return null;
        }
        if (box[2] < 0 || box[3] < 0) {
            problem(
                    "negative box",
                    hasTheBox(field, value) + " with a negative size: bbox is [x, y, width, height], not two corners");
            return null;
        }
        return box;
    }

    private String hasTheBox(String field, Object value) {
        return "has the " + field + " " + shown(value);
    }

    /** Gathers a problem of this entry; {@code sentence} goes on behind its name. */
    void problem(String kind, String sentence) {
        String name = who;
        // Kinds of different lists are told apart by the name of the list or of the entry's kind.
        problems.add(name.substring(0, name.indexOf(' ')) + " " + kind, name, () -> name + " " + sentence);
    }

    private Object value(String field) {
        return values[names.indexOf(field)];
    }

    private static Long asWhole(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        Double number = asNumber(value);
        boolean whole = number != null && number == Math.rint(number) && Math.abs(number) <= LARGEST_WHOLE;
        return whole ? number.longValue() : null;
    }

    private static Double asNumber(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        // Java's own parser would take the ids 1d and 1f for 1.
        return value instanceof String text
                        && text.length() <= LONGEST_SHOWN
                        && NUMBER.matcher(text).matches()
                ? Double.valueOf(text)
                : null;
    }

    /** A value as the file has it, shortened. */
    private static String shown(Object value) {
        String text;
        if (value instanceof String words) {
            text = "\"" + words + "\"";
        } else if (value instanceof List<?> list) {
            text = list.stream().limit(LONGEST_SHOWN).map(JsonEntry::shown).collect(Collectors.joining(", ", "[", "]"));
        } else {
            text = String.valueOf(value);
        }
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    }
}
