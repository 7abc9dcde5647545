package imagespace.report.html;

import imagespace.report.DataMap;
import imagespace.report.DataMap.Point;
import imagespace.report.SampleTable;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** What the training statistics beside a ledger show: data map, confusions, and the worst samples with their ids. */
final class SampleSection {
    private static final int WORST = 100;

    private SampleSection() {}

    /** Empty if there are no such files. */
    static String of(Path folder, String id, String heading) throws IOException {
        StringBuilder body = new StringBuilder();
        Path samples = folder.resolve("samples.csv");
        if (Files.exists(samples)) {
            SampleTable table = SampleTable.read(samples);
            body.append(Html.paragraph(String.format(
                    Locale.ROOT,
                    "%,d of %,d training samples are illusive. From run 1, or from all runs of 'illusive'. All samples: %s",
                    table.illusive(),
                    table.size(),
                    samples.getFileName())));
            body.append(Html.figure(
                    DataMap.svg(points(table)),
                    "Below on the left: wrong all the time. Above on the left:" + " easy. On the right: undecided."));
            body.append(Html.details(
                    "The " + Math.min(WORST, table.size()) + " worst samples",
                    Html.table(
                            table.header(), table.rows().stream().limit(WORST).toList())));
        }
        Path ccm = folder.resolve("ccm.csv");
        if (Files.exists(ccm)) {
            body.append("<h3>Cumulative confusion matrix</h3>\n").append(heatMap(SampleTable.raw(ccm)));
        }
        Path gallery = folder.resolve("gallery.png");
        if (Files.exists(gallery)) {
            body.append(Html.figure(picture(gallery), "Illusive samples with their ids, the surest first."));
        }
        return body.isEmpty() ? "" : Html.section(id, heading, body.toString());
    }

    private static List<Point> points(SampleTable table) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            points.add(new Point(
                    table.number(i, "meanConfidence"),
                    table.number(i, "variability"),
                    table.number(i, "right") / table.number(i, "epochs")));
        }
        return points;
    }

    /** Colours by the share of the row, without the diagonal: what is confused, not what is right. */
    private static String heatMap(List<List<String>> rows) {
        StringBuilder out = new StringBuilder(
                "<p>How often a sample of a class (row) was taken for a class (column), over the counted epochs.</p>\n"
                        + "<div class=\"scroll\" tabindex=\"0\"><table class=\"heat\">\n<thead><tr>");
        rows.getFirst()
                .forEach(name -> out.append("<th scope=\"col\">")
                        .append(Html.escape(name))
                        .append("</th>"));
        out.append("</tr></thead>\n<tbody>\n");
        double most = 1;
        for (int r = 1; r < rows.size(); r++) {
            for (int c = 1; c < rows.get(r).size(); c++) {
                most = r == c
                        ? most
                        : Math.max(most, Double.parseDouble(rows.get(r).get(c)));
            }
        }
        for (int r = 1; r < rows.size(); r++) {
            out.append("<tr><th scope=\"row\">")
                    .append(Html.escape(rows.get(r).getFirst()))
                    .append("</th>");
            for (int c = 1; c < rows.get(r).size(); c++) {
                String count = rows.get(r).get(c);
                out.append(
                        r == c
                                ? "<td class=\"diagonal\">"
                                : String.format(
                                        Locale.ROOT,
                                        "<td style=\"--heat: %.0f%%\">",
                                        90 * Double.parseDouble(count) / most));
                out.append(Html.escape(count)).append("</td>");
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    /** As JPEG: a tenth of the size. */
    private static String picture(Path png) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        if (image == null) {
            return "";
        }
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
}
