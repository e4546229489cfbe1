package dev.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ErrorLineTest {
    private static String told(Throwable error, boolean training) {
        StringWriter err = new StringWriter();
        assertThat(ErrorLine.print(error, training, false, new PrintWriter(err)))
                .isEqualTo(Retort.FAILED);
        return err.toString();
    }

    @Test
    void aSmallerBatchIsAdvisedToThoseWhoTrain() {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        assertThat(told(error, true))
                .startsWith("retort: out of memory (Java heap space): ")
                .contains("training.batch");
        assertThat(told(error, false))
                .startsWith("retort: out of memory (Java heap space): give more with RETORT_HEAP")
                .doesNotContain("training.batch")
                .hasLineCount(1);
    }
}
