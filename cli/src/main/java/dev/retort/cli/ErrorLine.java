package dev.retort.cli;

import dev.retort.cli.job.StoppedException;
import dev.retort.detection.DetectorException;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.Printable;
import dev.retort.detection.train.RunBrokenOffException;
import dev.retort.detection.train.TrainingException;
import dev.retort.distill.DistillationException;
import dev.retort.nn.parallel.PeerException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/**
 * Tells a failure in one line. Errors whose message is meant for people are told as they are; any other is a defect of
 * the program and is named as one, with its stack trace.
 */
final class ErrorLine {
    private ErrorLine() {}

    /** @param training whether the command trains, so that its recipe can ask for less */
    static int print(Throwable thrown, boolean training, boolean verbose, PrintWriter err) {
        if (thrown instanceof StoppedException) {
            return Retort.INTERRUPTED;
        }
        Throwable error = thrown instanceof RunBrokenOffException ? thrown.getCause() : thrown;
        boolean known = isForPeople(error);
        err.println("retort: " + (known ? "" : "unexpected error, please report it: ")
                + oneLine(message(error, training)) + left(thrown));
        if (verbose || !known) {
            error.printStackTrace(err);
        }
        err.flush();
        return Retort.FAILED;
    }

    /** What a run that failed in the middle has left. */
    private static String left(Throwable thrown) {
        return thrown instanceof RunBrokenOffException && !thrown.getMessage().isEmpty()
                ? ". " + oneLine(thrown.getMessage())
                : "";
    }

    private static boolean isForPeople(Throwable error) {
        return error instanceof IllegalArgumentException
                || error instanceof IllegalStateException
                || error instanceof UncheckedIOException
                || error instanceof IOException
                || error instanceof DataException
                || error instanceof TrainingException
                || error instanceof DetectorException
                || error instanceof DistillationException
                || error instanceof OutOfMemoryError
                || error instanceof PeerException && (error.getCause() == null || isForPeople(error.getCause()));
    }

    private static String message(Throwable error, boolean training) {
        if (error instanceof OutOfMemoryError) {
            return "out of memory (" + error.getMessage() + "): give more with RETORT_HEAP=..., now "
                    + Runtime.getRuntime().maxMemory() / 1_000_000 + " MB"
                    + (training ? ", or make training.batch smaller" : "");
        }
        if (error instanceof UncheckedIOException unchecked
                && unchecked.getMessage().equals(unchecked.getCause().toString())) {
            return message(unchecked.getCause(), training);
        }
        // The file system's own exceptions have nothing but the path as a message.
        if (error instanceof NoSuchFileException) {
            return "there is no " + error.getMessage();
        }
        if (error instanceof AccessDeniedException) {
            return "no permission for " + error.getMessage();
        }
        if (error instanceof FileAlreadyExistsException) {
            return error.getMessage() + " is there already";
        }
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }

    private static String oneLine(String message) {
        return Printable.line(message.strip().replaceAll("\\s*\\R\\s*", " "));
    }
}
