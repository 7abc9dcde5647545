package imagespace.peers;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.Tensor;
import imagespace.backend.cpu.CpuBackend;
import java.util.function.IntFunction;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.global.torch;

/**
 * The three products of a dense layer by some library.
 *
 * @param forwardPass out [rows, outputs] = in [rows, inputs] * weights [inputs, outputs]
 * @param dataPass in = out * transposed weights
 * @param weightPass weights = transposed in * out
 * @param end frees what must be freed
 */
public record Products(Runnable forwardPass, Runnable dataPass, Runnable weightPass, Runnable end) {
    /** By name: "imagespace", "libtorch" or "onednn". */
    public static Products of(String library, int rows, int inputs, int outputs) {
        return switch (library) {
            case "libtorch" -> torch(rows, inputs, outputs);
            case "onednn" -> oneDnn(rows, inputs, outputs);
            default -> own(rows, inputs, outputs);
        };
    }

    private static Products own(int rows, int inputs, int outputs) {
        Backend backend = new CpuBackend(0);
        IntFunction<Tensor> filled = size -> {
            Tensor tensor = backend.tensor(size);
            backend.fill(tensor, 0.01f);
            return tensor;
        };
        Tensor in = filled.apply(rows * inputs);
        Tensor out = filled.apply(rows * outputs);
        Tensor weights = filled.apply(inputs * outputs);
        Tensor bias = filled.apply(outputs);
        return new Products(
                () -> backend.denseForward(out, in, weights, bias, Activation.IDENTITY, inputs, outputs, rows),
                () -> backend.denseBackwardData(in, out, weights, inputs, outputs, rows),
                () -> backend.denseBackwardWeights(weights, out, in, inputs, outputs, rows),
                backend::close);
    }

    private static Products torch(int rows, int inputs, int outputs) {
        torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        var in = torch.rand(rows, inputs);
        var out = torch.rand(rows, outputs);
        var weights = torch.rand(inputs, outputs);
        var result = torch.rand(rows, outputs);
        var dIn = torch.rand(rows, inputs);
        var dWeights = torch.rand(inputs, outputs);
        var inT = in.t();
        var weightsT = weights.t();
        return new Products(
                () -> torch.mm_out(result, in, weights),
                () -> torch.mm_out(dIn, out, weightsT),
                () -> torch.mm_out(dWeights, inT, out),
                () -> {});
    }

    private static Products oneDnn(int rows, int inputs, int outputs) {
        FloatPointer in = new FloatPointer((long) rows * inputs);
        FloatPointer out = new FloatPointer((long) rows * outputs);
        FloatPointer weights = new FloatPointer((long) inputs * outputs);
        for (FloatPointer values : new FloatPointer[] {in, out, weights}) {
            for (long i = 0; i < values.capacity(); i++) {
                values.put(i, 0.01f);
            }
        }
        byte no = 'N';
        byte yes = 'T';
        return new Products(
                () -> dnnl.dnnl_sgemm(no, no, rows, outputs, inputs, 1, in, inputs, weights, outputs, 0, out, outputs),
                () -> dnnl.dnnl_sgemm(no, yes, rows, inputs, outputs, 1, out, outputs, weights, outputs, 0, in, inputs),
                () -> dnnl.dnnl_sgemm(yes, no, inputs, outputs, rows, 1, in, inputs, out, outputs, 0, weights, outputs),
                () -> {});
    }

    /** Output of the layer. */
    public void forward() {
        forwardPass.run();
    }

    /** Gradient of the input. */
    public void data() {
        dataPass.run();
    }

    /** Gradient of the weights. */
    public void weights() {
        weightPass.run();
    }

    /** Ends the threads. */
    public void close() {
        end.run();
    }
}
