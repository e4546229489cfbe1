package dev.retort.mlflow;

/**
 * What a server has of a run.
 *
 * @param step the last one; -1 for none
 * @param evaluation step of the last evaluation; -1 for none
 */
record SentSteps(long step, long evaluation) {
    static final SentSteps NONE = new SentSteps(-1, -1);

    boolean has(Figures figures) {
        return figures.step() <= (figures.evaluation() ? evaluation : step);
    }
}
