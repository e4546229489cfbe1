package dev.retort.kernels.cuda;

import dev.retort.kernels.JavaProcess;
import java.io.IOException;
import java.util.List;

/** A JVM that finds the stand-in where it looks for NVIDIA's driver. */
final class StandInProcess {
    private StandInProcess() {}

    /** What the main method of a class says. Settings of the stand-in are NAME=VALUE. */
    static String run(Class<?> main, List<String> settings, String... options) throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProcess.of(main, options).redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", StandInDriver.build().toString());
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            builder.environment().put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return JavaProcess.output(builder.start());
    }
}
