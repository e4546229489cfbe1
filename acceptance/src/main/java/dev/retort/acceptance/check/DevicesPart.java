package dev.retort.acceptance.check;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What there is, and whether the device can be used. */
final class DevicesPart implements Part {
    @Override
    public String name() {
        return "devices";
    }

    @Override
    public String what() {
        return "What there is to compute with, and the first small sum on the device";
    }

    @Override
    public int limit() {
        return 120;
    }

    @Override
    public void run(PartRun run) {
        driver(run);
        for (BackendProvider provider : Backends.providers()) {
            BackendProvider.Usability usability = provider.usability();
            run.say(provider.name() + ": " + (usability.usable() ? "usable: " : "not usable: ") + usability.reason());
        }
        try (Backend backend = Backends.create(run.settings().device())) {
            run.sum(backend.describe());
            double sum = backend.tensor(new float[] {1, 2, 4}, 3).sum().item();
            if (sum != 7) {
                run.fail("1 + 2 + 4 is " + sum + " on " + backend.name());
            }
        }
    }

    /** The driver's own words, where its tool is. */
    private static void driver(PartRun run) {
        try {
            Process tool = new ProcessBuilder(
                            "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            run.figure("nvidia-smi", new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException notThere) {
            run.figure("nvidia-smi", "not there");
        }
    }
}
