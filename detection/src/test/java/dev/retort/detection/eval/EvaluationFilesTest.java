package dev.retort.detection.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading annotation and result files, whole and broken. */
class EvaluationFilesTest {
    private static final String TRUTH =
            """
            {"info": {"year": 2017}, "images": [{"id": 7, "file_name": "a.jpg"}],
             "categories": [{"id": 3, "name": "cat", "supercategory": "animal"}],
             "annotations": [{"id": 0, "image_id": 7, "category_id": 3, "bbox": [1, 2.5, 3, 4], "area": 11.5,
                              "iscrowd": 1, "ignore": 1, "segmentation": {"counts": [1, 2], "size": [3, 4]}}]}""";

    @TempDir
    Path folder;

    @Test
    void readsWhatAnEvaluationNeeds() throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(write(TRUTH));
        assertThat(truth.imageIds()).containsExactly(7L);
        assertThat(truth.categories()).containsExactly(new Category(3, "cat"));
        assertThat(truth.annotations()).containsExactly(new Annotation(0, 7, 3, 1, 2.5, 3, 4, 11.5, true));
        List<Detection> detections = EvaluationFiles.readDetections(
                write("[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 1, 2, 3], \"score\": 0.25, \"id\": 9}]"),
                truth);
        assertThat(detections).containsExactly(new Detection(7, 3, 0, 1, 2, 3, 0.25));
        assertThat(EvaluationFiles.readDetections(write("[]"), truth)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"image_id\": 7                         | \"image_id\": 8            | image 8",
                "\"category_id\": 3                      | \"category_id\": 4         | category 4",
                "\"bbox\": [1, 2.5, 3, 4]                | \"bbox\": [1, 2.5, 3]      | bbox of 3 numbers",
                "\"bbox\": [1, 2.5, 3, 4]                | \"bbox\": [1, 2.5, -3, 4]  | not negative",
                "\"bbox\": [1, 2.5, 3, 4],               | ``                         | annotation 0 has no bbox",
                "\"area\": 11.5,                         | ``                         | annotation 0 has no area",
                "\"area\": 11.5                          | \"area\": NaN              | area NaN",
                "\"area\": 11.5                          | \"area\": \"big\"          | not the expected JSON (line 3",
                "\"images\":                             | \"pictures\":              | no images",
                "{\"id\": 3, \"name\"                    | {\"name\"                  | category 0 has no id",
                "[{\"id\": 7,                            | [{\"id\": 7}, {\"id\": 7,  | Image id 7 occurs twice",
                "\"segmentation\":                       | segmentation               | not the expected JSON",
            })
    void namesWhatIsWrongWithAnnotations(String good, String bad, String problem) throws IOException {
        assertThat(TRUTH).contains(good);
        Path file = write(TRUTH.replace(good, bad == null ? "" : bad));
        assertThatThrownBy(() -> EvaluationFiles.readGroundTruth(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(file.toString(), problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                                            | not the expected JSON",
                "[{\"image_id\": 7,                                                            | not the expected JSON",
                "null                                                                          | no content",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1, 1]}]               | has no score",
                "[{\"image_id\": 1, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": 1}] | image 1,",
                "[{\"image_id\": 7, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 1}] | category 1,",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": NaN}] | score NaN",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": 1e999}] | score Infinity",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1], \"score\": 1}]    | bbox of 3 numbers",
            })
    void namesWhatIsWrongWithDetections(String json, String problem) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(write(TRUTH));
        Path file = write(json);
        assertThatThrownBy(() -> EvaluationFiles.readDetections(file, truth))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(file.toString(), problem);
    }

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve("file.json"), json);
    }
}
