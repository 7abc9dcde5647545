package imagespace.model;

import imagespace.model.Safetensors.Type;
import imagespace.model.Safetensors.Values;
import imagespace.train.SampleHistory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Training statistics in files: {@code NAME.predicted}, {@code NAME.ofLabel}, {@code NAME.maximum}, [epochs, samples] each. */
public final class Histories {
    private Histories() {}

    /** Writes a history as it is, with ids and labels. */
    public static void write(Path file, String key, Map<String, SampleHistory> histories) throws IOException {
        SortedMap<String, Values> tensors = new TreeMap<>();
        histories.forEach((name, history) -> tensors.putAll(tensors(name, history)));
        new Safetensors(new TreeMap<>(Map.of("key", key)), tensors).write(file);
    }

    /**
     * Reads histories of the samples that are given, which are empty still.
     *
     * @throws ModelException if the file is damaged, or of other samples, or has another key
     */
    public static void read(Path file, String key, Map<String, SampleHistory> histories)
            throws IOException, ModelException {
        try {
            Safetensors saved = Safetensors.read(file);
            if (!key.equals(saved.metadata().get("key"))) {
                throw new ModelException("they are of another training");
            }
            for (Map.Entry<String, SampleHistory> history : histories.entrySet()) {
                restore(history.getKey(), saved, history.getValue());
            }
        } catch (ModelException e) {
            throw new ModelException(
                    "the statistics in " + file + " cannot be used: " + e.getMessage()
                            + "; restore the file from a copy, or delete it",
                    e);
        }
    }

    static SortedMap<String, Values> tensors(String name, SampleHistory history) {
        int[] shape = {history.epochs(), history.size()};
        ByteBuffer predicted = buffer(shape);
        ByteBuffer ofLabel = buffer(shape);
        ByteBuffer maximum = buffer(shape);
        for (int e = 0; e < history.epochs(); e++) {
            int at = 2 * e * history.size();
            predicted
                    .slice(at, 2 * history.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asCharBuffer()
                    .put(history.predicted(e));
            ofLabel.slice(at, 2 * history.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asShortBuffer()
                    .put(history.ofLabel(e));
            maximum.slice(at, 2 * history.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asShortBuffer()
                    .put(history.maximum(e));
        }
        SortedMap<String, Values> tensors = new TreeMap<>();
        tensors.put(name + ".ids", Values.of(history.ids()));
        tensors.put(name + ".labels", Values.of(history.labels()));
        tensors.put(name + ".predicted", new Values(Type.U16, shape, predicted));
        tensors.put(name + ".ofLabel", new Values(Type.F16, shape, ofLabel));
        tensors.put(name + ".maximum", new Values(Type.F16, shape, maximum));
        return tensors;
    }

    private static ByteBuffer buffer(int[] shape) {
        return ByteBuffer.allocate(Math.multiplyExact(2, Math.multiplyExact(shape[0], shape[1])))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** @throws ModelException if they are not there, or of other samples */
    static void restore(String name, Safetensors saved, SampleHistory history) throws ModelException {
        if (!Arrays.equals(saved.tensor(name + ".ids").ints(), history.ids())
                || !Arrays.equals(saved.tensor(name + ".labels").ints(), history.labels())) {
            throw new ModelException("the statistics are of other samples");
        }
        int n = history.size();
        Values predicted = column(saved, name + ".predicted", Type.U16, n);
        Values ofLabel = column(saved, name + ".ofLabel", Type.F16, n);
        Values maximum = column(saved, name + ".maximum", Type.F16, n);
        int epochs = predicted.shape()[0];
        if (ofLabel.shape()[0] != epochs || maximum.shape()[0] != epochs) {
            throw new ModelException("the statistics differ in their number of epochs");
        }
        for (int e = 0; e < epochs; e++) {
            char[] classes = new char[n];
            short[] ofLabels = new short[n];
            short[] maxima = new short[n];
            predicted.bytes().asCharBuffer().get(e * n, classes);
            ofLabel.bytes().asShortBuffer().get(e * n, ofLabels);
            maximum.bytes().asShortBuffer().get(e * n, maxima);
            history.add(classes, ofLabels, maxima);
        }
    }

    private static Values column(Safetensors saved, String name, Type type, int samples) throws ModelException {
        Values values = saved.tensor(name);
        if (values.type() != type || values.shape().length != 2 || values.shape()[1] != samples) {
            throw new ModelException(name + " is not of type " + type + " and [epochs, " + samples + "]");
        }
        return values;
    }

    /** Writes a line a sample and epoch: id, epoch from 1, label, predicted, of_label, maximum, right. */
    public static void csv(PrintWriter out, SampleHistory history) {
        out.println("id,epoch,label,predicted,of_label,maximum,right");
        for (int e = 0; e < history.epochs(); e++) {
            for (int i = 0; i < history.size(); i++) {
                out.println(history.ids()[i] + "," + (e + 1) + "," + history.labels()[i] + ","
                        + history.predicted(e, i) + "," + history.ofLabel(e, i) + "," + history.maximum(e, i) + ","
                        + history.right(e, i));
            }
        }
    }
}
