package dev.retort.kernels.cuda;

import dev.retort.kernels.JavaProcess;
import dev.retort.kernels.device.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM that finds the stand-in where it looks for NVIDIA's driver. */
final class StandInProcess {
    private StandInProcess() {}

    /** What the main method of a class says. Settings of the stand-in are NAME=VALUE. */
    static String run(Class<?> main, List<String> settings, String... options)
            throws IOException, InterruptedException {
        return JavaProcess.output(of(main, settings, options).start());
    }

    /** The same, before it starts. */
    static ProcessBuilder of(Class<?> main, List<String> settings, String... options)
            throws IOException, InterruptedException {
        Path folder = StandInDriver.build();
        List<String> all = new ArrayList<>(List.of(options));
        if (all.stream().noneMatch(option -> option.startsWith("-D" + CacheFolder.PROPERTY))) {
            all.add("-D" + CacheFolder.PROPERTY + "=" + Files.createTempDirectory(folder, "cache"));
        }
        ProcessBuilder builder =
                JavaProcess.of(main, all.toArray(String[]::new)).redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            builder.environment().put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return builder;
    }
}
