package imagespace.report.html;

import imagespace.data.DataException;
import imagespace.experiment.IllusiveSearch;
import imagespace.experiment.LedgerEntry;
import imagespace.report.ConfusionTable;
import imagespace.report.DataMap;
import imagespace.report.SampleTable;
import imagespace.report.Study;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;

/** What the training statistics beside a ledger show: data map, confusions, and the worst samples with their ids. */
final class SampleSection {
    private static final int WORST = 100;

    private SampleSection() {}

    /**
     * Empty if there are no such files.
     *
     * @param entries the ledger beside them
     * @throws DataException if one of them is damaged
     */
    static String of(Path folder, List<LedgerEntry> entries, String id, String heading)
            throws IOException, DataException {
        StringBuilder body = new StringBuilder();
        Path samples = folder.resolve("samples.csv");
        if (Files.exists(samples)) {
            samples(body, SampleTable.read(samples));
        }
        Path ccm = folder.resolve("ccm.csv");
        if (Files.exists(ccm)) {
            body.append("<h3>Cumulative confusion matrix</h3>\n").append(HeatMap.of(ConfusionTable.read(ccm)));
        }
        Path gallery = folder.resolve("gallery.png");
        if (Files.exists(gallery)) {
            body.append("<h3>Gallery</h3>\n")
                    .append(Html.figure(
                            Html.scroll("Illusive samples", picture(gallery)),
                            "Illusive samples with their labels and ids, the surest mistakes first; below each, what it is"
                                    + " taken for, and how surely."));
        }
        if (body.isEmpty()) {
            return "";
        }
        for (Study study : Study.of(entries)) {
            body.append(Html.paragraph((study.experiment().equals(IllusiveSearch.NAME) ? "All runs of " : "Run 1 of ")
                            + study.label()))
                    .append(Provenance.of(study, entries));
        }
        return Html.section(id, heading, body.toString());
    }

    private static void samples(StringBuilder body, SampleTable table) {
        body.append(Html.paragraph(String.format(
                Locale.ROOT,
                "%,d of %,d training samples are illusive. All of them are in samples.csv beside the ledger.",
                table.illusive(),
                table.size())));
        body.append(Html.figure(
                DataMap.svg(table.points()),
                "Top left: easy, right all the time. Bottom left: wrong all the time. Further right: undecided."));
        String worst = "The " + Math.min(WORST, table.size()) + " worst samples";
        body.append(Html.details(
                worst,
                Html.table(
                        worst,
                        table.header(),
                        table.rows().stream().limit(WORST).toList())));
    }

    /** As JPEG: a tenth of the size. */
    private static String picture(Path png) throws IOException, DataException {
        BufferedImage image = read(png);
        BufferedImage opaque = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = opaque.createGraphics();
        g.drawImage(image, 0, 0, Color.WHITE, null);
        g.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(opaque, "jpg", bytes);
        return "<img alt=\"Illusive samples\" width=\"" + image.getWidth() + "\" height=\"" + image.getHeight()
                + "\" src=\"data:image/jpeg;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray())
                + "\">\n";
    }

    private static BufferedImage read(Path png) throws IOException, DataException {
        BufferedImage image = null;
        try {
            image = ImageIO.read(png.toFile());
        } catch (IIOException e) {
            // said below
        }
        if (image == null) {
            throw new DataException(png + " is not a whole picture; delete it, or run its experiment again");
        }
        return image;
    }
}
