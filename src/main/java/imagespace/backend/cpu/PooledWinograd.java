package imagespace.backend.cpu;

import static imagespace.backend.cpu.CpuTensor.of;

import imagespace.backend.Activation;
import imagespace.backend.PooledConvolution;
import imagespace.backend.Tensor;

/** A Winograd convolution that pools each tile of its output as soon as it is there. */
final class PooledWinograd implements PooledConvolution {
    private final WinogradLayer layer;
    private final Activation activation;
    private final Activations activations;
    private final Dropout dropout;
    private final PooledPixels pixels;

    PooledWinograd(
            WinogradLayer layer, Activation activation, Activations activations, Dropout dropout, PooledPixels pixels) {
        this.layer = layer;
        this.activation = activation;
        this.activations = activations;
        this.dropout = dropout;
        this.pixels = pixels;
    }

    @Override
    public void forward(Tensor out, Tensor in, Tensor weights, Tensor bias, int n) {
        layer.forward(of(out), pixels, of(in), of(weights), of(bias), activation, n);
    }

    @Override
    public void backwardActivation(Tensor dOut, Tensor mask, Tensor dBias, Tensor out, int n) {
        CpuTensor dropped = mask == null ? null : of(mask);
        int rows = pixels.pooledPixels(n);
        switch (pixels.kind()) {
            case MAXIMUM ->
                activations.backward(of(dOut), dropped, of(dBias), of(out), activation.slope(), rows, dBias.size());
            case AVERAGE -> {
                if (dropped != null) {
                    dropout.backward(of(dOut), of(dOut), dropped, rows * dBias.size());
                }
                pixels.sum(of(dBias), of(dOut), n);
            }
        }
    }

    @Override
    public void backwardWeights(Tensor dWeights, Tensor dOut, Tensor in, int n) {
        layer.backwardWeights(of(dWeights), of(dOut), pixels, of(in), n);
    }

    @Override
    public void backwardData(Tensor dIn, Tensor dOut, Tensor weights, int n) {
        layer.backwardData(of(dIn), of(dOut), pixels, of(weights), n);
    }

    @Override
    public void activationBackwardData(
            Tensor dIn, Tensor dBias, Tensor dOut, Tensor weights, Tensor in, Activation before, int n) {
        backwardData(dIn, dOut, weights, n);
        activations.backward(of(dIn), of(dBias), of(in), before.slope(), n * layer.inputPixels(), dBias.size());
    }
}
