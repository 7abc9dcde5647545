package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script ./imagespace, in a checkout of its own whose Maven only notes that it was called. */
class LauncherTest {
    /** A Java that shows its arguments and ends with a status that nothing else has. */
    private static final String SHOWING_JAVA = "printf '<%s>\\n' \"$@\"; exit 7";

    @TempDir
    private Path folder;

    private Path checkout;
    private Path log;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = folder.resolve("check out"); // a space, to see that it is quoted
        log = folder.resolve("log");
        Files.createDirectories(checkout.resolve(".mvn"));
        Files.createDirectories(checkout.resolve("src/main"));
        Files.createDirectories(checkout.resolve("data"));
        Files.createDirectories(checkout.resolve("native"));
        Files.copy(Path.of("imagespace"), checkout.resolve("imagespace"));
        Files.copy(Path.of(".mvn/find-jdk"), checkout.resolve(".mvn/find-jdk"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Files.writeString(checkout.resolve("src/main/A.java"), "class A {}");
        script(checkout.resolve("imagespace"), Files.readString(checkout.resolve("imagespace")));
        script(
                checkout.resolve("mvnw"),
                "cd \"$(dirname \"$0\")\"; echo called >>calls; mkdir -p target; touch target/imagespace.jar");
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, body.startsWith("#!") ? body : "#!/usr/bin/env bash\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    private Path showingJdk() throws IOException {
        Path jdk = folder.resolve("jdk");
        script(jdk.resolve("bin/java"), SHOWING_JAVA);
        script(jdk.resolve("bin/javac"), "exit 1");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        return jdk;
    }

    /** Runs a launcher from a foreign folder, with output and errors to one file that both share: {@code >log 2>&1}. */
    private int run(Path jdk, Path launcher, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "exec \"$@\" >\"$0\" 2>&1", log.toString()));
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("JAVA_HOME", jdk.toString());
        return builder.start().waitFor();
    }

    private long builds() throws IOException {
        return Files.readAllLines(checkout.resolve("calls")).size();
    }

    @Test
    void buildsIfTheJarIsMissingOrOlderThanTheSources() throws Exception {
        Path jdk = showingJdk();
        Path launcher = checkout.resolve("imagespace");
        run(jdk, launcher);
        assertEquals(1, builds());
        assertTrue(Files.readString(log).startsWith("imagespace: building"), Files.readString(log));
        run(jdk, launcher);
        assertEquals(1, builds());
        assertFalse(Files.readString(log).contains("building"), Files.readString(log));
        for (String source : List.of("pom.xml", "src/main/A.java")) {
            Path file = checkout.resolve(source);
            FileTime before = Files.getLastModifiedTime(file);
            long built = builds();
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
            run(jdk, launcher);
            assertEquals(built + 1, builds(), source);
            Files.setLastModifiedTime(file, before);
        }
    }

    @Test
    void aFailedBuildIsShownAndEndsWithOne() throws Exception {
        script(checkout.resolve("mvnw"), "echo what the compiler says; exit 3");
        assertEquals(1, run(showingJdk(), checkout.resolve("imagespace")));
        assertEquals(
                List.of(
                        "imagespace: building (once) ...",
                        "what the compiler says",
                        "imagespace: the build failed, see above"),
                Files.readAllLines(log));
    }

    @Test
    void passesArgumentsAndStatusOnThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), checkout.resolve("imagespace"));
        assertEquals(7, run(showingJdk(), link, "table1", "--cells", "hc+li .25, s1 *"));
        String shown = Files.readString(log);
        assertTrue(shown.endsWith("<imagespace.cli.Main>\n<table1>\n<--cells>\n<hc+li .25, s1 *>\n"), shown);
        assertTrue(shown.contains("<--add-modules=jdk.incubator.vector>\n"), shown);
    }

    /** Both would write over each other if standard error were opened anew, with a position of its own. */
    @Test
    void outputAndErrorsKeepTheirOrderInOneFileAndJavasWarningIsGone() throws Exception {
        Files.createDirectories(checkout.resolve("target"));
        jarOfOurClasses(checkout.resolve("target/imagespace.jar"));
        Path jdk = Path.of(System.getProperty("java.home"));
        Path launcher = checkout.resolve("imagespace");
        String[] command = "throughput --net keras --batch 1 --steps 1 --warm-up 0 --backend cpu".split(" ");
        assertEquals(0, run(jdk, launcher, command), () -> text(log));
        List<String> lines = Files.readAllLines(log);
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("Backend: cpu"), lines::toString);
        assertTrue(lines.get(1).startsWith("{\"net\":"), lines::toString);

        assertEquals(2, run(jdk, launcher, "nosuch"));
        assertEquals(1, Files.readAllLines(log).size(), () -> text(log));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** A jar that only points to the classes under test. */
    private static void jarOfOurClasses(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    }
}
