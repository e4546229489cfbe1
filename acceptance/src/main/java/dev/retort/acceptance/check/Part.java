package dev.retort.acceptance.check;

/** One part of a check of a device. It runs in a process of its own, so that a crash or a hang costs this part alone. */
public interface Part {
    /** As {@code --only} and {@code --skip} name it. */
    String name();

    /** What it does, in one line. */
    String what();

    /** Seconds after which it is ended, where nobody names other ones. */
    default int limit() {
        return 600;
    }

    /**
     * Does it. What is told to {@code run} is kept even if the process ends before its time.
     *
     * @throws SkippedException if it makes no sense here
     * @throws AssertionError if the device does not do what it should
     */
    void run(PartRun run) throws Exception;
}
