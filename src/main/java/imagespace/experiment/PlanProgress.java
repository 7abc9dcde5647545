package imagespace.experiment;

import imagespace.train.EpochSummary;
import imagespace.train.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how far a plan of many runs has come: on a terminal a bar with images/s and the time left, elsewhere a line an
 * epoch. The time left is that of the whole plan; images in training and in prediction count alike. Runs side by side have
 * one each, with one bar.
 */
public final class PlanProgress implements Progress, AutoCloseable {
    private final Plan plan;
    private String run = "";
    /** Images of the plan that the run has not passed yet. */
    private long leftOfRun;

    private PlanProgress(Plan plan) {
        this.plan = plan;
    }

    /** What all runs have in common. */
    private static final class Plan {
        private final PrintStream out;
        private final ProgressBar bar; // null without a terminal
        private final long planned;
        private final long started = System.nanoTime();
        /** Images of the plan that are done or given up, and those that have really passed. */
        private long done;

        private long passed;

        Plan(PrintStream out, ProgressBar bar, long planned) {
            this.out = out;
            this.bar = bar;
            this.planned = planned;
        }

        synchronized void advance(long images, boolean really) {
            done += images;
            passed += really ? images : 0;
            if (bar != null) {
                bar.stepTo(done);
            }
        }

        synchronized void say(String line) {
            out.println(bar == null ? line : "\r\033[K" + line);
        }

        /** Time left for the plan at the speed so far. */
        synchronized String left() {
            if (passed == 0) {
                return "unknown";
            }
            double seconds = (System.nanoTime() - started) * 1e-9 * Math.max(0, planned - done) / passed;
            return text(Duration.ofSeconds(Math.round(seconds)));
        }
    }

    /**
     * Starts to show progress.
     *
     * @param planned images to be passed through networks in all
     * @param columns width of the terminal that {@code out} is; 0 if it is none
     */
    public static PlanProgress on(PrintStream out, int columns, long planned) {
        return new PlanProgress(new Plan(out, columns > 0 ? bar(out, columns, planned) : null, planned));
    }

    /** The bar is printed by us: the library's own printing takes over SIGINT, and Ctrl-C would skip shutdown hooks. */
    private static ProgressBar bar(PrintStream out, int columns, long planned) {
        return new ProgressBarBuilder()
                .setInitialMax(planned)
                .setTaskName("images")
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .showSpeed()
                .setConsumer(new DelegatingProgressBarConsumer(line -> out.print("\r" + line), columns - 1))
                .build();
    }

    /** Shows nothing. */
    public static PlanProgress silent() {
        return new PlanProgress(new Plan(new PrintStream(PrintStream.nullOutputStream()), null, 0));
    }

    /** For runs of the same plan beside those that this one shows. */
    PlanProgress beside() {
        return new PlanProgress(plan);
    }

    /** A run begins; so many images of the plan are its own. */
    public void begin(String name, long images) {
        run = name;
        leftOfRun = images;
        if (plan.bar != null) {
            plan.bar.setExtraMessage(" " + name);
        }
    }

    @Override
    public void advance(int images) {
        leftOfRun -= images;
        plan.advance(images, true);
    }

    /** An epoch of the run has ended. */
    public void epoch(EpochSummary epoch, int epochs, int samples) {
        if (plan.bar == null) {
            plan.say(String.format(
                    Locale.ROOT,
                    "%s  epoch %d/%d  loss %.4f  accuracy %.2f %%  %,.0f images/s  left %s",
                    run,
                    epoch.epoch(),
                    epochs,
                    epoch.loss(),
                    100 * epoch.accuracy(),
                    samples / epoch.seconds(),
                    plan.left()));
        }
    }

    /** The run has ended, with everything or early. */
    public void end(String outcome) {
        say(run + ": " + outcome);
        plan.advance(leftOfRun, false);
        leftOfRun = 0;
    }

    /** One line that stays. */
    public void say(String line) {
        plan.say(line);
    }

    /** Such as "1 h 05 min", "3 min 20 s", "7 s". */
    public static String text(Duration time) {
        if (time.toHours() > 0) {
            return String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
        }
        return time.toMinutes() > 0
                ? String.format(Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart())
                : time.toSeconds() + " s";
    }

    @Override
    public void close() {
        if (plan.bar != null) {
            plan.bar.close();
            plan.out.println();
        }
    }
}
