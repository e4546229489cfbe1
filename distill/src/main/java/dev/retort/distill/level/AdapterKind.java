package dev.retort.distill.level;

/** How a student's map is brought to the teacher's channels before they are compared. */
public enum AdapterKind {
    /** Not at all: both have as many channels. */
    NONE(0, false),
    /** A 1x1 convolution with bias. */
    CONV1X1(1, false),
    /** A 3x3 convolution with bias. */
    CONV3X3(3, false),
    /** A 3x3 convolution with bias and ReLU. */
    CONV3X3RELU(3, true);

    private final int kernel;
    private final boolean relu;

    AdapterKind(int kernel, boolean relu) {
        this.kernel = kernel;
        this.relu = relu;
    }

    /** None where widths agree, else a 1x1 convolution: what most methods do. */
    public static AdapterKind between(int studentChannels, int teacherChannels) {
        return studentChannels == teacherChannels ? NONE : CONV1X1;
    }

    int kernel() {
        return kernel;
    }

    boolean relu() {
        return relu;
    }
}
