package imagespace.backend.cuda;

import imagespace.backend.CudaOptions;
import imagespace.backend.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;

/** The algorithms that cuDNN proposes for a shape, the one it thinks quickest first. */
final class CudnnAlgorithms {
    /** More than cuDNN has. */
    private static final int MAX = 16;
    /** What an algorithm may ask for beside its tensors. */
    private static final long MAX_WORKSPACE = 1L << 30;
    /** These do not repeat their bits, whatever cuDNN reports of them. */
    private static final Set<Integer> VARYING_DATA =
            Set.of(cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_0);

    private static final Set<Integer> VARYING_FILTER = Set.of(
            cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0,
            cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3);

    private final cudnnHandle handle;
    private final Precision precision;
    private final boolean varying;

    /**
     * An algorithm of a pass.
     *
     * @param number cuDNN's
     * @param math a {@link cudnnMathType}
     * @param workspace bytes that it needs
     * @param fused whether it does bias and ReLU, too
     */
    record Algorithm(int number, int math, long workspace, boolean fused) {}

    /** What cuDNN says of an algorithm, whatever the pass. */
    private record Proposal(int number, int status, int determinism, int math) {}

    /** Asks how many bytes an algorithm needs; returns cuDNN's status. */
    private interface WorkspaceQuery {
        int bytes(int number, int math, long[] bytes);
    }

    CudnnAlgorithms(cudnnHandle handle, CudaOptions options) {
        this.handle = handle;
        precision = options.precision();
        varying = options.fast();
    }

    /** What is asked for: true float32, or what uses tensor cores. */
    private int mathAsked() {
        return switch (precision) {
            case FP32 -> cudnnMathType.CUDNN_FMA_MATH;
            case TF32 -> cudnnMathType.CUDNN_DEFAULT_MATH;
            case BF16 -> cudnnMathType.CUDNN_TENSOR_OP_MATH;
        };
    }

    /** @param relu whether those that do bias and ReLU in the same kernel are wanted, too: each before its plain form */
    List<Algorithm> forward(CudnnDescriptors d, boolean relu) {
        cudnnConvolutionFwdAlgoPerf[] found =
                filled(cudnnConvolutionFwdAlgoPerf[]::new, cudnnConvolutionFwdAlgoPerf::new);
        int[] count = new int[1];
        Status.cudnn(
                JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                        handle, d.in(), d.filter(), d.convolution(mathAsked()), d.out(), MAX, count, found),
                "cudnnGetConvolutionForwardAlgorithm_v7");
        List<Proposal> proposals = Arrays.stream(found, 0, count[0])
                .map(p -> new Proposal(p.algo, p.status, p.determinism, p.mathType))
                .toList();
        List<Algorithm> plain = usable(
                proposals,
                Set.of(),
                (number, math, bytes) -> JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                        handle, d.in(), d.filter(), d.convolution(math), d.out(), number, bytes));
        if (!relu) {
            return plain;
        }
        List<Algorithm> all = new ArrayList<>();
        for (Algorithm a : plain) {
            all.add(new Algorithm(a.number, a.math, a.workspace, true));
            all.add(a);
        }
        return all;
    }

    List<Algorithm> backwardData(CudnnDescriptors d) {
        cudnnConvolutionBwdDataAlgoPerf[] found =
                filled(cudnnConvolutionBwdDataAlgoPerf[]::new, cudnnConvolutionBwdDataAlgoPerf::new);
        int[] count = new int[1];
        Status.cudnn(
                JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                        handle, d.filter(), d.out(), d.convolution(mathAsked()), d.in(), MAX, count, found),
                "cudnnGetConvolutionBackwardDataAlgorithm_v7");
        List<Proposal> proposals = Arrays.stream(found, 0, count[0])
                .map(p -> new Proposal(p.algo, p.status, p.determinism, p.mathType))
                .toList();
        return usable(
                proposals,
                VARYING_DATA,
                (number, math, bytes) -> JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                        handle, d.filter(), d.out(), d.convolution(math), d.in(), number, bytes));
    }

    List<Algorithm> backwardFilter(CudnnDescriptors d) {
        cudnnConvolutionBwdFilterAlgoPerf[] found =
                filled(cudnnConvolutionBwdFilterAlgoPerf[]::new, cudnnConvolutionBwdFilterAlgoPerf::new);
        int[] count = new int[1];
        Status.cudnn(
                JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                        handle, d.in(), d.out(), d.convolution(mathAsked()), d.filter(), MAX, count, found),
                "cudnnGetConvolutionBackwardFilterAlgorithm_v7");
        List<Proposal> proposals = Arrays.stream(found, 0, count[0])
                .map(p -> new Proposal(p.algo, p.status, p.determinism, p.mathType))
                .toList();
        return usable(
                proposals,
                VARYING_FILTER,
                (number, math, bytes) -> JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                        handle, d.in(), d.out(), d.convolution(math), d.filter(), number, bytes));
    }

    private List<Algorithm> usable(List<Proposal> proposals, Set<Integer> varyingOnes, WorkspaceQuery query) {
        List<Algorithm> usable = new ArrayList<>();
        for (Proposal p : proposals) {
            boolean repeats = p.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC && !varyingOnes.contains(p.number);
            if (p.status == Status.SUCCESS && (repeats || varying)) {
                int math = precision == Precision.TF32 ? p.math : mathAsked();
                long[] bytes = new long[1];
                if (query.bytes(p.number, math, bytes) == Status.SUCCESS && bytes[0] <= MAX_WORKSPACE) {
                    usable.add(new Algorithm(p.number, math, bytes[0], false));
                }
            }
        }
        return usable;
    }

    /** JCuda fills in objects that are there. */
    private static <T> T[] filled(IntFunction<T[]> array, Supplier<T> element) {
        T[] all = array.apply(MAX);
        Arrays.setAll(all, i -> element.get());
        return all;
    }
}
