package dev.retort.cli;

import dev.retort.cli.job.TrainingJob;
import dev.retort.detection.Detector;
import dev.retort.tensor.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The devices of a training, one for each rank, and a teacher on each if there is one. */
final class TrainingDevices implements AutoCloseable {
    private final List<Backend> backends;
    private final List<Detector> teachers = new ArrayList<>();

    /** @param backends one or more; closed with this */
    TrainingDevices(List<Backend> backends) {
        this.backends = List.copyOf(backends);
    }

    /** Loads a teacher on every device. */
    void load(Path teacher) throws IOException {
        for (Backend backend : backends) {
            teachers.add(Detector.load(teacher, backend));
        }
    }

    List<TrainingJob.Rank> ranks() {
        List<TrainingJob.Rank> ranks = new ArrayList<>();
        for (int rank = 0; rank < backends.size(); rank++) {
            ranks.add(new TrainingJob.Rank(
                    backends.get(rank), teachers.isEmpty() ? Optional.empty() : Optional.of(teachers.get(rank))));
        }
        return ranks;
    }

    @Override
    public void close() {
        teachers.forEach(Detector::close);
        backends.forEach(Backend::close);
    }
}
