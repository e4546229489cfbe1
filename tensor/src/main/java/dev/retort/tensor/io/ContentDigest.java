package dev.retort.tensor.io;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * SHA-256 of all that a safetensors file says, in the file's order: first the header (without the entry that holds this digest),
 * then the data.
 */
final class ContentDigest {
    private final MessageDigest sha;

    /** Takes the header in; {@link #update} the data. */
    ContentDigest(SafeTensorsHeader header) {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
        Map<String, String> metadata = new LinkedHashMap<>(header.metadata());
        metadata.remove(SafeTensors.SEAL);
        sha.update(new SafeTensorsHeader(header.slots(), metadata).toJson().getBytes(StandardCharsets.UTF_8));
    }

    /** Takes what remains in the buffer. */
    void update(ByteBuffer data) {
        sha.update(data);
    }

    /** 64 hexadecimal digits. Ends the digest. */
    String hex() {
        return HexFormat.of().formatHex(sha.digest());
    }
}
