package dev.retort.nn.backbone;

/**
 * Which feature pyramid (arXiv 1612.03144).
 *
 * @param finest number of the finest stage with a lateral: 2 (levels from p2, stride 4) or 3 (from p3, stride 8); the coarsest is 5
 * @param channels of every level
 * @param top what makes levels coarser than p5
 */
public record PyramidOptions(int finest, int channels, TopBlock top) {
    static final int COARSEST_STAGE = 5;

    /** The levels above p5. */
    public sealed interface TopBlock {
        /** How many there are. */
        int levels();

        /** None: p5 is the coarsest level. */
        record None() implements TopBlock {
            @Override
            public int levels() {
                return 0;
            }
        }

        /** p6 is every second position of p5, a 1x1 max pool of stride 2 without weights: Faster R-CNN with FPN. */
        record PooledP5() implements TopBlock {
            @Override
            public int levels() {
                return 1;
            }
        }

        /**
         * p6 and p7 are 3x3 convolutions of stride 2, one on the other.
         *
         * @param source what p6 is made of
         * @param relu whether p7 sees relu(p6)
         */
        record Convolutions(Source source, boolean relu) implements TopBlock {
            @Override
            public int levels() {
                return 2;
            }
        }
    }

    /** What p6 is made of. */
    public enum Source {
        /** The backbone's coarsest map: RetinaNet. */
        RES5,
        /** The pyramid's: FCOS. */
        P5
    }

    public PyramidOptions {
        if (finest != 2 && finest != 3) {
            throw new IllegalArgumentException("A pyramid's finest level is p2 or p3, not p" + finest);
        }
        if (channels < 1) {
            throw new IllegalArgumentException("A pyramid needs 1 channel or more, got " + channels);
        }
    }

    /** p3 to p7, p6 from res5 (arXiv 1708.02002, section 4). */
    public static PyramidOptions retinaNet(int channels) {
        return new PyramidOptions(3, channels, new TopBlock.Convolutions(Source.RES5, true));
    }

    /** p3 to p7, p6 from p5 (arXiv 1904.01355, section 3.2). */
    public static PyramidOptions fcos(int channels) {
        return new PyramidOptions(3, channels, new TopBlock.Convolutions(Source.P5, true));
    }

    /** Number of levels. */
    public int levels() {
        return COARSEST_STAGE - finest + 1 + top.levels();
    }
}
