package imagespace.optim;

import imagespace.backend.Backend;
import imagespace.backend.Tensor;

/** An update rule with its constants. {@link #start} gives it the state for one network. */
public sealed interface Optimizer {
    /** SGD with momentum, 0 for none. */
    record Sgd(float rate, float momentum) implements Optimizer {
        @Override
        public Stepper start(Backend backend, Tensor parameters) {
            Tensor velocity = backend.tensor(parameters.size());
            return gradients -> backend.sgdStep(parameters, gradients, velocity, rate, momentum);
        }
    }

    /** Adam (Kingma and Ba, 2015). */
    record Adam(float rate, float beta1, float beta2, float epsilon) implements Optimizer {
        @Override
        public Stepper start(Backend backend, Tensor parameters) {
            Tensor m = backend.tensor(parameters.size());
            Tensor v = backend.tensor(parameters.size());
            return new Stepper() {
                private int step;

                @Override
                public void step(Tensor gradients) {
                    backend.adamStep(parameters, gradients, m, v, rate, beta1, beta2, epsilon, ++step);
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
    interface Stepper {
        /** One step along the gradients, as many as parameters. */
        void step(Tensor gradients);
    }
}
