package imagespace.backend.cuda;

/** What the operators of a backend share. */
final class Engine {
    final Device device;
    final Memory memory;
    final Scratch scratch;
    final Varying varying;
    final PartialSums sums = new PartialSums(this);
    /** Where operators send their commands; nowhere while a recorded step is replayed. */
    Commands commands;

    /** Goes up where kept copies may not be relied on: a recorded step must make its own. */
    long generation;

    /** Whether a repeated step is being recorded or replayed. */
    boolean repeating;

    Engine(Device device, Scratch scratch) {
        this.device = device;
        this.scratch = scratch;
        memory = new Memory(device);
        varying = new Varying(device, memory);
        commands = device.commands();
    }

    void free() {
        device.synchronize();
        memory.free();
        scratch.free();
        device.close();
    }
}
