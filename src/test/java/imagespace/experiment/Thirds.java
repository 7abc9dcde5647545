package imagespace.experiment;

import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.data.Images;
import java.util.List;
import java.util.Random;

/** A tiny data set that the network of Table 1 learns within a second. */
public final class Thirds {
    private Thirds() {}

    /** 240 training and 60 test images of 12x12: a bright third on noise; every eighth training label is wrong. */
    public static Corpus corpus() {
        List<String> names = List.of("top", "middle", "bottom");
        int[] trainLabels = new int[240];
        int[] testLabels = new int[60];
        Images train = images(trainLabels, new Random(1));
        Images test = images(testLabels, new Random(2));
        for (int i = 0; i < trainLabels.length; i += 8) {
            trainLabels[i] = (trainLabels[i] + 1) % 3;
        }
        return new Corpus(
                "thirds", Dataset.of(train, trainLabels, names), Dataset.of(test, testLabels, names), List.of(), "d");
    }

    private static Images images(int[] labels, Random random) {
        byte[] pixels = new byte[labels.length * 144];
        random.nextBytes(pixels);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(3);
            for (int p = 0; p < 144; p++) {
                int third = p / 48;
                int value = (pixels[i * 144 + p] & 255) / 2 + (third == labels[i] ? 100 : 0);
                pixels[i * 144 + p] = (byte) value;
            }
        }
        return new Images(pixels, 12, 12, 1);
    }
}
