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
    private static final int MAX_TEXT = 1 << 16;
    private static final int MAX_TEXT_TOTAL = 1 << 23;
    private static final int MAX_NUMBER_BYTES = 255;
    private static final int MAX_NAME = 500;
    private static final int LATEST_PROTOCOL = 5;

    private final Cursor in;
    private final FileBytes file;
    private final PickleObjects objects;
    private final PersistentIds persistentIds;

    private final PickleStack stack;
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
        stack = new PickleStack(in);
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
        memo.clear();
        while (true) {
            if (++operations > MAX_OPERATIONS) {
                throw file.problem("holds too many objects for weights", WeightFileException.SAVE_WEIGHTS);
            }
            int operation = in.u8();
            if (operation == '.') {
                Object result = stack.pop();
                if (!stack.isEmpty()) {
                    throw stack.damaged();
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
            case 'N' -> stack.push(new Nothing());
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'J' -> stack.push((long) in.i32());
            case 'K' -> stack.push((long) in.u8());
            case 'M' -> stack.push((long) in.u16());
            case 0x8a -> stack.push(number(in.u8()));
            case 0x8b -> stack.push(number(in.i32()));
            case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.i64())));
            case 0x8c -> stack.push(text(in.u8(), true));
            case 'X' -> stack.push(text(in.u32(), true));
            case 0x8d -> stack.push(text(in.i64(), true));
            case 'U' -> stack.push(text(in.u8(), false));
            case 'T' -> stack.push(text(in.i32(), false));
            case 'C' -> stack.push(bytes(in.u8()));
            case 'B' -> stack.push(bytes(in.u32()));
            case 0x8e, 0x96 -> stack.push(bytes(in.i64()));
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
            case '(' -> stack.mark();
            case '0' -> stack.pop();
            case '1' -> stack.popToMark();
            case '}' -> stack.push(new Dict(false));
            case ']', 0x8f -> stack.push(new Items());
            case ')' -> stack.push(new Tuple(List.of()));
            case 't', 0x91 -> stack.push(new Tuple(stack.popToMark()));
            case 0x85 -> stack.push(new Tuple(stack.pop(1)));
            case 0x86 -> stack.push(new Tuple(stack.pop(2)));
            case 0x87 -> stack.push(new Tuple(stack.pop(3)));
            case 'l' -> stack.push(new Items(stack.popToMark()));
            case 'd' -> {
                List<Object> pairs = stack.popToMark();
                Dict dict = new Dict(false);
                put(dict, pairs);
                stack.push(dict);
            }
            case 'a' -> append(stack.pop(1));
            case 'e', 0x90 -> append(stack.popToMark());
            case 's' -> {
                List<Object> pair = stack.pop(2);
                put(stack.top(), pair);
            }
            case 'u' -> {
                List<Object> pairs = stack.popToMark();
                put(stack.top(), pairs);
            }
            case 'q' -> memo.put((long) in.u8(), stack.top());
            case 'r' -> memo.put(in.u32(), stack.top());
            case 0x94 -> memo.put((long) memo.size(), stack.top());
            case 'h' -> stack.push(recall(in.u8()));
            case 'j' -> stack.push(recall(in.u32()));
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
                stack.push(PickleClass.of(file, module, line()));
            }
            case 0x93 -> {
                List<Object> names = stack.pop(2);
                stack.push(PickleClass.of(file, objects.text(names.get(0)), objects.text(names.get(1))));
            }
            case 'R' -> {
                List<Object> call = stack.pop(2);
                stack.push(objects.call(call.get(0), call.get(1)));
            }
            case 0x81 -> {
                List<Object> call = stack.pop(2);
                stack.push(objects.create(call.get(0), call.get(1)));
            }
            case 'b' -> {
                Object state = stack.pop();
                objects.build(stack.top(), state);
            }
            case 'Q' -> stack.push(persistentIds.find(stack.pop()));
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
                throw stack.damaged();
            }
        }
        return line.toString();
    }

    private void append(List<Object> items) throws WeightFileException {
        if (stack.top() instanceof Items list) {
            list.items().addAll(items);
        } else if (!(stack.top() instanceof Inert)) {
            throw stack.damaged();
        }
    }

    private void put(Object target, List<Object> pairs) throws WeightFileException {
        if (pairs.size() % 2 != 0) {
            throw stack.damaged();
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            objects.put(target, pairs.get(i), pairs.get(i + 1));
        }
    }

    private Object recall(long index) throws WeightFileException {
        Object value = memo.get(index);
        if (value == null) {
            throw stack.damaged();
        }
        return value;
    }
}
