package imagespace.backend.cuda;

import java.nio.file.Path;

/** Where what was compiled is kept: the property imagespace.cache, else in XDG_CACHE_HOME, else in ~/.cache. */
final class CacheFolder {
    private CacheFolder() {}

    static Path path() {
        String property = System.getProperty("imagespace.cache");
        if (property != null) {
            return Path.of(property);
        }
        String chosen = System.getenv("XDG_CACHE_HOME");
        Path caches = chosen == null || chosen.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(chosen);
        return caches.resolve("imagespace");
    }
}
