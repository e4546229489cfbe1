package dev.retort.detection.recipe;

/** A recipe cannot be read or is wrong. The message names the key, where it was given, and what would be right. */
public class RecipeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public RecipeException(String message) {
        super(message);
    }

    public RecipeException(String message, Throwable cause) {
        super(message, cause);
    }
}
