package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The plain files in a tar archive: where each lies. Their names are looked up, and nothing is written anywhere. */
final class TarDirectory {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int SIZE = 124;
    private static final int SIZE_DIGITS = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_DIGITS = 8;
    private static final int TYPE = 156;
    private static final int MAX_MEMBERS = 100;

    private final FileBytes file;
    private final Map<String, DataBytes.Stretch> members = new HashMap<>();

    TarDirectory(FileBytes file) throws IOException {
        this.file = file;
        ByteBuffer header = ByteBuffer.allocate(BLOCK);
        long position = 0;
        while (position <= file.size() - BLOCK) {
            file.read(position, header.clear());
            if (header.get(0) == 0) {
                return;
            }
            checkSum(header);
            long size = octal(header, SIZE, SIZE_DIGITS);
            position += BLOCK;
            if (size > file.size() - position) {
                throw file.damaged("is a tar archive that was cut off: it ends inside of one of its members");
            }
            byte type = header.get(TYPE);
            if (type == '0' || type == 0) {
                DataBytes.Stretch member = new DataBytes.Stretch(file, position, size);
                if (members.put(text(header, 0, NAME), member) != null || members.size() > MAX_MEMBERS) {
                    throw file.damaged("is a tar archive with members that torch does not write");
                }
            }
            position += (size + BLOCK - 1) / BLOCK * BLOCK;
        }
    }

    /** A member of this very name, to be read from front to back. */
    Cursor member(String name) throws WeightFileException {
        DataBytes.Stretch member = members.get(name);
        if (member == null) {
            throw file.problem(
                    "is a tar archive without a member '" + name + "', so not one of torch.save, or was cut off",
                    "Download it again; if weight files are in it, unpack it and name one of them");
        }
        return new Cursor(file, "member '" + name + "'", member.position(), member.position() + member.length());
    }

    private void checkSum(ByteBuffer header) throws WeightFileException {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_DIGITS;
            sum += own ? ' ' : header.get(i) & 0xff;
        }
        if (sum != octal(header, CHECKSUM, CHECKSUM_DIGITS)) {
            throw file.damaged("is a tar archive with a header whose checksum does not match");
        }
    }

    private long octal(ByteBuffer header, int start, int length) throws WeightFileException {
        String digits = text(header, start, length).strip();
        if (!digits.matches("[0-7]{1,12}")) {
            throw file.damaged("is a tar archive with a header that has no number where one belongs");
        }
        return Long.parseLong(digits, 8);
    }

    private static String text(ByteBuffer header, int start, int length) {
        String text = new String(header.array(), start, length, StandardCharsets.ISO_8859_1);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }
}
