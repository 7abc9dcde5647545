package imagespace.report.claims;

import imagespace.experiment.Table1;
import imagespace.report.Holm;
import imagespace.report.PairedComparison;
import imagespace.report.Study;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The twelve claims of the paper, judged from the runs at hand.
 *
 * <p>Each claim has one effect a run, so that runs are compared in pairs by their index. All claims that were tested, over
 * all studies, are one family for Holm's adjustment.
 *
 * @param studies a section each, in the order of the claims
 * @param tests number of claims tested, over all studies
 */
public record Claims(List<Section> studies, int tests) {
    /** All claims by number. */
    public static final List<Claim> ALL = List.of(
            claim(1, "figure1", "Where the samples lie shapes the function that is learned", OtherClaims::sampling),
            claim(
                    2,
                    "table1",
                    "More samples do not guarantee accuracy: hc+li .25 beats lc+hi .50, twice its size",
                    Table1Claims::twiceTheSize),
            claim(
                    3,
                    "table1",
                    "High confidence is needed: hc beats lc in all 6 matched pairs",
                    Table1Claims::confidence),
            claim(
                    4,
                    "table1",
                    "High illusiveness misleads in small sets (li beats hi at .25 and .50), no longer at .75 with hc",
                    Table1Claims::illusiveness),
            claim(
                    5,
                    "table1",
                    "hc+li makes determined classifiers (P_c, P_i higher, sigma_A smaller); lc+hi hesitates (P_g higher)",
                    Table1Claims::determination),
            claim(6, "table1", "A random-noise class raises accuracy", Table1Claims::noise),
            claim(
                    7,
                    "table1",
                    "Taking test images for noise vanishes as natural samples grow",
                    Table1Claims::calledNoise),
            claim(
                    8,
                    "table1",
                    "With noise P_g is higher in all 13 sets, P_c mostly higher, sigma_A mostly smaller",
                    Table1Claims::noiseConfidence),
            claim(
                    9,
                    "figure2",
                    "Without illusive samples over-fitting is weaker, and weaker still without illusive test samples",
                    OtherClaims::overfitting),
            claim(
                    10,
                    "table2",
                    "Without illusive samples accuracy under FGSM is higher at every eps, at a cost of 2 points at most",
                    OtherClaims::attack),
            claim(
                    11,
                    "quotient",
                    "Slicing and gluing gains accuracy if the illusiveness of test samples is known (oracle)",
                    OtherClaims::slicing),
            claim(12, "quotient", "After slicing a larger learning rate is usable", OtherClaims::learningRate));

    /**
     * The claims of one study.
     *
     * @param study null for the claims that no study is about
     * @param judgements by number of the claim
     */
    public record Section(Study study, List<Judgement> judgements) {
        /** What was compared, in one line. */
        public String label() {
            return study == null ? "no runs" : study.label();
        }

        /** The settings that the label leaves out, in one line; empty without a study. */
        public String settings() {
            return study == null ? "" : study.otherSettings();
        }
    }

    private static Claim claim(int number, String experiment, String statement, Function<Study, Evidence> evidence) {
        return new Claim(number, experiment, statement, evidence);
    }

    /** One claim in one study, before it is judged. */
    private record Case(Claim claim, Study study, Evidence evidence, PairedComparison comparison) {
        static Case of(Claim claim, Study study) {
            Evidence evidence = claim.evidence().apply(study);
            return new Case(
                    claim,
                    study,
                    evidence,
                    PairedComparison.of(evidence.effect().differences()));
        }

        boolean tested() {
            return Judgement.tested(comparison);
        }
    }

    /** Judges every claim in every study that is about it; the claims without any come last. */
    public static Claims judge(List<Study> studies) {
        List<Study> about = studies.stream()
                .filter(study -> ALL.stream().anyMatch(claim -> isAbout(study, claim)))
                .sorted(Comparator.comparingInt(Claims::firstClaim)) // stable
                .toList();
        List<List<Case>> cases = about.stream()
                .map(study -> ALL.stream()
                        .filter(claim -> isAbout(study, claim))
                        .map(claim -> Case.of(claim, study))
                        .toList())
                .toList();
        double[] holm = Holm.adjust(cases.stream()
                .flatMap(List::stream)
                .filter(Case::tested)
                .mapToDouble(one -> one.comparison.tTest())
                .toArray());
        List<Section> sections = new ArrayList<>();
        int next = 0;
        for (List<Case> ofStudy : cases) {
            List<Judgement> judgements = new ArrayList<>();
            for (Case one : ofStudy) {
                double adjusted = one.tested() ? holm[next++] : Double.NaN;
                judgements.add(Judgement.of(one.claim, one.study, one.evidence, one.comparison, adjusted));
            }
            sections.add(new Section(ofStudy.getFirst().study, List.copyOf(judgements)));
        }
        List<Judgement> rest = ALL.stream()
                .filter(claim -> about.stream().noneMatch(study -> isAbout(study, claim)))
                .map(Judgement::withoutRuns)
                .toList();
        if (!rest.isEmpty()) {
            sections.add(new Section(null, rest));
        }
        return new Claims(List.copyOf(sections), holm.length);
    }

    /** Base runs alone are about no claim. */
    private static boolean isAbout(Study study, Claim claim) {
        return study.experiment().equals(claim.experiment())
                && study.cells().keySet().stream().anyMatch(cell -> !cell.equals(Table1.BASE));
    }

    private static int firstClaim(Study study) {
        return ALL.stream()
                .filter(claim -> isAbout(study, claim))
                .mapToInt(Claim::number)
                .min()
                .orElseThrow();
    }

    /** How many judgements have a verdict. */
    public long count(Verdict verdict) {
        return studies.stream()
                .flatMap(section -> section.judgements().stream())
                .filter(judgement -> judgement.verdict() == verdict)
                .count();
    }
}
