package imagespace.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/**
 * Reads a stream from the network, and ends when nothing comes for too long: the HTTP client's own time limit ends with
 * the headers, and a connection that is silently gone would be waited for without end.
 */
final class Silence implements AutoCloseable {
    private final InputStream in;
    private final Duration patience;
    private final Thread guard;
    private volatile long last = System.nanoTime();
    private volatile boolean over;

    Silence(InputStream in, Duration patience) {
        this.in = in;
        this.patience = patience;
        guard = Thread.ofVirtual().start(this::watch);
    }

    private void watch() {
        try {
            for (long left = patience.toNanos(); left > 0; left = last + patience.toNanos() - System.nanoTime()) {
                Thread.sleep(Duration.ofNanos(left));
            }
            over = true;
            in.close(); // ends the read
        } catch (InterruptedException | IOException e) {
            return; // closed, or broken in another way, which the read will tell
        }
    }

    /** As {@link InputStream#read(byte[])}. */
    int read(byte[] buffer) throws IOException {
        try {
            last = System.nanoTime();
            int n = in.read(buffer);
            if (over) {
                throw new IOException("closed");
            }
            return n;
        } catch (IOException e) {
            throw over ? new HttpTimeoutException("nothing came for " + patience.toSeconds() + " s") : e;
        }
    }

    @Override
    public void close() {
        guard.interrupt();
    }
}
