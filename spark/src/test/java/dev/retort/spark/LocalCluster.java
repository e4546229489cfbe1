package dev.retort.spark;

import org.apache.spark.sql.SparkSession;

/** Sessions for tests. */
final class LocalCluster {
    private LocalCluster() {}

    /** Two executors, processes of their own, of one slot each. */
    static SparkSession ofProcesses() {
        return session("local-cluster[2,1,1024]");
    }

    /** Two slots in this process. */
    static SparkSession ofThreads() {
        return session("local[2]");
    }

    private static SparkSession session(String master) {
        return SparkSession.builder()
                .master(master)
                .appName("test")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.heartbeatInterval", "1s")
                .config(ExecutorOptions.KEY, ExecutorOptions.with(""))
                .getOrCreate();
    }
}
