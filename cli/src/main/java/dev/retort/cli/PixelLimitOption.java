package dev.retort.cli;

import dev.retort.detection.data.ImageFileReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --max-pixels}: how large an image may be. */
public final class PixelLimitOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private long pixels = ImageFileReader.DEFAULT_MAX_PIXELS;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            defaultValue = "" + ImageFileReader.DEFAULT_MAX_PIXELS,
            description = "Refuse images of more pixels, by their header; by default 50 million.")
    private void setPixels(long value) {
        if (value < 1 || value > ImageFileReader.MOST_PIXELS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--max-pixels': " + value + " is not from 1 to "
                            + ImageFileReader.MOST_PIXELS);
        }
        pixels = value;
    }

    public long pixels() {
        return pixels;
    }
}
