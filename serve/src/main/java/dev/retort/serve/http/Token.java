package dev.retort.serve.http;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServiceException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/** A secret that callers send in the header {@code Authorization: Bearer ...}. */
public final class Token {
    private static final String SCHEME = "Bearer ";
    private static final int LEAST_LENGTH = 16;
    /** The characters of RFC 6750. */
    private static final Pattern CHARACTERS = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private final byte[] secret;

    private Token(String secret) {
        this.secret = secret.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The token that a file has as its only line.
     *
     * @throws IllegalArgumentException if it is none, or too short to be a secret
     */
    public static Token read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("The token file " + file + " is no text", e);
        }
        if (text.length() < LEAST_LENGTH || !CHARACTERS.matcher(text).matches()) {
            throw new IllegalArgumentException("The token file " + file + " must have one line of " + LEAST_LENGTH
                    + " or more letters, digits and -._~+/, as 'openssl rand -hex 32' prints it");
        }
        return new Token(text);
    }

    /**
     * Passes if a header brings the token. The time that it takes does not tell how much of it was right.
     *
     * @param authorization the header's value; empty if there is none
     */
    void check(String authorization) {
        boolean bearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        String given = bearer ? authorization.substring(SCHEME.length()).strip() : "";
        if (!MessageDigest.isEqual(secret, given.getBytes(StandardCharsets.UTF_8))) {
            throw new ServiceException(
                    FailureKind.TOKEN,
                    bearer
                            ? "The token is wrong"
                            : "This service needs a token: send the header 'Authorization: Bearer TOKEN'");
        }
    }
}
