package imagespace.data;

/** Stub: the signature only, body follows. Opens a data set as a user names it. */
public final class Corpora {
    private Corpora() {}

    /**
     * Opens "scenes", "cifar10", or the path of a data set.
     *
     * @throws DataException if it is not there or not what it should be
     */
    public static Corpus open(String name) throws DataException {
        throw new DataException("data sets cannot be opened yet: '" + name + "'");
    }
}
