package imagespace.report.html;

import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.experiment.Configuration;
import imagespace.experiment.Figure1;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.Machine;
import imagespace.experiment.Table1Cell;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** Ledgers as experiments write them, with figures out of the air. */
final class MadeUpResults {
    private static final List<String> CURVES =
            List.of("trainLoss", "trainAccuracy", "testLoss", "testAccuracy", "testLossClean", "testAccuracyClean");

    private final Random random = new Random(1);
    private final List<LedgerEntry> entries = new ArrayList<>();

    void add(String experiment, String cell, int run, Map<String, Double> metrics) {
        add(experiment, cell, run, metrics, Map.of(), LedgerEntry.FINISHED);
    }

    void addFailed(String experiment, String cell, int run) {
        add(experiment, cell, run, Map.of(), Map.of(), LedgerEntry.FAILED);
    }

    void add(
            String experiment,
            String cell,
            int run,
            Map<String, Double> metrics,
            Map<String, double[]> curves,
            String status) {
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
                status,
                status.equals(LedgerEntry.FAILED) ? "the loss became NaN" : null,
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
                "2026-01-01T00:%02d:00Z".formatted(run)));
    }

    private double[] curve(int length) {
        return random.doubles(length).toArray();
    }

    /** All 26 cells of Table 1, as often as the paper: 1,300 runs. */
    void addTable1() {
        for (Table1Cell cell : Table1Cell.ALL) {
            for (int run = 0; run < 50; run++) {
                Map<String, Double> metrics = new TreeMap<>(Map.of("N", (double) random.nextInt(9)));
                List.of("A", "Pc", "Pi", "Pg").forEach(name -> metrics.put(name, random.nextDouble()));
                add("table1", cell.id(), run, metrics);
            }
        }
    }

    /** Three runs of each of the other experiments. */
    void addTheOthers() {
        for (int run = 0; run < 3; run++) {
            for (String cell : List.of("around", "ends")) {
                Map<String, Double> metrics = Map.of("mse", .1, "width", random.nextDouble());
                add("figure1", cell, run, metrics, Map.of("f", curve(Figure1.GRID)), LedgerEntry.FINISHED);
            }
            for (String cell : List.of("all", "clean", "random")) {
                Map<String, double[]> curves = new TreeMap<>();
                CURVES.forEach(name -> curves.put(name, curve(20)));
                Map<String, Double> metrics = Map.of("A", .5, "overfit", random.nextDouble(), "overfitClean", .1);
                add("figure2", cell, run, metrics, curves, LedgerEntry.FINISHED);
                add("table2", cell, run, Map.of("Aleg", .7, "Aadv .3", random.nextDouble(), "Aadv .1", .2));
            }
            for (String cell : List.of("all", "sliced", "all x2", "sliced x2", "all x4", "sliced x4")) {
                add("quotient", cell, run, Map.of("A", .5, "Aoracle", .6, "Arouter", .5));
            }
            add("illusive", "base", run, Map.of("A", .5, "illusive", 40., "precision", .125, "recall", .75));
        }
    }

    /** Writes the ledger. */
    void write(Path folder) throws IOException {
        JsonMapper json = new JsonMapper();
        StringBuilder ledger = new StringBuilder();
        for (LedgerEntry entry : entries) {
            ledger.append(json.writeValueAsString(entry)).append('\n');
        }
        Files.writeString(folder.resolve("ledger.jsonl"), ledger);
    }

    /** Writes what stands beside the ledger. */
    void writeSamples(Path folder) throws IOException {
        StringBuilder samples = new StringBuilder(
                "id,file,label,right,epochs,predicted,meanConfidence,variability,meanMaximum,illusive\n");
        for (int i = 0; i < 5000; i++) {
            samples.append("%d,\"a, b.png\",cat,%d,6,dog,%s,%s,0.5,%b%n"
                    .formatted(i, i % 7, random.nextDouble(), random.nextDouble() / 2, i % 7 == 0));
        }
        Files.writeString(folder.resolve("samples.csv"), samples);
        Files.writeString(folder.resolve("ccm.csv"), "true\\predicted,cat,<dog>\ncat,5,2\n<dog>,0,9\n");
        ImageIO.write(
                new BufferedImage(900, 300, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("gallery.png").toFile());
    }
}
