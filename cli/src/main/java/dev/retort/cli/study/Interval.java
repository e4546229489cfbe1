package dev.retort.cli.study;

/** A confidence interval, bounds included. */
record Interval(double low, double high) {
    boolean leavesOut(double value) {
        return value < low || value > high;
    }
}
