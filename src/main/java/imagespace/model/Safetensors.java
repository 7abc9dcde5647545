package imagespace.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file in the safetensors format: the length of a JSON header (8 bytes, little-endian), the header with type, shape and
 * place of each tensor and with metadata, then the tensors' bytes without gaps, little-endian.
 *
 * <p>Files that are written here have a text {@value #CHECKSUM} in their metadata: the SHA-256 in hex over the other
 * metadata and the tensors, both in the order of their names. Of each text its name and itself, of each tensor its name,
 * type and shape ("F32 [3, 32]"), each ended by a zero byte; after that a tensor's bytes.
 *
 * @param metadata names to texts
 * @param tensors by name
 */
public record Safetensors(SortedMap<String, String> metadata, SortedMap<String, Values> tensors) {
    /** Element types in use, by the format's names, with their size in bytes. */
    public enum Type {
        F64(8),
        F32(4),
        F16(2),
        U16(2),
        I32(4);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * A tensor's values.
     *
     * @param shape extents, row-major
     * @param bytes little-endian, position 0, limit at the end
     */
    public record Values(Type type, int[] shape, ByteBuffer bytes) {
        /** 32-bit floats; the shape's product is their number. */
        public static Values of(float[] values, int... shape) {
            ByteBuffer bytes = buffer(4L * values.length);
            bytes.asFloatBuffer().put(values);
            return new Values(Type.F32, shape, bytes);
        }

        /** 64-bit floats. */
        public static Values of(double[] values) {
            ByteBuffer bytes = buffer(8L * values.length);
            bytes.asDoubleBuffer().put(values);
            return new Values(Type.F64, new int[] {values.length}, bytes);
        }

        /** 32-bit integers. */
        public static Values of(int[] values) {
            ByteBuffer bytes = buffer(4L * values.length);
            bytes.asIntBuffer().put(values);
            return new Values(Type.I32, new int[] {values.length}, bytes);
        }

        /** The values as 32-bit floats. */
        public float[] floats() throws ModelException {
            float[] values = new float[count(Type.F32)];
            bytes.asFloatBuffer().get(values);
            return values;
        }

        /** The values as 64-bit floats. */
        public double[] doubles() throws ModelException {
            double[] values = new double[count(Type.F64)];
            bytes.asDoubleBuffer().get(values);
            return values;
        }

        /** The values as 32-bit integers. */
        public int[] ints() throws ModelException {
            int[] values = new int[count(Type.I32)];
            bytes.asIntBuffer().get(values);
            return values;
        }

        private int count(Type wanted) throws ModelException {
            if (type != wanted) {
                throw new ModelException("a tensor is of type " + type + ", not " + wanted);
            }
            return bytes.limit() / type.bytes;
        }
    }

    private static final JsonMapper JSON = new JsonMapper();
    /** Name of the checksum in the metadata. */
    public static final String CHECKSUM = "sha256";

    private static final String METADATA = "__metadata__";
    /** The format's own limit. */
    private static final int LONGEST_HEADER = 100_000_000;
    /** No Java array is longer. */
    private static final int LARGEST_FILE = Integer.MAX_VALUE - 8;

    /**
     * A tensor that must be there.
     *
     * @throws ModelException if it is not
     */
    public Values tensor(String name) throws ModelException {
        Values values = tensors.get(name);
        if (values == null) {
            throw new ModelException("there is no tensor " + name);
        }
        return values;
    }

    private static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes the file under another name, then moves it into place: whole, or not at all. */
    public void write(Path file) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode texts = header.putObject(METADATA);
        metadata.forEach(texts::put);
        texts.put(CHECKSUM, checksum());
        long offset = 0;
        for (Map.Entry<String, Values> tensor : tensors.entrySet()) {
            Values values = tensor.getValue();
            ObjectNode entry = header.putObject(tensor.getKey());
            entry.put("dtype", values.type.name());
            for (int extent : values.shape) {
                entry.withArray("shape").add(extent);
            }
            entry.putArray("data_offsets").add(offset).add(offset += values.bytes.limit());
        }
        String json = JSON.writeValueAsString(header);
        byte[] padded = (json + " ".repeat(-json.getBytes(StandardCharsets.UTF_8).length & 7))
                .getBytes(StandardCharsets.UTF_8); // the tensors begin at a multiple of 8
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                write(out, buffer(8).putLong(0, padded.length));
                write(out, ByteBuffer.wrap(padded));
                for (Values values : tensors.values()) {
                    write(out, values.bytes.duplicate());
                }
                out.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private String checksum() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            metadata.forEach((name, text) -> {
                if (!name.equals(CHECKSUM)) {
                    update(digest, name);
                    update(digest, text);
                }
            });
            tensors.forEach((name, values) -> {
                update(digest, name);
                update(digest, values.type + " " + Arrays.toString(values.shape));
                digest.update(values.bytes.duplicate());
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    /**
     * Reads a file, and checks its checksum if it has one.
     *
     * @throws ModelException if it is no such file, or not a whole one; the message is the reason alone, since only the
     *     caller knows what to do about it
     */
    public static Safetensors read(Path file) throws IOException, ModelException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new ModelException("it is larger than 2 GB");
        }
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long length = all.limit() < 8 ? -1 : all.getLong(0);
        if (length < 2 || length > LONGEST_HEADER || 8 + length > all.limit()) {
            throw new ModelException("it does not begin with the header of a safetensors file");
        }
        Safetensors read;
        try {
            JsonNode header = JSON.readTree(new String(all.array(), 8, (int) length, StandardCharsets.UTF_8));
            read = parse(header, all.slice(8 + (int) length, all.limit() - 8 - (int) length));
        } catch (JacksonException | ArithmeticException e) {
            throw new ModelException("its header makes no sense", e);
        }
        String checksum = read.metadata.get(CHECKSUM);
        if (checksum != null && !checksum.equals(read.checksum())) {
            throw new ModelException("its content does not have the checksum that it names");
        }
        return read;
    }

    private static Safetensors parse(JsonNode header, ByteBuffer data) throws ModelException {
        SortedMap<String, String> metadata = new TreeMap<>();
        SortedMap<String, Values> tensors = new TreeMap<>();
        long covered = 0;
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals(METADATA)) {
                entry.getValue()
                        .properties()
                        .forEach(text ->
                                metadata.put(text.getKey(), text.getValue().asText()));
            } else {
                Values values = values(entry.getKey(), entry.getValue(), data);
                covered += values.bytes.limit();
                tensors.put(entry.getKey(), values);
            }
        }
        if (covered != data.limit()) {
            throw new ModelException("its tensors take " + covered + " bytes, the file has " + data.limit());
        }
        return new Safetensors(metadata, tensors);
    }

    private static Values values(String name, JsonNode entry, ByteBuffer data) throws ModelException {
        Type type = type(name, entry.path("dtype").asText());
        long bytes = type.bytes;
        int[] shape = new int[entry.path("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            JsonNode extent = entry.path("shape").get(i);
            if (!extent.isIntegralNumber() || !extent.canConvertToInt() || extent.intValue() < 0) {
                throw new ModelException("tensor " + name + " has a shape of " + entry.path("shape"));
            }
            shape[i] = extent.intValue();
            bytes = Math.multiplyExact(bytes, shape[i]);
        }
        long from = entry.path("data_offsets").path(0).asLong(-1);
        long to = entry.path("data_offsets").path(1).asLong(-1);
        if (from < 0 || to > data.limit() || to - from != bytes) {
            throw new ModelException("tensor " + name + " does not lie within the file");
        }
        return new Values(type, shape, data.slice((int) from, (int) bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    private static Type type(String tensor, String name) throws ModelException {
        for (Type type : Type.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new ModelException("tensor " + tensor + " is of type '" + name + "', not one of this program's files");
    }
}
