package dev.retort.spark.tcp;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What the ranks of one job know and nobody else. It is proven, never sent. What is exchanged afterwards is not encrypted. */
public final class JobSecret implements Serializable {
    private static final long serialVersionUID = 1;
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;

    private final byte[] key;

    private JobSecret(byte[] key) {
        this.key = key;
    }

    /** A new one. */
    public static JobSecret create() {
        return new JobSecret(random());
    }

    /** A number that is used once, 32 bytes. */
    static byte[] random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** What only a holder of the secret can answer to a challenge, in a role. */
    byte[] answer(String role, byte[] challenge) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(role.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(challenge);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean proves(String role, byte[] challenge, byte[] answer) {
        return MessageDigest.isEqual(answer(role, challenge), answer);
    }

    /** Says nothing of the secret. */
    @Override
    public String toString() {
        return "a job's secret";
    }
}
