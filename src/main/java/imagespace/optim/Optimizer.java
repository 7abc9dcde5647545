package imagespace.optim;

import imagespace.backend.Backend;
import imagespace.backend.Tensor;
import java.util.List;

/** An update rule with its constants. {@link #start} gives it the state for one network. */
public sealed interface Optimizer {
    /** SGD with momentum, 0 for none. */
    record Sgd(float rate, float momentum) implements Optimizer {
        @Override
        public Stepper start(Backend backend, Tensor parameters) {
            Tensor velocity = backend.tensor(parameters.size());
            return new Stepper(List.of(velocity)) {
                @Override
                public void step(Tensor gradients, long step) {
                    backend.sgdStep(parameters, gradients, velocity, rate, momentum);
                }
            };
        }
    }

    /** Adam (Kingma and Ba, 2015). */
    record Adam(float rate, float beta1, float beta2, float epsilon) implements Optimizer {
        @Override
        public Stepper start(Backend backend, Tensor parameters) {
            Tensor m = backend.tensor(parameters.size());
            Tensor v = backend.tensor(parameters.size());
            return new Stepper(List.of(m, v)) {
                @Override
                public void step(Tensor gradients, long step) {
                    backend.adamStep(parameters, gradients, m, v, rate, beta1, beta2, epsilon, Math.toIntExact(step));
                }
            };
        }
    }

    /** Adam with the usual constants: beta1 .9, beta2 .999, epsilon 1e-7 as in Keras. */
    static Optimizer adam(float rate) {
        return new Adam(rate, 0.9f, 0.999f, 1e-7f);
    }

    /** State for one flat tensor of parameters. */
    Stepper start(Backend backend, Tensor parameters);

    /** Updates the parameters it was started with. */
    abstract class Stepper {
        private final List<Tensor> state;

        /** @param state all that it remembers between steps, each tensor as long as the parameters */
        Stepper(List<Tensor> state) {
            this.state = state;
        }

        /** One step along the gradients, as many as parameters; {@code step} is 1 for the first. */
        public abstract void step(Tensor gradients, long step);

        /** What must be saved and restored for a training to go on as if it had not stopped. */
        public List<Tensor> state() {
            return state;
        }
    }
}
