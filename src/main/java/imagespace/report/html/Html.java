package imagespace.report.html;

import imagespace.report.Grid;
import java.util.List;
import java.util.regex.Pattern;

/** Small pieces of HTML. All text from outside passes {@link #escape}. */
final class Html {
    /** The paper's symbols as plain text writes them: S_hc^.25, S^1, P_c, σ_A. */
    private static final Pattern SYMBOL = Pattern.compile(
            "\\b([SPσ]|sigma)(?:_(hc|lc|hi|li|[cigA]))?(?:\\^(\\.\\d+|1))?(?![\\w^])", Pattern.UNICODE_CHARACTER_CLASS);

    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Escaped, with the indices and exponents of the paper's symbols below and above the line. */
    static String symbols(String text) {
        return SYMBOL.matcher(escape(text))
                .replaceAll(found -> found.group(1).replace("sigma", "σ")
                        + (found.group(2) == null ? "" : "<sub>" + found.group(2) + "</sub>")
                        + (found.group(3) == null ? "" : "<sup>" + found.group(3) + "</sup>"));
    }

    static String paragraph(String text) {
        return "<p>" + escape(text) + "</p>\n";
    }

    /** A section with an anchor for the contents. */
    static String section(String id, String heading, String body) {
        return "<section id=\"" + id + "\">\n<h2>" + escape(heading) + "</h2>\n" + body + "</section>\n";
    }

    static String details(String summary, String body) {
        return "<details>\n<summary>" + escape(summary) + "</summary>\n" + body + "</details>\n";
    }

    static String figure(String picture, String caption) {
        return "<figure>\n" + picture + "<figcaption>" + escape(caption) + "</figcaption>\n</figure>\n";
    }

    /** A box for what may be wider than the page; named, since it takes the focus to be scrolled by keys. */
    static String scroll(String name, String content) {
        return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + escape(name) + "\">" + content
                + "</div>\n";
    }

    /** The caption as paragraphs, then the table. A line that repeats the name is left out: it is the heading above. */
    static String table(String name, Grid grid) {
        StringBuilder out = new StringBuilder();
        grid.caption().stream().filter(line -> !line.equals(name)).forEach(line -> out.append(paragraph(line)));
        return out.append(table(name, grid.header(), grid.rows())).toString();
    }

    /** A table in a box of its own that scrolls, sortable by the buttons in its header; columns "paper" stand back. */
    static String table(String name, List<String> header, List<List<String>> rows) {
        StringBuilder out = new StringBuilder("<table class=\"sortable\">\n<thead><tr>");
        for (String column : header) {
            out.append("<th scope=\"col\"><button type=\"button\">")
                    .append(symbols(column))
                    .append("</button></th>");
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            for (int c = 0; c < row.size(); c++) {
                out.append(header.get(c).equals("paper") ? "<td class=\"paper\">" : "<td>")
                        .append(symbols(row.get(c)))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        return scroll(name, out.append("</tbody></table>").toString());
    }
}
