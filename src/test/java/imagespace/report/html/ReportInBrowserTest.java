package imagespace.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of 1,300 runs of Table 1 and some of everything else, in a browser without a network. */
class ReportInBrowserTest {
    private static final double MOST_SECONDS = 5; // the contract of the report
    private static final double LEAST_CONTRAST = 4.5; // WCAG 2, level AA
    private static final double LEAST_PIXELS = 9.5; // of text in pictures on a phone

    @TempDir
    Path folder;

    @Test
    void itIsWholeSortableAndReadableOnAPhone() throws Exception {
        Optional<Path> chromium = Browser.program();
        assumeTrue(
                chromium.isPresent(), "SKIPPED: no chromium on PATH; install it (Debian: chromium) to test the report");
        MadeUpResults results = new MadeUpResults();
        results.addTable1();
        results.addTheOthers();
        results.write(folder);
        results.writeSamples(folder);
        Path report = folder.resolve("report.html");
        Files.writeString(report, ReportPage.of(folder));
        try (Browser browser = new Browser(chromium.get(), folder.resolve("profile"))) {
            double seconds = browser.open(report);
            assertTrue(seconds > 0 && seconds < MOST_SECONDS, "it took " + seconds + " processor seconds to open");
            picturesAreDrawn(browser);
            sortsByClick(browser);
            sortsByKey(browser);
            browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
            for (String scheme : List.of("light", "dark")) {
                browser.call(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
                allTextStandsOut(browser, scheme);
            }
            browser.call(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
            fitsAPhone(browser);
            assertEquals(List.of(), browser.errors());
            assertTrue(
                    browser.requests().stream().allMatch(url -> url.startsWith("file:") || url.startsWith("data:")),
                    () -> "it asked for " + browser.requests());
        }
    }

    private static void picturesAreDrawn(Browser browser) throws InterruptedException {
        assertEquals(
                "[true]",
                browser.evaluate("[...document.images].map(i => i.complete && i.naturalWidth > 0)")
                        .toString(),
                "the gallery");
        JsonNode shapes = browser.evaluate("""
                [...document.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect().height < 100 ? 0
                    : [...svg.querySelectorAll('.curve, .band, rect')].filter(s => s.getBoundingClientRect().width > 0).length)
                """);
        assertEquals(5, shapes.size(), "figure 1, three of figure 2, and the data map");
        shapes.forEach(count -> assertTrue(count.asInt() >= 5, "a picture is empty: " + shapes));
    }

    private static void sortsByClick(Browser browser) throws InterruptedException {
        String column =
                "[...document.querySelector('#table1 table').tBodies[0].rows].map(r => parseFloat(r.cells[2].textContent))";
        String click = "document.querySelectorAll('#table1 table th button')[2].click()";
        List<Double> before = numbers(browser.evaluate(column));
        browser.evaluate(click);
        List<Double> ascending = numbers(browser.evaluate(column));
        assertEquals(26, ascending.size());
        assertEquals(before.stream().sorted().toList(), ascending);
        browser.evaluate(click);
        assertEquals(ascending.reversed(), numbers(browser.evaluate(column)));
        assertEquals("[null,null,\"descending\",null]", sorted(browser, "#table1"));

        // N: 13 cells have none, which come last in both directions
        browser.evaluate("document.querySelectorAll('#table1 table th button')[12].click()");
        String empty =
                "[...document.querySelector('#table1 table').tBodies[0].rows].map(r => +!r.cells[12].textContent)";
        List<Double> gaps = numbers(browser.evaluate(empty));
        assertEquals(gaps.stream().sorted().toList(), gaps);
        browser.evaluate("document.querySelectorAll('#table1 table th button')[12].click()");
        assertEquals(gaps, numbers(browser.evaluate(empty)));
    }

    /** The times of the runs, which begin with a number and are none. */
    private static void sortsByKey(Browser browser) throws InterruptedException {
        String column = "[...document.querySelector('#runs table').tBodies[0].rows].map(r => r.cells[7].textContent)";
        browser.evaluate("document.querySelector('#runs details').open = true;"
                + " document.querySelectorAll('#runs table th button')[7].focus()");
        List<String> before = texts(browser.evaluate(column));
        browser.press("Enter", 13);
        List<String> ascending = texts(browser.evaluate(column));
        assertTrue(ascending.size() > 1300);
        assertEquals(before.stream().sorted().toList(), ascending);
        browser.press(" ", 32);
        assertEquals(ascending.reversed(), texts(browser.evaluate(column)));
    }

    private static String sorted(Browser browser, String section) throws InterruptedException {
        return browser.evaluate("[...document.querySelectorAll('" + section
                        + " table th')].slice(0, 4).map(th => th.getAttribute('aria-sort'))")
                .toString();
    }

    /** All text on the ground that really lies below it, with what shines through. */
    private static void allTextStandsOut(Browser browser, String scheme) throws InterruptedException {
        String script = """
                (() => {
                  const parse = css => { const n = css.match(/[\\d.]+/g).map(Number), unit = css.startsWith("color(") ? 1 : 255;
                    return [n[0] / unit, n[1] / unit, n[2] / unit, n[3] ?? 1]; };
                  const over = (top, below) => below.map((v, i) => i === 3 ? 1 : top[3] * top[i] + (1 - top[3]) * v);
                  const ground = e => { const own = parse(getComputedStyle(e).backgroundColor);
                    return own[3] === 1 ? own : over(own, e.parentElement ? ground(e.parentElement) : [1, 1, 1, 1]); };
                  const luminance = c => c.slice(0, 3).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
                  const worst = {};
                  for (const e of document.body.querySelectorAll("*")) {
                    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || /^(STYLE|SCRIPT)$/i.test(e.tagName)) continue;
                    const style = getComputedStyle(e), below = ground(e);
                    const text = over(parse(e.closest("svg") ? style.fill : style.color), below);
                    const [a, b] = [luminance(text), luminance(below)];
                    const name = e.tagName + "." + (e.getAttribute("class") ?? "");
                    worst[name] = Math.min(worst[name] ?? 99, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
                  }
                  return worst;
                })()
                """;
        JsonNode contrasts = browser.evaluate(script);
        for (String name : List.of("TD.", "TD.paper", "TD.diagonal", "text.title", "SPAN.verdict open")) {
            assertTrue(contrasts.has(name), name + " is not among " + contrasts);
        }
        contrasts
                .properties()
                .forEach(e -> assertTrue(
                        e.getValue().asDouble() >= LEAST_CONTRAST,
                        e.getKey() + " in " + scheme + ": contrast " + e.getValue()));
    }

    private static void fitsAPhone(Browser browser) throws InterruptedException {
        assertEquals(
                390,
                browser.evaluate("document.documentElement.scrollWidth").asInt(),
                "nothing but the boxes of wide tables scrolls sideways");
        JsonNode sizes = browser.evaluate("""
                [...document.querySelectorAll("svg text")].map(t =>
                    parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getScreenCTM().a)
                """);
        assertTrue(sizes.size() > 50);
        sizes.forEach(size -> assertTrue(size.asDouble() >= LEAST_PIXELS, "text of " + size + " pixels in a picture"));
        assertEquals(0, browser.evaluate("""
                        [...document.querySelectorAll("svg text")].filter(t => {
                          const text = t.getBoundingClientRect(), svg = t.ownerSVGElement.getBoundingClientRect();
                          return text.left < svg.left - 1 || text.right > svg.right + 1 || text.bottom > svg.bottom + 1;
                        }).length
                        """).asInt(), "no text is cut off at the edge of its picture");
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(value -> numbers.add(value.asDouble()));
        return numbers;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(value -> texts.add(value.asText()));
        return texts;
    }
}
