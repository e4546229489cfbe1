package dev.retort.acceptance.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Parts that do nothing but pass, fail, hang or crash, and the main method of their process. */
final class FakeParts {
    private FakeParts() {}

    /** What a part does. */
    private interface Body {
        void run(PartRun run) throws Exception;
    }

    private record Fake(String name, Body body) implements Part {
        @Override
        public String what() {
            return "Does what its name says";
        }

        @Override
        public void run(PartRun run) throws Exception {
            body.run(run);
        }
    }

    static List<Part> all() {
        return List.of(
                new Fake("fails", run -> {
                    throw new AssertionError("2 + 2 is 5");
                }),
                new Fake("hangs", run -> {
                    run.figure("before", 1.5);
                    Thread.sleep(600_000);
                }),
                new Fake("crashes", run -> {
                    run.say("about to crash");
                    System.out.println("the driver's last words");
                    System.out.flush();
                    Runtime.getRuntime().halt(134);
                }),
                new Fake("counts", run -> {
                    for (int i = 0; i < 30; i++) {
                        run.fail("wrong " + i);
                    }
                    run.sum("30 of 30 are wrong");
                }),
                new Fake("skips", run -> {
                    throw new SkippedException("there is nothing | to do");
                }),
                new Fake("passes", run -> {
                    run.row(Map.of("time", 0.25));
                    run.sum("all is well");
                }));
    }

    public static void main(String[] arguments) {
        Part part = all().stream()
                .filter(p -> p.name().equals(arguments[0]))
                .findFirst()
                .orElseThrow();
        CheckSettings settings = new CheckSettings("simd", 4, "64x96", List.of(1));
        PartRun.run(part, settings, Path.of(arguments[arguments.length - 1]));
    }
}
