package imagespace.cli;

import imagespace.experiment.RunSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How many images a model takes at a time. */
final class BatchOption {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    private int size;

    /** Checked as the command line is read, before anything is opened. */
    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a pass.")
    private void setSize(int size) {
        int most = RunSettings.LARGEST_BATCH;
        if (size < 1 || size > most) {
            throw new ParameterException(spec.commandLine(), "--batch lies in 1 to " + most + ", not at " + size);
        }
        this.size = size;
    }

    int size() {
        return size;
    }
}
