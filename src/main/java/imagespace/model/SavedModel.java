package imagespace.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.backend.Backend;
import imagespace.model.Safetensors.Values;
import imagespace.nn.Architecture;
import imagespace.nn.Network;
import imagespace.nn.Network.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A trained network in a safetensors file: {@code layers.N.weight} and {@code layers.N.bias} as 32-bit floats, N being the
 * layer's place in the architecture; convolutions are [k, k, inputs, outputs], dense layers [inputs, outputs] on images
 * flattened in the order height, width, channel. The metadata say all that is needed to use it elsewhere:
 * {@code architecture} and {@code classes} as JSON, {@code preprocessing}, a checksum, and where it comes from.
 *
 * @param architecture what the network is
 * @param classNames one an output
 * @param parameters all of them, as {@link Network#parameters}
 * @param origin more metadata: data, seed, epochs, code version
 */
public record SavedModel(
        Architecture architecture, List<String> classNames, float[] parameters, SortedMap<String, String> origin) {
    private static final String FORMAT = "imagespace model 1";
    private static final String PREPROCESSING =
            "NHWC; RGB (one channel: grey); value = byte / 255; images of another size are averaged by area to this one";

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> OWN =
            List.of("format", "architecture", "classes", "preprocessing", Safetensors.CHECKSUM);

    /** Of a network as it stands. */
    public static SavedModel of(
            Backend backend, Network network, List<String> classNames, SortedMap<String, String> origin) {
        float[] parameters = new float[network.parameters().size()];
        backend.read(network.parameters(), parameters, parameters.length);
        return new SavedModel(network.architecture(), List.copyOf(classNames), parameters, origin);
    }

    /** Writes the file: whole, or not at all. */
    public void write(Path file) throws IOException {
        SortedMap<String, String> metadata = new TreeMap<>(origin);
        metadata.put("format", FORMAT);
        metadata.put("architecture", ArchitectureJson.write(architecture));
        metadata.put("classes", JSON.writeValueAsString(classNames));
        metadata.put("preprocessing", PREPROCESSING);
        SortedMap<String, Values> tensors = new TreeMap<>();
        for (Block block : Network.layout(architecture)) {
            float[] values = Arrays.copyOfRange(parameters, block.offset(), block.offset() + block.size());
            tensors.put(block.name(), Values.of(values, block.shape()));
        }
        new Safetensors(metadata, tensors).write(file);
    }

    /**
     * Reads a model.
     *
     * @throws ModelException if the file is damaged, or no model of this program
     */
    public static SavedModel read(Path file) throws IOException, ModelException {
        try {
            Safetensors saved = Safetensors.read(file);
            if (!FORMAT.equals(saved.metadata().get("format"))) {
                throw new ModelException("its metadata do not say '" + FORMAT + "'");
            }
            if (!saved.metadata().containsKey(Safetensors.CHECKSUM)) {
                throw new ModelException("it has no checksum");
            }
            Architecture architecture = ArchitectureJson.read(saved.metadata().getOrDefault("architecture", ""));
            Network.check(architecture);
            List<String> classes =
                    JSON.readValue(saved.metadata().getOrDefault("classes", ""), new TypeReference<>() {});
            SortedMap<String, String> origin = new TreeMap<>(saved.metadata());
            origin.keySet().removeAll(OWN);
            return new SavedModel(architecture, classes, parameters(architecture, classes, saved), origin);
        } catch (ModelException e) {
            throw unusable(file, e.getMessage(), e);
        } catch (JacksonException | IllegalArgumentException | ArithmeticException | OutOfMemoryError e) {
            throw unusable(file, "its metadata make no sense", e);
        }
    }

    private static ModelException unusable(Path file, String why, Throwable cause) {
        return new ModelException(
                file + " is no model that can be used: " + why + "; restore it from a copy, or train again", cause);
    }

    private static float[] parameters(Architecture architecture, List<String> classes, Safetensors saved)
            throws ModelException {
        List<Block> layout = Network.layout(architecture);
        if (layout.isEmpty()) {
            throw new ModelException("its architecture has no weights");
        }
        long size = layout.stream().mapToLong(Block::size).sum();
        long bytes = saved.tensors().values().stream()
                .mapToLong(values -> values.bytes().limit())
                .sum();
        if (layout.size() != saved.tensors().size() || 4 * size != bytes) {
            throw new ModelException("its weights are not those of its architecture");
        }
        int[] last = layout.getLast().shape();
        if (last[0] != classes.size()) {
            throw new ModelException("it has " + last[0] + " outputs and names " + classes.size() + " classes");
        }
        float[] parameters = new float[Math.toIntExact(size)];
        for (Block block : layout) {
            Values values = saved.tensors().get(block.name());
            if (values == null || !Arrays.equals(values.shape(), block.shape())) {
                throw new ModelException("its " + block.name() + " is missing or of another shape");
            }
            System.arraycopy(values.floats(), 0, parameters, block.offset(), block.size());
        }
        for (float value : parameters) {
            if (!Float.isFinite(value)) {
                throw new ModelException("it has a weight of " + value);
            }
        }
        return parameters;
    }

    /** The network on a backend, with room for batches of a size. */
    public Network network(Backend backend, int batch) {
        Network network = new Network(backend, architecture, batch, 0);
        backend.write(network.parameters(), parameters, parameters.length);
        return network;
    }
}
