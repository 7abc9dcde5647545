package imagespace.strategy;

/**
 * Glues equivalence classes to categories (section 3.2): several of a network's classes may stand for one category of
 * the data.
 *
 * @param categories the category of each equivalence class
 */
public record LookupTable(int[] categories) {
    /** The category that an equivalence class belongs to. */
    public int category(int equivalenceClass) {
        return categories[equivalenceClass];
    }
}
