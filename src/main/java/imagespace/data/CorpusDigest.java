package imagespace.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digest of a data set: SHA-256 over training pixels, training labels, test pixels and test labels, a byte each. */
final class CorpusDigest {
    private CorpusDigest() {}

    /** 64 hexadecimal digits. */
    static String of(Dataset train, Dataset test) {
        MessageDigest sha256 = sha256();
        for (Dataset split : new Dataset[] {train, test}) {
            sha256.update(split.images().pixels());
            for (int label : split.labels()) {
                sha256.update((byte) label);
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
