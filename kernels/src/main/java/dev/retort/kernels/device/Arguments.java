package dev.retort.kernels.device;

import dev.retort.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of a kernel in the order of its parameters: blocks of memory, numbers, and structs of integers by value. Besides, what it
 * moves and computes, for a profile.
 */
public final class Arguments {
    private final List<Object> values = new ArrayList<>();
    private long bytes;
    private double operations;

    /** A {@link Device.Block}, a Byte, Integer, Long, Float or Double, or an int[] for a struct of as many integers. */
    public List<Object> values() {
        return values;
    }

    /** Bytes that the kernel has to move at least. */
    public long bytes() {
        return bytes;
    }

    /** Additions and multiplications, where they are worth counting. */
    public double operations() {
        return operations;
    }

    void block(Device.Block block, long moved) {
        values.add(block);
        bytes += moved;
    }

    void number(int value) {
        values.add(value);
    }

    void value(DType type, double value) {
        values.add(
                switch (type) {
                    case F32 -> (Object) (float) value;
                    case F64 -> value;
                    case I32 -> (int) value;
                    case I64 -> (long) value;
                    case BOOL -> (byte) (value != 0 ? 1 : 0);
                });
    }

    void struct(int[] members) {
        values.add(members);
    }

    void computes(double operations) {
        this.operations = operations;
    }
}
