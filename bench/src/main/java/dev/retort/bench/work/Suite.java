package dev.retort.bench.work;

import java.util.List;
import java.util.Locale;

/** The suites; a row's name begins with its suite's. */
public enum Suite {
    OPS {
        @Override
        public List<Work> works(Scenario scenario) {
            return OpsSuite.of(scenario);
        }
    };

    /** All rows of the suite. */
    public abstract List<Work> works(Scenario scenario);

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
