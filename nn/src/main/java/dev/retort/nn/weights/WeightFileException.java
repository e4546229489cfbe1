package dev.retort.nn.weights;

import java.io.IOException;
import java.nio.file.Path;

/** A weight file that cannot be read. The message names the file, says what is wrong with it and what to do. */
public final class WeightFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What to do about a file that is not whole. */
    static final String DOWNLOAD_AGAIN = "Download it again: it is damaged or was cut off";
    /** What to do about a file that holds more than weights. */
    static final String SAVE_WEIGHTS =
            "If you trust it, open it in Python and save the weights alone: torch.save(model.state_dict(), file)";

    /**
     * Of {@code FILE: reason. remedy}.
     *
     * @param reason what is wrong, as a predicate of which the file is the subject
     * @param remedy what to do
     */
    public WeightFileException(Path file, String reason, String remedy) {
        super(file + ": " + reason + ". " + remedy);
    }

    /** Of a whole message, for a file that another reader refused. */
    WeightFileException(String message, IOException cause) {
        super(message, cause);
    }
}
