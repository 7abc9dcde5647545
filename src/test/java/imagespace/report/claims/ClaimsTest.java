package imagespace.report.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.report.Runs;
import imagespace.report.Study;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules that all claims have in common. */
class ClaimsTest {
    @Test
    void withoutRunsAllIsOpen() {
        Claims claims = Claims.judge(List.of());
        List<Judgement> all = claims.studies().getFirst().judgements();
        assertEquals(12, all.size());
        assertTrue(all.stream()
                .allMatch(one -> one.verdict() == Verdict.OPEN && one.reason().equals("no runs")));
        assertNull(claims.studies().getFirst().study());
        assertEquals(0, claims.tests());
        assertEquals(
                claims,
                Claims.judge(new Runs("table1").add("base", "A", .5, .6, .7).studies()),
                "only base runs");
    }

    @Test
    void theNumbersAreOneToTwelve() {
        for (int i = 0; i < 12; i++) {
            assertEquals(i + 1, Claims.ALL.get(i).number());
        }
    }

    @Test
    void aClearEffectIsSupportedAndItsOppositeContradicted() {
        assertEquals(Verdict.SUPPORTED, widths(.3, .31, .32).verdict());
        assertEquals("", widths(.3, .31, .32).reason());
        assertEquals(Verdict.CONTRADICTED, widths(-.3, -.31, -.32).verdict());
        assertEquals("", widths(-.3, -.31, -.32).reason());
    }

    @Test
    void twoPairsAreTooFewHoweverClear() {
        Judgement two = widths(.3, .3);
        assertEquals(Verdict.OPEN, two.verdict());
        assertEquals("only 2 pairs of runs; at least 3 are needed", two.reason());
        assertTrue(Double.isNaN(two.holm()), "not tested");
        assertEquals("only 1 pair of runs; at least 3 are needed", widths(.3).reason());
    }

    @Test
    void anIntervalThatHoldsNoughtIsOpen() {
        Judgement wide = widths(.2, -.1, .3);
        assertEquals(Verdict.OPEN, wide.verdict());
        assertEquals("the interval holds 0", wide.reason());
        assertEquals(Verdict.OPEN, widths(0, 0, 0).verdict());
    }

    /**
     * t of 1 - d, 1, 1 + d is sqrt(3) / d; with 2 degrees of freedom p = 1 - t / sqrt(t^2 + 2) = .03 for t = 5.6431, so
     * d = .30693. Alone it is clear, beside a second test that shows nothing it is 2 * .03 after Holm.
     */
    @Test
    void whatHolmsAdjustmentTakesAwayIsOpen() {
        Runs clear = new Runs("figure1").add("around", "width", 0, 0, 0).add("ends", "width", 1 - .30693, 1, 1.30693);
        Judgement alone = claim(1, clear.studies());
        assertEquals(.03, alone.comparison().tTest(), 1e-5);
        assertEquals(.03, alone.holm(), 1e-5);
        assertEquals(Verdict.SUPPORTED, alone.verdict());

        Runs nothing = new Runs("quotient").add("all", "A", .5, .5, .5).add("sliced", "Aoracle", .4, .6, .55);
        Judgement together = claim(1, clear.studies(nothing));
        assertEquals(.06, together.holm(), 2e-5);
        assertEquals(Verdict.OPEN, together.verdict());
        assertEquals("not clear any more after Holm's adjustment", together.reason());
        assertEquals(2, Claims.judge(clear.studies(nothing)).tests());
    }

    @Test
    void onlyRunsThatBothCellsHaveAreCompared() {
        Runs runs = new Runs("figure1");
        for (int run = 0; run < 5; run++) {
            runs.add("around", run, Map.of("width", .1));
            runs.add("ends", run + 2, Map.of("width", run < 3 ? .4 + run / 100.0 : -9.0));
        }
        Judgement judgement = claim(1, runs.studies());
        assertEquals(
                List.of(2, 3, 4),
                List.copyOf(judgement.evidence().effect().byRun().keySet()));
        assertEquals(.31, judgement.comparison().difference().mean(), 1e-12);
        assertEquals(Verdict.SUPPORTED, judgement.verdict());
    }

    @Test
    void failedRunsAndMissingFiguresDoNotCount() {
        Runs runs = new Runs("figure1").add("around", "width", .1, .1, .1, .1).add("ends", "width", .4, .41, .42);
        runs.failed("ends", 3, Map.of("width", -5.0));
        runs.add("around", 4, Map.of("width", .1));
        runs.add("ends", 4, new TreeMap<>(Collections.singletonMap("width", null)));
        Judgement judgement = claim(1, runs.studies());
        assertEquals(3, judgement.comparison().difference().n());
        assertEquals(Verdict.SUPPORTED, judgement.verdict());
    }

    @Test
    void missingCellsAreNamed() {
        assertEquals(
                "not run: ends",
                claim(1, new Runs("figure1").add("around", "width", .1, .1, .1).studies())
                        .reason());
        Judgement noise = claim(6, new Runs("table1").add("s1", "A", .1, .1, .1).studies());
        assertEquals("not run: lc+li .25 noise, lc+li .25, lc+hi .25 noise, lc+hi .25 and 21 more", noise.reason());
    }

    @Test
    void twoStudiesAreJudgedApart() {
        Runs one = new Runs("figure1", "aa", 1).add("around", "width", 0, 0, 0).add("ends", "width", .3, .31, .32);
        Runs two = new Runs("figure1", "bb", 1).add("around", "width", 0, 0, 0).add("ends", "width", -.3, -.31, -.32);
        Claims claims = Claims.judge(one.studies(two));
        assertEquals(
                List.of("supported", "contradicted"),
                claims.studies().subList(0, 2).stream()
                        .map(section ->
                                section.judgements().getFirst().verdict().toString())
                        .toList());
        assertEquals(2, claims.tests());
        assertEquals(11, claims.studies().get(2).judgements().size());
        // half of either is no study of four
        Runs half = new Runs("figure1", "aa", 1).add("around", "width", 0, 0, 0);
        Runs other = new Runs("figure1", "bb", 1).add("ends", "width", .3, .31, .32);
        assertEquals(0, Claims.judge(half.studies(other)).tests());
    }

    @Test
    void thePapersTable1IsSupportedAndItsMirrorImageContradicted() {
        assertEquals(
                Map.of(
                        1,
                        "open",
                        2,
                        "supported",
                        3,
                        "supported",
                        4,
                        "supported",
                        5,
                        "supported",
                        6,
                        "supported",
                        7,
                        "supported",
                        8,
                        "supported"),
                verdicts(MadeUp.runs("table1", 5, MadeUp.paper()).studies()));
        assertEquals(
                Map.of(
                        1,
                        "open",
                        2,
                        "contradicted",
                        3,
                        "contradicted",
                        4,
                        "contradicted",
                        5,
                        "contradicted",
                        6,
                        "contradicted",
                        7,
                        "contradicted",
                        8,
                        "contradicted"),
                verdicts(MadeUp.runs("table1", 5, MadeUp.mirrored()).studies()));
        assertEquals(
                12,
                Claims.judge(MadeUp.runs("table1", 2, MadeUp.paper()).studies()).count(Verdict.OPEN),
                "two runs are too few");
    }

    private static Map<Integer, String> verdicts(List<Study> studies) {
        return Claims.judge(studies).studies().stream()
                .flatMap(section -> section.judgements().stream())
                .filter(judgement -> judgement.claim().number() <= 8)
                .collect(Collectors.toMap(
                        judgement -> judgement.claim().number(),
                        judgement -> judgement.verdict().toString()));
    }

    private static Judgement widths(double... differences) {
        return claim(
                1,
                new Runs("figure1")
                        .add("around", "width", new double[differences.length])
                        .add("ends", "width", Arrays.copyOf(differences, differences.length))
                        .studies());
    }

    static Judgement claim(int number, List<Study> studies) {
        return Claims.judge(studies).studies().stream()
                .flatMap(section -> section.judgements().stream())
                .filter(judgement -> judgement.claim().number() == number)
                .findFirst()
                .orElseThrow();
    }
}
