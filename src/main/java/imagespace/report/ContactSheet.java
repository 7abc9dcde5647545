package imagespace.report;

import imagespace.data.Images;
import imagespace.report.Gallery.Tile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import javax.imageio.ImageIO;

/** A picture of samples in sections, each with a caption, some with a coloured frame. */
public final class ContactSheet {
    /** A heading and the samples under it. */
    public record Section(String heading, List<Tile> tiles) {}

    /** A colour of frames and what it means. */
    public record Mark(String meaning, Color colour) {}

    private static final int COLUMNS = 10;
    /** Pixels of a sample's longer side. */
    private static final int PICTURE = 96;

    private static final int GAP = 12;
    private static final int MARGIN = 24;
    private static final int CAPTION = 34;
    private static final int HEADING = 44;
    private static final int LEGEND = 30;
    private static final int FRAME = 4;

    private final Images images;
    private final IntFunction<Optional<Mark>> markOf;
    private final boolean ids;
    private Optional<Graphics2D> text;

    /**
     * @param markOf the mark of a sample by its id, if it has one
     * @param ids whether the ids of samples are shown
     */
    public ContactSheet(Images images, IntFunction<Optional<Mark>> markOf, boolean ids) {
        this.images = images;
        this.markOf = markOf;
        this.ids = ids;
    }

    /** Writes the sheet as PNG: whole, or not at all. */
    public void write(Path file, List<Section> sections, List<Mark> legend) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            ImageIO.write(draw(sections, legend), "png", part.toFile());
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    BufferedImage draw(List<Section> sections, List<Mark> legend) {
        int height = MARGIN + (legend.isEmpty() ? 0 : LEGEND);
        for (Section section : sections) {
            height += HEADING + rows(section) * (PICTURE + CAPTION + GAP);
        }
        int width = 2 * MARGIN + COLUMNS * (PICTURE + GAP) - GAP;
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.setColor(new Color(0xFAFAF7));
        g.fillRect(0, 0, width, height);
        text = withFonts(g);
        int y = MARGIN / 2;
        for (Section section : sections) {
            write(section.heading(), MARGIN, y + HEADING - 16, 20, Font.BOLD, Color.DARK_GRAY);
            y += HEADING;
            for (int i = 0; i < section.tiles().size(); i++) {
                tile(
                        g,
                        section.tiles().get(i),
                        MARGIN + i % COLUMNS * (PICTURE + GAP),
                        y + i / COLUMNS * (PICTURE + CAPTION + GAP));
            }
            y += rows(section) * (PICTURE + CAPTION + GAP);
        }
        int x = MARGIN;
        for (Mark mark : legend) {
            g.setColor(mark.colour());
            g.setStroke(new BasicStroke(FRAME));
            g.drawRect(x, y + 4, 14, 14);
            x += 24 + write(mark.meaning(), x + 24, y + 17, 14, Font.PLAIN, Color.DARK_GRAY) + 2 * GAP;
        }
        g.dispose();
        return sheet;
    }

    private static int rows(Section section) {
        return (section.tiles().size() + COLUMNS - 1) / COLUMNS;
    }

    private void tile(Graphics2D g, Tile tile, int x, int y) {
        g.drawImage(picture(tile.id()), x, y, PICTURE, PICTURE, null);
        markOf.apply(tile.id()).ifPresent(mark -> {
            g.setColor(mark.colour());
            g.setStroke(new BasicStroke(FRAME));
            g.drawRect(x, y, PICTURE, PICTURE);
        });
        boolean right = tile.label().equals(tile.predicted());
        String sure = String.format(Locale.ROOT, "%.0f %%", 100 * tile.probability());
        Color colour = right ? new Color(0x2C6E49) : new Color(0xA4312A);
        caption(tile.label(), ids ? " #" + tile.id() : "", x, y + PICTURE + 15, 12, Font.BOLD, colour);
        caption(
                right ? "" : "as " + tile.predicted(),
                right ? sure : " " + sure,
                x,
                y + PICTURE + 29,
                10,
                Font.PLAIN,
                Color.GRAY);
    }

    private BufferedImage picture(int id) {
        BufferedImage picture = new BufferedImage(images.width(), images.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < images.height(); y++) {
            for (int x = 0; x < images.width(); x++) {
                int at = ((id * images.height() + y) * images.width() + x) * images.channels();
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    rgb = rgb << 8 | images.pixels()[at + Math.min(c, images.channels() - 1)] & 0xFF;
                }
                picture.setRGB(x, y, rgb);
            }
        }
        return picture;
    }

    /** Writes a name and what follows it, no wider than a tile. */
    private void caption(String name, String rest, int x, int y, int size, int style, Color colour) {
        if (text.isPresent()) {
            FontMetrics metrics = text.get().getFontMetrics(new Font(Font.SANS_SERIF, style, size));
            write(fitted(name, rest, metrics::stringWidth, PICTURE + GAP / 2), x, y, size, style, colour);
        }
    }

    /** {@code name + rest}, the name cut short if the line is wider than there is room: what follows it matters more. */
    static String fitted(String name, String rest, ToIntFunction<String> width, int room) {
        String shown = name;
        for (int kept = name.length() - 1; kept > 0 && width.applyAsInt(shown + rest) > room; kept--) {
            shown = name.substring(0, kept).stripTrailing() + "…";
        }
        return shown + rest;
    }

    /** Writes a line and returns its width. */
    private int write(String line, int x, int y, int size, int style, Color colour) {
        if (text.isEmpty() || line.isEmpty()) {
            return 0;
        }
        Graphics2D g = text.get();
        g.setFont(new Font(Font.SANS_SERIF, style, size));
        g.setColor(colour);
        g.drawString(line, x, y);
        return g.getFontMetrics().stringWidth(line);
    }

    /** The graphics if text can be drawn: a Java without any font installed fails at the first letter. */
    private static Optional<Graphics2D> withFonts(Graphics2D g) {
        try {
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
            g.getFontMetrics().stringWidth("a");
            return Optional.of(g);
        } catch (RuntimeException | InternalError | LinkageError e) {
            System.err.println(
                    "imagespace: no captions in the picture: Java finds no fonts (install fontconfig and a font)");
            return Optional.empty();
        }
    }
}
