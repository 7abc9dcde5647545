package imagespace.backend;

/** A device failed while at work, such as a GPU out of memory. The message says what happened and what to do, in one line. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DeviceException(String message) {
        super(message);
    }
}
