package dev.retort.nn.weights;

import java.util.ArrayList;
import java.util.List;

/** The values of a pickle that are not yet part of others, with marks at which containers begin. What lies below a mark is not reached. */
final class PickleStack {
    private static final int MAX_VALUES = 50_000;
    private static final int MAX_MARKS = 1_000;

    private final Cursor in;
    private final List<Object> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    /** Of the pickle that is read from there. */
    PickleStack(Cursor in) {
        this.in = in;
    }

    void clear() {
        values.clear();
        marks.clear();
    }

    boolean isEmpty() {
        return values.isEmpty() && marks.isEmpty();
    }

    void push(Object value) throws WeightFileException {
        if (values.size() == MAX_VALUES) {
            throw in.file().problem("nests too many objects for weights", WeightFileException.SAVE_WEIGHTS);
        }
        values.add(value);
    }

    void mark() throws WeightFileException {
        if (marks.size() == MAX_MARKS) {
            throw in.file().damaged("nests its objects more than " + MAX_MARKS + " deep");
        }
        marks.add(values.size());
    }

    Object top() throws WeightFileException {
        require(1);
        return values.get(values.size() - 1);
    }

    Object pop() throws WeightFileException {
        require(1);
        return values.remove(values.size() - 1);
    }

    /** The topmost values, the lowest first. */
    List<Object> pop(int count) throws WeightFileException {
        require(count);
        return popFrom(values.size() - count);
    }

    /** The values above the last mark, the lowest first. */
    List<Object> popToMark() throws WeightFileException {
        if (marks.isEmpty()) {
            throw damaged();
        }
        return popFrom(marks.remove(marks.size() - 1));
    }

    /** A pickle whose operations do not fit together. */
    WeightFileException damaged() {
        return in.file().damaged("has a pickle that makes no sense at byte " + in.position());
    }

    private List<Object> popFrom(int index) {
        List<Object> top = values.subList(index, values.size());
        List<Object> popped = new ArrayList<>(top);
        top.clear();
        return popped;
    }

    private void require(int count) throws WeightFileException {
        int bottom = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (values.size() - bottom < count) {
            throw damaged();
        }
    }
}
