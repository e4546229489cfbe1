package dev.retort.detection.data;

import java.util.Locale;

/**
 * The classes of the generated data set, in class order, each as an inside test in its own coordinates: a shape fills
 * (most of) the square [-1, 1] x [-1, 1].
 */
enum ShapeKind {
    CIRCLE {
        @Override
        boolean inside(double u, double v) {
            return u * u + v * v <= 1;
        }
    },
    SQUARE {
        @Override
        boolean inside(double u, double v) {
            return Math.abs(u) <= SQUARE_HALF && Math.abs(v) <= SQUARE_HALF;
        }
    },
    TRIANGLE {
        @Override
        boolean inside(double u, double v) {
            // Equilateral, in the unit circle: three half-planes at distance 1/2 from the center.
            return v <= 0.5 && SIN_60 * u - 0.5 * v <= 0.5 && -SIN_60 * u - 0.5 * v <= 0.5;
        }
    },
    RING {
        @Override
        boolean inside(double u, double v) {
            double square = u * u + v * v;
            return square <= 1 && square >= RING_HOLE * RING_HOLE;
        }
    },
    CROSS {
        @Override
        boolean inside(double u, double v) {
            double a = Math.abs(u);
            double b = Math.abs(v);
            return Math.max(a, b) <= CROSS_LENGTH && Math.min(a, b) <= CROSS_WIDTH;
        }
    },
    STAR {
        @Override
        boolean inside(double u, double v) {
            // Five points at radius 1, five notches at the pentagram's inner radius. A point is inside if at most one
            // of
            // the pentagram's five lines (all at distance cos 72 from the center) separates it from the center.
            int beyond = 0;
            for (int i = 0; i < STAR_X.length; i++) {
                beyond += u * STAR_X[i] + v * STAR_Y[i] > COS_72 ? 1 : 0;
            }
            return beyond <= 1 && u * u + v * v <= 1;
        }
    };

    private static final double SQUARE_HALF = 0.78;
    private static final double SIN_60 = StrictMath.sqrt(3) / 2;
    private static final double RING_HOLE = 0.55;
    private static final double CROSS_LENGTH = 0.95;
    private static final double CROSS_WIDTH = 0.3;
    private static final double COS_72 = StrictMath.cos(2 * Math.PI / 5);
    private static final double[] STAR_X = new double[5];
    private static final double[] STAR_Y = new double[5];

    static {
        for (int i = 0; i < STAR_X.length; i++) {
            STAR_X[i] = StrictMath.sin(2 * Math.PI * i / 5);
            STAR_Y[i] = StrictMath.cos(2 * Math.PI * i / 5);
        }
    }

    /** Whether a point is part of the shape. */
    abstract boolean inside(double u, double v);

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
