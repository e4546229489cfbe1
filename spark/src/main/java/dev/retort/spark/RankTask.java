package dev.retort.spark;

import dev.retort.cli.job.RunFolder;
import dev.retort.cli.job.TrainingJob;
import dev.retort.detection.Detector;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.recipe.Recipe;
import dev.retort.detection.recipe.RecipeReader;
import dev.retort.detection.train.RunListener;
import dev.retort.detection.train.StepReport;
import dev.retort.nn.parallel.Communicator;
import dev.retort.nn.parallel.PeerException;
import dev.retort.spark.tcp.TcpRanks;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.LongAccumulator;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * One rank as a task of a barrier stage. A rank that fails by itself gives its reason as the task's result: trying again would not
 * help. One that loses another rank fails its task, so that Spark tries the stage again, which goes on from the last checkpoint.
 */
final class RankTask extends AbstractFunction1<Iterator<Integer>, Iterator<String>> implements Serializable {
    private static final long serialVersionUID = 1;
    private static final String GPU = "gpu";

    private final TrainingPlan plan;
    /** One or none: an Optional cannot travel. */
    private final List<Broadcast<ModelBytes>> teacher;

    private final HadoopSettings hadoop;
    private final LongAccumulator steps;

    /** @param steps taken by rank 0, for the driver's progress */
    RankTask(TrainingPlan plan, List<Broadcast<ModelBytes>> teacher, HadoopSettings hadoop, LongAccumulator steps) {
        this.plan = plan;
        this.teacher = teacher;
        this.hadoop = hadoop;
        this.steps = steps;
    }

    @Override
    public Iterator<String> apply(Iterator<Integer> rank) {
        String result;
        try {
            result = train(BarrierTaskContext.get());
        } catch (PeerException e) {
            if (e.getCause() == null) {
                throw e;
            }
            result = e.getMessage();
        } catch (IOException | RuntimeException e) {
            result = PeerException.reason(e);
        }
        return CollectionConverters.asScala(List.of(result).iterator());
    }

    /** What went wrong; empty if nothing did. */
    private String train(BarrierTaskContext context) throws IOException {
        int rank = context.partitionId();
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        try (Communicator ranks = TcpRanks.open(
                        rank,
                        plan.ranks(),
                        host,
                        plan.secret(),
                        plan.timeout(),
                        own -> List.of(context.allGather(own)));
                Backend backend = Backends.create(device(context))) {
            try {
                train(context, ranks, backend);
                return "";
            } catch (PeerException e) {
                throw e;
            } catch (IOException | RuntimeException | Error e) {
                ranks.abort(e);
                throw e;
            }
        }
    }

    private void train(BarrierTaskContext context, Communicator ranks, Backend backend) throws IOException {
        Recipe recipe =
                RecipeReader.parse(plan.recipe(), "the recipe", List.of()).recipe();
        Path data = LocalData.of(plan.data(), hadoop.configuration());
        CocoDataset dataset = CocoDataset.open(data, recipe.data().trainSplit()).withMaxPixels(plan.maxPixels());
        CocoDataset test = recipe.training().evaluateEvery() > 0
                ? CocoDataset.open(data, recipe.data().testSplit()).withMaxPixels(plan.maxPixels())
                : dataset;
        RunFiles files = RunFiles.of(plan.out(), hadoop.configuration());
        Optional<Detector> taught =
                teacher.stream().map(bytes -> bytes.value().load(backend)).findFirst();
        try {
            TrainingJob.Rank own = new TrainingJob.Rank(backend, taught);
            TrainingJob job = new TrainingJob(
                    plan.name(), recipe, dataset, test, List.of(own), files.folder(), "call it again with --resume");
            if (ranks.rank() > 0) {
                job.run(ranks, own, TrainingJob.Start.RESUME, context::isInterrupted, report -> {}, (s, d) -> {});
                return;
            }
            boolean goesOn = files.fetch();
            if (goesOn && !plan.resume() && context.stageAttemptNumber() == 0) {
                throw new IllegalStateException(
                        plan.out() + " holds a run already: go on with it (--resume), or choose another folder");
            }
            if (context.stageAttemptNumber() > 0) {
                // Spark has ended the attempt that held it, perhaps on a machine that cannot be asked.
                Files.deleteIfExists(files.folder().resolve(RunFolder.LOCK));
            }
            try (RunFolder held = RunFolder.open(files.folder())) {
                job.run(
                        ranks,
                        own,
                        goesOn ? TrainingJob.Start.RESUME : TrainingJob.Start.NEW,
                        context::isInterrupted,
                        new Watcher(files, steps),
                        (student, distiller) -> {});
            }
        } finally {
            taught.ifPresent(Detector::close);
        }
    }

    private String device(BarrierTaskContext context) {
        ResourceInformation gpu = context.resourcesJMap().get(GPU);
        return plan.device().equals("auto") && gpu != null ? "cuda:" + gpu.addresses()[0] : plan.device();
    }

    /** Keeps what was written, and counts. */
    private record Watcher(RunFiles files, LongAccumulator steps) implements RunListener {
        @Override
        public void step(StepReport report) {
            steps.add(1);
        }

        @Override
        public void saved(Path file) throws IOException {
            files.keep(file);
        }
    }
}
