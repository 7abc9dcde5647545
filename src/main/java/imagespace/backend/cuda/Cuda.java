package imagespace.backend.cuda;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.backend.CudaOptions;
import imagespace.backend.DeviceException;
import java.util.Optional;

/** The way in: opens the backend on the first GPU. JCuda's classes are not looked at before that. */
public final class Cuda {
    private Cuda() {}

    /** @throws BackendUnavailableException if something is missing or does not work, with the reason and the remedy */
    public static Backend open(CudaOptions options) throws BackendUnavailableException {
        Optional<String> reason = CudaDetection.detect().reason();
        if (reason.isPresent()) {
            throw new BackendUnavailableException(reason.get());
        }
        try {
            CudaLibraries.load();
            GpuDevice device = new GpuDevice(options);
            return new CudaBackend(new Engine(device, new Scratch(device)), options);
        } catch (ForwardingLibrary.NotBuiltException | DeviceException e) {
            throw new BackendUnavailableException(e.getMessage());
        } catch (LinkageError e) { // a library that opens by itself, but not for JCuda
            throw new BackendUnavailableException(
                    "CUDA is here, but JCuda cannot use it: " + e.getMessage() + "; see 'imagespace devices'");
        }
    }
}
