package dev.retort.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a Markdown page, with its section and the file that was last named above it there: linked, or a service file in code.
 * Indented blocks, which show commands and what they print, are none.
 *
 * @param section the heading above, without its marks
 * @param file relative to the page, or {@code META-INF/services/NAME}; empty if the section names none above the block
 */
record Listing(String section, String file, String text) {
    private static final Pattern HEADING = Pattern.compile("#+ (.*)");
    private static final Pattern FILE = Pattern.compile("\\]\\(([^():#\\s]+)\\)|`(META-INF/services/[\\w.]+)`");
    private static final String FENCE = "```";

    /** All of a page, in its order. */
    static List<Listing> of(Path page) throws IOException {
        List<Listing> listings = new ArrayList<>();
        String section = "";
        String file = "";
        StringBuilder block = null;
        for (String line : Files.readAllLines(page)) {
            Matcher heading = HEADING.matcher(line);
            if (line.startsWith(FENCE)) {
                if (block != null) {
                    listings.add(new Listing(section, file, block.toString()));
                }
                block = block == null ? new StringBuilder() : null;
            } else if (block != null) {
                block.append(line).append('\n');
            } else if (heading.matches()) {
                section = heading.group(1);
                file = "";
            } else {
                for (Matcher named = FILE.matcher(line); named.find(); ) {
                    file = named.group(1) == null ? named.group(2) : named.group(1);
                }
            }
        }
        return listings;
    }
}
