package dev.retort.nn.optim;

/** The learning rate of each iteration, counted from 0. */
@FunctionalInterface
public interface Schedule {
    double rate(long iteration);

    /** The same rate for ever. */
    static Schedule constant(double rate) {
        return iteration -> rate;
    }
}
