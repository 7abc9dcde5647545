package imagespace.report.html;

import imagespace.report.Grid;
import java.util.List;

/** Small pieces of HTML. All text from outside passes {@link #escape}. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
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

    /** The caption as paragraphs, then the table. */
    static String table(Grid grid) {
        StringBuilder out = new StringBuilder();
        grid.caption().forEach(line -> out.append(paragraph(line)));
        return out.append(table(grid.header(), grid.rows())).toString();
    }

    /** A table in a box of its own that scrolls, sortable by the buttons in its header. */
    static String table(List<String> header, List<List<String>> rows) {
        StringBuilder out =
                new StringBuilder("<div class=\"scroll\" tabindex=\"0\"><table class=\"sortable\">\n<thead><tr>");
        header.forEach(name -> out.append("<th scope=\"col\"><button type=\"button\">")
                .append(escape(name))
                .append("</button></th>"));
        out.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            row.forEach(cell -> out.append("<td>").append(escape(cell)).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }
}
