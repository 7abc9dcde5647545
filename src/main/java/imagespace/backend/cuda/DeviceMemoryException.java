package imagespace.backend.cuda;

import imagespace.backend.DeviceException;
import java.util.Locale;

/** The GPU has not enough memory left. */
final class DeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** @param asked bytes asked for; @param free bytes free; @param total bytes of the GPU */
    DeviceMemoryException(long asked, long free, long total) {
        super(String.format(
                Locale.ROOT,
                "out of GPU memory: %.1f MiB asked, %.1f MiB free of %.1f MiB; use a smaller --batch, or end the other"
                        + " programs on this GPU (nvidia-smi lists them)",
                asked / 0x1p20,
                free / 0x1p20,
                total / 0x1p20));
    }
}
