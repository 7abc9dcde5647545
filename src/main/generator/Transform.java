import java.util.List;
import java.util.stream.Stream;

/**
 * A transform in one dimension, as {@link GenerateWinogradTiles} writes it; and all of them.
 *
 * @param taken values that it takes, #0, #1, ... in the code
 * @param constants vectors of a constant, "name = value"
 * @param steps intermediate values, "name = code", each from what is taken only
 * @param results code of each value that it makes
 */
record Transform(int taken, List<String> constants, List<String> steps, List<String> results) {
    // In one dimension F(4, 3) and F(3, 4), with 6 points, and F(6, 3) and F(3, 6), with 8: WinogradPoints derives the matrices.
    // Points are in the order 0, a, -a, b, -b, infinity, 1, -1; those of p and -p share an even and an odd part, even +- p odd

    static final Transform INPUT_4 = new Transform(
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

    static final Transform INPUT_6 = new Transform(
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
            "aToA = TO_A * A", "minusAToA = -TO_A * A", "bToB = TO_B * B", "minusBToB = -TO_B * B", "toA = TO_A", "toB = TO_B", "a2 = A2",
            "b2 = B2");

    private static final List<String> EVEN_OF_FILTER =
            List.of("evenA = #2.fma(a2, #0).mul(toA)", "evenB = #2.fma(b2, #0).mul(toB)");

    private static final List<String> FILTERED =
            List.of(
                    "#0",
                    "#1.fma(aToA, evenA)",
                    "#1.fma(minusAToA, evenA)",
                    "#1.fma(bToB, evenB)",
                    "#1.fma(minusBToB, evenB)",
                    "#2");

    static final Transform FILTER_4 = new Transform(3, OF_FILTER, EVEN_OF_FILTER, FILTERED);

    static final Transform FILTER_6 = new Transform(
            3,
            and(OF_FILTER, "to1 = TO_1", "minusTo1 = -TO_1"),
            and(EVEN_OF_FILTER, "even1 = #0.add(#2).mul(to1)"),
            and(FILTERED, "#1.fma(to1, even1)", "#1.fma(minusTo1, even1)"));

    static final Transform GRADIENT_4 = new Transform(
            4,
            OF_FILTER,
            and(EVEN_OF_FILTER, "oddA = #3.fma(a2, #1)", "oddB = #3.fma(b2, #1)"),
            List.of(
                    "#0",
                    "oddA.fma(aToA, evenA)",
                    "oddA.fma(minusAToA, evenA)",
                    "oddB.fma(bToB, evenB)",
                    "oddB.fma(minusBToB, evenB)",
                    "#3"));

    static final Transform GRADIENT_6 = new Transform(
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

    static final Transform OUTPUT_4 = new Transform(6, OF_OUTPUT, SUMS_AND_DIFFERENCES, List.of(
            "#0.add(sumA).add(sumB)",
            "difA.fma(a, difB.mul(b))",
            "sumA.fma(a2, sumB.mul(b2))",
            "difA.fma(a3, difB.fma(b3, #5))"));

    static final Transform BIASED_OUTPUT_4 = new Transform(6, OF_OUTPUT, SUMS_AND_DIFFERENCES, List.of(
            "#0.add(sumA).add(sumB).add(bias)",
            "difA.fma(a, difB.fma(b, bias))",
            "sumA.fma(a2, sumB.fma(b2, bias))",
            "difA.fma(a3, difB.fma(b3, #5.add(bias)))"));

    static final Transform OUTPUT_6 = new Transform(
            8,
            List.of(
                    "a0Of6 = RATIO_A", "a1Of6 = RATIO_A * A", "a2Of6 = RATIO_A * A2", "a3Of6 = RATIO_A * A3", "a4Of6 = RATIO_A * A4",
                    "a5Of6 = RATIO_A * A5", "b0Of6 = RATIO_B", "b1Of6 = RATIO_B * B", "b2Of6 = RATIO_B * B2", "b3Of6 = RATIO_B * B3",
                    "b4Of6 = RATIO_B * B4", "b5Of6 = RATIO_B * B5"),
            and(SUMS_AND_DIFFERENCES, "sum1 = #6.add(#7)", "dif1 = #6.sub(#7)"),
            List.of(
                    "sumA.fma(a0Of6, sumB.fma(b0Of6, sum1.add(#0)))",
                    "difA.fma(a1Of6, difB.fma(b1Of6, dif1))",
                    "sumA.fma(a2Of6, sumB.fma(b2Of6, sum1))",
                    "difA.fma(a3Of6, difB.fma(b3Of6, dif1))",
                    "sumA.fma(a4Of6, sumB.fma(b4Of6, sum1))",
                    "difA.fma(a5Of6, difB.fma(b5Of6, dif1.add(#5)))"));

    private static final List<String> OF_SUMS = List.of("a = A", "b = B", "a2 = A2", "b2 = B2");

    static final Transform SUMS_4 = new Transform(
            6,
            OF_SUMS,
            List.of("sumA = #1.add(#2)", "sumB = #3.add(#4)"),
            List.of(
                    "#0.add(sumA).add(sumB)",
                    "#1.sub(#2).fma(a, #3.sub(#4).mul(b))",
                    "sumA.fma(a2, sumB.fma(b2, #5))"));

    static final Transform SUMS_6 = new Transform(
            8,
            OF_SUMS,
            List.of("sumA = #1.add(#2)", "sumB = #3.add(#4)", "sum1 = #6.add(#7)"),
            List.of(
                    "#0.add(sumA).add(sumB.add(sum1))",
                    "#1.sub(#2).fma(a, #3.sub(#4).fma(b, #6.sub(#7)))",
                    "sumA.fma(a2, sumB.fma(b2, sum1.add(#5)))"));

    // F(2x2, 3x3) and F(3x3, 2x2): MinimalFiltering.F2X2 shows the matrices

    static final Transform INPUT_2 = new Transform(
            4, List.of(), List.of(), List.of("#0.sub(#2)", "#1.add(#2)", "#2.sub(#1)", "#1.sub(#3)"));

    static final Transform FILTER_2 = new Transform(
            3,
            List.of("half = 0.5f"),
            List.of("outer = #0.add(#2)"),
            List.of("#0", "outer.add(#1).mul(half)", "outer.sub(#1).mul(half)", "#2"));

    static final Transform GRADIENT_2 = new Transform(
            2, List.of("half = 0.5f"), List.of(), List.of("#0", "#0.add(#1).mul(half)", "#0.sub(#1).mul(half)", "#1"));

    static final Transform OUTPUT_2 =
            new Transform(4, List.of(), List.of(), List.of("#0.add(#1.add(#2))", "#1.sub(#2).sub(#3)"));

    static final Transform BIASED_OUTPUT_2 =
            new Transform(4, List.of(), List.of(), List.of("#0.add(#1.add(#2)).add(bias)", "#1.sub(#2).sub(#3).add(bias)"));

    static final Transform SUMS_2 = new Transform(
            4,
            List.of(),
            List.of("sum = #1.add(#2)"),
            List.of("#0.add(sum)", "#1.sub(#2)", "sum.sub(#3)"));

    private static List<String> and(List<String> some, String... more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
    }
}
