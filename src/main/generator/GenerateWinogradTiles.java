import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Writes {@code imagespace/backend/cpu/WinogradTiles.java}: the transforms of Winograd's minimal filtering as straight-line code.
 *
 * <p>Between its two dimensions a tile stays in registers if its vectors are local variables, so they must be spelled out: 24
 * of them for outputs of F(4x4, 3x3). Run it with
 *
 * <pre>java src/main/generator/GenerateWinogradTiles.java > src/main/java/imagespace/backend/cpu/WinogradTiles.java</pre>
 */
final class GenerateWinogradTiles {
    /**
     * A transform in one dimension.
     *
     * @param taken values that it takes, #0, #1, ... in the code
     * @param constants vectors of a constant, "name = value"
     * @param steps intermediate values, "name = code", each from what is taken only
     * @param results code of each value that it makes
     */
    private record Transform(int taken, List<String> constants, List<String> steps, List<String> results) {}

    // F(4x4, 3x3) and F(3x3, 4x4): WinogradPoints derives the matrices. Points are in the order 0, a, -a, b, -b, infinity; those
    // of p and -p share an even and an odd part, even +- p odd, with a^2 = 1/2 and b^2 = 2

    private static final Transform INPUT_4 = new Transform(
            6,
            List.of("a = A", "minusA = -A", "b = B", "minusB = -B", "minus2 = -2", "minusHalf = -0.5f", "minus5Halves = -2.5f"),
            List.of(
                    "evenA = #2.fma(minus2, #4)",
                    "oddA = #1.fma(minus2, #3)",
                    "evenB = #2.fma(minusHalf, #4)",
                    "oddB = #1.fma(minusHalf, #3)"),
            List.of(
                    "#2.fma(minus5Halves, #4).add(#0)",
                    "oddA.fma(a, evenA)",
                    "oddA.fma(minusA, evenA)",
                    "oddB.fma(b, evenB)",
                    "oddB.fma(minusB, evenB)",
                    "#3.fma(minus5Halves, #1).add(#5)"));

    private static final List<String> OF_FILTER = List.of(
            "a = TO_A * A", "minusA = -TO_A * A", "b = TO_B * B", "minusB = -TO_B * B", "toA = TO_A", "toB = TO_B", "half = 0.5f", "two = 2");

    private static final Transform FILTER_4 = new Transform(
            3,
            OF_FILTER,
            List.of("evenA = #2.fma(half, #0).mul(toA)", "evenB = #2.fma(two, #0).mul(toB)"),
            List.of(
                    "#0",
                    "#1.fma(a, evenA)",
                    "#1.fma(minusA, evenA)",
                    "#1.fma(b, evenB)",
                    "#1.fma(minusB, evenB)",
                    "#2"));

    private static final Transform GRADIENT_4 = new Transform(
            4,
            OF_FILTER,
            List.of(
                    "evenA = #2.fma(half, #0).mul(toA)",
                    "oddA = #3.fma(half, #1)",
                    "evenB = #2.fma(two, #0).mul(toB)",
                    "oddB = #3.fma(two, #1)"),
            List.of(
                    "#0",
                    "oddA.fma(a, evenA)",
                    "oddA.fma(minusA, evenA)",
                    "oddB.fma(b, evenB)",
                    "oddB.fma(minusB, evenB)",
                    "#3"));

    private static final List<String> OF_OUTPUT = List.of("a = A", "b = B", "a3 = A3", "b3 = B3", "half = 0.5f", "two = 2");

    private static final List<String> SUMS_AND_DIFFERENCES =
            List.of("sumA = #1.add(#2)", "difA = #1.sub(#2)", "sumB = #3.add(#4)", "difB = #3.sub(#4)");

    private static final Transform OUTPUT_4 = new Transform(6, OF_OUTPUT, SUMS_AND_DIFFERENCES, List.of(
            "#0.add(sumA).add(sumB)",
            "difA.fma(a, difB.mul(b))",
            "sumA.fma(half, sumB.mul(two))",
            "difA.fma(a3, difB.fma(b3, #5))"));

    private static final Transform BIASED_OUTPUT_4 = new Transform(6, OF_OUTPUT, SUMS_AND_DIFFERENCES, List.of(
            "#0.add(sumA).add(sumB).add(bias)",
            "difA.fma(a, difB.fma(b, bias))",
            "sumA.fma(half, sumB.fma(two, bias))",
            "difA.fma(a3, difB.fma(b3, #5.add(bias)))"));

    private static final Transform SUMS_4 = new Transform(
            6,
            List.of("a = A", "b = B", "half = 0.5f", "two = 2"),
            List.of("sumA = #1.add(#2)", "sumB = #3.add(#4)"),
            List.of(
                    "#0.add(sumA).add(sumB)",
                    "#1.sub(#2).fma(a, #3.sub(#4).mul(b))",
                    "sumA.fma(half, sumB.fma(two, #5))"));

    // F(2x2, 3x3) and F(3x3, 2x2): MinimalFiltering.F2 shows the matrices

    private static final Transform INPUT_2 = new Transform(
            4, List.of(), List.of(), List.of("#0.sub(#2)", "#1.add(#2)", "#2.sub(#1)", "#1.sub(#3)"));

    private static final Transform FILTER_2 = new Transform(
            3,
            List.of("half = 0.5f"),
            List.of("outer = #0.add(#2)"),
            List.of("#0", "outer.add(#1).mul(half)", "outer.sub(#1).mul(half)", "#2"));

    private static final Transform GRADIENT_2 = new Transform(
            2, List.of("half = 0.5f"), List.of(), List.of("#0", "#0.add(#1).mul(half)", "#0.sub(#1).mul(half)", "#1"));

    private static final Transform OUTPUT_2 =
            new Transform(4, List.of(), List.of(), List.of("#0.add(#1.add(#2))", "#1.sub(#2).sub(#3)"));

    private static final Transform BIASED_OUTPUT_2 =
            new Transform(4, List.of(), List.of(), List.of("#0.add(#1.add(#2)).add(bias)", "#1.sub(#2).sub(#3).add(bias)"));

    private static final Transform SUMS_2 = new Transform(
            4,
            List.of(),
            List.of("sum = #1.add(#2)"),
            List.of("#0.add(sum)", "#1.sub(#2)", "sum.sub(#3)"));

    private static final String ACTIVATED = "%1$s.mul(factor).blend(%1$s, %1$s.compare(VectorOperators.GT, zero))";

    private static final String OF_OUTPUTS =
            "float[] m, int at, int stride, float[] biases, int biasAt, float slope, float[] to, int toAt, int row, int pixel";

    private static final String OF_WINDOWS = ", long[] bits, int bitsAt";

    public static void main(String[] args) {
        System.out.print("""
                package imagespace.backend.cpu;

                import static imagespace.backend.cpu.Simd.F;
                import static imagespace.backend.cpu.Simd.LANES;
                import static imagespace.backend.cpu.WinogradPoints.A;
                import static imagespace.backend.cpu.WinogradPoints.A3;
                import static imagespace.backend.cpu.WinogradPoints.B;
                import static imagespace.backend.cpu.WinogradPoints.B3;
                import static imagespace.backend.cpu.WinogradPoints.TO_A;
                import static imagespace.backend.cpu.WinogradPoints.TO_B;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorMask;
                import jdk.incubator.vector.VectorOperators;

                /**
                 * The transforms of {@link MinimalFiltering}, which says what they do, for F(4x4, 3x3) and F(2x2, 3x3): generated by
                 * {@code src/main/generator/GenerateWinogradTiles.java}, do not edit.
                 *
                 * <p>First come the columns of a tile, then its rows, and between them all stays in registers; only the transform of inputs
                 * is two methods, a pass each. The methods of F(4x4, 3x3) are longer than the 325 bytes of bytecode that C2 inlines, and must
                 * be: compiled by itself each runs in registers, inlined with others it exhausts C2's budget, and the vectors that are left
                 * over are boxed. A test holds the sizes.
                 */
                final class WinogradTiles {
                    private WinogradTiles() {}
                """);
        System.out.print(inputColumns(4, INPUT_4) + inputRows(4, INPUT_4) + filter(4, FILTER_4) + gradient(4, GRADIENT_4)
                + output(4, OUTPUT_4, BIASED_OUTPUT_4) + means(4, OUTPUT_4, BIASED_OUTPUT_4)
                + maxima(4, OUTPUT_4, BIASED_OUTPUT_4) + sums(4, SUMS_4));
        System.out.print(inputColumns(2, INPUT_2) + inputRows(2, INPUT_2) + filter(2, FILTER_2) + gradient(2, GRADIENT_2)
                + output(2, OUTPUT_2, BIASED_OUTPUT_2) + means(2, OUTPUT_2, BIASED_OUTPUT_2)
                + maxima(2, OUTPUT_2, BIASED_OUTPUT_2) + sums(2, SUMS_2));
        System.out.println("}");
    }

    /** The first pass over overlapping tiles: down columns of pixels, as many vectors as lie side by side. */
    private static String inputColumns(int tile, Transform transform) {
        Code code = new Code(transform);
        code.open("for (int j = 0; j < count; j++)");
        code.apply(
                transform,
                code.loads(transform, i -> "from, at" + plus(i, "stride")),
                "",
                (i, value) -> code.store(value, "strip, to" + plus(i, "LANES")));
        code.line("at += LANES;");
        code.line("to += %d * LANES;".formatted(transform.taken));
        code.close();
        return code.method("inputColumns" + tile, "float[] from, int at, int stride, float[] strip, int to, int count");
    }

    /** The second pass: along the rows of a tile. */
    private static String inputRows(int tile, Transform transform) {
        Code code = new Code(transform);
        code.wantedRows(transform, row -> code.loads(transform, i -> "strip, at" + plus(i, "column") + plus(row, "LANES")));
        return code.method(
                "inputRows" + tile,
                "float[] strip, int at, int column, float[] to, int toAt, int stride, int firstRow, int endRow");
    }

    private static String filter(int tile, Transform transform) {
        Code code = new Code(transform);
        String[][] halfway = code.columns(transform, GenerateWinogradTiles::pixel);
        for (int row = 0; row < halfway.length; row++) {
            int first = row * halfway.length;
            code.apply(transform, halfway[row], "Along" + row, (column, value) ->
                    code.store(value, "to, toAt" + plus(first + column, "stride")));
        }
        return code.method("filter" + tile, "float[] from, int at, int row, int pixel, float[] to, int toAt, int stride");
    }

    private static String gradient(int tile, Transform transform) {
        Code code = new Code(transform);
        String[][] halfway = code.columns(transform, GenerateWinogradTiles::pixel);
        code.wantedRows(transform, row -> halfway[row]);
        return code.method(
                "gradient" + tile,
                "float[] from, int at, int row, int pixel, float[] to, int toAt, int stride, int firstRow, int endRow");
    }

    private static String output(int tile, Transform columns, Transform rows) {
        Code code = new Code(columns);
        code.outputs(columns, rows, row -> {
            for (int column = 0; column < tile; column++) {
                String x = "x" + row + column;
                code.store(ACTIVATED.formatted(x), "to, toAt%s%s".formatted(plus(row, "row"), plus(column, "pixel")));
            }
        });
        return code.method("output" + tile, OF_OUTPUTS);
    }

    private static String means(int tile, Transform columns, Transform rows) {
        Code code = new Code(columns);
        code.line("FloatVector quarter = FloatVector.broadcast(F, 0.25f);");
        code.outputs(columns, rows, row -> {
            for (int column = 0; column < tile; column++) {
                String place = "" + row + column;
                code.line("VectorMask<Float> above%1$s = x%1$s.compare(VectorOperators.GT, zero);".formatted(place));
                code.line("FloatVector y%1$s = x%1$s.mul(factor).blend(x%1$s, above%1$s);".formatted(place));
            }
            code.windows(
                    row, tile,
                    "y%1$s.add(y%2$s).add(y%3$s.add(y%4$s)).mul(quarter)", "window%5$s",
                    "above%1$s.toLong()", "above%2$s.toLong()", "above%3$s.toLong()", "above%4$s.toLong()");
        });
        return code.method("outputMeans" + tile, OF_OUTPUTS + OF_WINDOWS);
    }

    /** An activation does not decrease: the maximum of its values is its value of the maximum. */
    private static String maxima(int tile, Transform columns, Transform rows) {
        Code code = new Code(columns);
        code.outputs(columns, rows, row -> code.windows(
                row, tile,
                "x%1$s.max(x%2$s).max(x%3$s.max(x%4$s))", ACTIVATED.formatted("window%5$s"),
                "x%1$s.eq(window%5$s).toLong()",
                "x%2$s.eq(window%5$s).toLong() & ~p%5$s",
                "x%3$s.eq(window%5$s).toLong() & ~(p%5$s | q%5$s)",
                "x%4$s.eq(window%5$s).toLong() & ~(p%5$s | q%5$s | r%5$s)"));
        return code.method("outputMaxima" + tile, OF_OUTPUTS + OF_WINDOWS);
    }

    private static String sums(int tile, Transform transform) {
        Code code = new Code(transform);
        String[][] halfway = code.columns(transform, (row, column) ->
                "m, at" + plus(row * transform.taken + column, "stride"));
        for (int row = 0; row < halfway.length; row++) {
            String toRow = plus(row, "row");
            code.apply(transform, halfway[row], "Along" + row, (column, value) ->
                    code.store(value, "to, toAt%s%s".formatted(toRow, plus(column, "pixel"))));
        }
        return code.method("sums" + tile, "float[] m, int at, int stride, float[] to, int toAt, int row, int pixel");
    }

    private static String pixel(int row, int column) {
        return "from, at%s%s".formatted(plus(row, "row"), plus(column, "pixel"));
    }

    private static String plus(int times, String what) {
        return times == 0 ? "" : times == 1 ? " + " + what : " + %d * %s".formatted(times, what);
    }

    @FunctionalInterface
    private interface Place {
        String of(int row, int column);
    }

    @FunctionalInterface
    private interface Results {
        void take(int i, String value);
    }

    /** A method that grows line by line. */
    private static final class Code {
        private final StringBuilder lines = new StringBuilder();
        private String indent = "        ";

        Code(Transform transform) {
            for (String constant : transform.constants) {
                String[] nameAndValue = constant.split(" = ");
                line("FloatVector %s = FloatVector.broadcast(F, %s);".formatted(nameAndValue[0], nameAndValue[1]));
            }
        }

        void line(String line) {
            lines.append(indent).append(line).append('\n');
        }

        void open(String line) {
            line(line + " {");
            indent += "    ";
        }

        void close() {
            indent = indent.substring(4);
            line("}");
        }

        void store(String value, String place) {
            line("%s.intoArray(%s);".formatted(value, place));
        }

        /** Loads what a transform takes; returns its names. */
        String[] loads(Transform transform, IntFunction<String> place) {
            String[] names = IntStream.range(0, transform.taken).mapToObj(i -> "d" + i).toArray(String[]::new);
            for (int i = 0; i < names.length; i++) {
                line("FloatVector %s = FloatVector.fromArray(F, %s);".formatted(names[i], place.apply(i)));
            }
            return names;
        }

        /** The first pass, over a square of values. Returns the names of its results by rows. */
        String[][] columns(Transform transform, Place place) {
            String[][] results = new String[transform.results.size()][transform.taken];
            for (int column = 0; column < transform.taken; column++) {
                String[] taken = new String[transform.taken];
                for (int row = 0; row < taken.length; row++) {
                    taken[row] = "d%d%d".formatted(row, column);
                    line("FloatVector %s = FloatVector.fromArray(F, %s);".formatted(taken[row], place.of(row, column)));
                }
                int at = column;
                apply(transform, taken, "Down" + column, (row, value) -> {
                    results[row][at] = "h%d%d".formatted(row, at);
                    line("FloatVector %s = %s;".formatted(results[row][at], value));
                });
            }
            return results;
        }

        /**
         * Outputs x00, x01, ... with bias, not activated, row by row; {@code then} is told each row.
         *
         * @param rows with the variable {@code bias}, and no constants but those of {@code columns}
         */
        void outputs(Transform columns, Transform rows, IntConsumer then) {
            line("FloatVector bias = FloatVector.fromArray(F, biases, biasAt);");
            line("FloatVector factor = FloatVector.broadcast(F, slope);");
            line("FloatVector zero = FloatVector.zero(F);");
            String[][] halfway = columns(columns, (row, column) -> "m, at" + plus(row * columns.taken + column, "stride"));
            for (int row = 0; row < halfway.length; row++) {
                String x = "FloatVector x" + row;
                apply(rows, halfway[row], "Along" + row, (column, value) -> line("%s%d = %s;".formatted(x, column, value)));
                then.accept(row);
            }
        }

        /**
         * Windows of two by two, if this is the lower row of some.
         *
         * @param value of a window, from its outputs' places %1$s to %4$s and its own, %5$s
         * @param stored likewise
         * @param p the bits of its first output; {@code q}, {@code r} and {@code s} those of the others, from p%5$s and so on
         */
        void windows(int row, int columns, String value, String stored, String p, String q, String r, String s) {
            for (int column = 0; row % 2 == 1 && column < columns; column += 2) {
                Object[] places = {
                    "" + (row - 1) + column, "" + (row - 1) + (column + 1), "" + row + column, "" + row + (column + 1),
                    "" + row / 2 + column / 2
                };
                line(("FloatVector window%5$s = " + value + ";").formatted(places));
                store(stored.formatted(places), "to, toAt" + plus(row / 2, "row") + plus(column / 2, "pixel"));
                line(("long p%5$s = " + p + ";").formatted(places));
                line(("long q%5$s = " + q + ";").formatted(places));
                line(("long r%5$s = " + r + ";").formatted(places));
                line(("long s%5$s = " + s + ";").formatted(places));
                String at = "bitsAt" + plus(row / 2, "row / LANES") + plus(column / 2, "pixel / LANES");
                line(("bits[" + at + "] = p%5$s | q%5$s << 16 | r%5$s << 32 | s%5$s << 48;").formatted(places));
            }
        }

        /** The second pass, where only the rows of points [firstRow, endRow) are wanted; {@code values} has the names of a row's. */
        void wantedRows(Transform transform, IntFunction<String[]> values) {
            int points = transform.results.size();
            for (int row = 0; row < points; row++) {
                open("if (firstRow <= %1$d && %1$d < endRow)".formatted(row));
                apply(transform, values.apply(row), "Along" + row, (column, value) ->
                        store(value, "to, toAt" + plus(column, "stride")));
                if (row < points - 1) {
                    line("toAt += %d * stride;".formatted(points));
                }
                close();
            }
        }

        /** One transform of values with these names; its steps are told from others' by a suffix. */
        void apply(Transform transform, String[] values, String suffix, Results results) {
            List<String> steps = new ArrayList<>();
            for (String step : transform.steps) {
                String[] nameAndCode = step.split(" = ");
                steps.add(nameAndCode[0]);
                line("FloatVector %s%s = %s;"
                        .formatted(nameAndCode[0], suffix, named(nameAndCode[1], values, List.of(), suffix)));
            }
            for (int i = 0; i < transform.results.size(); i++) {
                results.take(i, named(transform.results.get(i), values, steps, suffix));
            }
        }

        private static String named(String code, String[] values, List<String> steps, String suffix) {
            for (int i = 0; i < values.length; i++) {
                code = code.replace("#" + i, values[i]);
            }
            for (String step : steps) {
                code = code.replaceAll("\\b" + step + "\\b", step + suffix);
            }
            return code;
        }

        String method(String name, String parameters) {
            return "\n    static void %s(\n            %s) {\n%s    }\n".formatted(name, parameters, lines);
        }
    }
}
