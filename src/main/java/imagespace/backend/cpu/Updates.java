package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Steps along a gradient: SGD and Adam over all parameters in one pass, and FGSM's over an image. */
final class Updates {
    private final ThreadTeam team;
    private final ThreadTeam.Task sgdTask = this::sgdPiece;
    private final ThreadTeam.Task adamTask = this::adamPiece;
    private final ThreadTeam.Task signTask = this::signPiece;

    // what the running call works on
    private CpuTensor parameters;
    private CpuTensor gradients;
    /** First moments, or SGD's velocity. */
    private CpuTensor m;

    private CpuTensor v;
    private CpuTensor in;
    private CpuTensor out;
    private int count;
    private float rate;
    private float beta1;
    private float beta2;
    private float epsilon;
    /** - rate / (1 - beta1^step): corrects the bias of the first moments. */
    private float scale;
    /** 1 / (1 - beta2^step). */
    private float correction;

    Updates(ThreadTeam team) {
        this.team = team;
    }

    void sgd(CpuTensor parameters, CpuTensor gradients, CpuTensor velocity, float rate, float momentum) {
        this.parameters = parameters;
        this.gradients = gradients;
        this.m = velocity;
        this.rate = rate;
        this.beta1 = momentum;
        this.count = parameters.size();
        team.run(Simd.pieces(count), sgdTask);
    }

    private void sgdPiece(int task, int worker) {
        int from = task * Simd.PIECE;
        for (int i = from; i < Math.min(count, from + Simd.PIECE); i++) {
            float velocity = Math.fma(beta1, m.data[m.at + i], gradients.data[gradients.at + i]);
            m.data[m.at + i] = velocity;
            parameters.data[parameters.at + i] = Math.fma(-rate, velocity, parameters.data[parameters.at + i]);
        }
    }

    void adam(
            CpuTensor parameters,
            CpuTensor gradients,
            CpuTensor m,
            CpuTensor v,
            float rate,
            float beta1,
            float beta2,
            float epsilon,
            int step) {
        this.parameters = parameters;
        this.gradients = gradients;
        this.m = m;
        this.v = v;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.count = parameters.size();
        scale = (float) (-rate / (1 - Math.pow(beta1, step)));
        correction = (float) (1 / (1 - Math.pow(beta2, step)));
        team.run(Simd.pieces(count), adamTask);
    }

    private void adamPiece(int task, int worker) {
        int from = task * Simd.PIECE;
        int to = Math.min(count, from + Simd.PIECE);
        int i = from;
        for (; i <= to - LANES; i += LANES) {
            FloatVector g = FloatVector.fromArray(F, gradients.data, gradients.at + i);
            FloatVector newM =
                    FloatVector.fromArray(F, m.data, m.at + i).mul(beta1).add(g.mul(1 - beta1));
            FloatVector newV = FloatVector.fromArray(F, v.data, v.at + i)
                    .mul(beta2)
                    .add(g.mul(g).mul(1 - beta2));
            newM.intoArray(m.data, m.at + i);
            newV.intoArray(v.data, v.at + i);
            FloatVector.fromArray(F, parameters.data, parameters.at + i)
                    .add(newM.mul(scale).div(newV.mul(correction).sqrt().add(epsilon)))
                    .intoArray(parameters.data, parameters.at + i);
        }
        for (; i < to; i++) {
            float g = gradients.data[gradients.at + i];
            float newM = m.data[m.at + i] * beta1 + g * (1 - beta1);
            float newV = v.data[v.at + i] * beta2 + g * g * (1 - beta2);
            m.data[m.at + i] = newM;
            v.data[v.at + i] = newV;
            parameters.data[parameters.at + i] += newM * scale / ((float) Math.sqrt(newV * correction) + epsilon);
        }
    }

    /** out = clip(in + eps * sign(gradient), 0, 1). */
    void sign(CpuTensor out, CpuTensor in, CpuTensor gradient, float epsilon, int count) {
        this.out = out;
        this.in = in;
        this.gradients = gradient;
        this.epsilon = epsilon;
        this.count = count;
        team.run(Simd.pieces(count), signTask);
    }

    private void signPiece(int task, int worker) {
        int from = task * Simd.PIECE;
        int end = Math.min(count, from + Simd.PIECE);
        FloatVector zero = FloatVector.zero(F);
        FloatVector one = FloatVector.broadcast(F, 1);
        int i = from;
        for (; i <= end - LANES; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(F, gradients.data, gradients.at + i);
            FloatVector moved = FloatVector.fromArray(F, in.data, in.at + i);
            moved = moved.add(epsilon, gradient.compare(VectorOperators.GT, 0));
            moved = moved.sub(epsilon, gradient.compare(VectorOperators.LT, 0));
            // what is not a number stays that
            moved = moved.blend(gradient, gradient.compare(VectorOperators.NE, gradient));
            moved.min(one).max(zero).intoArray(out.data, out.at + i);
        }
        for (; i < end; i++) {
            float moved = in.data[in.at + i] + epsilon * Math.signum(gradients.data[gradients.at + i]);
            out.data[out.at + i] = Math.max(0, Math.min(1, moved));
        }
    }
}
