package imagespace.report;

import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the ledgers of a folder of results are. */
public final class LedgerFolders {
    private static final int LEVELS = 3;

    private LedgerFolders() {}

    /**
     * The folders with a ledger: the given one and its subfolders, three levels down, in the order of their names.
     *
     * @throws LedgerException if there is none
     */
    public static List<Path> below(Path folder) throws IOException, LedgerException {
        if (!Files.isDirectory(folder)) {
            throw new LedgerException(folder + (Files.exists(folder) ? " is not a folder" : " does not exist")
                    + "; give the output folder of an experiment");
        }
        List<Path> found = new ArrayList<>();
        search(folder, LEVELS, found);
        if (found.isEmpty()) {
            throw new LedgerException("no " + Ledger.FILE + " in " + folder + ", nor in its subfolders, " + LEVELS
                    + " levels down; give the output folder of an experiment");
        }
        return List.copyOf(found);
    }

    private static void search(Path folder, int levels, List<Path> found) throws IOException {
        if (Files.isRegularFile(folder.resolve(Ledger.FILE))) {
            found.add(folder);
        }
        if (levels > 0) {
            for (Path below : subfolders(folder)) {
                search(below, levels - 1, found);
            }
        }
    }

    private static List<Path> subfolders(Path folder) throws IOException {
        List<Path> below = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, Files::isDirectory)) {
            stream.forEach(below::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        below.sort(null);
        return below;
    }
}
