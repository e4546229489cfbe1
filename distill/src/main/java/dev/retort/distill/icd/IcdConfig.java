package dev.retort.distill.icd;

/**
 * The settings of instance-conditional knowledge distillation (arXiv 2110.12724); {@link #defaults} are those of the
 * published one-stage detectors on COCO.
 */
public record IcdConfig(
        Descriptors descriptors, Decoder decoder, Auxiliary auxiliary, Distillation distillation, Phases phases) {

    /** With the phases of the published runs. */
    public IcdConfig(Descriptors descriptors, Decoder decoder, Auxiliary auxiliary, Distillation distillation) {
        this(descriptors, decoder, auxiliary, distillation, Phases.JOINT);
    }

    public static IcdConfig defaults(int classes) {
        return new IcdConfig(
                Descriptors.defaults(classes), Decoder.defaults(), Auxiliary.defaults(), Distillation.defaults());
    }

    /**
     * How instances are described.
     *
     * @param classes of the data set
     * @param slots how many instances an image gets (default: 5 sampled ones a real one, 300 at most)
     * @param jitter how far a center may move, as a fraction of the box's size (default 0.3)
     * @param scaleIndicator whether the descriptor tells the box's size in 5 steps (default true)
     * @param lastImageScale whether all images take the last one's size for that, as in the released code (default
     *     false)
     */
    public record Descriptors(
            int classes, SlotRule slots, double jitter, boolean scaleIndicator, boolean lastImageScale) {
        /** Numbers of a center's sine embedding. */
        static final int CENTER_WIDTH = 256;
        /** Steps of the size of one side. */
        static final int SCALES = 5;

        public Descriptors {
            if (classes < 1 || !(jitter >= 0) || Double.isInfinite(jitter)) {
                throw new IllegalArgumentException(
                        "Descriptors need at least 1 class and a finite jitter of at least 0, not " + classes + " and "
                                + jitter);
            }
        }

        public static Descriptors defaults(int classes) {
            return new Descriptors(classes, SlotRule.relative(), 0.3, true, false);
        }

        /** Numbers of a descriptor: classes + 256, and 10 with the scale indicator. */
        public int width() {
            return classes + CENTER_WIDTH + (scaleIndicator ? 2 * SCALES : 0);
        }
    }

    /**
     * The conditional decoder.
     *
     * @param channels C, the teacher's pyramid width (default 256)
     * @param heads attention heads (default 8)
     * @param layers decoder layers; 0 is bare attention without residual, norms and feed-forward (default 1)
     * @param projectPositions whether positions pass a linear layer before they are added (default true)
     * @param positionsOnValues whether they are added to values too, the student's as well (default false)
     */
    public record Decoder(int channels, int heads, int layers, boolean projectPositions, boolean positionsOnValues) {
        public Decoder {
            if (channels < 1 || channels % 2 != 0 || heads < 1 || channels % heads != 0 || layers < 0) {
                throw new IllegalArgumentException(
                        "A decoder needs an even number of channels that its heads divide, and"
                                + " 0 or more layers, not " + channels + " channels, " + heads + " heads, " + layers
                                + " layers");
            }
        }

        public static Decoder defaults() {
            return new Decoder(256, 8, 1, true, false);
        }

        /** How many times the decoder attends: its layers, at least 1. */
        int attentions() {
            return Math.max(1, layers);
        }
    }

    /**
     * Weights of the auxiliary losses; 0 leaves one out (both default 1).
     */
    public record Auxiliary(double identificationWeight, double localizationWeight) {
        public Auxiliary {
            if (!(identificationWeight >= 0) || !(localizationWeight >= 0)) {
                throw new IllegalArgumentException("The auxiliary losses' weights must be at least 0, not "
                        + identificationWeight + " and " + localizationWeight);
            }
        }

        /** Whether the decoder learns at all. */
        boolean isTrained() {
            return identificationWeight > 0 || localizationWeight > 0;
        }

        public static Auxiliary defaults() {
            return new Auxiliary(1, 1);
        }
    }

    /**
     * The distillation loss.
     *
     * @param weight factor; 0 leaves the student alone, bit for bit (default 8; two-stage detectors 3)
     * @param form (default MSE)
     * @param norm (default both sides)
     * @param temperature (default 1)
     * @param negatives whether sampled instances count as real ones do (default false)
     * @param startIteration before it, the loss trains only the student's projection (default 1000)
     */
    public record Distillation(
            double weight,
            LossForm form,
            DistillationNorm norm,
            Temperature temperature,
            boolean negatives,
            int startIteration) {
        public Distillation {
            if (!(weight >= 0) || Double.isInfinite(weight) || startIteration < 0) {
                throw new IllegalArgumentException(
                        "Distillation needs a finite weight and a start iteration of at least 0," + " not " + weight
                                + " and " + startIteration);
            }
        }

        public static Distillation defaults() {
            return new Distillation(8, LossForm.MSE, DistillationNorm.BOTH, Temperature.fixed(1), false, 1000);
        }
    }

    /**
     * Which parts learn when. Iterations count from 0, from the beginning of the run.
     *
     * <p>Before {@code decoderPretraining}, encoder and decoder learn alone, by the auxiliary losses. There is no distillation loss, so
     * the student's projection waits, and the student does not move: its optimizer takes no step, neither weights nor momentum nor
     * running statistics nor loss normalizer change. Learning rates follow the run's iterations all the same: a warm-up that is
     * shorter than this is over when the student begins, and the decoder's cosine covers the whole run.
     *
     * <p>From {@code endOfJointTraining} on, encoder and decoder are frozen: no auxiliary losses, no step of AdamW for them.
     * The student's projection belongs to the student's side and goes on learning: frozen, it would hold the student to a map that fits
     * the features it had at that time.
     *
     * <p>From {@code endIteration} on, the student learns alone by its detector's losses: nothing of the method learns.
     *
     * @param decoderPretraining 0 for none (default)
     * @param endOfJointTraining 0 for never (default)
     * @param endIteration 0 for never (default)
     */
    public record Phases(int decoderPretraining, int endOfJointTraining, int endIteration) {
        /** All parts learn from the first iteration to the last. */
        public static final Phases JOINT = new Phases(0, 0, 0);

        public Phases {
            if (decoderPretraining < 0 || endOfJointTraining < 0 || endIteration < 0) {
                throw new IllegalArgumentException("Phases end at iterations of at least 0, not " + decoderPretraining
                        + ", " + endOfJointTraining + " and " + endIteration);
            }
        }

        boolean isPretraining(long iteration) {
            return iteration < decoderPretraining;
        }

        boolean isOver(long iteration) {
            return endIteration > 0 && iteration >= endIteration;
        }

        boolean trainsDecoder(long iteration) {
            return !isOver(iteration) && (endOfJointTraining == 0 || iteration < endOfJointTraining);
        }

        boolean teachesStudent(long iteration) {
            return !isOver(iteration) && !isPretraining(iteration);
        }
    }
}
