package imagespace.experiment;

import imagespace.model.ModelException;
import imagespace.train.DivergedException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** An experiment as a list of jobs; those of a run are done one after the other. */
final class JobList implements Experiment {
    private final Ledger ledger;
    private final Recorder recorder;
    private final int runs;
    private final List<Job> jobs;
    private final Afterwards afterwards;

    /** What is done once the result of a run is in the ledger. */
    @FunctionalInterface
    interface Afterwards {
        void finished(Configuration configuration) throws IOException;
    }

    JobList(Ledger ledger, Recorder recorder, int runs, List<Job> jobs, Afterwards afterwards) {
        this.ledger = ledger;
        this.recorder = recorder;
        this.runs = runs;
        this.jobs = List.copyOf(jobs);
        this.afterwards = afterwards;
    }

    @Override
    public int runs() {
        return runs;
    }

    @Override
    public int planned() {
        return jobs.size();
    }

    @Override
    public int pending() {
        return (int) jobs.stream().filter(this::isPending).count();
    }

    @Override
    public Cost pendingCost() {
        return jobs.stream().filter(this::isPending).map(Job::cost).reduce(Cost.NONE, Cost::plus);
    }

    private boolean isPending(Job job) {
        return ledger.finished(job.configuration()).isEmpty();
    }

    @Override
    public int run(int run, PlanProgress progress) throws IOException {
        int failed = 0;
        for (Job job : jobs) {
            if (job.run() == run && isPending(job)) {
                failed += run(job, progress) ? 0 : 1;
            }
        }
        return failed;
    }

    private boolean run(Job job, PlanProgress progress) throws IOException {
        Recorder.Run record = Recorder.Run.start(job.cell(), job.run(), job.seed(), job.configuration());
        progress.begin(
                "run " + (job.run() + 1) + "/" + runs + "  " + job.cell(),
                job.cost().images());
        try (var _ = recorder.backend().scope()) {
            Job.Result result = job.work().run(progress);
            recorder.finished(record, result.metrics(), result.curves());
            afterwards.finished(job.configuration());
            Double accuracy = result.metrics().get("A");
            progress.end(
                    accuracy == null ? "done" : String.format(Locale.ROOT, "test accuracy %.2f %%", 100 * accuracy));
            return true;
        } catch (DivergedException | Job.NotPossibleException | ModelException e) {
            recorder.failed(record, e.getMessage());
            progress.end("failed: " + e.getMessage());
            return false;
        }
    }
}
