package dev.retort.serve.detect;

/** Is told what the service does. Called by many threads. */
public interface Measurements {
    /** A stage of an image took so long. */
    void stage(Stage stage, long nanos);

    /** A batch of so many images was computed. */
    void batch(int images);
}
