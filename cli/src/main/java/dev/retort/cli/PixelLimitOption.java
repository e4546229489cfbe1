package dev.retort.cli;

import dev.retort.detection.data.PictureReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --max-pixels}: how large a picture may be. */
final class PixelLimitOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private long pixels = PictureReader.DEFAULT_MAX_PIXELS;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            defaultValue = "" + PictureReader.DEFAULT_MAX_PIXELS,
            description = "Refuse pictures of more pixels, by their header; by default 50 million.")
    private void setPixels(long value) {
        if (value < 1 || value > PictureReader.MOST_PIXELS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--max-pixels': " + value + " is not from 1 to "
                            + PictureReader.MOST_PIXELS);
        }
        pixels = value;
    }

    long pixels() {
        return pixels;
    }
}
