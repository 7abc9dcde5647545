package imagespace.cli;

import imagespace.data.Fetch;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a download is: on a terminal a bar, elsewhere a line every few seconds; nothing before it begins. */
final class FetchProgress implements Fetch.Meter, AutoCloseable {
    private static final int MEBIBYTE = 1 << 20;
    private static final long NANOS_A_LINE = Duration.ofSeconds(3).toNanos();

    private final PrintStream out;
    private final int columns;
    private final LongSupplier nanoTime;
    private ProgressBar bar;
    private boolean begun;
    private long firstBytes;
    private long firstTime;
    private long told;

    /**
     * @param columns width of the terminal that {@code out} is; 0 if it is none
     * @param nanoTime the clock
     */
    FetchProgress(PrintStream out, int columns, LongSupplier nanoTime) {
        this.out = out;
        this.columns = columns;
        this.nanoTime = nanoTime;
    }

    @Override
    public void at(long bytes, long all) {
        if (!begun) {
            begun = true;
            firstBytes = bytes;
            firstTime = nanoTime.getAsLong();
            told = firstTime;
            bar = columns > 0 ? bar(bytes, all) : null;
        }
        if (bar != null) {
            bar.stepTo(bytes);
            return;
        }
        long now = nanoTime.getAsLong();
        if (now - told >= NANOS_A_LINE || bytes == all) {
            told = now;
            line(bytes, all, (now - firstTime) * 1e-9);
        }
    }

    private void line(long bytes, long all, double seconds) {
        double rate = (bytes - firstBytes) / Math.max(1e-9, seconds);
        String left = rate > 0 ? String.format(Locale.ROOT, "%.0f s left", (all - bytes) / rate) : "stalled";
        out.printf(
                Locale.ROOT,
                "%.1f of %.1f MiB, %.2f MiB/s, %s%n",
                (double) bytes / MEBIBYTE,
                (double) all / MEBIBYTE,
                rate / MEBIBYTE,
                left);
    }

    /** The library's own printing would take over SIGINT, so we print. */
    private ProgressBar bar(long there, long all) {
        return new ProgressBarBuilder()
                .setTaskName("download")
                .setInitialMax(all)
                .startsFrom(there, Duration.ZERO)
                .setUnit(" MiB", MEBIBYTE)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .showSpeed()
                .setConsumer(new DelegatingProgressBarConsumer(line -> out.print("\r" + line), columns - 1))
                .build();
    }

    /** Ends the bar and its line. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            out.println();
        }
    }
}
