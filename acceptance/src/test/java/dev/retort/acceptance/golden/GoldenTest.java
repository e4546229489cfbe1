package dev.retort.acceptance.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every case of the golden sets, one dynamic test each. Other sets of the same format are run with
 * {@code mvn verify -Dgroups=golden -Dretort.golden=FOLDER}, some cases alone with {@code -Dretort.golden.cases=fcos/*}.
 */
@Tag("golden")
class GoldenTest {
    private static GoldenRunner runner;

    @BeforeAll
    static void open() throws IOException {
        runner = GoldenRunner.open();
    }

    @AfterAll
    static void close() throws IOException {
        runner.close();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return runner.cases().stream().map(golden -> dynamicTest(golden.name(), () -> runner.run(golden)));
    }
}
