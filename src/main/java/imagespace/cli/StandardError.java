package imagespace.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Standard error, without the launcher's filter. Java announces the incubating Vector API in a line that cannot be
 * switched off, before any of our code runs; the launcher drops it by a filter on file descriptor 2, and keeps the real
 * standard error in another descriptor.
 */
final class StandardError {
    private static final int STANDARD_ERROR = 2;

    private StandardError() {}

    /**
     * Puts the real standard error, named by the property {@code imagespace.stderr}, back in its place by dup2. Opening
     * it anew instead would give it a file position of its own: in {@code >log 2>&1} output and errors would then write
     * over each other. Where dup2 is not to be had the filter stays, which passes everything else on.
     */
    @SuppressWarnings("restricted")
    static void restore() {
        Integer real = Integer.getInteger("imagespace.stderr");
        if (real == null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("dup2").ifPresent(function -> {
            MethodHandle dup2 = linker.downcallHandle(
                    function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            try {
                int _ = (int) dup2.invokeExact((int) real, STANDARD_ERROR);
            } catch (Throwable e) {
                throw new AssertionError("dup2 throws nothing", e);
            }
        });
    }
}
