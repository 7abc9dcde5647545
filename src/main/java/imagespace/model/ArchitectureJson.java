package imagespace.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import imagespace.backend.Activation;
import imagespace.backend.ConvShape.Padding;
import imagespace.nn.Architecture;
import imagespace.nn.Initializer;
import imagespace.nn.Layer;
import java.util.ArrayList;
import java.util.List;

/** An {@link Architecture} as JSON, so that a model file says by itself what it is. */
final class ArchitectureJson {
    private static final JsonMapper JSON = new JsonMapper();
    /** No layer here is larger; a damaged file may claim anything. */
    private static final int LARGEST = 1 << 16;

    private ArchitectureJson() {}

    static String write(Architecture a) {
        ObjectNode root = JSON.createObjectNode();
        root.put("name", a.name());
        root.put("height", a.height());
        root.put("width", a.width());
        root.put("channels", a.channels());
        root.put("initializer", a.initializer().name());
        ArrayNode layers = root.putArray("layers");
        a.layers().forEach(layer -> write(layers.addObject(), layer));
        return root.toString();
    }

    private static void write(ObjectNode node, Layer layer) {
        switch (layer) {
            case Layer.Conv c ->
                node.put("type", "conv")
                        .put("filters", c.filters())
                        .put("kernel", c.kernel())
                        .put("stride", c.stride())
                        .put("padding", c.padding().name())
                        .put("slope", c.activation().slope());
            case Layer.MaxPool p -> node.put("type", "max-pool").put("size", p.size());
            case Layer.AveragePool p -> node.put("type", "average-pool").put("size", p.size());
            case Layer.GlobalAveragePool _ -> node.put("type", "global-average-pool");
            case Layer.Dense d ->
                node.put("type", "dense")
                        .put("units", d.units())
                        .put("slope", d.activation().slope());
            case Layer.Dropout d -> node.put("type", "dropout").put("rate", d.rate());
        }
    }

    /** @throws ModelException if it is none */
    static Architecture read(String json) throws ModelException {
        try {
            JsonNode root = JSON.readTree(json);
            List<Layer> layers = new ArrayList<>();
            for (JsonNode node : root.path("layers")) {
                layers.add(layer(node));
            }
            if (layers.isEmpty()) {
                throw new ModelException("its architecture has no layers");
            }
            return new Architecture(
                    root.path("name").asText(),
                    size(root, "height"),
                    size(root, "width"),
                    size(root, "channels"),
                    Initializer.valueOf(root.path("initializer").asText()),
                    layers);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new ModelException("its architecture makes no sense (" + e.getMessage() + ")", e);
        }
    }

    private static Layer layer(JsonNode node) throws ModelException {
        String type = node.path("type").asText();
        return switch (type) {
            case "conv" ->
                new Layer.Conv(
                        size(node, "filters"),
                        size(node, "kernel"),
                        size(node, "stride"),
                        Padding.valueOf(node.path("padding").asText()),
                        new Activation((float) node.path("slope").asDouble(-1)));
            case "max-pool" -> new Layer.MaxPool(size(node, "size"));
            case "average-pool" -> new Layer.AveragePool(size(node, "size"));
            case "global-average-pool" -> new Layer.GlobalAveragePool();
            case "dense" ->
                new Layer.Dense(size(node, "units"), new Activation((float)
                        node.path("slope").asDouble(-1)));
            case "dropout" -> new Layer.Dropout((float) node.path("rate").asDouble());
            default -> throw new ModelException("it has a layer of an unknown type '" + type + "'");
        };
    }

    private static int size(JsonNode node, String name) throws ModelException {
        int value = node.path(name).asInt();
        if (value < 1 || value > LARGEST) {
            throw new ModelException("its architecture has a " + name + " of " + node.path(name));
        }
        return value;
    }
}
