package imagespace.peers;

import imagespace.backend.ConvShape;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

/** By oneDNN itself, which may lay out all operands as it likes best; direct convolution, forward without bias. */
final class OneDnnPasses implements Passes {
    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream stream = new stream(cpu);
    private final primitive forward;
    private final primitive data;
    private final primitive weights;
    private final IntMemoryMap forwardArguments = new IntMemoryMap();
    private final IntMemoryMap dataArguments = new IntMemoryMap();
    private final IntMemoryMap weightArguments = new IntMemoryMap();

    OneDnnPasses(ConvShape shape, int images) {
        memory.desc in = any(images, shape.inChannels(), shape.height(), shape.width());
        memory.desc out = any(images, shape.outChannels(), shape.outHeight(), shape.outWidth());
        memory.desc filter = any(shape.outChannels(), shape.inChannels(), shape.kernel(), shape.kernel());
        LongPointer strides = new LongPointer(1, 1);
        LongPointer padding = new LongPointer(shape.padTop(), shape.padLeft());
        var direct = dnnl.algorithm.convolution_direct;
        var f = new convolution_forward.primitive_desc(
                cpu, dnnl.prop_kind.forward_training, direct, in, filter, out, strides, padding, padding);
        var d = new convolution_backward_data.primitive_desc(cpu, direct, in, filter, out, strides, padding, padding, f);
        var w = new convolution_backward_weights.primitive_desc(
                cpu, direct, in, filter, out, strides, padding, padding, f);
        forward = new convolution_forward(f);
        put(forwardArguments, dnnl.DNNL_ARG_SRC, f.src_desc());
        put(forwardArguments, dnnl.DNNL_ARG_WEIGHTS, f.weights_desc());
        put(forwardArguments, dnnl.DNNL_ARG_DST, f.dst_desc());
        data = new convolution_backward_data(d);
        put(dataArguments, dnnl.DNNL_ARG_DIFF_SRC, d.diff_src_desc());
        put(dataArguments, dnnl.DNNL_ARG_WEIGHTS, d.weights_desc());
        put(dataArguments, dnnl.DNNL_ARG_DIFF_DST, d.diff_dst_desc());
        weights = new convolution_backward_weights(w);
        put(weightArguments, dnnl.DNNL_ARG_SRC, w.src_desc());
        put(weightArguments, dnnl.DNNL_ARG_DIFF_WEIGHTS, w.diff_weights_desc());
        put(weightArguments, dnnl.DNNL_ARG_DIFF_DST, w.diff_dst_desc());
    }

    private static memory.desc any(long... sizes) {
        return new memory.desc(new LongPointer(sizes), memory.data_type.f32, memory.format_tag.any);
    }

    private void put(IntMemoryMap arguments, int argument, memory.desc layout) {
        memory values = new memory(layout, cpu);
        FloatPointer floats =
                new FloatPointer(values.get_data_handle()).capacity(layout.get_size() / 4);
        for (long i = 0; i < floats.capacity(); i++) {
            floats.put(i, 0.01f);
        }
        arguments.put(argument, values);
    }

    private void run(primitive pass, IntMemoryMap arguments) {
        pass.execute(stream, arguments);
        stream._wait();
    }

    @Override
    public void forward() {
        run(forward, forwardArguments);
    }

    @Override
    public void data() {
        run(data, dataArguments);
    }

    @Override
    public void weights() {
        run(weights, weightArguments);
    }

    @Override
    public void close() {
        // JavaCPP frees what is collected
    }
}
