package dev.retort.nn.optim;

/** The learning rate of each iteration, counted from 0. */
@FunctionalInterface
public interface Schedule {
    double learningRate(long iteration);

    /** The same learning rate for ever. */
    static Schedule constant(double learningRate) {
        return iteration -> learningRate;
    }
}
