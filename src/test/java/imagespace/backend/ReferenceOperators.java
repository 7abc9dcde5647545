package imagespace.backend;

import java.util.Arrays;

/**
 * The layers' operators in float64, straight from their definitions: plain loops, no blocking, no shared buffers. Slow,
 * and written apart from every backend: what {@link BackendContract} compares with. Images are [n, height, width,
 * channels]; every result is a new array.
 */
public final class ReferenceOperators {
    private ReferenceOperators() {}

    /** Told of one output pixel, input pixel and kernel tap that meet: indices of their first channels. */
    private interface Tap {
        void at(int out, int in, int weight);
    }

    /** Visits every tap of every output pixel that lies inside the image. */
    private static void taps(ConvShape s, int n, Tap tap) {
        for (int image = 0; image < n; image++) {
            for (int outRow = 0; outRow < s.outHeight(); outRow++) {
                for (int outColumn = 0; outColumn < s.outWidth(); outColumn++) {
                    int out = ((image * s.outHeight() + outRow) * s.outWidth() + outColumn) * s.outChannels();
                    for (int kernelRow = 0; kernelRow < s.kernel(); kernelRow++) {
                        for (int kernelColumn = 0; kernelColumn < s.kernel(); kernelColumn++) {
                            int row = outRow * s.stride() + kernelRow - s.padTop();
                            int column = outColumn * s.stride() + kernelColumn - s.padLeft();
                            if (row >= 0 && row < s.height() && column >= 0 && column < s.width()) {
                                int in = ((image * s.height() + row) * s.width() + column) * s.inChannels();
                                int weight = (kernelRow * s.kernel() + kernelColumn) * s.inChannels() * s.outChannels();
                                tap.at(out, in, weight);
                            }
                        }
                    }
                }
            }
        }
    }

    /** activation(in * weights + bias). */
    public static double[] convForward(
            double[] in, double[] weights, double[] bias, Activation activation, ConvShape s, int n) {
        int channels = s.outChannels();
        double[] out = new double[n * s.outputSize()];
        for (int i = 0; i < out.length; i++) {
            out[i] = bias[i % channels];
        }
        taps(s, n, (o, i, w) -> {
            for (int ci = 0; ci < s.inChannels(); ci++) {
                double x = in[i + ci];
                for (int co = 0; co < channels; co++) {
                    out[o + co] += x * weights[w + ci * channels + co];
                }
            }
        });
        return activate(out, activation);
    }

    /** The gradient with respect to the input. */
    public static double[] convBackwardData(double[] dOut, double[] weights, ConvShape s, int n) {
        int channels = s.outChannels();
        double[] dIn = new double[n * s.inputSize()];
        taps(s, n, (o, i, w) -> {
            for (int ci = 0; ci < s.inChannels(); ci++) {
                double sum = 0;
                for (int co = 0; co < channels; co++) {
                    sum += dOut[o + co] * weights[w + ci * channels + co];
                }
                dIn[i + ci] += sum;
            }
        });
        return dIn;
    }

    /** The gradient with respect to the weights. */
    public static double[] convBackwardWeights(double[] dOut, double[] in, ConvShape s, int n) {
        int channels = s.outChannels();
        double[] dWeights = new double[s.weightSize()];
        taps(s, n, (o, i, w) -> {
            for (int ci = 0; ci < s.inChannels(); ci++) {
                double x = in[i + ci];
                for (int co = 0; co < channels; co++) {
                    dWeights[w + ci * channels + co] += x * dOut[o + co];
                }
            }
        });
        return dWeights;
    }

    /** activation(in * weights + bias); in [n, inputs], weights [inputs, outputs]. */
    public static double[] denseForward(
            double[] in, double[] weights, double[] bias, Activation activation, int inputs, int outputs, int n) {
        double[] out = new double[n * outputs];
        for (int row = 0; row < n; row++) {
            for (int o = 0; o < outputs; o++) {
                double sum = bias[o];
                for (int i = 0; i < inputs; i++) {
                    sum += in[row * inputs + i] * weights[i * outputs + o];
                }
                out[row * outputs + o] = sum;
            }
        }
        return activate(out, activation);
    }

    /** dOut times the transposed weights. */
    public static double[] denseBackwardData(double[] dOut, double[] weights, int inputs, int outputs, int n) {
        double[] dIn = new double[n * inputs];
        for (int row = 0; row < n; row++) {
            for (int i = 0; i < inputs; i++) {
                for (int o = 0; o < outputs; o++) {
                    dIn[row * inputs + i] += dOut[row * outputs + o] * weights[i * outputs + o];
                }
            }
        }
        return dIn;
    }

    /** The transposed input times dOut. */
    public static double[] denseBackwardWeights(double[] dOut, double[] in, int inputs, int outputs, int n) {
        double[] dWeights = new double[inputs * outputs];
        for (int row = 0; row < n; row++) {
            for (int i = 0; i < inputs; i++) {
                for (int o = 0; o < outputs; o++) {
                    dWeights[i * outputs + o] += in[row * inputs + i] * dOut[row * outputs + o];
                }
            }
        }
        return dWeights;
    }

    private static double[] activate(double[] values, Activation activation) {
        return Arrays.stream(values)
                .map(x -> x > 0 ? x : activation.slope() * x)
                .toArray();
    }

    /** dOut times the derivative of the activation where it gave {@code out}. */
    public static double[] activationBackward(double[] dOut, double[] out, Activation activation) {
        double[] d = dOut.clone();
        for (int i = 0; i < d.length; i++) {
            d[i] *= out[i] > 0 ? 1 : activation.slope();
        }
        return d;
    }

    /** Sums of the columns of [rows, channels]: the gradient of a bias. */
    public static double[] columnSums(double[] values, int channels) {
        double[] sums = new double[channels];
        for (int i = 0; i < values.length; i++) {
            sums[i % channels] += values[i];
        }
        return sums;
    }

    /** Told of one window of one channel: the index of its output, and those of its inputs in row-major order. */
    private interface Window {
        void at(int out, int[] in);
    }

    private static void windows(PoolShape s, int n, Window window) {
        for (int out = 0; out < n * s.outputSize(); out++) {
            int channel = out % s.channels();
            int column = out / s.channels() % s.outWidth() * s.stride();
            int row = out / s.channels() / s.outWidth() % s.outHeight() * s.stride();
            int image = out / s.outputSize();
            int[] in = new int[s.window() * s.window()];
            for (int i = 0; i < in.length; i++) {
                int y = row + i / s.window();
                int x = column + i % s.window();
                in[i] = ((image * s.height() + y) * s.width() + x) * s.channels() + channel;
            }
            window.at(out, in);
        }
    }

    /** The maximum over each window. */
    public static double[] maxPoolForward(double[] in, PoolShape s, int n) {
        double[] out = new double[n * s.outputSize()];
        windows(s, n, (o, window) -> out[o] = in[firstMaximum(in, window)]);
        return out;
    }

    /** Each window's gradient to its first maximum. */
    public static double[] maxPoolBackward(double[] dOut, double[] in, PoolShape s, int n) {
        double[] dIn = new double[n * s.inputSize()];
        windows(s, n, (o, window) -> dIn[firstMaximum(in, window)] += dOut[o]);
        return dIn;
    }

    private static int firstMaximum(double[] values, int[] indices) {
        int best = indices[0];
        for (int index : indices) {
            if (values[index] > values[best]) {
                best = index;
            }
        }
        return best;
    }

    /** How near a value comes to 0, or a window's maximum to another value of the window. */
    static double smallestGap(double[] values, PoolShape s, int n) {
        double[] smallest = {Arrays.stream(values).map(Math::abs).min().orElseThrow()};
        windows(s, n, (o, window) -> {
            int best = firstMaximum(values, window);
            for (int i : window) {
                if (i != best) {
                    smallest[0] = Math.min(smallest[0], values[best] - values[i]);
                }
            }
        });
        return smallest[0];
    }

    /** The mean over each window. */
    public static double[] averagePoolForward(double[] in, PoolShape s, int n) {
        double[] out = new double[n * s.outputSize()];
        windows(s, n, (o, window) -> {
            for (int i : window) {
                out[o] += in[i] / window.length;
            }
        });
        return out;
    }

    /** Each window's gradient in equal shares. */
    public static double[] averagePoolBackward(double[] dOut, PoolShape s, int n) {
        double[] dIn = new double[n * s.inputSize()];
        windows(s, n, (o, window) -> {
            for (int i : window) {
                dIn[i] += dOut[o] / window.length;
            }
        });
        return dIn;
    }
}
