package imagespace.report;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are written whole, or leave what was there. */
public final class WholeFile {
    private WholeFile() {}

    /** Before long work whose result goes to a file: makes its folder, so that what cannot be written fails now. */
    public static void prepare(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "it is a folder, not a file");
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
    }

    /** Writes a text. */
    public static void write(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
