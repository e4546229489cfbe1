package dev.retort.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** Which Spark runs a job. */
final class SessionOptions {
    private static final String LOGGING = "log4j2.configurationFile";

    @Option(
            names = "--master",
            paramLabel = "URL",
            description =
                    "Where Spark runs: local[4] for four tasks at once in this process, or a cluster's address; by default what"
                            + " spark-submit says, else local[*].")
    private String master;

    @Option(names = "--conf", paramLabel = "KEY=VALUE", description = "A setting of Spark's; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** These options with a setting that a user's own goes before. */
    SessionOptions with(String key, String value) {
        settings.putIfAbsent(key, value);
        return this;
    }

    /** The session of this JVM. Spark says no more than warnings unless its logging is configured. */
    SparkSession open(String name) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "classpath:dev/retort/spark/log4j2.properties");
        }
        SparkSession.Builder builder = SparkSession.builder().appName(name);
        builder.config(ExecutorOptions.KEY, ExecutorOptions.with(System.getProperty(ExecutorOptions.KEY, "")));
        settings.forEach(builder::config);
        if (master != null) {
            builder.master(master);
        } else if (System.getProperty("spark.master") == null && !settings.containsKey("spark.master")) {
            builder.master("local[*]");
        }
        return builder.getOrCreate();
    }
}
