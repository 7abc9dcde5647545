package imagespace.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java process of a test's own, to be killed or starved. */
final class JavaProcess {
    private JavaProcess() {}

    /** The command that runs a main class of the tests on a folder, by the Java that runs this one. */
    static List<String> command(Class<?> main, Path folder, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), folder.toString()));
        return command;
    }
}
