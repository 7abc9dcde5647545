package imagespace.cli;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What standard output and error can show. */
final class Terminal {
    private Terminal() {}

    /** Columns of the terminal that standard error is, 0 if it is none: then no line can be redrawn. */
    static int errorColumns() {
        String type = System.getenv("TERM");
        if (type == null || type.equals("dumb")) {
            return 0;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") ? columns() : 0;
        } catch (IOException | UnsupportedOperationException e) {
            Console console = System.console(); // not Linux
            return console != null && console.isTerminal() ? columns() : 0;
        }
    }

    /** The terminal's width as stty says, else 80. */
    private static int columns() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            int columns = Integer.parseInt(size[1]);
            return columns < 20 ? 80 : columns; // some terminals do not know theirs
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return 80;
        }
    }

    /** The text as standard output can show it: in a terminal without Unicode a union becomes a plus, and ± becomes +-. */
    static String printable(String text) {
        CharsetEncoder encoder = System.out.charset().newEncoder();
        String shown = encoder.canEncode('∪') ? text : text.replace('∪', '+');
        return encoder.canEncode('±') ? shown : shown.replace("±", "+-");
    }
}
