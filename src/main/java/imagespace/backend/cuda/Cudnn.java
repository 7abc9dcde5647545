package imagespace.backend.cuda;

import imagespace.backend.CudaOptions;
import imagespace.backend.DeviceException;
import imagespace.backend.Precision;
import imagespace.backend.cuda.Commands.PlainConvolution;
import imagespace.backend.cuda.CudnnAlgorithms.Algorithm;
import imagespace.backend.cuda.Scratch.Use;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

/**
 * Convolutions by cuDNN. The algorithm for a shape is chosen when the shape is first met: the first that works of those
 * that cuDNN's rules of thumb (or, if fast, its measurements) put in order, and that repeat their bits (unless fast).
 */
final class Cudnn implements AutoCloseable {
    /** How often an algorithm is run to measure it. */
    private static final int TRIALS = 10;

    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cudnnHandle handle = new cudnnHandle();
    private final Precision precision;
    private final boolean fast;
    private final Device device;
    private final CudnnAlgorithms algorithms;
    private final Scratch scratch;
    private final Commands commands;
    private final Map<PlainConvolution, Plan> plans = new HashMap<>();

    /** A shape with its descriptors and, once met, the algorithm of each pass. */
    private static final class Plan {
        final CudnnDescriptors d;
        Algorithm forward;
        /** With bias and ReLU in the same kernel, if cuDNN has one. */
        Algorithm forwardRelu;

        Algorithm backwardData;
        Algorithm backwardFilter;

        Plan(PlainConvolution shape, Precision precision) {
            d = new CudnnDescriptors(shape, precision);
        }
    }

    /** Runs a pass with an algorithm; returns cuDNN's status. */
    private interface Pass {
        int run(Algorithm algorithm);
    }

    /** @param commands for the kernels around cuDNN's */
    Cudnn(CUstream stream, CudaOptions options, Scratch scratch, Commands commands, Device device) {
        this.precision = options.precision();
        this.fast = options.fast();
        this.device = device;
        this.scratch = scratch;
        this.commands = commands;
        Status.cudnn(JCudnn.cudnnCreate(handle), "cudnnCreate");
        Status.cudnn(JCudnn.cudnnSetStream(handle, new cudaStream_t(stream)), "cudnnSetStream");
        algorithms = new CudnnAlgorithms(handle, options);
    }

    private Plan plan(PlainConvolution shape) {
        return plans.computeIfAbsent(shape, s -> new Plan(s, precision));
    }

    void forward(long out, long in, long filter, long bias, float slope, PlainConvolution s) {
        Plan p = plan(s);
        boolean narrow = precision == Precision.BF16;
        boolean relu = slope == 0 && bias != Commands.NO_BIAS && !narrow;
        long x = narrow(Use.IN_16, in, s.inputs());
        long w = narrow(Use.FILTER_16, filter, s.weights());
        long y = narrow ? scratch.bytes(Use.OUT_16, 2L * s.outputs()) : out;
        Pass pass = a -> a.fused()
                ? JCudnn.cudnnConvolutionBiasActivationForward(
                        handle,
                        ONE,
                        p.d.in(),
                        Address.of(x),
                        p.d.filter(),
                        Address.of(w),
                        p.d.convolution(a.math()),
                        a.number(),
                        workspace(a),
                        a.workspace(),
                        ZERO,
                        p.d.out(),
                        Address.of(y),
                        p.d.bias(),
                        Address.of(bias),
                        p.d.relu(),
                        p.d.out(),
                        Address.of(y))
                : JCudnn.cudnnConvolutionForward(
                        handle,
                        ONE,
                        p.d.in(),
                        Address.of(x),
                        p.d.filter(),
                        Address.of(w),
                        p.d.convolution(a.math()),
                        a.number(),
                        workspace(a),
                        a.workspace(),
                        ZERO,
                        p.d.out(),
                        Address.of(y));
        Algorithm known = relu ? p.forwardRelu : p.forward;
        Algorithm used = run(known, "forward pass of " + s, () -> algorithms.forward(p.d, relu), pass);
        if (relu) {
            p.forwardRelu = used;
        } else {
            p.forward = used;
        }
        if (!used.fused()) {
            widen(out, y, s.outputs());
        }
        if (!used.fused() && bias != Commands.NO_BIAS) {
            commands.launchOver(s.outputs(), Commands.FOUR, "biasActivation", out, bias, slope, s.outChannels());
        }
    }

    void backwardData(long dIn, long dOut, long filter, PlainConvolution s) {
        Plan p = plan(s);
        long dy = narrow(Use.OUT_16, dOut, s.outputs());
        long w = narrow(Use.FILTER_16, filter, s.weights());
        long dx = precision == Precision.BF16 ? scratch.bytes(Use.IN_16, 2L * s.inputs()) : dIn;
        Pass pass = a -> JCudnn.cudnnConvolutionBackwardData(
                handle,
                ONE,
                p.d.filter(),
                Address.of(w),
                p.d.out(),
                Address.of(dy),
                p.d.convolution(a.math()),
                a.number(),
                workspace(a),
                a.workspace(),
                ZERO,
                p.d.in(),
                Address.of(dx));
        p.backwardData = run(p.backwardData, "backward-data pass of " + s, () -> algorithms.backwardData(p.d), pass);
        widen(dIn, dx, s.inputs());
    }

    void backwardFilter(long dFilter, long dOut, long in, PlainConvolution s) {
        Plan p = plan(s);
        long dy = narrow(Use.OUT_16, dOut, s.outputs());
        long x = narrow(Use.IN_16, in, s.inputs());
        long dw = precision == Precision.BF16 ? scratch.bytes(Use.FILTER_16, 2L * s.weights()) : dFilter;
        Pass pass = a -> JCudnn.cudnnConvolutionBackwardFilter(
                handle,
                ONE,
                p.d.in(),
                Address.of(x),
                p.d.out(),
                Address.of(dy),
                p.d.convolution(a.math()),
                a.number(),
                workspace(a),
                a.workspace(),
                ZERO,
                p.d.filter(),
                Address.of(dw));
        p.backwardFilter =
                run(p.backwardFilter, "backward-filter pass of " + s, () -> algorithms.backwardFilter(p.d), pass);
        widen(dFilter, dw, s.weights());
    }

    private Pointer workspace(Algorithm a) {
        return Address.of(scratch.bytes(Use.WORKSPACE, a.workspace()));
    }

    /** Runs a pass by the algorithm known for it, or chooses one; returns the one that ran. */
    private Algorithm run(Algorithm known, String what, Supplier<List<Algorithm>> candidates, Pass pass) {
        if (known != null) {
            Status.cudnn(pass.run(known), "cuDNN's " + what);
            return known;
        }
        List<Algorithm> all = candidates.get();
        int status = 0;
        Algorithm best = null;
        long bestNanos = Long.MAX_VALUE;
        for (Algorithm candidate : all) {
            status = pass.run(candidate);
            if (status == Status.SUCCESS && !fast) {
                return candidate;
            }
            if (status != Status.SUCCESS) {
                continue;
            }
            long nanos = time(candidate, pass);
            if (nanos < bestNanos) {
                best = candidate;
                bestNanos = nanos;
            }
        }
        if (best == null) {
            throw new DeviceException("cuDNN has no algorithm for the " + what + " (tried " + all.size()
                    + (all.isEmpty() ? "" : "; the last one answers " + JCudnn.cudnnGetErrorString(status))
                    + "); try --precision fp32, or --fast for those that do not repeat their bits");
        }
        Status.cudnn(pass.run(best), "cuDNN's " + what);
        return best;
    }

    /** Nanoseconds of some runs, recorded, so that what it costs to queue them does not count. */
    private long time(Algorithm algorithm, Pass pass) {
        Runnable trials = () -> {
            for (int i = 0; i < TRIALS; i++) {
                Status.cudnn(pass.run(algorithm), "a recorded trial");
            }
        };
        try (Device.Recording recording = device.record(trials)) {
            recording.replay();
            device.synchronize();
            long start = System.nanoTime();
            recording.replay();
            device.synchronize();
            return System.nanoTime() - start;
        } catch (DeviceException e) {
            return Long.MAX_VALUE; // no part of a repeated step, then
        }
    }

    /** A tensor as cuDNN gets it: itself, or rounded to bfloat16. */
    private long narrow(Use use, long from, int count) {
        if (precision != Precision.BF16) {
            return from;
        }
        long to = scratch.bytes(use, 2L * count);
        commands.launchOver(count, "toBfloat16", to, from);
        return to;
    }

    private void widen(long to, long from, int count) {
        if (precision == Precision.BF16) {
            commands.launchOver(count, "fromBfloat16", to, from);
        }
    }

    @Override
    public void close() {
        plans.values().forEach(p -> p.d.close());
        plans.clear();
        JCudnn.cudnnDestroy(handle);
    }
}
