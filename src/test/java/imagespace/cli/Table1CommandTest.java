package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.experiment.Ledger;
import imagespace.experiment.Table1Cell;
import imagespace.experiment.Table1Settings;
import imagespace.experiment.Thirds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Table1CommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aSessionWritesTheTablesAndGoesOnWhereItStopped() throws Exception {
        Table1Session first = session("s1", 1);
        assertTrue(
                first.report().text().contains("S^1 (all)                         1"),
                first.report().text());
        assertTrue(first.report().text().contains("74.67"), "the paper's figure is missing");
        List<String> lines = Files.readAllLines(folder.resolve(Ledger.FILE));
        assertEquals(2, lines.size());

        Table1Session second = session("s1, s1 noise", .5);
        assertEquals(0, second.failed());
        List<String> more = Files.readAllLines(folder.resolve(Ledger.FILE));
        assertEquals(lines, more.subList(0, 2));
        assertEquals(3, more.size());
        String table = Files.readString(folder.resolve("table1.md"));
        assertTrue(table.contains("| S^1 (all) | 1 |"), table);
        assertTrue(table.contains("| S^1 (all) ∪ noise | 1 |"), table);
        assertEquals(
                1, table.split("# Table 1", -1).length - 1, "what was read and what was added is one study: " + table);
        assertEquals(second.report().csv(), Files.readString(folder.resolve("table1.csv")));
    }

    private Table1Session session(String cells, double ratio) throws Exception {
        Table1Settings settings = new Table1Settings(Table1Cell.parse(cells), 1, 1, 16, ratio, 100, 60, 1, false);
        return Table1Session.run(Thirds.corpus(), settings, BackendOptions.cpu(1), 1, folder, false)
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "--cells, s2, no cell 's2'",
        "--runs, 0, at least 1",
        "--epochs, -1, at least 1",
        "--noise-ratio, 0, the noise ratio lies above 0",
        "--noise-ratio, NaN, the noise ratio lies above 0",
        "--batch, many, many",
        "--parallel-runs, 0, a number of 1 or more",
        "--parallel-runs, all, a number of 1 or more"
    })
    void badUsageIsStatus2AndWritesNothing(String option, String value, String message) {
        assertEquals(2, run(option, value));
        assertTrue(err.toString().contains(message), err.toString());
        assertFalse(Files.exists(folder.resolve(Ledger.FILE)));
    }

    @Test
    void aSharedBaseRunAndRunsSideBySideExcludeEachOther() {
        assertEquals(2, run("--shared-base", "--parallel-runs", "2"));
        assertTrue(err.toString().contains("--parallel-runs"), err.toString());
    }

    private int run(String... option) {
        List<String> arguments = new ArrayList<>(List.of("table1", "--data", "scenes", "--out", folder.toString()));
        arguments.addAll(List.of(option));
        return Main.commandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }
}
