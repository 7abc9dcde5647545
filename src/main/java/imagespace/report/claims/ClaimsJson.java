package imagespace.report.claims;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.report.Interval;
import imagespace.report.Study;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The judged claims for other programs; a figure that there is none of is null. */
public final class ClaimsJson {
    private static final JsonMapper JSON = new JsonMapper();

    private ClaimsJson() {}

    /** Indented JSON: {@code {"confidence", "minimumPairs", "tests", "studies": [{"study", "claims": [...]}]}}. */
    public static String of(Claims claims) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("confidence", Interval.CONFIDENCE);
        page.put("minimumPairs", Judgement.MINIMUM_PAIRS);
        page.put("tests", claims.tests());
        page.put("studies", claims.studies().stream().map(ClaimsJson::section).toList());
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(page) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> section(Claims.Section section) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("study", section.study() == null ? null : study(section.study()));
        values.put(
                "claims",
                section.judgements().stream().map(ClaimsJson::judgement).toList());
        return values;
    }

    private static Map<String, Object> study(Study study) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("experiment", study.experiment());
        values.put("data", study.data());
        values.put("settings", study.settings());
        values.put("runs", study.runs());
        return values;
    }

    private static Map<String, Object> judgement(Judgement judgement) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("claim", judgement.claim().number());
        values.put("statement", judgement.claim().statement());
        values.put("verdict", judgement.verdict().toString());
        values.put("reason", judgement.reason().isEmpty() ? null : judgement.reason());
        Evidence evidence = judgement.evidence();
        if (evidence != null) {
            values.put("effect", contrast(evidence.effect()));
            boolean tested = Judgement.tested(judgement.comparison());
            values.put("p", tested ? number(judgement.comparison().tTest()) : null);
            values.put("pHolm", number(judgement.holm()));
            values.put("pWilcoxon", tested ? number(judgement.comparison().wilcoxon()) : null);
            values.put(
                    "paper",
                    PaperEvidence.of(judgement.claim())
                            .map(paper -> number(paper.effect().interval().mean()))
                            .orElse(null));
            values.put("rows", contrasts(evidence.rows()));
            values.put("rowsPaperWay", evidence.rowsPaperWay());
            values.put("beside", contrasts(evidence.beside()));
            values.put("notes", evidence.notes());
        }
        return values;
    }

    private static List<Map<String, Object>> contrasts(List<Contrast> contrasts) {
        return contrasts.stream().map(ClaimsJson::contrast).toList();
    }

    private static Map<String, Object> contrast(Contrast contrast) {
        Interval interval = contrast.interval();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", contrast.name());
        values.put("unit", contrast.unit().words());
        values.put("pairs", interval.n());
        values.put("mean", number(interval.mean()));
        values.put("low", number(interval.low()));
        values.put("high", number(interval.high()));
        values.put("byRun", contrast.byRun());
        return values;
    }

    private static Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
