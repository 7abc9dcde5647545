package imagespace.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many images a model takes at a time. */
final class BatchOption {
    private static final int MOST = 1 << 14;

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a pass.")
    private int batch;

    int batch() {
        if (batch < 1 || batch > MOST) {
            throw new ParameterException(spec.commandLine(), "--batch lies in 1 to " + MOST + ", not at " + batch);
        }
        return batch;
    }
}
