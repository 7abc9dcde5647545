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

    /**
     * C1 runs out of virtual registers in methods of much more vector code, and then they may stay where C2 never sees them,
     * and slow: so one of 3,500 bytes did.
     */
    private static final int COMPILED = 3000;

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
                        "inputColumns6x4",
                        "inputRows4",
                        "filter6x4",
                        "gradient6x4",
                        "outputColumns6x4",
                        "outputRows6x4",
                        "outputMeansRows6x4",
                        "outputMaximaRows6x4",
                        "sums6x4",
                        "inputColumns4x4",
                        "filter4x4",
                        "gradient4x4",
                        "output4x4",
                        "outputMeans4x4",
                        "outputMaxima4x4",
                        "sums4x4"));
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
