package imagespace.backend.cpu;

/** Softmax and weighted cross-entropy. Small next to everything else, so it is scalar, sequential and in float64. */
final class Loss {
    private Loss() {}

    /** Probabilities of one row of logits; returns log(sum(exp(logits))). */
    private static double softmaxRow(float[] p, int pAt, float[] logits, int at, int classes) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            max = Math.max(max, logits[at + c]);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logits[at + c] - max);
        }
        double log = max + Math.log(sum);
        for (int c = 0; c < classes; c++) {
            p[pAt + c] = (float) Math.exp(logits[at + c] - log);
        }
        return log;
    }

    static void softmax(CpuTensor probabilities, CpuTensor logits, int classes, int n) {
        for (int i = 0; i < n; i++) {
            softmaxRow(
                    probabilities.data, probabilities.at + i * classes, logits.data, logits.at + i * classes, classes);
        }
    }

    static void crossEntropy(
            CpuTensor dLogits,
            CpuTensor probabilities,
            CpuTensor totals,
            CpuTensor logits,
            CpuTensor labels,
            CpuTensor weights,
            float smoothing,
            int classes,
            int n) {
        double weightSum = 0;
        for (int i = 0; i < n; i++) {
            weightSum += weights.data[weights.at + i];
        }
        double lossSum = 0;
        int right = 0;
        double off = (double) smoothing / classes;
        for (int i = 0; i < n; i++) {
            int row = i * classes;
            double log = softmaxRow(probabilities.data, probabilities.at + row, logits.data, logits.at + row, classes);
            int label = (int) labels.data[labels.at + i];
            double w = weights.data[weights.at + i];
            double share = w == 0 ? 0 : w / weightSum;
            int best = 0;
            for (int c = 0; c < classes; c++) {
                float p = probabilities.data[probabilities.at + row + c];
                double target = c == label ? 1 - smoothing + off : off;
                dLogits.data[dLogits.at + row + c] = (float) (share * (p - target));
                if (target != 0) {
                    lossSum -= w * target * (logits.data[logits.at + row + c] - log);
                }
                if (p > probabilities.data[probabilities.at + row + best]) {
                    best = c;
                }
            }
            if (best == label) {
                right++;
            }
        }
        totals.data[totals.at] += (float) lossSum;
        totals.data[totals.at + 1] += (float) weightSum;
        totals.data[totals.at + 2] += right;
    }
}
