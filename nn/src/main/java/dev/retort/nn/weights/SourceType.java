package dev.retort.nn.weights;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The element types of tensors in weight files, by their names in safetensors. */
public enum SourceType {
    /** IEEE 754 binary64. */
    F64(8, true) {
        @Override
        double real(ByteBuffer buffer, int at) {
            return buffer.getDouble(at);
        }
    },
    /** IEEE 754 binary32. */
    F32(4, true) {
        @Override
        double real(ByteBuffer buffer, int at) {
            return buffer.getFloat(at);
        }
    },
    /** IEEE 754 binary16. */
    F16(2, true) {
        @Override
        double real(ByteBuffer buffer, int at) {
            return half(buffer.getShort(at));
        }
    },
    /** The upper half of a binary32. */
    BF16(2, true) {
        @Override
        double real(ByteBuffer buffer, int at) {
            return Float.intBitsToFloat(buffer.getShort(at) << 16);
        }
    },
    /** Signed 64-bit integer. */
    I64(8, false) {
        @Override
        long whole(ByteBuffer buffer, int at) {
            return buffer.getLong(at);
        }
    },
    /** Signed 32-bit integer. */
    I32(4, false) {
        @Override
        long whole(ByteBuffer buffer, int at) {
            return buffer.getInt(at);
        }
    },
    /** Signed 16-bit integer. */
    I16(2, false) {
        @Override
        long whole(ByteBuffer buffer, int at) {
            return buffer.getShort(at);
        }
    },
    /** Signed 8-bit integer. */
    I8(1, false) {
        @Override
        long whole(ByteBuffer buffer, int at) {
            return buffer.get(at);
        }
    },
    /** Unsigned 8-bit integer. */
    U8(1, false) {
        @Override
        long whole(ByteBuffer buffer, int at) {
            return buffer.get(at) & 0xff;
        }
    },
    /** Truth value, one byte; all but 0 is true. */
    BOOL(1, false) {
        @Override
        long whole(ByteBuffer buffer, int at) {
            return buffer.get(at) == 0 ? 0 : 1;
        }
    };

    private static final int HALF_FRACTION = 10;

    private final int bytes;
    private final boolean floating;

    SourceType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloating() {
        return floating;
    }

    /** The element at a byte of the buffer, in the buffer's byte order. */
    double real(ByteBuffer buffer, int at) {
        return whole(buffer, at);
    }

    /** The element at a byte of the buffer, in the buffer's byte order; floating types have none. */
    long whole(ByteBuffer buffer, int at) {
        throw new IllegalStateException(this + " is not read as whole numbers");
    }

    /** All types with the bytes of an element, by name. */
    static Map<String, Integer> widths() {
        Map<String, Integer> widths = new LinkedHashMap<>();
        for (SourceType type : values()) {
            widths.put(type.name(), type.bytes);
        }
        return Collections.unmodifiableMap(widths);
    }

    private static double half(short bits) {
        int exponent = bits >> HALF_FRACTION & 0x1f;
        int fraction = bits & 0x3ff;
        double size;
        if (exponent == 0x1f) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            size = Math.scalb((double) fraction, -24);
        } else {
            size = Math.scalb((double) (fraction | 1 << HALF_FRACTION), exponent - 25);
        }
        return bits < 0 ? -size : size;
    }
}
