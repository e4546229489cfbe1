package dev.retort.serve.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.Detector;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.serve.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images a worker gets together, and when. */
class WorkQueueTest {
    private static final long LONG = 60_000;
    private static final Deadline NEVER = Deadline.in(10 * LONG);

    @TempDir
    private static Path folder;

    private static LoadedModel first;
    private static LoadedModel second;

    @BeforeAll
    static void load() throws IOException {
        Path file = TinyModel.save(folder.resolve("tiny.safetensors"), 7);
        first = new LoadedModel(Detector.load(file));
        second = new LoadedModel(Detector.load(file));
    }

    @AfterAll
    static void close() {
        first.release();
        second.release();
    }

    private static ImageWork work(LoadedModel model, int width, int height, Deadline deadline) {
        RgbImage image = RgbImage.black(width, height);
        Sample sample =
                new Sample(new ImageInfo(0, "an image", width, height), image, new double[0], new int[0], false);
        assertThat(model.retain()).isTrue();
        return new ImageWork(model, sample, deadline, new StageTimes());
    }

    private static ImageWork put(WorkQueue queue, LoadedModel model, int width, int height) {
        ImageWork work = work(model, width, height, NEVER);
        queue.reserve(1);
        queue.put(work);
        return work;
    }

    @Test
    void imagesOfOneModelAndOnePaddedSizeGoTogether() throws InterruptedException {
        WorkQueue queue = new WorkQueue(10, 4, 0);
        ImageWork a = put(queue, first, 64, 64);
        ImageWork b = put(queue, second, 64, 64);
        ImageWork c = put(queue, first, 64, 20);
        ImageWork d = put(queue, first, 60, 40);
        assertThat(queue.places()).isEqualTo(4);
        assertThat(queue.take()).containsExactly(a, d);
        assertThat(queue.take()).containsExactly(b);
        assertThat(queue.take()).containsExactly(c);
        assertThat(queue.places()).isZero();
        queue.close();
        assertThat(queue.take()).isEmpty();
        List.of(a, b, c, d).forEach(work -> work.model().release());
    }

    @Test
    void aBatchIsNeverLargerThanAllowedAndInOrder() throws InterruptedException {
        WorkQueue queue = new WorkQueue(10, 2, LONG);
        List<ImageWork> works = List.of(
                put(queue, first, 64, 64),
                put(queue, first, 64, 64),
                put(queue, first, 64, 64),
                put(queue, first, 64, 64));
        assertThat(queue.take()).isEqualTo(works.subList(0, 2));
        assertThat(queue.take()).isEqualTo(works.subList(2, 4));
        works.forEach(work -> work.model().release());
    }

    @Test
    void theOldestWaitsItsTimeForOthers() throws InterruptedException {
        WorkQueue queue = new WorkQueue(10, 2, 50);
        ImageWork alone = put(queue, first, 64, 64);
        assertThat(queue.take()).containsExactly(alone);
        assertThat(System.nanoTime() - alone.made()).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        alone.model().release();
    }

    @Test
    void whenItClosesNobodyIsWaitedFor() throws Exception {
        WorkQueue queue = new WorkQueue(10, 2, LONG);
        ImageWork alone = put(queue, first, 64, 64);
        CompletableFuture<List<ImageWork>> taken = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        queue.close();
        assertThat(taken.get(5, TimeUnit.SECONDS)).containsExactly(alone);
        alone.model().release();
    }

    @Test
    void whatNobodyWaitsForIsDroppedAndItsPlaceIsFree() throws InterruptedException {
        WorkQueue queue = new WorkQueue(2, 1, 0);
        ImageWork cancelled = put(queue, first, 64, 64);
        cancelled.found().cancel(false);
        queue.reserve(1);
        queue.put(work(first, 64, 64, Deadline.in(0)));
        assertThatThrownBy(() -> queue.reserve(1))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.BUSY));
        queue.close();
        assertThat(queue.take()).isEmpty();
        assertThat(queue.places()).isZero();
    }

    @Test
    void aBudgetIsSharedAndGivenBack() {
        MemoryBudget budget = new MemoryBudget(100);
        MemoryBudget.Share one = budget.open();
        one.take(70, "The body");
        try (MemoryBudget.Share other = budget.open()) {
            other.take(30, "The body");
            assertThatThrownBy(() -> other.take(1, "Image a"))
                    .isInstanceOfSatisfying(
                            ServiceException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.BUSY));
            assertThatThrownBy(() -> other.take(71, "Image a"))
                    .isInstanceOfSatisfying(
                            ServiceException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TOO_LARGE))
                    .hasMessageStartingWith("Image a needs about 1 MB, more than the 0 MB");
        }
        assertThat(budget.taken()).isEqualTo(70);
        one.close();
        assertThat(budget.taken()).isZero();
    }
}
