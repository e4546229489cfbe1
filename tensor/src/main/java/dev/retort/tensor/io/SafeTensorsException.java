package dev.retort.tensor.io;

import java.io.IOException;
import java.nio.file.Path;

/** A safetensors file that cannot be read as one. The message names the file and, where there is one, the tensor. */
public class SafeTensorsException extends IOException {
    private static final long serialVersionUID = 1L;

    public SafeTensorsException(Path file, String problem) {
        this(file, problem, null);
    }

    public SafeTensorsException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
