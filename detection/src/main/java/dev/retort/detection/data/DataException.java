package dev.retort.detection.data;

/** Something about a data set or an image is wrong; the message names the file, the value and what to do about it. */
public class DataException extends RuntimeException {
    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
