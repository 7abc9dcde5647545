package imagespace.experiment;

import imagespace.backend.Backend;
import java.util.HashMap;
import java.util.Map;

/**
 * The configurations of the runs that Table 1 consists of, and what they cost.
 *
 * @param settings what was asked for
 * @param digest of the data set
 * @param trainSamples training samples that take part
 * @param testSamples test samples that take part
 * @param backend what computes
 */
record Table1Plan(Table1Settings settings, String digest, int trainSamples, int testSamples, Backend backend) {
    /** A base run: training, and predicting both splits. */
    Cost baseCost() {
        return new Cost((long) settings.epochs() * trainSamples, (long) trainSamples + testSamples);
    }

    /** A cell: training, to the rounding of subgroups, and predicting the test samples. */
    Cost cost(Table1Cell cell) {
        double samples = cell.share() * trainSamples * (cell.noise() ? 1 + settings.noiseRatio() : 1);
        return new Cost(Math.round(samples) * settings.epochs(), testSamples);
    }

    Configuration baseConfiguration(int run) {
        Map<String, Object> values = new HashMap<>();
        values.put("experiment", Table1.NAME);
        values.put("cell", Table1.BASE);
        values.put("seed", settings.baseSeed(run));
        values.put("dataDigest", digest);
        values.put("subsetSeed", settings.seed());
        values.put("trainSamples", trainSamples);
        values.put("testSamples", testSamples);
        values.put("network", Table1.NETWORK);
        values.put("optimizer", "adam 0.001");
        values.put("epochs", settings.epochs());
        values.put("batch", settings.batch());
        return Configuration.ofRun(values, backend);
    }

    Configuration configuration(Table1Cell cell, int run) {
        Map<String, Object> own = new HashMap<>();
        own.put("cell", cell.id());
        own.put("seed", settings.runSeed(run));
        if (!cell.everything()) {
            own.put("baseSeed", settings.baseSeed(run));
        }
        if (cell.noise()) {
            own.put("noiseRatio", settings.noiseRatio());
        }
        return baseConfiguration(run).with(own);
    }
}
