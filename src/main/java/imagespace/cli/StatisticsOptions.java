package imagespace.cli;

import java.time.Duration;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How the illusive samples are found; and how often a long training is saved. */
final class StatisticsOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--tolerance",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "A sample is illusive if the network is right on it in no more than so many of the counted epochs (the"
                            + " second half of the training).")
    private int tolerance;

    @Option(
            names = "--record-after-epoch",
            description = "Read the training statistics after each epoch with dropout off, for about a third more time,"
                    + " instead of from the training pass itself.",
            showDefaultValue = Visibility.NEVER)
    private boolean recordAfterEpoch;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How much time of a training a kill may cost.")
    private long checkpointEvery;

    int tolerance() {
        return tolerance;
    }

    boolean recordAfterEpoch() {
        return recordAfterEpoch;
    }

    Duration checkpointEvery() {
        if (checkpointEvery < 0) {
            throw new ParameterException(spec.commandLine(), "--checkpoint-every is 0 or more, not " + checkpointEvery);
        }
        return Duration.ofSeconds(checkpointEvery);
    }
}
