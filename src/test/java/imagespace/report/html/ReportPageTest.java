package imagespace.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.experiment.Configuration;
import imagespace.experiment.Figure1;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Machine;
import imagespace.experiment.Table1Cell;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of 1,300 made-up runs of Table 1 and some of everything else, as text and in a browser. */
class ReportPageTest {
    private static final double MOST_SECONDS = 5; // the contract of the report

    private final Random random = new Random(1);
    private final List<LedgerEntry> entries = new ArrayList<>();

    @TempDir
    Path folder;

    private void add(
            String experiment, String cell, int run, Map<String, Double> metrics, Map<String, double[]> curves) {
        Configuration configuration = new Configuration(new TreeMap<>(Map.of(
                "experiment",
                experiment,
                "cell",
                cell,
                "seed",
                run,
                "epochs",
                6,
                "dataDigest",
                "d",
                "network",
                "keras")));
        entries.add(new LedgerEntry(
                experiment,
                cell,
                run,
                run,
                LedgerEntry.FINISHED,
                null,
                new TreeMap<>(metrics),
                curves.isEmpty() ? null : new TreeMap<>(curves),
                configuration,
                configuration.hash(),
                "made up & <odd>",
                "cpu",
                "a device",
                new Machine("a processor", 2, "25", "Linux"),
                "0",
                1,
                "2026-01-01T00:00:00Z"));
    }

    private double[] curve(int length) {
        return random.doubles(length).toArray();
    }

    private void everything() throws Exception {
        for (Table1Cell cell : Table1Cell.ALL) {
            for (int run = 0; run < 50; run++) {
                add(
                        "table1",
                        cell.id(),
                        run,
                        Map.of(
                                "A",
                                random.nextDouble(),
                                "Pc",
                                random.nextDouble(),
                                "Pi",
                                random.nextDouble(),
                                "Pg",
                                random.nextDouble(),
                                "N",
                                (double) random.nextInt(9)),
                        Map.of());
            }
        }
        for (int run = 0; run < 3; run++) {
            for (String cell : List.of("around", "ends")) {
                add(
                        "figure1",
                        cell,
                        run,
                        Map.of("mse", .1, "width", random.nextDouble()),
                        Map.of("f", curve(Figure1.GRID)));
            }
            for (String cell : List.of("all", "clean", "random")) {
                Map<String, double[]> curves = new TreeMap<>();
                for (String name : List.of(
                        "trainLoss",
                        "trainAccuracy",
                        "testLoss",
                        "testAccuracy",
                        "testLossClean",
                        "testAccuracyClean")) {
                    curves.put(name, curve(20));
                }
                add("figure2", cell, run, Map.of("A", .5, "overfit", random.nextDouble(), "overfitClean", .1), curves);
                add("table2", cell, run, Map.of("Aleg", .7, "Aadv .3", random.nextDouble(), "Aadv .1", .2), Map.of());
            }
            for (String cell : List.of("all", "sliced", "all x2", "sliced x2", "all x4", "sliced x4")) {
                add("quotient", cell, run, Map.of("A", .5, "Aoracle", .6, "Arouter", .5), Map.of());
            }
        }
        write(folder);
        StringBuilder samples = new StringBuilder(
                "id,file,label,right,epochs,predicted,meanConfidence,variability,meanMaximum,illusive\n");
        for (int i = 0; i < 5000; i++) {
            samples.append(i)
                    .append(",\"a, b.png\",cat,")
                    .append(i % 7)
                    .append(",6,dog,")
                    .append(random.nextDouble());
            samples.append(',')
                    .append(random.nextDouble() / 2)
                    .append(",0.5,")
                    .append(i % 7 == 0)
                    .append('\n');
        }
        Files.writeString(folder.resolve("samples.csv"), samples);
        Files.writeString(folder.resolve("ccm.csv"), "true\\predicted,cat,<dog>\ncat,5,2\n<dog>,0,9\n");
        ImageIO.write(
                new BufferedImage(900, 300, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("gallery.png").toFile());
    }

    private void write(Path to) throws Exception {
        JsonMapper json = new JsonMapper();
        StringBuilder ledger = new StringBuilder();
        for (LedgerEntry entry : entries) {
            ledger.append(json.writeValueAsString(entry)).append('\n');
        }
        Files.writeString(to.resolve("ledger.jsonl"), ledger);
    }

    @Test
    void aPageOfOneExperimentSaysHowToMakeTheOthers() throws Exception {
        add("figure1", "around", 0, Map.of("mse", .1, "width", .1), Map.of("f", new double[Figure1.GRID]));
        write(folder);
        String page = ReportPage.of(folder);
        assertTrue(page.contains("<code>imagespace table2</code> makes it"), page);
        assertFalse(page.contains("<code>imagespace figure1</code> makes it"), "it is there");
        assertTrue(page.contains("made up &amp; &lt;odd&gt;"), "text from outside is escaped");
        assertFalse(page.contains("<odd>"));
    }

    @Test
    void withoutALedgerThereIsNoPage() {
        assertThrows(LedgerException.class, () -> ReportPage.of(folder));
        assertThrows(LedgerException.class, () -> ReportPage.of(folder.resolve("none")));
    }

    @Test
    void inABrowserItIsWholeSortableAndFitsAPhone() throws Exception {
        Optional<Path> chromium = Browser.program();
        assumeTrue(
                chromium.isPresent(), "SKIPPED: no chromium on PATH; install it (Debian: chromium) to test the report");
        everything();
        Path report = folder.resolve("report.html");
        Files.writeString(report, ReportPage.of(folder));
        try (Browser browser = new Browser(chromium.get(), folder.resolve("profile"))) {
            double seconds = browser.open(report);
            assertTrue(seconds < MOST_SECONDS, "it took " + seconds + " s to open");
            assertEquals(List.of(), browser.errors());
            assertTrue(
                    browser.requests().stream().allMatch(url -> url.startsWith("file:") || url.startsWith("data:")),
                    () -> "it asked for " + browser.requests());

            assertEquals(
                    0,
                    browser.evaluate("[...document.images].filter(i => !i.complete || i.naturalWidth === 0).length")
                            .asInt());
            assertEquals(1, browser.evaluate("document.images.length").asInt());
            JsonNode heights = browser.evaluate(
                    "[...document.querySelectorAll('svg')].map(s => Math.min(s.getBoundingClientRect().height, s.children.length))");
            assertEquals(5, heights.size(), "figures 1 and 2, and the data map");
            heights.forEach(height -> assertTrue(height.asDouble() > 5, "a picture is empty: " + heights));

            sorts(browser);
            for (String scheme : List.of("light", "dark")) {
                browser.call(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
                readable(browser, "body", scheme);
                readable(browser, "svg.plot text", scheme);
            }
            browser.call(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
            browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
            assertTrue(
                    browser.evaluate("document.documentElement.scrollWidth").asInt() <= 390,
                    "nothing but the boxes of wide tables scrolls sideways");
            assertEquals(List.of(), browser.errors());
        }
    }

    private static void sorts(Browser browser) throws InterruptedException {
        String column =
                "[...document.querySelector('#table1 table').tBodies[0].rows].map(r => parseFloat(r.cells[2].textContent))";
        String press = "document.querySelectorAll('#table1 table th button')[2].click()";
        browser.evaluate(press);
        List<Double> ascending = numbers(browser.evaluate(column));
        assertEquals(26, ascending.size());
        assertEquals(ascending.stream().sorted().toList(), ascending);
        browser.evaluate(press);
        assertEquals(ascending.reversed(), numbers(browser.evaluate(column)));
        assertEquals(
                "descending",
                browser.evaluate("document.querySelectorAll('#table1 table th')[2].getAttribute('aria-sort')")
                        .asText());
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(value -> numbers.add(value.asDouble()));
        return numbers;
    }

    /** The text stands out from its ground: contrast of at least 4.5 to 1 (WCAG 2). */
    private static void readable(Browser browser, String selector, String scheme) throws InterruptedException {
        String script = """
                (() => { const luminance = css => { const [r, g, b] = css.match(/[\\d.]+/g).map(v => v / 255)
                    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
                  const style = getComputedStyle(document.querySelector("%s"));
                  const text = luminance(style.fill !== "rgb(0, 0, 0)" ? style.fill : style.color);
                  const ground = luminance(getComputedStyle(document.body).backgroundColor);
                  return (Math.max(text, ground) + .05) / (Math.min(text, ground) + .05); })()
                """.formatted(selector);
        double contrast = browser.evaluate(script).asDouble();
        assertTrue(contrast >= 4.5, selector + " in " + scheme + ": contrast " + contrast);
    }
}
