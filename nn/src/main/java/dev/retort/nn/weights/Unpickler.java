package dev.retort.nn.weights;

import dev.retort.nn.weights.PickleValue.Bytes;
import dev.retort.nn.weights.PickleValue.Dict;
import dev.retort.nn.weights.PickleValue.Inert;
import dev.retort.nn.weights.PickleValue.Items;
import dev.retort.nn.weights.PickleValue.Nothing;
import dev.retort.nn.weights.PickleValue.Text;
import dev.retort.nn.weights.PickleValue.Tuple;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's pickle machine of protocols 2 to 5 as far as weights need it. It makes plain values only: a class is a name from a
 * list ({@link PickleClass}), and what its call would make is made by {@link PickleObjects}. It has no recursion, and bounds on all that
 * a file could make large. Data of arrays stay in the file.
 */
final class Unpickler {
    private static final int MAX_OPERATIONS = 2_000_000;
    private static final int MAX_STACK = 50_000;
    private static final int MAX_MARKS = 1_000;
    private static final int MAX_TEXT = 1 << 16;
    private static final int MAX_TEXT_TOTAL = 1 << 23;
    private static final int MAX_NUMBER_BYTES = 255;
    private static final int MAX_NAME = 500;
    private static final int LATEST_PROTOCOL = 5;

    private final Cursor in;
    private final FileBytes file;
    private final PickleObjects objects;
    private final PersistentIds persistentIds;

    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private int operations;
    private int text;

    /** Finds what a pickle refers to by an id of the file's own. */
    @FunctionalInterface
    interface PersistentIds {
        Object find(Object id) throws IOException;
    }

    Unpickler(Cursor in, PersistentIds persistentIds) {
        this.in = in;
        this.file = in.file();
        this.persistentIds = persistentIds;
        objects = new PickleObjects(file);
    }

    /** Of pickles that refer to nothing outside of them. */
    Unpickler(Cursor in) {
        this(in, id -> {
            throw in.file().damaged("refers to an object outside of its pickle, where there is none");
        });
    }

    /** Reads one pickle; several may follow each other. */
    Object load() throws IOException {
        stack.clear();
        marks.clear();
        memo.clear();
        while (true) {
            if (++operations > MAX_OPERATIONS || stack.size() > MAX_STACK) {
                throw file.problem("holds too many objects for weights", WeightFileException.SAVE_WEIGHTS);
            }
            int operation = in.u8();
            if (operation == '.') {
                Object result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) {
                    throw damaged();
                }
                return result;
            }
            if (!value(operation) && !container(operation) && !object(operation)) {
                throw file.problem(
                        String.format("has a pickle with the operation 0x%02x, which no weights need", operation),
                        WeightFileException.SAVE_WEIGHTS);
            }
        }
    }

    /** Operations that push a plain value. */
    private boolean value(int operation) throws IOException {
        switch (operation) {
            case 'N' -> stack.add(new Nothing());
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'J' -> stack.add((long) in.i32());
            case 'K' -> stack.add((long) in.u8());
            case 'M' -> stack.add((long) in.u16());
            case 0x8a -> stack.add(number(in.u8()));
            case 0x8b -> stack.add(number(in.i32()));
            case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
            case 0x8c -> stack.add(text(in.u8(), true));
            case 'X' -> stack.add(text(in.u32(), true));
            case 0x8d -> stack.add(text(in.i64(), true));
            case 'U' -> stack.add(text(in.u8(), false));
            case 'T' -> stack.add(text(in.i32(), false));
            case 'C' -> stack.add(bytes(in.u8()));
            case 'B' -> stack.add(bytes(in.u32()));
            case 0x8e, 0x96 -> stack.add(bytes(in.i64()));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Operations on the stack, the memo and plain containers. */
    private boolean container(int operation) throws IOException {
        switch (operation) {
            case 0x80 -> protocol(in.u8());
            case 0x95 -> in.require(in.i64());
            case '(' -> mark();
            case '0' -> pop();
            case '1' -> popToMark();
            case '}' -> stack.add(new Dict(false));
            case ']', 0x8f -> stack.add(new Items());
            case ')' -> stack.add(new Tuple(List.of()));
            case 't', 0x91 -> stack.add(new Tuple(popToMark()));
            case 0x85 -> stack.add(new Tuple(pop(1)));
            case 0x86 -> stack.add(new Tuple(pop(2)));
            case 0x87 -> stack.add(new Tuple(pop(3)));
            case 'l' -> stack.add(new Items(popToMark()));
            case 'd' -> {
                List<Object> pairs = popToMark();
                Dict dict = new Dict(false);
                put(dict, pairs);
                stack.add(dict);
            }
            case 'a' -> append(pop(1));
            case 'e', 0x90 -> append(popToMark());
            case 's' -> {
                List<Object> pair = pop(2);
                put(top(), pair);
            }
            case 'u' -> {
                List<Object> pairs = popToMark();
                put(top(), pairs);
            }
            case 'q' -> memo.put((long) in.u8(), top());
            case 'r' -> memo.put(in.u32(), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'h' -> stack.add(recall(in.u8()));
            case 'j' -> stack.add(recall(in.u32()));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Operations that name classes and stand for objects. */
    private boolean object(int operation) throws IOException {
        switch (operation) {
            case 'c' -> {
                String module = line();
                stack.add(PickleClass.of(file, module, line()));
            }
            case 0x93 -> {
                List<Object> names = pop(2);
                stack.add(PickleClass.of(file, objects.text(names.get(0)), objects.text(names.get(1))));
            }
            case 'R' -> {
                List<Object> call = pop(2);
                stack.add(objects.call(call.get(0), call.get(1)));
            }
            case 0x81 -> {
                List<Object> call = pop(2);
                stack.add(objects.create(call.get(0), call.get(1)));
            }
            case 'b' -> {
                Object state = pop();
                objects.build(top(), state);
            }
            case 'Q' -> stack.add(persistentIds.find(pop()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void protocol(int protocol) throws WeightFileException {
        if (protocol > LATEST_PROTOCOL) {
            throw file.damaged("is a pickle of protocol " + protocol + ", and 2 to " + LATEST_PROTOCOL + " are read");
        }
    }

    private Object number(int length) throws IOException {
        if (length < 0 || length > MAX_NUMBER_BYTES) {
            throw file.damaged("declares a number of " + length + " bytes");
        }
        byte[] digits = in.bytes(length);
        for (int i = 0; i < length / 2; i++) {
            byte swapped = digits[i];
            digits[i] = digits[length - 1 - i];
            digits[length - 1 - i] = swapped;
        }
        BigInteger number = length == 0 ? BigInteger.ZERO : new BigInteger(digits);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private Text text(long length, boolean utf8) throws IOException {
        in.require(length);
        long position = in.position();
        if (length > MAX_TEXT) {
            in.skip(length);
            return new Text("", false, position, length, utf8);
        }
        text += (int) length;
        if (text > MAX_TEXT_TOTAL) {
            throw file.problem("holds too much text for weights", WeightFileException.SAVE_WEIGHTS);
        }
        String held = new String(in.bytes((int) length), utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return new Text(held, true, position, length, utf8);
    }

    private Bytes bytes(long length) throws IOException {
        long position = in.position();
        in.skip(length);
        return new Bytes(new DataBytes.Stretch(file, position, length));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.u8(); c != '\n'; c = in.u8()) {
            line.append((char) c);
            if (line.length() > MAX_NAME) {
                throw damaged();
            }
        }
        return line.toString();
    }

    private void mark() throws WeightFileException {
        if (marks.size() == MAX_MARKS) {
            throw file.damaged("nests its objects more than " + MAX_MARKS + " deep");
        }
        marks.add(stack.size());
    }

    private void append(List<Object> items) throws WeightFileException {
        if (top() instanceof Items list) {
            list.items().addAll(items);
        } else if (!(top() instanceof Inert)) {
            throw damaged();
        }
    }

    private void put(Object target, List<Object> pairs) throws WeightFileException {
        if (pairs.size() % 2 != 0) {
            throw damaged();
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            objects.put(target, pairs.get(i), pairs.get(i + 1));
        }
    }

    private Object recall(long index) throws WeightFileException {
        Object value = memo.get(index);
        if (value == null) {
            throw damaged();
        }
        return value;
    }

    private Object top() throws WeightFileException {
        requireAboveMark(1);
        return stack.get(stack.size() - 1);
    }

    private Object pop() throws WeightFileException {
        requireAboveMark(1);
        return stack.remove(stack.size() - 1);
    }

    /** The topmost values, the lowest first. */
    private List<Object> pop(int count) throws WeightFileException {
        requireAboveMark(count);
        return popFrom(stack.size() - count);
    }

    private List<Object> popToMark() throws WeightFileException {
        if (marks.isEmpty()) {
            throw damaged();
        }
        return popFrom(marks.remove(marks.size() - 1));
    }

    private List<Object> popFrom(int index) {
        List<Object> top = stack.subList(index, stack.size());
        List<Object> values = new ArrayList<>(top);
        top.clear();
        return values;
    }

    /** What lies below a mark belongs to a container that is not finished. */
    private void requireAboveMark(int count) throws WeightFileException {
        int bottom = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() - bottom < count) {
            throw damaged();
        }
    }

    private WeightFileException damaged() {
        return file.damaged("has a pickle that makes no sense at byte " + in.position());
    }
}
