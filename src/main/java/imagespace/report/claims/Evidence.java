package imagespace.report.claims;

import java.util.ArrayList;
import java.util.List;

/**
 * What the runs of a study say about one claim, before it is judged.
 *
 * @param effect the one effect that is tested; positive is the paper's way
 * @param rows the contrasts that the effect is the mean of; empty if it is a single one
 * @param beside contrasts that are reported beside it: further conditions, and controls
 * @param notes what is only described
 * @param objections why the claim would not be supported even if the effect were clear; empty if nothing is in its way
 */
public record Evidence(
        Contrast effect, List<Contrast> rows, List<Contrast> beside, List<String> notes, List<String> objections) {
    /** Of a claim that is one effect. */
    Evidence(Contrast effect) {
        this(effect, List.of(), List.of(), List.of(), List.of());
    }

    /** Of a claim that is the mean of several contrasts. */
    Evidence(String name, List<Contrast> rows) {
        this(Contrast.mean(name, rows), List.copyOf(rows), List.of(), List.of(), List.of());
    }

    Evidence beside(Contrast... more) {
        return new Evidence(effect, rows, joined(beside, List.of(more)), notes, objections);
    }

    Evidence note(String note) {
        return new Evidence(effect, rows, beside, joined(notes, List.of(note)), objections);
    }

    /** The claim needs this, too. */
    Evidence need(boolean holds, String objection) {
        return holds ? this : new Evidence(effect, rows, beside, notes, joined(objections, List.of(objection)));
    }

    /** The mean of each row has to go the paper's way. */
    Evidence needAllRows() {
        return need(rowsPaperWay() == rows.size(), "only " + count());
    }

    /** The mean of more than half of the rows has to go the paper's way. */
    Evidence needMostRows() {
        return need(2 * rowsPaperWay() > rows.size(), "only " + count());
    }

    /** Number of rows in which the mean goes the paper's way. */
    public int rowsPaperWay() {
        return (int) rows.stream().filter(Contrast::paperWay).count();
    }

    /** "5 of 6 rows go the paper's way". */
    String count() {
        return rowsPaperWay() + " of " + rows.size() + " rows go the paper's way";
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> both = new ArrayList<>(first);
        both.addAll(second);
        return List.copyOf(both);
    }
}
