package imagespace.data;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;

/**
 * A data set as its makers publish it: one archive. Read from a manifest in the repository's {@code data} folder.
 *
 * @param url where it is
 * @param bytes its size
 * @param sha256 its digest, 64 hexadecimal digits
 * @param folder the folder that it holds
 */
@JsonIgnoreProperties(ignoreUnknown = true) // the manifest says more, for people
public record Archive(URI url, long bytes, String sha256, String folder) {
    /** CIFAR-10's binary version. */
    public static Archive cifar10() {
        try (InputStream in = Archive.class.getResourceAsStream("/data/cifar10.json")) {
            return new ObjectMapper().readValue(in, Archive.class);
        } catch (IOException e) {
            throw new UncheckedIOException("the manifest in the jar is damaged", e);
        }
    }
}
