package imagespace.data;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A data set as its makers publish it: one archive. Read from a manifest in the repository's {@code data} folder.
 *
 * @param url where it is
 * @param bytes its size
 * @param sha256 its digest, 64 hexadecimal digits
 * @param folder the folder that it holds
 * @param files the files of that folder that make the data set, and their sizes in bytes
 */
@JsonIgnoreProperties(ignoreUnknown = true) // the manifest says more, for people
public record Archive(URI url, long bytes, String sha256, String folder, Map<String, Long> files) {
    public Archive {
        files = new TreeMap<>(files);
    }

    /** CIFAR-10's binary version. */
    public static Archive cifar10() {
        try (InputStream in = Archive.class.getResourceAsStream("/data/cifar10.json")) {
            return new ObjectMapper().readValue(in, Archive.class);
        } catch (IOException e) {
            throw new UncheckedIOException("the manifest in the jar is damaged", e);
        }
    }

    /** What keeps a folder from being the whole of the unpacked archive, in words; nothing if it is whole. */
    Optional<String> missingFrom(Path unpacked) throws IOException {
        for (Map.Entry<String, Long> file : files.entrySet()) {
            Path path = unpacked.resolve(file.getKey());
            if (!Files.isRegularFile(path)) {
                return Optional.of(file.getKey() + " is missing");
            }
            if (Files.size(path) != file.getValue()) {
                return Optional.of(file.getKey() + " has " + Files.size(path) + " bytes instead of " + file.getValue());
            }
        }
        return Optional.empty();
    }
}
