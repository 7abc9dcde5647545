package imagespace.backend;

/** Loss, dropout, update rules and batches in float64, from their definitions. See {@link ReferenceOperators}. */
public final class ReferenceTraining {
    private ReferenceTraining() {}

    /** The mask of inverted dropout, bit for bit as {@link Backend#dropoutForward} defines it. */
    public static double[] dropoutMask(float rate, long seed, int count) {
        double[] mask = new double[count];
        for (int i = 0; i < count; i++) {
            int draw = Philox.bits(seed, RandomStream.DROPOUT, i / 2);
            int half = i % 2 == 0 ? draw & 0xFFFF : draw >>> 16;
            mask[i] = half < rate * 65536.0 ? 0 : 1 / (1 - (double) rate);
        }
        return mask;
    }

    /** The product of two arrays, value by value. */
    public static double[] times(double[] a, double[] b) {
        double[] product = a.clone();
        for (int i = 0; i < product.length; i++) {
            product[i] *= b[i];
        }
        return product;
    }

    /** Logarithms of the probabilities [n, classes]. */
    private static double[] logSoftmax(double[] logits, int classes) {
        double[] log = logits.clone();
        for (int row = 0; row < log.length; row += classes) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, logits[row + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(logits[row + c] - largest);
            }
            for (int c = 0; c < classes; c++) {
                log[row + c] = logits[row + c] - largest - Math.log(sum);
            }
        }
        return log;
    }

    /** Probabilities [n, classes]. */
    public static double[] softmax(double[] logits, int classes) {
        double[] p = logSoftmax(logits, classes);
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(p[i]);
        }
        return p;
    }

    /**
     * What {@link Backend#softmaxCrossEntropy} gives.
     *
     * @param dLogits gradient of {@link #mean}, [n, classes]
     * @param probabilities [n, classes]
     * @param loss sum of w * loss
     * @param weight sum of w
     * @param right number of samples with the largest probability at their label
     */
    public record Loss(double[] dLogits, double[] probabilities, double loss, double weight, int right) {
        /** The weighted mean of the loss. */
        public double mean() {
            return loss / weight;
        }
    }

    /** Weighted cross-entropy with smoothed targets. */
    public static Loss crossEntropy(double[] logits, int[] labels, double[] weights, double smoothing, int classes) {
        double[] log = logSoftmax(logits, classes);
        double[] p = softmax(logits, classes);
        double[] d = new double[logits.length];
        double totalWeight = 0;
        for (double w : weights) {
            totalWeight += w;
        }
        double loss = 0;
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = 0;
            for (int c = 0; c < classes; c++) {
                int at = i * classes + c;
                double target = (c == labels[i] ? 1 - smoothing : 0) + smoothing / classes;
                loss -= weights[i] * target * log[at];
                d[at] = weights[i] / totalWeight * (p[at] - target);
                best = p[at] > p[i * classes + best] ? c : best;
            }
            right += best == labels[i] ? 1 : 0;
        }
        return new Loss(d, p, loss, totalWeight, right);
    }

    /** Updates parameters and velocity in place. */
    public static void sgd(double[] parameters, double[] gradients, double[] velocity, double rate, double momentum) {
        for (int i = 0; i < parameters.length; i++) {
            velocity[i] = momentum * velocity[i] + gradients[i];
            parameters[i] -= rate * velocity[i];
        }
    }

    /** Updates parameters and both moments in place. */
    public static void adam(
            double[] parameters,
            double[] gradients,
            double[] m,
            double[] v,
            double rate,
            double beta1,
            double beta2,
            double epsilon,
            int step) {
        for (int i = 0; i < parameters.length; i++) {
            m[i] = beta1 * m[i] + (1 - beta1) * gradients[i];
            v[i] = beta2 * v[i] + (1 - beta2) * gradients[i] * gradients[i];
            double mHat = m[i] / (1 - Math.pow(beta1, step));
            double vHat = v[i] / (1 - Math.pow(beta2, step));
            parameters[i] -= rate * mHat / (Math.sqrt(vHat) + epsilon);
        }
    }

    /** clip(in + eps * sign(gradient), 0, 1). */
    public static double[] sign(double[] in, double[] gradient, double epsilon) {
        double[] out = new double[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.clamp(in[i] + epsilon * Math.signum(gradient[i]), 0.0, 1.0);
        }
        return out;
    }

    /**
     * A batch, as {@link Backend#assemble} defines it. Position p of the epoch takes the draws 3p (flip if the top bit
     * is set), 3p + 1 (rows of the shift) and 3p + 2 (columns); the flip comes first, then the shift, and reflection
     * does not repeat the edge. Byte j of noise sample k is byte j & 3 (the low one first) of draw
     * k * ceil(size / 4) + j / 4.
     */
    public static double[] assemble(
            byte[] pixels,
            int height,
            int width,
            int channels,
            int[] ids,
            int from,
            Augmentation augmentation,
            long noiseSeed,
            long augmentSeed,
            int n) {
        int size = height * width * channels;
        double[] out = new double[n * size];
        for (int i = 0; i < n; i++) {
            int id = ids[from + i];
            long draw = 3L * (from + i);
            int pad = augmentation.pad();
            boolean flip = augmentation.flip() && Philox.bits(augmentSeed, RandomStream.AUGMENT, draw) < 0;
            int dy = Philox.below(2 * pad + 1, augmentSeed, RandomStream.AUGMENT, draw + 1) - pad;
            int dx = Philox.below(2 * pad + 1, augmentSeed, RandomStream.AUGMENT, draw + 2) - pad;
            for (int j = 0; j < size; j++) {
                int value;
                if (id < 0) {
                    long index = (-1L - id) * ((size + 3) / 4) + j / 4;
                    value = Philox.bits(noiseSeed, RandomStream.NOISE, index) >>> 8 * (j & 3) & 0xFF;
                } else {
                    int row = reflect(j / channels / width + dy, height);
                    int column = reflect(j / channels % width + dx, width);
                    int source = flip ? width - 1 - column : column;
                    value = pixels[id * size + (row * width + source) * channels + j % channels] & 0xFF;
                }
                out[i * size + j] = value / 255.0;
            }
        }
        return out;
    }

    private static int reflect(int i, int extent) {
        if (i < 0) {
            return -i;
        }
        return i < extent ? i : 2 * (extent - 1) - i;
    }
}
