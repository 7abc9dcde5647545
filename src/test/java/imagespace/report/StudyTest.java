package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
    @TempDir
    Path folder;

    @Test
    void otherDataAndOtherSettingsAreOtherStudies() {
        Runs ours = new Runs("table1", "aa", 12).add("s1", "A", .5, .6);
        Runs otherData = new Runs("table1", "bb", 12).add("s1", "A", .1);
        Runs longer = new Runs("table1", "aa", 13).add("s1", "A", .2);
        Runs otherExperiment = new Runs("table2", "aa", 12).add("all", "A", .3);

        List<Study> studies = ours.studies(otherData, longer, otherExperiment);

        assertEquals(4, studies.size());
        assertArrayEquals(new double[] {.5, .6}, studies.getFirst().values("s1", "A"));
        assertEquals(
                "table1 on made up (digest aa): 12 epochs, 2 runs",
                studies.getFirst().label());
        assertEquals(
                "table1 on made up (digest bb): 12 epochs, 1 run",
                studies.get(1).label());
    }

    @Test
    void seedsCellsAndBaseSeedsDoNotPartAStudy() {
        Runs runs = new Runs("table1").add("base", "A", .5, .6);
        runs.add("hc+li .25", 0, Map.of("A", .3), Map.of("baseSeed", 7));
        runs.add("hc+li .25", 1, Map.of("A", .4), Map.of("baseSeed", 8));
        runs.add("s1 noise", 1, Map.of("A", .7), Map.of("noiseRatio", 5.0));

        Study study = runs.studies().getFirst();

        assertEquals(1, runs.studies().size());
        assertEquals(Set.of(0, 1), study.runs());
        assertEquals(Set.of("base", "hc+li .25", "s1 noise"), study.cells().keySet());
        assertEquals(.4, study.value("hc+li .25", 1, "A"));
        assertTrue(Double.isNaN(study.value("s1 noise", 0, "A")));
        assertTrue(Double.isNaN(study.value("s1", 0, "A")));
        assertTrue(Double.isNaN(study.value("base", 0, "Pc")));
    }

    @Test
    void otherAmountsOfNoiseArePartedAndShareWhatHasNone() {
        Runs runs = new Runs("table1").add("s1", "A", .5);
        runs.add("s1 noise", 0, Map.of("A", .6), Map.of("noiseRatio", 5.0));
        runs.add("s1 noise", 0, Map.of("A", .7), Map.of("noiseRatio", 1.0));

        List<Study> studies = runs.studies();

        assertEquals(2, studies.size());
        assertEquals(.6, studies.get(0).value("s1 noise", 0, "A"));
        assertEquals(.7, studies.get(1).value("s1 noise", 0, "A"));
        assertEquals(.5, studies.get(1).value("s1", 0, "A"));
        assertTrue(
                studies.get(1).label().contains("noise samples a natural one 1.0"),
                studies.get(1).label());
    }

    @Test
    void runsOnASharedBaseArePartedFromThoseWithTheirOwn() {
        Runs runs = new Runs("table1");
        runs.add("hc+li .25", 0, Map.of("A", .1), Map.of("baseSeed", 7));
        runs.add("hc+li .25", 1, Map.of("A", .2), Map.of("baseSeed", 8));
        runs.add("hc+li .25", 1, Map.of("A", .3), Map.of("baseSeed", 7));

        List<Study> studies = runs.studies();

        assertEquals(2, studies.size());
        assertArrayEquals(new double[] {.1, .2}, studies.get(0).values("hc+li .25", "A"));
        assertArrayEquals(new double[] {.1, .3}, studies.get(1).values("hc+li .25", "A"));
    }

    @Test
    void saysWhatTellsTwoStudiesWithOneLabelApart() {
        Runs runs = new Runs("figure2");
        runs.add("all", 0, Map.of("A", .1), Map.of("tolerance", 0, "batch", 128));
        runs.add("all", 0, Map.of("A", .1), Map.of("tolerance", 1, "batch", 128));
        List<Study> studies = runs.studies();
        assertEquals(studies.get(0).label(), studies.get(1).label());
        assertEquals("batch 128, tolerance 0", studies.get(0).otherSettings());
        assertEquals("batch 128, tolerance 1", studies.get(1).otherSettings());
    }

    @Test
    void failedRunsDoNotCountAndOfEqualOnesTheFirst() {
        Runs runs = new Runs("table1").failed("s1", 0, Map.of("A", .9));
        assertEquals(List.of(), runs.studies());
        runs.add("s1", 0, Map.of("A", .5)).add("s1", 0, Map.of("A", .6));
        assertArrayEquals(new double[] {.5}, runs.studies().getFirst().values("s1", "A"));
    }

    @Test
    void findsLedgersThreeLevelsDownAndPoolsThem() throws Exception {
        new Runs("table1").add("s1", 0, Map.of("A", .1)).write(folder);
        new Runs("table1").add("s1", 1, Map.of("A", .2)).write(folder.resolve("a"));
        new Runs("table1").add("s1", 2, Map.of("A", .3)).write(folder.resolve("a/b/c"));
        new Runs("table1").add("s1", 3, Map.of("A", .4)).write(folder.resolve("a/b/c/d"));

        List<Study> studies = Study.find(folder);

        assertEquals(1, studies.size());
        assertArrayEquals(new double[] {.1, .2, .3}, studies.getFirst().values("s1", "A"));
    }

    @Test
    void readsOnlyAlsoWhileAnExperimentIsWriting() throws Exception {
        Path out = folder.resolve("out");
        new Runs("table1").add("s1", "A", .1, .2).write(out);
        Files.delete(out.resolve("ledger.lock"));
        Path file = out.resolve(Ledger.FILE);
        Files.writeString(file, "{\"experiment\":\"tab", StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(file);

        assertArrayEquals(new double[] {.1, .2}, Study.find(folder).getFirst().values("s1", "A"));

        assertArrayEquals(before, Files.readAllBytes(file));
        try (var files = Files.list(out)) {
            assertEquals(List.of(file), files.toList());
        }
        Path held = folder.resolve("held");
        try (Ledger ledger = Ledger.open(held, _ -> {})) {
            ledger.append(new Runs("figure1").add("ends", "mse", .1).entries().getFirst());
            assertEquals(1, Ledger.read(held).size());
        }
    }

    @Test
    void damageAndMissingLedgersAreOneLine() throws Exception {
        new Runs("table1").add("s1", "A", .1, .2).write(folder.resolve("out"));
        Path file = folder.resolve("out").resolve(Ledger.FILE);
        Files.writeString(file, Files.readString(file).replaceFirst("\"run\"", "\"ruin\""));
        refuses("line 1 is damaged", folder);
        refuses("does not exist", folder.resolve("none"));
        refuses("is not a folder", file);
        refuses("no ledger.jsonl in", Files.createDirectory(folder.resolve("empty")));
        assertFalse(Files.exists(folder.resolve("none")));
    }

    private static void refuses(String reason, Path place) {
        String message =
                assertThrows(LedgerException.class, () -> Study.find(place)).getMessage();
        assertTrue(message.contains(reason) && message.lines().count() == 1, message);
    }
}
