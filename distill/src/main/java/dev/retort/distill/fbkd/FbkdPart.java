package dev.retort.distill.fbkd;

import dev.retort.nn.BuildContext;
import dev.retort.nn.Conv2d;
import dev.retort.nn.Linear;
import dev.retort.nn.Module;
import dev.retort.nn.init.Initializers;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;

/** One of the four parts of FBKD on one level, with the modules that are its own. */
public abstract sealed class FbkdPart extends Module {
    private FbkdPart(BuildContext context) {
        super(context);
    }

    /**
     * The unweighted loss, a scalar.
     *
     * @param student [N, h, w, C'], on the tape
     * @param teacher [N, h, w, C], a constant
     */
    public abstract Tensor loss(Tensor student, Tensor teacher);

    /** A convolution with the first values that PyTorch gives it. */
    private static Conv2d.Options convolution(int in, int out, int kernel) {
        double bound = 1 / Math.sqrt((double) in * kernel * kernel);
        return Conv2d.of(in, out, kernel).withInit(Initializers.uniform(bound), Initializers.uniform(bound));
    }

    /** Maps where either side is active; its adapter is there at any widths. */
    public static final class Feature extends FbkdPart {
        private final double temperature;
        private final Conv2d adapter;

        /**
         * Makes the part.
         *
         * @param in the student's channels, C'
         * @param out the teacher's channels, C
         * @param temperature of the attention
         */
        public Feature(BuildContext context, int in, int out, double temperature) {
            super(context);
            this.temperature = temperature;
            adapter = child("adapter", at -> new Conv2d(at, convolution(in, out, 1)));
        }

        @Override
        public Tensor loss(Tensor student, Tensor teacher) {
            try (Scope scope = Scope.open()) {
                Tensor mask = FbkdLoss.mask(student, teacher, temperature);
                return scope.keep(FbkdLoss.feature(adapter.forward(student), teacher, mask));
            }
        }
    }

    /** Means over cells. */
    public static final class Channel extends FbkdPart {
        private final Linear adapter;

        /** @see Feature */
        public Channel(BuildContext context, int in, int out) {
            super(context);
            adapter = child("adapter", at -> new Linear(at, in, out));
        }

        @Override
        public Tensor loss(Tensor student, Tensor teacher) {
            try (Scope scope = Scope.open()) {
                return scope.keep(FbkdLoss.distance(adapter.forward(student.mean(1, 2)), teacher.mean(1, 2)));
            }
        }
    }

    /** Means over channels. */
    public static final class Spatial extends FbkdPart {
        private static final int KERNEL = 3;

        private final Conv2d adapter;

        /** Of any widths. */
        public Spatial(BuildContext context) {
            super(context);
            adapter = child("adapter", at -> new Conv2d(at, convolution(1, 1, KERNEL)));
        }

        @Override
        public Tensor loss(Tensor student, Tensor teacher) {
            try (Scope scope = Scope.open()) {
                return scope.keep(
                        FbkdLoss.distance(adapter.forward(student.mean(3).unsqueeze(3)), teacher.mean(3).unsqueeze(3)));
            }
        }
    }

    /** Maps behind non-local blocks, of which the teacher's is trained, too. */
    public static final class Relation extends FbkdPart {
        private final NonLocal studentBlock;
        private final NonLocal teacherBlock;
        private final Conv2d adapter;

        /**
         * Makes the part.
         *
         * @param in the student's channels, C'
         * @param out the teacher's channels, C
         * @param pool of the blocks' keys and values, cells
         */
        public Relation(BuildContext context, int in, int out, int pool) {
            super(context);
            studentBlock = child("student", at -> new NonLocal(at, in, pool));
            teacherBlock = child("teacher", at -> new NonLocal(at, out, pool));
            adapter = child("adapter", at -> new Conv2d(at, convolution(in, out, 1)));
        }

        /** As above; N*h*w is 2 or more, since one number has no variance. */
        @Override
        public Tensor loss(Tensor student, Tensor teacher) {
            try (Scope scope = Scope.open()) {
                Tensor own = adapter.forward(studentBlock.forward(student));
                return scope.keep(FbkdLoss.distance(own, teacherBlock.forward(teacher)));
            }
        }
    }
}
