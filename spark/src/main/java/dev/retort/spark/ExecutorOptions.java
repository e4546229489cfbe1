package dev.retort.spark;

/** What executors' JVMs are started with beside what Spark adds itself: vectors for kernels, native access for devices. */
public final class ExecutorOptions {
    /** Spark's setting. */
    public static final String KEY = "spark.executor.extraJavaOptions";

    private static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    private ExecutorOptions() {}

    /** The value of {@link #KEY}: Retort's options behind others. */
    public static String with(String others) {
        StringBuilder options = new StringBuilder(others);
        for (String option : new String[] {VECTORS, NATIVE}) {
            if (!others.contains(option)) {
                options.append(options.isEmpty() ? "" : " ").append(option);
            }
        }
        return options.toString();
    }
}
