package imagespace.backend;

import imagespace.backend.OperatorCase.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Batches of images and noise samples, with and without augmentation. */
final class AssemblyCases {
    /** Height, width, channels, largest shift. */
    private static final int[][] IMAGES = {
        {32, 32, 3, 4},
        {1, 1, 1, 0},
        {1, 4, 1, 0},
        {2, 3, 3, 1},
        {5, 7, 1, 4},
        {6, 4, 3, 3},
        {7, 5, 11, 2},
        {28, 28, 1, 4}
    };

    private static final long NOISE_SEED = 0x0123_4567_89AB_CDEFL;
    private static final long AUGMENT_SEED = 0xFEDC_BA98_7654_3210L;
    private static final int COUNT = 9;

    /** All cases. */
    static final List<OperatorCase> ALL = all();

    private AssemblyCases() {}

    private static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (int[] s : IMAGES) {
            for (boolean flip : new boolean[] {false, true}) {
                for (int pad : s[3] == 0 ? new int[] {0} : new int[] {0, s[3]}) {
                    cases.add(of(s[0], s[1], s[2], new Augmentation(flip, pad), 0, 1));
                    cases.add(of(s[0], s[1], s[2], new Augmentation(flip, pad), 13, 37));
                }
            }
        }
        return List.copyOf(cases);
    }

    private static OperatorCase of(int height, int width, int channels, Augmentation augmentation, int from, int n) {
        byte[] pixels = TestData.bytes(1, COUNT * height * width * channels);
        // Ids beyond the batch are out of range: they must not be looked at.
        int[] ids =
                new SplittableRandom(2).ints(from + n + 3, -2 * COUNT, COUNT).toArray();
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i < from || i >= from + n ? Integer.MAX_VALUE : ids[i];
        }
        if (n > 1) {
            // a noise sample so far down the list that its blocks need both words of the counter
            ids[from] = -2_000_000_001;
        } else {
            ids[from] = COUNT - 1;
        }
        double[] expected = ReferenceTraining.assemble(
                pixels, height, width, channels, ids, from, augmentation, NOISE_SEED, AUGMENT_SEED, n);
        String name = "assemble " + n + " from " + from + " of " + height + "x" + width + "x" + channels + ", "
                + augmentation;
        return new OperatorCase(name, 1e-7, lab -> {
            Tensor out = lab.roomyBlank(n, height, width, channels);
            Backend.Pixels uploaded = lab.backend().upload(pixels, height, width, channels);
            lab.backend().assemble(out, uploaded, ids, from, augmentation, NOISE_SEED, AUGMENT_SEED, n);
            return List.of(new Output("out", out, () -> expected));
        });
    }
}
