package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.Backends;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Table1Test {
    private static final Table1Settings TWO_RUNS = settings("hc+li .25, lc+hi .50 noise, s1", false);

    @TempDir
    Path folder;

    @Test
    void twoRunsOfThreeCells() throws Exception {
        assertEquals(0, run(folder, Thirds.corpus(), TWO_RUNS));

        List<LedgerEntry> entries = entries(folder);
        assertEquals(
                List.of("base 0", "hc+li .25 0", "s1 0", "lc+hi .50 noise 0").stream()
                        .flatMap(name -> List.of(name, name.replace(" 0", " 1")).stream())
                        .collect(Collectors.toSet()),
                entries.stream().map(e -> e.cell() + " " + e.run()).collect(Collectors.toSet()));
        Map<Integer, List<LedgerEntry>> cellsOfRun = entries.stream()
                .filter(e -> !e.cell().equals(Table1.BASE))
                .collect(Collectors.groupingBy(LedgerEntry::run));
        cellsOfRun.forEach((run, cells) -> {
            assertEquals(1, cells.stream().map(LedgerEntry::seed).distinct().count(), "cells of a run share its seed");
            assertEquals(TWO_RUNS.runSeed(run), cells.getFirst().seed());
        });
        assertNotEquals(TWO_RUNS.runSeed(0), TWO_RUNS.runSeed(1));
        assertNotEquals(
                metrics(entries).get("base 0"), metrics(entries).get("s1 0"), "S^1 is not the base run over again");
        double all = entries.stream()
                .filter(e -> e.cell().equals("s1"))
                .mapToDouble(e -> e.metrics().get("A"))
                .average()
                .orElseThrow();
        assertTrue(all > .6, "three classes are learned, not guessed: " + all);
    }

    @Test
    void stoppedAfterAnyRunItGoesOnToTheSameResult() throws Exception {
        run(folder, Thirds.corpus(), TWO_RUNS);
        List<String> lines = Files.readAllLines(folder.resolve(Ledger.FILE));
        Map<String, Map<String, Double>> whole = metrics(entries(folder));

        for (int kept = 1; kept < lines.size(); kept += 2) {
            String torn = lines.get(kept).substring(0, lines.get(kept).length() / 2);
            Files.writeString(folder.resolve(Ledger.FILE), String.join("\n", lines.subList(0, kept)) + "\n" + torn);
            if (kept == 3) {
                try (var files = Files.newDirectoryStream(folder, "base-*")) {
                    for (Path file : files) {
                        Files.delete(file); // must be trained again, with the same result
                    }
                }
            }
            assertEquals(0, run(folder, Thirds.corpus(), TWO_RUNS));
            assertEquals(whole, metrics(entries(folder)), "resumed after " + kept + " runs");
            List<String> now = Files.readAllLines(folder.resolve(Ledger.FILE));
            assertEquals(lines.subList(0, kept), now.subList(0, kept), "finished runs are left alone");
            assertEquals(lines.size(), now.size(), "no run is done twice");
        }
    }

    @Test
    void runsSideBySideHaveTheSameResults() throws Exception {
        Path beside = folder.resolve("beside");
        Table1Settings three = new Table1Settings(Table1Cell.parse("hc+li .25, s1"), 3, 2, 16, 1, 240, 60, 1, false);
        run(folder, Thirds.corpus(), three);
        try (Backend one = Backends.open("cpu", 1);
                Backend other = Backends.open("cpu", 1);
                Ledger ledger = Ledger.open(beside, warning -> {})) {
            List<Experiment> sides = Stream.of(one, other)
                    .map(backend -> new Table1(Thirds.corpus(), three, backend, ledger, beside, "test").experiment())
                    .toList();
            assertEquals(0, ParallelRuns.run(sides, PlanProgress.silent()));
            assertEquals(0, sides.getFirst().pending());
        }
        assertEquals(9, entries(beside).size());
        assertEquals(metrics(entries(folder)), metrics(entries(beside)));
    }

    @Test
    void whatStopsOneOfTheRunsSideBySideStopsAll() throws Exception {
        Table1Settings three = new Table1Settings(Table1Cell.parse("s1"), 3, 2, 16, 1, 240, 60, 1, false);
        try (Backend one = Backends.open("cpu", 1);
                Backend other = Backends.open("cpu", 1)) {
            Ledger ledger = Ledger.open(folder, warning -> {});
            List<Experiment> sides = Stream.of(one, other)
                    .map(backend -> new Table1(Thirds.corpus(), three, backend, ledger, folder, "test").experiment())
                    .toList();
            ledger.close(); // as if the disk were gone
            assertThrows(IOException.class, () -> ParallelRuns.run(sides, PlanProgress.silent()));
        }
    }

    @Test
    void otherSettingsAreOtherRuns() throws Exception {
        run(folder, Thirds.corpus(), settings("s1, s1 noise", true));
        assertEquals(5, entries(folder).size(), "one shared base run, two runs of two cells");

        Table1Settings otherRatio = new Table1Settings(Table1Cell.parse("s1, s1 noise"), 2, 4, 16, 2, 240, 60, 1, true);
        run(folder, Thirds.corpus(), otherRatio);
        assertEquals(7, entries(folder).size(), "only the cells with noise depend on its ratio");

        run(folder, Thirds.corpus(), settings("s1", false));
        assertEquals(8, entries(folder).size(), "only the second base run is missing");
    }

    /** Runs the experiment in a process of its own. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            run(Path.of(args[0]), Thirds.corpus(), TWO_RUNS);
        }
    }

    @Test
    void survivesKillMinus9() throws Exception {
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        run(whole, Thirds.corpus(), TWO_RUNS);
        Process child = new ProcessBuilder(
                        JavaProcess.command(Child.class, killed, "--add-modules=jdk.incubator.vector"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path ledger = killed.resolve(Ledger.FILE);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (child.isAlive() && (!Files.exists(ledger) || Files.size(ledger) == 0)) {
            assertTrue(System.nanoTime() < deadline, "the child wrote nothing");
            Thread.sleep(5);
        }
        child.destroyForcibly();
        assertTrue(child.waitFor(10, TimeUnit.SECONDS));

        assertEquals(0, run(killed, Thirds.corpus(), TWO_RUNS));
        assertEquals(metrics(entries(whole)), metrics(entries(killed)));
        assertEquals(8, entries(killed).size(), "no run is done twice");
    }

    @Test
    void withoutErrorsInTheBaseRunOnlyTheCellsThatNeedThemFail() throws Exception {
        Corpus corpus = Thirds.corpus();
        Dataset one =
                Dataset.of(corpus.train().images(), new int[240], corpus.train().classNames());
        Corpus trivial = new Corpus("trivial", one, corpus.test(), List.of(), "0");

        assertEquals(2, run(folder, trivial, TWO_RUNS_OF_HC_LI));
        List<LedgerEntry> failed =
                entries(folder).stream().filter(e -> !e.finished()).toList();
        assertEquals(
                List.of("hc+li .25", "hc+li .25"),
                failed.stream().map(LedgerEntry::cell).toList());
        assertEquals(
                "too few samples for a share of 0.25: the base run got 0 wrong",
                failed.getFirst().reason());
        assertEquals(6, entries(folder).size());

        assertEquals(2, run(folder, trivial, TWO_RUNS_OF_HC_LI));
        assertEquals(8, entries(folder).size(), "failed runs are repeated, finished ones are not");
    }

    private static final Table1Settings TWO_RUNS_OF_HC_LI = settings("hc+li .25, s1", false);

    @Test
    void aRunThatDivergesFailsAndTheOthersGoOn() throws Exception {
        Corpus corpus = Thirds.corpus();
        float[] weights = corpus.train().weights().clone();
        weights[17] = Float.POSITIVE_INFINITY;
        Dataset train = corpus.train();
        Corpus bad = new Corpus(
                "bad",
                new Dataset(train.images(), train.ids(), train.labels(), weights, train.classNames()),
                corpus.test(),
                List.of(),
                "0");

        assertEquals(6, run(folder, bad, TWO_RUNS_OF_HC_LI));
        List<LedgerEntry> entries = entries(folder);
        assertEquals(6, entries.size());
        assertTrue(
                entries.getFirst().reason().contains("the loss became"),
                entries.getFirst().reason());
        assertEquals("its base run failed", entries.get(1).reason());
        assertTrue(entries.stream().noneMatch(LedgerEntry::finished));
    }

    private static Table1Settings settings(String cells, boolean shared) {
        return new Table1Settings(Table1Cell.parse(cells), 2, 4, 16, 1, 240, 60, 1, shared);
    }

    private static int run(Path folder, Corpus corpus, Table1Settings settings) throws Exception {
        try (Backend backend = Backends.open("cpu", 2);
                Ledger ledger = Ledger.open(folder, warning -> {})) {
            Experiment table1 = new Table1(corpus, settings, backend, ledger, folder, "test").experiment();
            int failed = table1.run(PlanProgress.silent());
            assertEquals(failed, table1.pending());
            return failed;
        }
    }

    private static List<LedgerEntry> entries(Path folder) throws IOException, LedgerException {
        try (Ledger ledger = Ledger.open(folder, warning -> {})) {
            return ledger.entries();
        }
    }

    private static Map<String, Map<String, Double>> metrics(List<LedgerEntry> entries) {
        return entries.stream()
                .collect(Collectors.toMap(
                        e -> e.cell() + " " + e.run(), LedgerEntry::metrics, (a, b) -> a, TreeMap::new));
    }
}
