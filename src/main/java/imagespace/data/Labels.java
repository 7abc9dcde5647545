package imagespace.data;

import java.nio.file.Path;

/** A check that all readers share. */
final class Labels {
    private Labels() {}

    /** Refuses a class without a sample in either split: its accuracy could not be told, or not be learned. */
    static void checkAllUsed(Path source, Dataset train, Dataset test) throws DataException {
        if (train.classes() < 2) {
            throw new DataException(source + " has only one class: at least 2 are needed");
        }
        check(source, "training", train);
        check(source, "test", test);
    }

    private static void check(Path source, String split, Dataset data) throws DataException {
        boolean[] used = new boolean[data.classes()];
        for (int label : data.labels()) {
            used[label] = true;
        }
        for (int c = 0; c < used.length; c++) {
            if (!used[c]) {
                throw new DataException(source + ": class '" + data.classNames().get(c) + "' is empty in the " + split
                        + " split; add samples of it or leave the class out");
            }
        }
    }
}
