package dev.retort.testkit.conformance.faults;

import java.util.Locale;

/** The kinds of faults, each a mistake that people make when they write kernels. */
enum Kind {
    /** The last element of a result is never computed and stays as fresh memory is: zero. */
    LAST_ELEMENT_MISSED,
    /** Element 1 gets the value of element 0. */
    FIRST_ELEMENT_TWICE,
    /** What is left after full vectors of 8 is never computed. */
    VECTOR_REMAINDER_LOST,
    /** The first vector of 8 after a block of 1024, where another thread begins, is never computed. */
    BLOCK_BOUNDARY_MISSED,
    /** The last element of an operand is read one place too early. */
    OPERAND_READ_SHORT,
    /** The last two axes of an operand are read with each other's strides. */
    SWAPPED_STRIDE,
    /** A broadcast operand counts only as far as it reaches; beyond that it is zero. */
    LOST_BROADCAST,
    /** A broadcast operand is read round and round in memory order, whatever its axes. */
    BROADCAST_AS_MODULUS,
    /** The last term of a sum is lost. */
    TERM_LOST,
    /** Of sums that are longer than 256 the second panel is lost. */
    SECOND_PANEL_LOST,
    /** The first term of a sum counts twice. */
    TERM_TWICE,
    /** Of terms that go to one place by equal indices the last overwrites the others. */
    REPEATS_OVERWRITE,
    /** The last element of a result keeps what a recycled buffer held. */
    STALE_ELEMENT(true),
    /** A sum starts from what a recycled buffer held. */
    SUM_ONTO_STALE(true),
    /** The mask is taken the wrong way round. */
    MASK_INVERTED,
    /** Two operands of one shape change places. */
    OPERANDS_EXCHANGED,
    /** An F64 operand passes through float. */
    DOUBLE_READ_AS_FLOAT,
    /** An F64 result passes through float. */
    DOUBLE_STORED_AS_FLOAT,
    /** An I64 passes through int. */
    LONG_AS_INT,
    /** An I64 passes through double. */
    LONG_AS_DOUBLE,
    /** An I32 passes through float. */
    INT_AS_FLOAT,
    /** F32 operands of products are rounded to 11 bits, as TF32 has. */
    TF32_PRODUCTS,
    /** An F32 result has 11 bits. */
    LOW_PRECISION_RESULT,
    /** A floating result is off by 32 roundings, as a quick approximation is. */
    SLOPPY_RESULT,
    /** Now and then an update of the last element is lost. */
    RACE_LOST_UPDATE,
    /** Now and then two threads both add the first term. */
    RACE_COMPUTED_TWICE,
    /** Now and then a result is rounded otherwise. */
    RACE_OTHER_ROUNDING,
    /** A view is read (or written) from the start of its memory. */
    VIEW_OFFSET_IGNORED,
    /** The element after a view is written. */
    WRITES_BEHIND_VIEW,
    /** The element before a view is written. */
    WRITES_BEFORE_VIEW,
    /** An operand that is not written in place is changed. */
    WRITES_INTO_OPERAND,
    /** Where there is nothing to do the operand's own memory is handed out. */
    OPERAND_HANDED_OUT,
    /** The result is computed in an operand's memory. */
    COMPUTED_IN_OPERAND,
    /** A view begins one element late. */
    VIEW_OFF_BY_ONE,
    /** A view has memory of its own. */
    VIEW_IS_A_COPY,
    /** Each call leaves a tensor behind. */
    LEAK,
    /** NaN becomes 0. */
    NAN_LOST,
    /** Infinity becomes the largest finite number. */
    INFINITY_LOST,
    /** A negative zero is read as a positive one. */
    ZERO_SIGN_LOST,
    /** A negative axis counts as 0. */
    NEGATIVE_AXIS,
    /** An option is ignored: it counts as the smallest value that is allowed. */
    OPTION_IGNORED,
    /** A flag is always on. */
    FLAG_ALWAYS_ON,
    /** An operand that may be absent is left out. */
    OPTIONAL_OPERAND_IGNORED,
    /** Empty tensors divide by zero. */
    EMPTY_CRASHES,
    /** An empty result has a wrong shape. */
    EMPTY_SHAPE_WRONG,
    /** Memory is written in place and its version is not raised. */
    VERSION_NOT_RAISED,
    /** Arguments that do not fit are answered with something. */
    CHECK_MISSING,
    /** The operation is not declared, yet answers. */
    UNDECLARED_ANSWERS,
    /** The operation is declared, yet refuses. */
    DECLARED_REFUSES,
    /** The result has another dtype. */
    WRONG_DTYPE,
    /** Of equal elements the last is chosen. */
    TIE_TO_THE_LAST,
    /** A number is rounded in another direction. */
    ROUNDING_DIRECTION;

    private final boolean remembers;

    Kind() {
        this(false);
    }

    Kind(boolean remembers) {
        this.remembers = remembers;
    }

    /** Whether the fault needs to know what buffers held before. */
    boolean remembers() {
        return remembers;
    }

    /** For people: lost broadcast. */
    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ').replace("nan", "NaN");
    }
}
