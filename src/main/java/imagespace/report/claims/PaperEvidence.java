package imagespace.report.claims;

import imagespace.experiment.LedgerEntry;
import imagespace.experiment.Table1;
import imagespace.experiment.Table1Cell;
import imagespace.report.CellFigures;
import imagespace.report.PaperTable1;
import imagespace.report.Study;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the paper's own printed figures say about a claim: Table 1 read as one run, by the same rules as ours. */
final class PaperEvidence {
    private static final Study TABLE1 = table1();

    private PaperEvidence() {}

    /** Empty for a claim that does not rest on Table 1. */
    static Optional<Evidence> of(Claim claim) {
        return claim.experiment().equals(Table1.NAME)
                ? Optional.of(claim.evidence().apply(TABLE1))
                : Optional.empty();
    }

    private static Study table1() {
        Map<String, SortedMap<Integer, LedgerEntry>> cells = new LinkedHashMap<>();
        for (Table1Cell cell : Table1Cell.ALL) {
            cells.put(cell.id(), new TreeMap<>(Map.of(0, entry(cell))));
        }
        return new Study(Table1.NAME, "cifar10", new TreeMap<>(), cells);
    }

    private static LedgerEntry entry(Table1Cell cell) {
        CellFigures paper = PaperTable1.of(cell);
        SortedMap<String, Double> metrics = new TreeMap<>(Map.of(
                "A", paper.accuracy() / 100,
                "Pc", paper.confidence() / 100,
                "Pi", paper.illusiveness() / 100,
                "Pg", paper.truth() / 100,
                "N", paper.noise()));
        return new LedgerEntry(
                Table1.NAME,
                cell.id(),
                0,
                0,
                LedgerEntry.FINISHED,
                null,
                metrics,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                null);
    }
}
