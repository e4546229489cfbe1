package dev.retort.distill.icd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.detection.data.CocoDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstancePriorTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    @Test
    void countsMeansAndDeviationsByClass() {
        InstancePrior prior = new InstancePrior.Builder(3)
                .add(0, 0.1, 0.2, 0.3, 0.4)
                .add(2, 0.5, 0.5, 0.5, 0.5)
                .add(0, 0.3, 0.2, 0.1, 0.8)
                .build();
        assertThat(prior.frequency(0)).isCloseTo(2.0 / 3, CLOSE);
        assertThat(prior.frequency(1)).isZero();
        assertThat(prior.mean(0)).containsExactly(new double[] {0.2, 0.2, 0.2, 0.6}, CLOSE);
        assertThat(prior.deviation(0)).containsExactly(new double[] {0.1, 0, 0.1, 0.2}, CLOSE);
        assertThat(prior.deviation(2)).containsExactly(0, 0, 0, 0);
    }

    @Test
    void readsADataSetWithoutItsCrowds(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("instances.json"),
                """
                {"images": [{"id": 1, "file_name": "a.png", "width": 200, "height": 100}],
                 "categories": [{"id": 9, "name": "late"}, {"id": 4, "name": "early"}],
                 "annotations": [
                  {"id": 1, "image_id": 1, "category_id": 9, "bbox": [20, 10, 40, 50], "area": 2000, "iscrowd": 0},
                  {"id": 2, "image_id": 1, "category_id": 4, "bbox": [0, 0, 100, 20], "area": 2000, "iscrowd": 0},
                  {"id": 3, "image_id": 1, "category_id": 4, "bbox": [0, 0, 200, 100], "area": 9000, "iscrowd": 1}]}
                """);
        InstancePrior prior = InstancePrior.of(CocoDataset.open(file, folder));
        assertThat(prior.mean(1)).containsExactly(new double[] {0.1, 0.1, 0.2, 0.5}, CLOSE);
        assertThat(prior.mean(0)).containsExactly(new double[] {0, 0, 0.5, 0.2}, CLOSE);
        assertThat(prior.frequency(0)).isEqualTo(0.5);
    }

    @Test
    void picksClassesByCumulativeFrequencyAndNeverOneThatIsAbsent() {
        double[][] boxes = new double[5][4];
        InstancePrior prior = new InstancePrior(new double[] {0, 1, 0, 3, 0}, boxes, boxes);
        assertThat(prior.classAt(0)).isEqualTo(1);
        assertThat(prior.classAt(0.2499)).isEqualTo(1);
        assertThat(prior.classAt(0.25)).isEqualTo(3);
        assertThat(prior.classAt(Math.nextDown(1.0))).isEqualTo(3);
    }

    @Test
    void uniformIsTheReleasedCodesFallback() {
        InstancePrior prior = InstancePrior.uniform(4);
        assertThat(prior.frequency(3)).isEqualTo(0.25);
        assertThat(prior.mean(1)).containsExactly(0.2, 0.2, 0.2, 0.2);
        assertThat(prior.deviation(2)).containsExactly(0.2, 0.2, 0.2, 0.2);
    }

    @Test
    void officialOrderSortsClassNumbersAsText() {
        double[][] boxes = new double[12][4];
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] = new double[] {i, i, i, i};
        }
        double[] frequency = new double[12];
        Arrays.fill(frequency, 1);
        InstancePrior official = new InstancePrior(frequency, boxes, boxes).inOfficialOrder();
        assertThat(official.mean(1)[0]).isEqualTo(1);
        assertThat(official.mean(2)[0]).isEqualTo(10);
        assertThat(official.mean(3)[0]).isEqualTo(11);
        assertThat(official.mean(4)[0]).isEqualTo(2);
        assertThat(official.mean(11)[0]).isEqualTo(9);
    }

    @Test
    void refusesNothingToSampleFrom() {
        assertThatThrownBy(() -> new InstancePrior.Builder(2).build()).hasMessageContaining("uniform prior");
        assertThatThrownBy(() -> new InstancePrior(new double[1], new double[2][4], new double[1][4]))
                .hasMessageContaining("1 classes");
        assertThatThrownBy(() -> new InstancePrior(new double[] {Double.NaN}, new double[1][4], new double[1][4]))
                .hasMessageContaining("NaN");
    }
}
