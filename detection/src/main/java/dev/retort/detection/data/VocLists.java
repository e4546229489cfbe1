package dev.retort.detection.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The split lists of a Pascal VOC data set, ImageSets/Main/train.txt and so on: an image's name a line, without its
 * ending; in lists of one class a flag follows.
 */
final class VocLists {
    private static final List<String> SPLITS = List.of("train", "val", "test");
    private static final String MARK = "\ufeff";

    private VocLists() {}

    /**
     * The names a split, in order, each once. An empty list is left out.
     *
     * @param known the names of all annotation files; a line that is one of them is a name, blanks included
     * @param notes gets a sentence for everything that was left out
     */
    static Map<String, List<String>> read(Path root, Set<String> known, List<String> notes) throws IOException {
        Path folder = root.resolve("ImageSets").resolve("Main");
        Map<String, List<String>> splits = new LinkedHashMap<>();
        boolean found = false;
        for (String split : SPLITS) {
            Path list = folder.resolve(split + ".txt");
            if (!Files.isRegularFile(list)) {
                continue;
            }
            found = true;
            Set<String> names = names(list, known, notes);
            if (names.isEmpty()) {
                notes.add(list + " names no image; there is no split " + split);
            } else {
                splits.put(split, List.copyOf(names));
            }
        }
        if (splits.isEmpty()) {
            throw new DataException(
                    found
                            ? "The split lists in " + folder + " name no image"
                            : "No split list in " + folder + ": looked for train.txt, val.txt and test.txt");
        }
        return splits;
    }

    private static Set<String> names(Path list, Set<String> known, List<String> notes) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        int twice = 0;
        String first = "";
        for (String line : text(list).lines().toList()) {
            String name = name(line.strip(), known);
            if (!name.isEmpty() && !names.add(name)) {
                first = twice++ == 0 ? name : first;
            }
        }
        if (twice > 0) {
            notes.add(list + " names " + twice + " image(s) more than once (first: " + first + "); each is taken once");
        }
        return names;
    }

    /** The line itself where it is a name; else the line without its last word, the flag. */
    private static String name(String line, Set<String> known) {
        String withoutFlag = line.replaceFirst("\\s+\\S+$", "");
        return known.contains(line) || !known.contains(withoutFlag) && !line.matches(".*\\s[-+]?[01]")
                ? line
                : withoutFlag;
    }

    private static String text(Path list) throws IOException {
        byte[] bytes = Files.readAllBytes(list);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
        } catch (CharacterCodingException e) {
            throw new DataException(
                    list + " is not in UTF-8 (perhaps in Latin-1 or, from Windows, in UTF-16): save it as UTF-8", e);
        }
    }
}
