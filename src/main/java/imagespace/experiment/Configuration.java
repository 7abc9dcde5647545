package imagespace.experiment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.backend.Backend;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that decides the result of one run, and nothing else: not on which machine it ran, nor with how many threads.
 *
 * @param values names to strings, numbers and truth values; whole numbers are longs, whether made here or read from JSON, so that
 *     equal configurations are equal
 */
public record Configuration(@JsonValue SortedMap<String, Object> values) {
    private static final JsonMapper CANONICAL = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Configuration {
        SortedMap<String, Object> same = new TreeMap<>(values);
        same.replaceAll((_, value) -> value instanceof Integer small ? Long.valueOf(small) : value);
        values = Collections.unmodifiableSortedMap(same);
    }

    /**
     * Counts the changes of this program after which the same values give another result. Whoever makes such a change adds
     * one: then runs of before are no longer taken for those of now. 2 to 6: the CPU's convolutions and products sum in
     * another order than in the ledgers of before (6: weight gradients of convolutions over few images). A test holds the
     * bits of some steps fast.
     */
    static final int REVISION = 6;

    /** The configuration of a run with this program on a backend. */
    static Configuration ofRun(Map<String, Object> values, Backend backend) {
        return new Configuration(new TreeMap<>(values)).with(backend.numerics()).with(Map.of("revision", REVISION));
    }

    /** The same with more values, or others. */
    public Configuration with(Map<String, Object> more) {
        SortedMap<String, Object> all = new TreeMap<>(values);
        all.putAll(more);
        return new Configuration(all);
    }

    /**
     * SHA-256 of the canonical JSON (keys sorted, no blanks), in hex. Two runs with one hash have one result, if it was
     * made by {@link #ofRun}.
     */
    public String hash() {
        try {
            byte[] json = CANONICAL.writeValueAsString(values).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
