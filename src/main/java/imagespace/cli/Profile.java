package imagespace.cli;

/** How large an experiment is, where single options do not say otherwise. */
enum Profile {
    /** At most a minute, on the embedded scenes: does everything work? */
    SMOKE,
    /** An evening on a CPU. */
    REDUCED,
    /** As printed in the paper. */
    PAPER
}
