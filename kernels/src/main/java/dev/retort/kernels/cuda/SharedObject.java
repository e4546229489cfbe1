package dev.retort.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a shared library of Linux (ELF, 64 bits, little-endian) needs of other libraries, read through its dynamic segment as the loader
 * does (System V ABI, chapters 4 and 5; symbol versions: Linux Standard Base, 10.7), and a copy of it that needs another version of one.
 */
final class SharedObject {
    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int SHARED = 3;
    private static final int SEGMENT_LOADED = 1;
    private static final int SEGMENT_DYNAMIC = 2;

    private static final int END = 0;
    private static final int NEEDED = 1;
    private static final int STRINGS = 5;
    private static final int STRINGS_SIZE = 10;
    private static final int OWN_NAME = 14;
    private static final int OLD_RUN_PATH = 15;
    private static final int RUN_PATH = 29;
    private static final int VERSIONS = 0x6ffffffe;
    private static final int VERSION_COUNT = 0x6fffffff;

    private final ByteBuffer bytes;
    private final List<Segment> segments = new ArrayList<>();
    private final int strings;
    private final int stringsEnd;
    /** Positions of the names of needed libraries. */
    private final Set<Integer> needed = new LinkedHashSet<>();
    /** Positions of all strings of libraries and versions. */
    private final Set<Integer> names = new LinkedHashSet<>();
    /** The position of each needed version's entry, and that of its name. */
    private final Map<Integer, Integer> versions = new LinkedHashMap<>();

    /** A part of the file, and the address that it is loaded to. */
    private record Segment(long address, long offset, long size) {}

    /** @throws IllegalArgumentException if the file is no such library or is damaged */
    SharedObject(byte[] file) {
        bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < 64 || bytes.getInt(0) != MAGIC) {
            throw new IllegalArgumentException("This is no shared library: it does not begin with an ELF header");
        }
        if (bytes.get(4) != CLASS_64 || bytes.get(5) != LITTLE_ENDIAN || bytes.getShort(16) != SHARED) {
            throw new IllegalArgumentException("This is no shared library of 64 bits, little-endian: class "
                    + bytes.get(4) + ", byte order " + bytes.get(5) + ", type " + bytes.getShort(16));
        }
        try {
            Segment dynamic = segments();
            Map<Long, Long> single = new LinkedHashMap<>();
            List<Long> neededNames = new ArrayList<>();
            List<Long> otherNames = new ArrayList<>();
            for (long at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
                long tag = bytes.getLong(position(at));
                long value = bytes.getLong(position(at + 8));
                if (tag == END) {
                    break;
                }
                if (tag == NEEDED) {
                    neededNames.add(value);
                } else if (tag == OWN_NAME || tag == OLD_RUN_PATH || tag == RUN_PATH) {
                    otherNames.add(value);
                } else {
                    single.put(tag, value);
                }
            }
            strings = mapped(entry(single, STRINGS));
            stringsEnd = position(strings + entry(single, STRINGS_SIZE));
            neededNames.forEach(name -> needed.add(name(name)));
            otherNames.forEach(this::name);
            if (single.containsKey((long) VERSIONS)) {
                versions(mapped(entry(single, VERSIONS)), entry(single, VERSION_COUNT));
            }
        } catch (IndexOutOfBoundsException e) {
            String where = e.getMessage() == null ? "" : ": " + e.getMessage();
            throw new IllegalArgumentException("The library is cut short or damaged" + where, e);
        }
    }

    private Segment segments() {
        Segment dynamic = null;
        long table = bytes.getLong(32);
        int size = Short.toUnsignedInt(bytes.getShort(54));
        int count = Short.toUnsignedInt(bytes.getShort(56));
        position(table + (long) count * size);
        for (int i = 0; i < count; i++) {
            int at = position(table + (long) i * size);
            Segment segment = new Segment(bytes.getLong(at + 16), bytes.getLong(at + 8), bytes.getLong(at + 32));
            int type = bytes.getInt(at);
            if (type == SEGMENT_LOADED || type == SEGMENT_DYNAMIC) {
                position(segment.offset);
                position(segment.offset + segment.size);
            }
            if (type == SEGMENT_LOADED) {
                segments.add(segment);
            } else if (type == SEGMENT_DYNAMIC) {
                dynamic = segment;
            }
        }
        if (dynamic == null) {
            throw new IllegalArgumentException("The library has no dynamic segment");
        }
        return dynamic;
    }

    /** Follows the chain of libraries, and of each the chain of versions. */
    private void versions(int start, long libraries) {
        int at = start;
        int next = 1;
        for (long i = 0; i < libraries && next != 0; i++) {
            name(Integer.toUnsignedLong(bytes.getInt(at + 4)));
            int version = position(at + Integer.toUnsignedLong(bytes.getInt(at + 8)));
            int count = Short.toUnsignedInt(bytes.getShort(at + 2));
            for (int j = 0; j < count; j++) {
                versions.put(version, name(Integer.toUnsignedLong(bytes.getInt(version + 8))));
                version = position(version + Integer.toUnsignedLong(bytes.getInt(version + 12)));
            }
            next = bytes.getInt(at + 12);
            at = position(at + Integer.toUnsignedLong(next));
        }
    }

    private static long entry(Map<Long, Long> entries, long tag) {
        Long value = entries.get(tag);
        if (value == null) {
            throw new IllegalArgumentException("The library's dynamic segment has no entry of type " + tag);
        }
        return value;
    }

    private int position(long offset) {
        if (offset < 0 || offset > bytes.capacity()) {
            throw new IndexOutOfBoundsException("byte " + offset + " of " + bytes.capacity());
        }
        return (int) offset;
    }

    /** The position of what is loaded to an address. */
    private int mapped(long address) {
        for (Segment segment : segments) {
            if (address >= segment.address && address - segment.address < segment.size) {
                return position(address - segment.address + segment.offset);
            }
        }
        throw new IndexOutOfBoundsException("address " + address + " is not in the file");
    }

    /** The position of a name in the table of strings. */
    private int name(long offset) {
        int at = position(strings + offset);
        if (at >= stringsEnd) {
            throw new IndexOutOfBoundsException("string " + offset + " of " + (stringsEnd - strings) + " bytes");
        }
        names.add(at);
        return at;
    }

    private String string(int at) {
        int end = at;
        while (end < stringsEnd && bytes.get(end) != 0) {
            end++;
        }
        return new String(bytes.array(), at, end - at, StandardCharsets.ISO_8859_1);
    }

    /** The names of the libraries that it needs, in the order in which the loader looks for them. */
    List<String> needed() {
        return needed.stream().map(this::string).toList();
    }

    /**
     * A copy that needs the library {@code to} where {@code file} needs {@code from}, and the version {@code to} where it needs one that is
     * named {@code from}, as cuBLAS names its versions. It is changed in place, so both names are of the same length.
     *
     * @param from such as {@code libcublas.so.12}
     * @throws IllegalArgumentException if the file is no shared library or does not need {@code from}, or if the name cannot be replaced
     */
    static byte[] renamed(byte[] file, String from, String to) {
        if (from.length() != to.length()) {
            throw new IllegalArgumentException("Names of libraries are replaced in place, and '" + from + "' and '" + to
                    + "' differ in length: " + from.length() + " and " + to.length());
        }
        SharedObject object = new SharedObject(file);
        if (!object.needed().contains(from)) {
            throw new IllegalArgumentException(
                    "The library does not need " + from + ": it needs " + String.join(", ", object.needed()));
        }
        byte[] copy = file.clone();
        for (int at : object.names) {
            if (object.string(at).equals(from)) {
                object.requireUnshared(at, from);
                System.arraycopy(to.getBytes(StandardCharsets.ISO_8859_1), 0, copy, at, to.length());
            }
        }
        ByteBuffer changed = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        object.versions.forEach((entry, name) -> {
            if (object.string(name).equals(from)) {
                changed.putInt(entry, hash(to));
            }
        });
        return copy;
    }

    /**
     * A linker may store a string as the end of a longer one. The names of symbols are not looked at: what a library's name ends with has a
     * dot in it or is a number, which no symbol's name is.
     */
    private void requireUnshared(int at, String name) {
        boolean endOfLonger = at > strings && bytes.get(at - 1) != 0;
        if (endOfLonger || names.stream().anyMatch(other -> other > at && other < at + name.length())) {
            throw new IllegalArgumentException(
                    "The library stores '" + name + "' together with another name: it cannot be replaced in place");
        }
    }

    /** The hash by which the loader finds a version (System V ABI, figure 5-13). */
    static int hash(String name) {
        int hash = 0;
        for (byte letter : name.getBytes(StandardCharsets.ISO_8859_1)) {
            hash = (hash << 4) + (letter & 0xff);
            int high = hash & 0xf0000000;
            hash = (hash ^ high >>> 24) & ~high;
        }
        return hash;
    }
}
