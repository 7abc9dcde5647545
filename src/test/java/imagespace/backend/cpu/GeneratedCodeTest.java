package imagespace.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the kernels' speed rests on and no result shows: they are as generated, and of a size that suits C2. */
class GeneratedCodeTest {
    /** C2 inlines hot methods up to this many bytes of bytecode (FreqInlineSize). */
    private static final int INLINED = 325;

    /** HotSpot does not compile methods that are longer (HugeMethodLimit). */
    private static final int COMPILED = 8000;

    @Test
    void tilesAreWhatTheGeneratorsWrite() throws Exception {
        assertGenerated("Tiles.java", "GenerateTiles.java");
        assertGenerated("WinogradTiles.java", "GenerateWinogradTiles.java");
    }

    private static void assertGenerated(String file, String by) throws Exception {
        Process generator = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "src/main/generator/" + by)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String generated = new String(generator.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, generator.waitFor());
        assertEquals(Files.readString(Path.of("src/main/java/imagespace/backend/cpu/" + file)), generated);
    }

    @Test
    void kernelsAreTooLargeToBeInlined() throws Exception {
        assertNotInlined(
                WinogradTiles.class,
                Set.of(
                        "inputColumns4",
                        "inputRows4",
                        "filter4",
                        "gradient4",
                        "output4",
                        "outputMeans4",
                        "outputMaxima4",
                        "sums4"));
    }

    private static void assertNotInlined(Class<?> of, Set<String> methods) throws Exception {
        int seen = 0;
        try (InputStream in = of.getResourceAsStream(of.getSimpleName() + ".class")) {
            for (MethodModel method : ClassFile.of().parse(in.readAllBytes()).methods()) {
                if (methods.contains(method.methodName().stringValue())) {
                    int size = ((CodeAttribute) method.code().orElseThrow()).codeLength();
                    assertTrue(size > INLINED, method.methodName() + " has " + size + " bytes and would be inlined");
                    assertTrue(
                            size <= COMPILED,
                            method.methodName() + " has " + size + " bytes and would not be compiled");
                    seen++;
                }
            }
        }
        assertEquals(methods.size(), seen);
    }
}
