package imagespace.report;

import imagespace.data.DataException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The CSV files that this program writes: commas, quotes where needed (RFC 4180), a header line. */
public final class Csv {
    private Csv() {}

    /** A field, quoted where a comma, a quote or a line break would break the line. */
    public static String field(String text) {
        return text.matches("(?s).*[\",\\r\\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    /**
     * The rows, header first, all of the same length.
     *
     * @throws DataException if the file is no such table, or not a whole one
     */
    static List<List<String>> read(Path file) throws IOException, DataException {
        List<List<String>> rows = rows(file, text(file));
        if (rows.isEmpty()) {
            throw damaged(file, "is empty");
        }
        for (int r = 0; r < rows.size(); r++) {
            if (rows.get(r).size() != rows.getFirst().size()) {
                throw damaged(file, "has a row of another length than its header: row " + (r + 1));
            }
        }
        return rows;
    }

    /** Says what is wrong with a file, and what to do. */
    static DataException damaged(Path file, String what) {
        return new DataException(file + " " + what + "; delete it, or run its experiment again");
    }

    private static String text(Path file) throws IOException, DataException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw damaged(file, "is not text in UTF-8");
        }
    }

    private static List<List<String>> rows(Path file, String text) throws DataException {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (!quoted && (c == ',' || c == '\n')) {
                row.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else if (quoted || c != '\r') {
                field.append(c);
            }
        }
        if (quoted || !row.isEmpty() || !field.isEmpty()) {
            throw damaged(file, "ends in the middle of a row");
        }
        return rows;
    }
}
