import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes {@code imagespace/backend/cpu/WinogradTiles.java}: the transforms of Winograd's minimal filtering as straight-line code.
 *
 * <p>Between its two dimensions a tile stays in registers if its vectors are local variables, so they must be spelled out: 24
 * of them for outputs of F(4x4, 3x3), 36 for F(6x4, 3x3). Run it with
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

    // In one dimension F(4, 3) and F(3, 4), with 6 points, and F(6, 3) and F(3, 6), with 8: WinogradPoints derives the matrices.
    // Points are in the order 0, a, -a, b, -b, infinity, 1, -1; those of p and -p share an even and an odd part, even +- p odd

    private static final Transform INPUT_4 = new Transform(
            6,
            List.of("a = A", "minusA = -A", "b = B", "minusB = -B", "minusA2 = -A2", "minusB2 = -B2", "minusS = -S"),
            List.of(
                    "evenA = #2.fma(minusB2, #4)",
                    "oddA = #1.fma(minusB2, #3)",
                    "evenB = #2.fma(minusA2, #4)",
                    "oddB = #1.fma(minusA2, #3)"),
            List.of(
                    "#2.fma(minusS, #4).add(#0)",
                    "oddA.fma(a, evenA)",
                    "oddA.fma(minusA, evenA)",
                    "oddB.fma(b, evenB)",
                    "oddB.fma(minusB, evenB)",
                    "#3.fma(minusS, #1).add(#5)"));

    private static final Transform INPUT_6 = new Transform(
            8,
            List.of(
                    "a = A", "minusA = -A", "b = B", "minusB = -B", "a2 = A2", "b2 = B2", "minusA2Minus1 = -A2 - 1",
                    "minusB2Minus1 = -B2 - 1", "minusS = -S", "sPlus1 = S + 1"),
            List.of(
                    "evenA = #4.fma(minusB2Minus1, #2.fma(b2, #6))",
                    "oddA = #3.fma(minusB2Minus1, #1.fma(b2, #5))",
                    "evenB = #4.fma(minusA2Minus1, #2.fma(a2, #6))",
                    "oddB = #3.fma(minusA2Minus1, #1.fma(a2, #5))",
                    "even1 = #4.fma(minusS, #2.add(#6))",
                    "odd1 = #3.fma(minusS, #1.add(#5))"),
            List.of(
                    "#4.sub(#2).fma(sPlus1, #0.sub(#6))",
                    "oddA.fma(a, evenA)",
                    "oddA.fma(minusA, evenA)",
                    "oddB.fma(b, evenB)",
                    "oddB.fma(minusB, evenB)",
                    "#3.sub(#5).fma(sPlus1, #7.sub(#1))",
                    "even1.add(odd1)",
                    "even1.sub(odd1)"));

    private static final List<String> OF_FILTER = List.of(
            "a = TO_A * A", "minusA = -TO_A * A", "b = TO_B * B", "minusB = -TO_B * B", "toA = TO_A", "toB = TO_B", "a2 = A2", "b2 = B2");

    private static final List<String> EVEN_OF_FILTER =
            List.of("evenA = #2.fma(a2, #0).mul(toA)", "evenB = #2.fma(b2, #0).mul(toB)");

    private static final List<String> FILTERED =
            List.of("#0", "#1.fma(a, evenA)", "#1.fma(minusA, evenA)", "#1.fma(b, evenB)", "#1.fma(minusB, evenB)", "#2");

    private static final Transform FILTER_4 = new Transform(3, OF_FILTER, EVEN_OF_FILTER, FILTERED);

    private static final Transform FILTER_6 = new Transform(
            3,
            and(OF_FILTER, "to1 = TO_1", "minusTo1 = -TO_1"),
            and(EVEN_OF_FILTER, "even1 = #0.add(#2).mul(to1)"),
            and(FILTERED, "#1.fma(to1, even1)", "#1.fma(minusTo1, even1)"));

    private static final Transform GRADIENT_4 = new Transform(
            4,
            OF_FILTER,
            and(EVEN_OF_FILTER, "oddA = #3.fma(a2, #1)", "oddB = #3.fma(b2, #1)"),
            List.of(
                    "#0",
                    "oddA.fma(a, evenA)",
                    "oddA.fma(minusA, evenA)",
                    "oddB.fma(b, evenB)",
                    "oddB.fma(minusB, evenB)",
                    "#3"));

    private static final Transform GRADIENT_6 = new Transform(
            6,
            List.of(
                    "aOf6 = TO_A_OF_6 * A", "minusAOf6 = -TO_A_OF_6 * A", "bOf6 = TO_B_OF_6 * B", "minusBOf6 = -TO_B_OF_6 * B",
                    "toAOf6 = TO_A_OF_6", "toBOf6 = TO_B_OF_6", "a2 = A2", "b2 = B2", "to1 = TO_1", "minusTo1 = -TO_1"),
            List.of(
                    "evenA = #4.fma(a2, #2).fma(a2, #0).mul(toAOf6)",
                    "oddA = #5.fma(a2, #3).fma(a2, #1)",
                    "evenB = #4.fma(b2, #2).fma(b2, #0).mul(toBOf6)",
                    "oddB = #5.fma(b2, #3).fma(b2, #1)",
                    "even1 = #0.add(#2).add(#4).mul(to1)",
                    "odd1 = #1.add(#3).add(#5)"),
            List.of(
                    "#0",
                    "oddA.fma(aOf6, evenA)",
                    "oddA.fma(minusAOf6, evenA)",
                    "oddB.fma(bOf6, evenB)",
                    "oddB.fma(minusBOf6, evenB)",
                    "#5",
                    "odd1.fma(to1, even1)",
                    "odd1.fma(minusTo1, even1)"));

    private static final List<String> OF_OUTPUT = List.of("a = A", "b = B", "a2 = A2", "b2 = B2", "a3 = A3", "b3 = B3");

    private static final List<String> SUMS_AND_DIFFERENCES =
            List.of("sumA = #1.add(#2)", "difA = #1.sub(#2)", "sumB = #3.add(#4)", "difB = #3.sub(#4)");

    private static final Transform OUTPUT_4 = new Transform(6, OF_OUTPUT, SUMS_AND_DIFFERENCES, List.of(
            "#0.add(sumA).add(sumB)",
            "difA.fma(a, difB.mul(b))",
            "sumA.fma(a2, sumB.mul(b2))",
            "difA.fma(a3, difB.fma(b3, #5))"));

    private static final Transform BIASED_OUTPUT_4 = new Transform(6, OF_OUTPUT, SUMS_AND_DIFFERENCES, List.of(
            "#0.add(sumA).add(sumB).add(bias)",
            "difA.fma(a, difB.fma(b, bias))",
            "sumA.fma(a2, sumB.fma(b2, bias))",
            "difA.fma(a3, difB.fma(b3, #5.add(bias)))"));

    private static final Transform OUTPUT_6 = new Transform(
            8,
            List.of(
                    "a0Of6 = A_OF_6", "a1Of6 = A_OF_6 * A", "a2Of6 = A_OF_6 * A2", "a3Of6 = A_OF_6 * A3", "a4Of6 = A_OF_6 * A4",
                    "a5Of6 = A_OF_6 * A5", "b0Of6 = B_OF_6", "b1Of6 = B_OF_6 * B", "b2Of6 = B_OF_6 * B2", "b3Of6 = B_OF_6 * B3",
                    "b4Of6 = B_OF_6 * B4", "b5Of6 = B_OF_6 * B5"),
            and(SUMS_AND_DIFFERENCES, "sum1 = #6.add(#7)", "dif1 = #6.sub(#7)"),
            List.of(
                    "sumA.fma(a0Of6, sumB.fma(b0Of6, sum1.add(#0)))",
                    "difA.fma(a1Of6, difB.fma(b1Of6, dif1))",
                    "sumA.fma(a2Of6, sumB.fma(b2Of6, sum1))",
                    "difA.fma(a3Of6, difB.fma(b3Of6, dif1))",
                    "sumA.fma(a4Of6, sumB.fma(b4Of6, sum1))",
                    "difA.fma(a5Of6, difB.fma(b5Of6, dif1.add(#5)))"));

    private static final List<String> OF_SUMS = List.of("a = A", "b = B", "a2 = A2", "b2 = B2");

    private static final Transform SUMS_4 = new Transform(
            6,
            OF_SUMS,
            List.of("sumA = #1.add(#2)", "sumB = #3.add(#4)"),
            List.of(
                    "#0.add(sumA).add(sumB)",
                    "#1.sub(#2).fma(a, #3.sub(#4).mul(b))",
                    "sumA.fma(a2, sumB.fma(b2, #5))"));

    private static final Transform SUMS_6 = new Transform(
            8,
            OF_SUMS,
            List.of("sumA = #1.add(#2)", "sumB = #3.add(#4)", "sum1 = #6.add(#7)"),
            List.of(
                    "#0.add(sumA).add(sumB.add(sum1))",
                    "#1.sub(#2).fma(a, #3.sub(#4).fma(b, #6.sub(#7)))",
                    "sumA.fma(a2, sumB.fma(b2, sum1.add(#5)))"));

    // F(2x2, 3x3) and F(3x3, 2x2): MinimalFiltering.F2X2 shows the matrices

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

    /** A convolution's output as it is, or pooled by windows of 2x2. */
    private enum Outputs {
        PLAIN("output", ""),
        MEANS("outputMeans", ", long[] bits, int bitsAt"),
        MAXIMA("outputMaxima", ", long[] bits, int bitsAt");

        final String method;
        final String parameters;

        Outputs(String method, String more) {
            this.method = method;
            parameters = "float[] biases, int biasAt, float slope, float[] to, int toAt, int row, int pixel" + more;
        }
    }

    public static void main(String[] args) {
        System.out.print("""
                package imagespace.backend.cpu;

                import static imagespace.backend.cpu.Simd.F;
                import static imagespace.backend.cpu.Simd.LANES;
                import static imagespace.backend.cpu.WinogradPoints.A;
                import static imagespace.backend.cpu.WinogradPoints.A2;
                import static imagespace.backend.cpu.WinogradPoints.A3;
                import static imagespace.backend.cpu.WinogradPoints.A4;
                import static imagespace.backend.cpu.WinogradPoints.A5;
                import static imagespace.backend.cpu.WinogradPoints.A_OF_6;
                import static imagespace.backend.cpu.WinogradPoints.B;
                import static imagespace.backend.cpu.WinogradPoints.B2;
                import static imagespace.backend.cpu.WinogradPoints.B3;
                import static imagespace.backend.cpu.WinogradPoints.B4;
                import static imagespace.backend.cpu.WinogradPoints.B5;
                import static imagespace.backend.cpu.WinogradPoints.B_OF_6;
                import static imagespace.backend.cpu.WinogradPoints.S;
                import static imagespace.backend.cpu.WinogradPoints.TO_1;
                import static imagespace.backend.cpu.WinogradPoints.TO_A;
                import static imagespace.backend.cpu.WinogradPoints.TO_A_OF_6;
                import static imagespace.backend.cpu.WinogradPoints.TO_B;
                import static imagespace.backend.cpu.WinogradPoints.TO_B_OF_6;

                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.VectorMask;
                import jdk.incubator.vector.VectorOperators;

                /**
                 * The transforms of {@link MinimalFiltering}, which says what they do: generated by
                 * {@code src/main/generator/GenerateWinogradTiles.java}, do not edit.
                 *
                 * <p>First come the columns of a tile, then its rows, and between them all stays in registers; only the transform of inputs
                 * is two methods, a pass each. Those of large tiles are longer than the 325 bytes of bytecode that C2 inlines, and must
                 * be: compiled by itself each runs in registers, inlined with others it exhausts C2's budget, and the vectors that are left
                 * over are boxed. A test holds the sizes.
                 */
                final class WinogradTiles {
                    private WinogradTiles() {}
                """);
        System.out.print(inputColumns("6x4", INPUT_6) + inputRows("6x4", INPUT_6, INPUT_4)
                + filter("6x4", FILTER_6, FILTER_4) + gradient("6x4", GRADIENT_6, GRADIENT_4)
                + outputColumns("6x4", OUTPUT_6, BIASED_OUTPUT_4) + sums("6x4", SUMS_6, SUMS_4));
        System.out.print(inputColumns("4x4", INPUT_4) + inputRows("4x4", INPUT_4, INPUT_4)
                + filter("4x4", FILTER_4, FILTER_4) + gradient("4x4", GRADIENT_4, GRADIENT_4)
                + sums("4x4", SUMS_4, SUMS_4));
        System.out.print(inputColumns("2x2", INPUT_2) + inputRows("2x2", INPUT_2, INPUT_2)
                + filter("2x2", FILTER_2, FILTER_2) + gradient("2x2", GRADIENT_2, GRADIENT_2)
                + sums("2x2", SUMS_2, SUMS_2));
        for (Outputs kind : Outputs.values()) {
            System.out.print(outputRows("6x4", kind, OUTPUT_6, BIASED_OUTPUT_4)
                    + output("4x4", kind, OUTPUT_4, BIASED_OUTPUT_4) + output("2x2", kind, OUTPUT_2, BIASED_OUTPUT_2));
        }
        System.out.println("}");
    }

    /** The first pass over overlapping tiles: down columns of pixels, as many vectors as lie side by side. */
    private static String inputColumns(String tile, Transform down) {
        Code code = new Code(down);
        code.open("for (int j = 0; j < count; j++)");
        code.apply(
                down,
                code.loads("d", down.taken, i -> "from, at" + plus(i, "stride")),
                "",
                (i, value) -> code.store(value, "strip, to" + plus(i, "LANES")));
        code.line("at += LANES;");
        code.line("to += %d * LANES;".formatted(down.taken));
        code.close();
        return code.method("inputColumns" + tile, "float[] from, int at, int stride, float[] strip, int to, int count");
    }

    /** The second pass: along the rows of a tile. */
    private static String inputRows(String tile, Transform down, Transform along) {
        Code code = new Code(along);
        code.open("for (int row = firstRow; row < endRow; row++)");
        code.line("int rowAt = at + row * LANES;");
        code.apply(
                along,
                code.loads("d", along.taken, i -> "strip, rowAt" + plus(i, "column")),
                "",
                (i, value) -> code.store(value, "to, toAt" + plus(i, "stride")));
        code.line("toAt += %d * stride;".formatted(along.results.size()));
        code.close();
        return code.method(
                "inputRows" + tile,
                "float[] strip, int at, int column, float[] to, int toAt, int stride, int firstRow, int endRow");
    }

    private static String filter(String tile, Transform down, Transform along) {
        Code code = new Code(down, along);
        String[][] halfway = code.columns(down, along, GenerateWinogradTiles::pixel);
        for (int row = 0; row < halfway.length; row++) {
            int first = row * along.results.size();
            code.apply(along, halfway[row], "Along" + row, (column, value) ->
                    code.store(value, "to, toAt" + plus(first + column, "stride")));
        }
        return code.method("filter" + tile, "float[] from, int at, int row, int pixel, float[] to, int toAt, int stride");
    }

    private static String gradient(String tile, Transform down, Transform along) {
        Code code = new Code(down, along);
        String[][] halfway = code.columns(down, along, GenerateWinogradTiles::pixel);
        code.wantedRows(down, along, row -> halfway[row]);
        return code.method(
                "gradient" + tile,
                "float[] from, int at, int row, int pixel, float[] to, int toAt, int stride, int firstRow, int endRow");
    }

    /** What becomes of a row of outputs x00, x01, ... and, with the row above it, of windows of two by two. */
    private static void store(Code code, Outputs kind, int row, int columns) {
        switch (kind) {
            case PLAIN -> {
                for (int column = 0; column < columns; column++) {
                    String x = "x" + row + column;
                    code.store(ACTIVATED.formatted(x), "to, toAt%s%s".formatted(plus(row, "row"), plus(column, "pixel")));
                }
            }
            case MEANS -> {
                for (int column = 0; column < columns; column++) {
                    String place = "" + row + column;
                    code.line("VectorMask<Float> above%1$s = x%1$s.compare(VectorOperators.GT, zero);".formatted(place));
                    code.line("FloatVector y%1$s = x%1$s.mul(factor).blend(x%1$s, above%1$s);".formatted(place));
                }
                code.windows(
                        row, columns,
                        "y%1$s.add(y%2$s).add(y%3$s.add(y%4$s)).mul(quarter)", "window%5$s",
                        "above%1$s.toLong()", "above%2$s.toLong()", "above%3$s.toLong()", "above%4$s.toLong()");
            }
            // an activation does not decrease: the maximum of its values is its value of the maximum
            case MAXIMA -> code.windows(
                    row, columns,
                    "x%1$s.max(x%2$s).max(x%3$s.max(x%4$s))", ACTIVATED.formatted("window%5$s"),
                    "x%1$s.eq(window%5$s).toLong()",
                    "x%2$s.eq(window%5$s).toLong() & ~p%5$s",
                    "x%3$s.eq(window%5$s).toLong() & ~(p%5$s | q%5$s)",
                    "x%4$s.eq(window%5$s).toLong() & ~(p%5$s | q%5$s | r%5$s)");
        }
    }

    /** The whole transform. */
    private static String output(String tile, Outputs kind, Transform down, Transform along) {
        Code code = new Code(down, along);
        code.constantsOf(kind);
        String[][] halfway = code.columns(down, along, (row, column) -> "m, at" + plus(row * along.taken + column, "stride"));
        for (int row = 0; row < halfway.length; row++) {
            code.outputs(row, halfway[row], along, kind);
        }
        return code.method(kind.method + tile, "float[] m, int at, int stride, " + kind.parameters);
    }

    /** The first of two passes, down one column of points after the other. */
    private static String outputColumns(String tile, Transform down, Transform along) {
        Code code = new Code(down);
        code.open("for (int column = 0; column < %d; column++)".formatted(along.taken));
        code.apply(
                down,
                code.loads("d", down.taken, i -> "m, at" + plus(i * along.taken, "stride")),
                "",
                (i, value) -> code.store(value, "halfway, to" + plus(i * along.taken, "LANES")));
        code.line("at += stride;");
        code.line("to += LANES;");
        code.close();
        return code.method("outputColumns" + tile, "float[] m, int at, int stride, float[] halfway, int to");
    }

    /** The second pass, along two rows at a time. */
    private static String outputRows(String tile, Outputs kind, Transform down, Transform along) {
        Code code = new Code(along);
        code.constantsOf(kind);
        code.open("for (int pair = 0; pair < %d; pair++)".formatted(down.results.size() / 2));
        for (int row = 0; row < 2; row++) {
            int first = row * along.taken;
            String[] values = code.loads("h" + row, along.taken, i -> "halfway, at" + plus(first + i, "LANES"));
            code.outputs(row, values, along, kind);
        }
        code.line("at += %d * LANES;".formatted(2 * along.taken));
        if (kind == Outputs.PLAIN) {
            code.line("toAt += 2 * row;");
        } else {
            code.line("toAt += row;");
            code.line("bitsAt += row / LANES;");
        }
        code.close();
        return code.method(kind.method + "Rows" + tile, "float[] halfway, int at, " + kind.parameters);
    }

    private static String sums(String tile, Transform down, Transform along) {
        Code code = new Code(down, along);
        String[][] halfway = code.columns(down, along, (row, column) ->
                "m, at" + plus(row * along.taken + column, "stride"));
        for (int row = 0; row < halfway.length; row++) {
            String toRow = plus(row, "row");
            code.apply(along, halfway[row], "Along" + row, (column, value) ->
                    code.store(value, "to, toAt%s%s".formatted(toRow, plus(column, "pixel"))));
        }
        return code.method("sums" + tile, "float[] m, int at, int stride, float[] to, int toAt, int row, int pixel");
    }

    private static List<String> and(List<String> some, String... more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
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

        Code(Transform... transforms) {
            List<String> constants =
                    Stream.of(transforms).flatMap(t -> t.constants.stream()).distinct().toList();
            for (String constant : constants) {
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

        /** Loads some vectors; returns their names. */
        String[] loads(String name, int count, IntFunction<String> place) {
            String[] names = IntStream.range(0, count).mapToObj(i -> name + i).toArray(String[]::new);
            for (int i = 0; i < names.length; i++) {
                line("FloatVector %s = FloatVector.fromArray(F, %s);".formatted(names[i], place.apply(i)));
            }
            return names;
        }

        /** The first pass, over as many columns as the second one takes. Returns the names of its results by rows. */
        String[][] columns(Transform down, Transform along, Place place) {
            String[][] results = new String[down.results.size()][along.taken];
            for (int column = 0; column < along.taken; column++) {
                String[] taken = new String[down.taken];
                for (int row = 0; row < taken.length; row++) {
                    taken[row] = "d%d%d".formatted(row, column);
                    line("FloatVector %s = FloatVector.fromArray(F, %s);".formatted(taken[row], place.of(row, column)));
                }
                int at = column;
                apply(down, taken, "Down" + column, (row, value) -> {
                    results[row][at] = "h%d%d".formatted(row, at);
                    line("FloatVector %s = %s;".formatted(results[row][at], value));
                });
            }
            return results;
        }

        void constantsOf(Outputs kind) {
            line("FloatVector bias = FloatVector.fromArray(F, biases, biasAt);");
            line("FloatVector factor = FloatVector.broadcast(F, slope);");
            line("FloatVector zero = FloatVector.zero(F);");
            if (kind == Outputs.MEANS) {
                line("FloatVector quarter = FloatVector.broadcast(F, 0.25f);");
            }
        }

        /** A row of outputs: with bias, as {@code along} has it, and then as {@code kind} wants them. */
        void outputs(int row, String[] halfway, Transform along, Outputs kind) {
            String x = "FloatVector x" + row;
            apply(along, halfway, "Along" + row, (column, value) -> line("%s%d = %s;".formatted(x, column, value)));
            GenerateWinogradTiles.store(this, kind, row, along.results.size());
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
        void wantedRows(Transform down, Transform along, IntFunction<String[]> values) {
            int rows = down.results.size();
            for (int row = 0; row < rows; row++) {
                open("if (firstRow <= %1$d && %1$d < endRow)".formatted(row));
                apply(along, values.apply(row), "Along" + row, (column, value) ->
                        store(value, "to, toAt" + plus(column, "stride")));
                if (row < rows - 1) {
                    line("toAt += %d * stride;".formatted(along.results.size()));
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
