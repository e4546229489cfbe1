package dev.retort.testkit.conformance.known;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import dev.retort.tensor.heap.Elements;
import dev.retort.tensor.reference.ReferenceBackend;

/** The reference with a wrong formula in what integers, places and movement go through. */
enum Planted {
    QUOTIENT_TOWARDS_ZERO("BINARY DIV") {
        @Override
        Backend plant() {
            return withIntegers(BinaryOp.DIV, (a, b) -> a / b);
        }
    },
    SUM_IN_DOUBLES("BINARY ADD") {
        @Override
        Backend plant() {
            return withIntegers(BinaryOp.ADD, (a, b) -> (long) ((double) a + b));
        }
    },
    SUM_SATURATES("BINARY ADD") {
        @Override
        Backend plant() {
            return withIntegers(
                    BinaryOp.ADD, (a, b) -> Math.max(Math.min(a + b, Integer.MAX_VALUE), Integer.MIN_VALUE));
        }
    },
    DIFFERENCE_EXCHANGED("BINARY SUB") {
        @Override
        Backend plant() {
            return withIntegers(BinaryOp.SUB, (a, b) -> b - a);
        }
    },
    PRODUCT_IN_DOUBLES("BINARY MUL") {
        @Override
        Backend plant() {
            return withIntegers(BinaryOp.MUL, (a, b) -> (long) ((double) a * b));
        }
    },
    LARGER_IN_DOUBLES("BINARY MAX") {
        @Override
        Backend plant() {
            return withIntegers(BinaryOp.MAX, (a, b) -> (double) a > b ? a : b);
        }
    },
    SMALLER_BY_SIZE("BINARY MIN") {
        @Override
        Backend plant() {
            return withIntegers(BinaryOp.MIN, (a, b) -> Math.abs(a) < Math.abs(b) ? a : b);
        }
    },
    COMPARED_IN_DOUBLES("COMPARE") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void compare(CompareOp op, Tensor a, Tensor b, Tensor y) {
                    boolean wide = a.dtype() == DType.I64;
                    super.compare(op, wide ? cast(a, DType.F64) : a, wide ? cast(b, DType.F64) : b, y);
                }
            };
        }
    },
    CHOICE_INVERTED("WHERE") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void where(Tensor condition, Tensor a, Tensor b, Tensor y) {
                    boolean floating = a.dtype().isFloating();
                    super.where(condition, floating ? a : b, floating ? b : a, y);
                }
            };
        }
    },
    CLAMP_IN_FLOATS("CLAMP") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void clamp(Tensor x, double low, double high, Tensor y) {
                    super.clamp(x.dtype() == DType.I32 ? cast(cast(x, DType.F32), DType.I32) : x, low, high, y);
                }
            };
        }
    },
    CLAMP_WITHOUT_BOUND("CLAMP") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void clamp(Tensor x, double low, double high, Tensor y) {
                    super.clamp(x, x.dtype().isFloating() ? low : Double.NEGATIVE_INFINITY, high, y);
                }
            };
        }
    },
    REDUCED_OVER_ANOTHER_AXIS("REDUCE") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
                    boolean turned = x.shape().equals(Shape.of(2, 3, 2)) && axes.length == 1 && axes[0] == -1;
                    super.reduce(op, turned ? permute(x, new int[] {2, 1, 0}) : x, axes, y);
                }
            };
        }
    },
    SUM_OF_LONGS_IN_DOUBLES("REDUCE SUM") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void reduce(ReduceOp op, Tensor x, int[] axes, Tensor y) {
                    if (x.dtype() == DType.I64 && op == ReduceOp.SUM) {
                        assign(
                                y,
                                cast(cast(x, DType.F64).reduce(op, false, axes).reshape(y.shape()), DType.I64));
                    } else {
                        super.reduce(op, x, axes, y);
                    }
                }
            };
        }
    },
    LAST_OF_EQUAL_ONES("ARG_REDUCE") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void argReduce(boolean largest, Tensor x, int axis, Tensor y) {
                    Tensor order = argSort(x, axis, !largest);
                    int last = x.dim(axis) - 1;
                    assign(y, order.slice(axis, last, last + 1).reshape(y.shape()));
                }
            };
        }
    },
    RUNNING_SUM_FROM_ZERO("CUMSUM") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void cumsum(Tensor x, int axis, Tensor y) {
                    super.cumsum(x, axis, y);
                    if (!x.dtype().isFloating()) {
                        assign(y, y.sub(x));
                    }
                }
            };
        }
    },
    GATHERED_ALONG_ANOTHER_AXIS("GATHER") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void gather(Tensor x, int axis, int[] indices, Tensor y) {
                    // Places of a flat array: right for one axis only.
                    for (int i = 0; i < indices.length; i++) {
                        Elements.of(y)
                                .setLong(i, Elements.of(x).getLong((int) (indices[i] * (x.size() / x.dim(axis)))));
                    }
                }
            };
        }
    },
    REPEATS_OVERWRITE("SCATTER_ADD") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void scatterAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
                    super.scatterAdd(x, axis, indices, source, y);
                    if (x.shape().rank() == 1) {
                        for (int i = 0; i < indices.length; i++) {
                            double sum = Elements.of(x).get(indices[i])
                                    + Elements.of(source).get(i);
                            Elements.of(y).set(indices[i], sum);
                        }
                    }
                }
            };
        }
    },
    SLICES_ADDED_TO_NOTHING("INDEX_ADD") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void indexAdd(Tensor x, int axis, int[] indices, Tensor source, Tensor y) {
                    super.indexAdd(x.dtype().isFloating() ? x : zeros(x.shape(), x.dtype()), axis, indices, source, y);
                }
            };
        }
    },
    FIRST_SLICE_ALWAYS("INDEX_SELECT") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void indexSelect(Tensor x, int axis, int[] indices, Tensor y) {
                    super.indexSelect(x, axis, new int[indices.length], y);
                }
            };
        }
    },
    PERMUTED_BACK("PERMUTE") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                public Tensor permute(Tensor x, int[] axes) {
                    int[] inverse = new int[axes.length];
                    for (int i = 0; i < axes.length; i++) {
                        inverse[axes[i]] = i;
                    }
                    return super.permute(x, inverse);
                }
            };
        }
    },
    ROUNDED_INSTEAD_OF_CUT("CAST") {
        @Override
        Backend plant() {
            return new ReferenceBackend() {
                @Override
                protected void convert(Tensor x, Tensor y) {
                    super.convert(x.dtype().isFloating() && y.dtype().isIndex() ? x.unary(UnaryOp.ROUND) : x, y);
                }
            };
        }
    };

    /** How the names of the checks that fail begin. */
    final String caughtBy;

    Planted(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    abstract Backend plant();

    private interface Longs {
        long apply(long a, long b);
    }

    private static Backend withIntegers(BinaryOp planted, Longs formula) {
        return new ReferenceBackend() {
            @Override
            protected void binary(BinaryOp op, Tensor a, Tensor b, Tensor y) {
                super.binary(op, a, b, y);
                if (op == planted && !a.dtype().isFloating() && a.size() == b.size()) {
                    for (int i = 0; i < y.size(); i++) {
                        long left = Elements.of(a).getLong(i);
                        long right = Elements.of(b).getLong(i);
                        Elements.of(y).setLong(i, formula.apply(left, right));
                    }
                }
            }
        };
    }
}
