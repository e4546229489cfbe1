package dev.retort.autograd;

/** What a check holds against differences: a function of flat inputs, and the gradients that it claims. */
interface Subject {
    /** The function's output at a point, one array for each input; the point is not kept and not changed. */
    double[] value(double[][] point);

    /** The claimed gradients of {@code sum(projection*value)} at a point, for each input. */
    double[][] gradients(double[][] point, double[] projection);
}
