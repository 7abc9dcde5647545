package imagespace.backend.cuda;

import static jcuda.jcudnn.cudnnConvolutionMode.CUDNN_CROSS_CORRELATION;
import static jcuda.jcudnn.cudnnDataType.CUDNN_DATA_BFLOAT16;
import static jcuda.jcudnn.cudnnDataType.CUDNN_DATA_FLOAT;
import static jcuda.jcudnn.cudnnTensorFormat.CUDNN_TENSOR_NHWC;

import imagespace.backend.Precision;
import imagespace.backend.cuda.Commands.PlainConvolution;
import java.util.HashMap;
import java.util.Map;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnActivationMode;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnTensorDescriptor;

/** A convolution in cuDNN's words. Needs cuDNN, but no GPU. */
final class CudnnDescriptors implements AutoCloseable {
    private final PlainConvolution shape;
    private final cudnnTensorDescriptor in;
    private final cudnnTensorDescriptor out;
    private final cudnnTensorDescriptor bias;
    private final cudnnFilterDescriptor filter = new cudnnFilterDescriptor();
    private final cudnnActivationDescriptor relu = new cudnnActivationDescriptor();
    /** By math type. */
    private final Map<Integer, cudnnConvolutionDescriptor> convolutions = new HashMap<>();

    CudnnDescriptors(PlainConvolution s, Precision precision) {
        shape = s;
        int type = precision == Precision.BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
        in = tensor(type, s.n(), s.inChannels(), s.height(), s.width());
        out = tensor(type, s.n(), s.outChannels(), s.outHeight(), s.outWidth());
        bias = tensor(CUDNN_DATA_FLOAT, 1, s.outChannels(), 1, 1);
        Status.cudnn(JCudnn.cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor");
        Status.cudnn(
                JCudnn.cudnnSetFilter4dDescriptor(
                        filter, type, CUDNN_TENSOR_NHWC, s.outChannels(), s.inChannels(), s.kernel(), s.kernel()),
                "cudnnSetFilter4dDescriptor");
        Status.cudnn(JCudnn.cudnnCreateActivationDescriptor(relu), "cudnnCreateActivationDescriptor");
        Status.cudnn(
                JCudnn.cudnnSetActivationDescriptor(
                        relu, cudnnActivationMode.CUDNN_ACTIVATION_RELU, cudnnNanPropagation.CUDNN_PROPAGATE_NAN, 0),
                "cudnnSetActivationDescriptor");
    }

    private static cudnnTensorDescriptor tensor(int type, int n, int channels, int height, int width) {
        cudnnTensorDescriptor tensor = new cudnnTensorDescriptor();
        Status.cudnn(JCudnn.cudnnCreateTensorDescriptor(tensor), "cudnnCreateTensorDescriptor");
        Status.cudnn(
                JCudnn.cudnnSetTensor4dDescriptor(tensor, CUDNN_TENSOR_NHWC, type, n, channels, height, width),
                "cudnnSetTensor4dDescriptor");
        return tensor;
    }

    cudnnTensorDescriptor in() {
        return in;
    }

    cudnnTensorDescriptor out() {
        return out;
    }

    cudnnTensorDescriptor bias() {
        return bias;
    }

    cudnnFilterDescriptor filter() {
        return filter;
    }

    cudnnActivationDescriptor relu() {
        return relu;
    }

    /** The convolution that multiplies so; sums are float32. */
    cudnnConvolutionDescriptor convolution(int mathType) {
        return convolutions.computeIfAbsent(mathType, math -> {
            cudnnConvolutionDescriptor made = new cudnnConvolutionDescriptor();
            Status.cudnn(JCudnn.cudnnCreateConvolutionDescriptor(made), "cudnnCreateConvolutionDescriptor");
            Status.cudnn(
                    JCudnn.cudnnSetConvolution2dDescriptor(
                            made,
                            shape.padRows(),
                            shape.padColumns(),
                            shape.stride(),
                            shape.stride(),
                            1,
                            1,
                            CUDNN_CROSS_CORRELATION,
                            CUDNN_DATA_FLOAT),
                    "cudnnSetConvolution2dDescriptor");
            Status.cudnn(JCudnn.cudnnSetConvolutionMathType(made, math), "cudnnSetConvolutionMathType");
            return made;
        });
    }

    @Override
    public void close() {
        JCudnn.cudnnDestroyTensorDescriptor(in);
        JCudnn.cudnnDestroyTensorDescriptor(out);
        JCudnn.cudnnDestroyTensorDescriptor(bias);
        JCudnn.cudnnDestroyFilterDescriptor(filter);
        JCudnn.cudnnDestroyActivationDescriptor(relu);
        convolutions.values().forEach(JCudnn::cudnnDestroyConvolutionDescriptor);
    }
}
