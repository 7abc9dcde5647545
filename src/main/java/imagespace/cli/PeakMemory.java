package imagespace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The most memory that this process has had in use. */
final class PeakMemory {
    private PeakMemory() {}

    /** Resident set at its largest (Linux); elsewhere the heap's size now. */
    static double mebibytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow(IOException::new)
                    / 1024.0;
        } catch (IOException e) {
            return Runtime.getRuntime().totalMemory() / 0x1p20;
        }
    }
}
