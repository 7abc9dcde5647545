package imagespace.report.claims;

import imagespace.report.Study;
import java.util.function.Function;

/**
 * A statement of the paper that runs can support, contradict or leave open.
 *
 * @param number 1 to 12
 * @param experiment whose runs decide it
 * @param statement in our words
 * @param evidence what a study says about it
 */
public record Claim(int number, String experiment, String statement, Function<Study, Evidence> evidence) {}
