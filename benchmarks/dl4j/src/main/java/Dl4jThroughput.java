import java.util.Arrays;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Training and inference of the reference networks in Deeplearning4j, 128 images of 32x32: a line of JSON a network. */
public final class Dl4jThroughput {
    private static final int BATCH = 128;
    private static final int WARM_UP = 5;
    private static final int STEPS = 10;

    private Dl4jThroughput() {}

    public static void main(String[] args) {
        for (String name : new String[] {"keras", "allconv"}) {
            MultiLayerNetwork network = new MultiLayerNetwork(
                    (name.equals("keras") ? keras() : allconv())
                            .setInputType(InputType.convolutional(32, 32, 3))
                            .build());
            network.init();
            INDArray images = Nd4j.rand(BATCH, 3, 32, 32);
            INDArray labels = Nd4j.zeros(BATCH, 10);
            for (int i = 0; i < BATCH; i++) {
                labels.putScalar(i, i % 10, 1);
            }
            double train = BATCH / median(() -> network.fit(images, labels));
            double infer = BATCH / median(() -> network.output(images, false));
            System.out.printf(
                    Locale.ROOT,
                    "{\"net\":\"%s\",\"backend\":\"dl4j 1.0.0-M2.1\",\"batch\":%d,\"train_images_per_s\":%.1f,\"infer_images_per_s\":%.1f}%n",
                    name,
                    BATCH,
                    train,
                    infer);
        }
    }

    private static ListBuilder builder() {
        return new NeuralNetConfiguration.Builder().updater(new Adam(1e-3)).list();
    }

    private static ConvolutionLayer conv(int outputs, ConvolutionMode mode, IActivation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(outputs)
                .convolutionMode(mode)
                .activation(activation)
                .build();
    }

    private static ListBuilder keras() {
        ListBuilder list = builder();
        for (int outputs : new int[] {32, 64}) {
            list.layer(conv(outputs, ConvolutionMode.Same, new ActivationReLU()))
                    .layer(conv(outputs, ConvolutionMode.Truncate, new ActivationReLU()))
                    .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}).build())
                    .layer(new DropoutLayer(0.75)); // the share that is kept
        }
        return list.layer(new DenseLayer.Builder().nOut(512).activation(Activation.RELU).build())
                .layer(new DropoutLayer(0.5))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build());
    }

    private static ListBuilder allconv() {
        ListBuilder list = builder();
        for (int outputs : new int[] {64, 128, 256}) {
            list.layer(conv(outputs, ConvolutionMode.Same, new ActivationLReLU(0.2)))
                    .layer(conv(2 * outputs, ConvolutionMode.Same, new ActivationLReLU(0.2)))
                    .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG, new int[] {2, 2}).build());
        }
        return list.layer(conv(10, ConvolutionMode.Same, new ActivationLReLU(0.2)))
                .layer(new GlobalPoolingLayer(PoolingType.AVG))
                .layer(new LossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build());
    }

    /** Seconds of a step. */
    private static double median(Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        double[] seconds = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            long begin = System.nanoTime();
            step.run();
            seconds[i] = (System.nanoTime() - begin) * 1e-9;
        }
        Arrays.sort(seconds);
        return (seconds[(STEPS - 1) / 2] + seconds[STEPS / 2]) / 2;
    }
}
