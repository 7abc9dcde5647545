package imagespace.report.claims;

import static imagespace.report.claims.ClaimsTest.claim;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.report.Study;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What each claim asks for beyond its effect. Figures are made up around the paper's, with a spread of 1e-4. */
class EachClaimTest {
    private static final Map<String, Double> PAPER = MadeUp.paper();

    /** The effects and counts of the paper's Table 1, added up by hand from its rows. */
    @Test
    void countsOfThePapersTable1() {
        List<Study> studies = figures("table1", PAPER);
        assertEquals(12.54, mean(claim(2, studies)), .02);
        assertEquals(6, claim(3, studies).evidence().rowsPaperWay());
        assertEquals((7.86 + 2.12 + 11.09 + 5.30) / 4, mean(claim(4, studies)), .02);
        assertEquals(12, claim(6, studies).evidence().rowsPaperWay());
        assertEquals(13, claim(6, studies).evidence().rows().size());
        assertEquals((2.1 + 1.08 + 5.36 + 2.78) / 4 - .14, mean(claim(7, studies)), .01);
        assertEquals(13, claim(8, studies).evidence().rowsPaperWay());
        assertEquals(
                "P_c is higher in 8 of 13 training sets",
                claim(8, studies).evidence().notes().getFirst());
    }

    @Test
    void claim3NeedsAllSixPairs() {
        Judgement judgement = claim(3, figures("table1", PAPER, "A(lc+hi .75)", .72));
        assertTrue(judgement.comparison().difference().above(0));
        assertEquals("only 5 of 6 rows go the paper's way", judgement.reason());
    }

    @Test
    void claim4NeedsTheDifferenceToBeGoneInLargeSets() {
        assertEquals(Verdict.SUPPORTED, claim(4, figures("table1", PAPER)).verdict());
        assertEquals(
                "at .75 with hc li still beats hi",
                claim(4, figures("table1", PAPER, "A(hc+hi .75)", .70)).reason());
        assertEquals(
                "it is not clear that with hc the difference is smaller at .75; at .75 with hc li still beats hi",
                claim(4, figures("table1", PAPER, "A(hc+hi .75)", .60)).reason());
    }

    @Test
    void claim5NeedsEachOfItsThreeProbabilities() {
        assertEquals(
                "P_g alone is not clearly lower",
                claim(5, figures("table1", PAPER, "Pg(hc+li .25)", .35)).reason());
        String spread = claim(5, figures("table1", PAPER)).evidence().notes().getFirst();
        assertTrue(spread.matches("sigma_A is smaller for hc\\+li in [0-3] of 3 comparisons .*"), spread);
    }

    @Test
    void claim8NeedsAllRowsOfPgAndMostOfPc() {
        assertEquals(
                "only 12 of 13 rows go the paper's way",
                claim(8, figures("table1", PAPER, "Pg(s1 noise)", .16)).reason());
        Map<String, Double> low = new TreeMap<>(PAPER);
        for (String cell : List.of("s1", "hc+hi .75")) {
            low.put("Pc(" + cell + " noise)", .1);
        }
        assertEquals(
                "only in 6 of 13 training sets is P_c higher",
                claim(8, figures("table1", low)).reason());
    }

    private static final Map<String, Double> OVERFITTING =
            Map.of("overfit(all)", .5, "overfit(clean)", .2, "overfit(random)", .52, "overfitClean(clean)", .1);

    @Test
    void claim9NeedsItsControlAndTheCleanTestSamples() {
        assertEquals(
                Verdict.SUPPORTED, claim(9, figures("figure2", OVERFITTING)).verdict());
        assertEquals(
                "it is not clearly weaker than without as many random samples",
                claim(9, figures("figure2", OVERFITTING, "overfit(random)", .15))
                        .reason());
        assertEquals(
                "it is not clearly weaker still without illusive test samples",
                claim(9, figures("figure2", OVERFITTING, "overfitClean(clean)", .25))
                        .reason());
        assertEquals(
                Verdict.CONTRADICTED,
                claim(9, figures("figure2", OVERFITTING, "overfit(all)", .1)).verdict());
    }

    private static final Map<String, Double> ATTACK = new TreeMap<>(Map.of(
            "Aadv .3(all)", .10, "Aadv .1(all)", .09, "Aadv .05(all)", .11, "Aadv .01(all)", .45, "Aleg(all)", .80));

    static {
        ATTACK.putAll(Map.of(
                "Aadv .3(clean)",
                .12,
                "Aadv .1(clean)",
                .11,
                "Aadv .05(clean)",
                .14,
                "Aadv .01(clean)",
                .48,
                "Aleg(clean)",
                .785));
    }

    @Test
    void claim10NeedsEveryEpsAndAtMostTwoPoints() {
        Judgement judgement = claim(10, figures("table2", ATTACK));
        assertEquals(Verdict.SUPPORTED, judgement.verdict());
        assertEquals((2 + 2 + 3 + 3) / 4.0, mean(judgement), .02);
        assertEquals(
                List.of("Aadv .3(clean) - Aadv .3(all)", "Aadv .1(clean) - Aadv .1(all)"),
                judgement.evidence().rows().stream()
                        .map(Contrast::name)
                        .limit(2)
                        .toList());
        assertEquals(
                "it is not clear that legitimate accuracy falls by at most 2 points",
                claim(10, figures("table2", ATTACK, "Aleg(clean)", .775)).reason());
        assertEquals(
                "only 3 of 4 rows go the paper's way",
                claim(10, figures("table2", ATTACK, "Aadv .3(clean)", .09)).reason());
    }

    private static final Map<String, Double> QUOTIENT = Map.of(
            "A(all)",
            .70,
            "A(all x2)",
            .65,
            "A(all x4)",
            .60,
            "A(sliced)",
            .69,
            "A(sliced x2)",
            .68,
            "A(sliced x4)",
            .67,
            "Aoracle(sliced)",
            .73,
            "Arouter(sliced)",
            .68);

    @Test
    void claim11IsDecidedByTheOracleAndNamesIt() {
        Judgement judgement = claim(11, figures("quotient", QUOTIENT));
        assertEquals(Verdict.SUPPORTED, judgement.verdict());
        assertEquals(3, mean(judgement), .02);
        assertTrue(judgement.evidence().effect().name().startsWith("oracle (true illusiveness"));
        Contrast router = judgement.evidence().beside().getFirst();
        assertTrue(router.name().startsWith("router (learned from training data only)"));
        assertEquals(-2, router.interval().mean(), .02);
        assertEquals(
                Verdict.CONTRADICTED,
                claim(11, figures("quotient", Map.of("A(all)", .7, "Aoracle(sliced)", .6, "Arouter(sliced)", .9)))
                        .verdict(),
                "a good router does not save the oracle");
    }

    @Test
    void claim12ComparesTheChangesAndNeedsBothRates() {
        Judgement judgement = claim(12, figures("quotient", QUOTIENT));
        assertEquals(Verdict.SUPPORTED, judgement.verdict());
        assertEquals((4 + 8) / 2.0, mean(judgement), .03);
        assertEquals(
                "only 1 of 2 rows go the paper's way",
                claim(12, figures("quotient", QUOTIENT, "A(sliced x2)", .63)).reason());
        Map<String, Double> one = new TreeMap<>(QUOTIENT);
        one.remove("A(all x4)");
        assertEquals(4, mean(claim(12, figures("quotient", one))), .03);
    }

    private static double mean(Judgement judgement) {
        return judgement.comparison().difference().mean();
    }

    private static List<Study> figures(String experiment, Map<String, Double> figures) {
        return MadeUp.runs(experiment, 5, figures).studies();
    }

    private static List<Study> figures(String experiment, Map<String, Double> figures, String name, double other) {
        Map<String, Double> changed = new TreeMap<>(figures);
        changed.put(name, other);
        return figures(experiment, changed);
    }
}
