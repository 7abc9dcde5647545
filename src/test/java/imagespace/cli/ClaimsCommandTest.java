package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.experiment.Ledger;
import imagespace.report.Runs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimsCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Path of) {
        return Main.commandLine(new Main())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("claims", "--out", of.toString());
    }

    @Test
    void printsAndWritesTheVerdicts() throws Exception {
        new Runs("figure1")
                .add("around", "width", .01, .02, .01)
                .add("ends", "width", .31, .33, .32)
                .write(folder.resolve("figure1"));

        assertEquals(0, run(folder), err.toString());

        List<String> lines = out.toString().lines().toList();
        assertEquals("Claims: 1 supported, 0 contradicted, 11 open, at 95 %.", lines.getFirst());
        assertTrue(lines.contains("figure1 on made up (digest 00ff00ff00ff): 12 epochs, 3 runs"), out.toString());
        assertTrue(
                lines.contains("  1 supported    Where the samples lie shapes the function that is learned"),
                out.toString());
        // the mean of .30, .31, .31 and its interval, 4.3027 standard errors of .01 / 3 wide
        assertTrue(out.toString().contains("+0.3067 of [0, 1), 95 % interval +0.2923 to +0.3210, 3 pairs; p = "));

        JsonNode json = new JsonMapper().readTree(folder.resolve("claims.json").toFile());
        assertEquals(1, json.get("tests").asInt());
        JsonNode claim = json.at("/studies/0/claims/0");
        assertEquals("supported", claim.get("verdict").asText());
        assertEquals(3, claim.at("/effect/pairs").asInt());
        assertEquals(.92 / 3, claim.at("/effect/mean").asDouble(), 1e-12);
        assertEquals(claim.get("p").asDouble(), claim.get("pHolm").asDouble(), 0);
        assertEquals(11, json.at("/studies/1/claims").size());
        assertTrue(json.at("/studies/1/study").isNull());

        String page = Files.readString(folder.resolve("claims.md"));
        assertTrue(page.contains("\n## figure1 on made up"), page);
        assertTrue(
                page.contains("| 1 | Where the samples lie shapes the function that is learned | **supported** |"),
                page);
        assertEquals(List.of("claims.json", "claims.md", "figure1"), names());
    }

    @Test
    void anEmptyLedgerLeavesAllOpen() throws Exception {
        Files.createFile(folder.resolve(Ledger.FILE));
        assertEquals(0, run(folder), err.toString());
        assertTrue(out.toString().startsWith("Claims: 0 supported, 0 contradicted, 12 open"), out.toString());
        assertEquals(
                12,
                out.toString()
                        .lines()
                        .filter("                 open: no runs"::equals)
                        .count(),
                out.toString());
    }

    @Test
    void missingAndDamagedLedgersAreOneLineAndWriteNothing() throws Exception {
        assertEquals(2, run(folder.resolve("none")));
        assertEquals(2, run(folder));
        assertFalse(Files.exists(folder.resolve("none")));
        Files.writeString(folder.resolve(Ledger.FILE), "{}\n{}\n");
        assertEquals(2, run(folder));
        List<String> lines = err.toString().lines().toList();
        assertEquals(3, lines.size(), err.toString());
        assertTrue(lines.get(0).contains("none does not exist"), lines.get(0));
        assertTrue(lines.get(1).contains("no ledger.jsonl in"), lines.get(1));
        assertTrue(lines.get(2).contains("line 1 is damaged"), lines.get(2));
        assertEquals("", out.toString());
        assertEquals(List.of(Ledger.FILE), names());
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
