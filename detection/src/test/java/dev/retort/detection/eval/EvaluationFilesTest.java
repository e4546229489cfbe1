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
                "\"bbox\": [1, 2.5, 3, 4]                | \"bbox\": [1, 2.5, 3]      | annotation id 0 has the bbox [1, 2.5, 3]: it must be [x, y, width, height]",
                "\"bbox\": [1, 2.5, 3, 4]                | \"bbox\": [1, 2.5, -3, 4]  | with a negative size",
                "\"bbox\": [1, 2.5, 3, 4],               | ``                         | annotation id 0 has no 'bbox'",
                "\"area\": 11.5                          | \"area\": NaN              | area NaN",
                "\"area\": 11.5                          | \"area\": \"big\"          | annotation id 0 has the area \"big\"",
                "\"images\":                             | \"photos\":              | lists no images",
                "{\"id\": 3, \"name\"                    | {\"name\"                  | categories entry number 0 has no 'id'",
                "[{\"id\": 7,                            | [{\"id\": 7}, {\"id\": 7,  | image id 7 occurs twice",
                "\"segmentation\":                       | segmentation               | is not valid JSON at line 4",
                "\"iscrowd\": 1,                          | \"iscrowd\": \"x\",       | annotation id 0 has the iscrowd",
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
                "{}                                                                            | is an object: a results file is a list",
                "[{\"image_id\": 7,                                                            | is cut off",
                "null                                                                          | is null: a results file is a list",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1, 1]}]               | detections entry number 0 has no 'score'",
                "[{\"image_id\": 1, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": 1}] | image 1,",
                "[{\"image_id\": 7, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 1}] | category 1,",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": NaN}] | has the score NaN",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": 1e999}] | has the score Infinity",
                "[{\"image_id\": 7, \"category_id\": 3, \"bbox\": [0, 0, 1], \"score\": 1}]    | has the bbox [0, 0, 1]: it must be [x, y, width, height]",
            })
    void namesWhatIsWrongWithDetections(String json, String problem) throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(write(TRUTH));
        Path file = write(json);
        assertThatThrownBy(() -> EvaluationFiles.readDetections(file, truth))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(file.toString(), problem);
    }

    /** A missing area is width times height, as in training; a crowd may be true. */
    @Test
    void acceptsWhatTrainingAccepts() throws IOException {
        String text = TRUTH.replace("\"area\": 11.5,", "").replace("\"iscrowd\": 1", "\"iscrowd\": true");
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(write(text.replace("\"id\": 7", "\"id\": 7.0")));
        assertThat(truth.annotations()).containsExactly(new Annotation(0, 7, 3, 1, 2.5, 3, 4, 12, true));
    }

    @Test
    void tellsEverythingAtOnce() throws IOException {
        GroundTruthSet truth = EvaluationFiles.readGroundTruth(write(TRUTH));
        String detection = "{\"image_id\": %s, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": %s}";
        Path file = write("[" + detection.formatted("\"frame_2\"", "0.5") + "," + detection.formatted("7", "NaN") + ","
                + detection.formatted("1.5", "null") + "]");
        assertThatThrownBy(() -> EvaluationFiles.readDetections(file, truth))
                .hasMessageContainingAll(
                        "detections entry number 0 has the image_id \"frame_2\": it must be a whole number (2 such",
                        "detections entry number 1 has the score NaN",
                        "detections entry number 2 has no 'score'");
        Path unknown = write("[" + detection.formatted("8", "1") + "," + detection.formatted("9", "1") + "]");
        assertThatThrownBy(() -> EvaluationFiles.readDetections(unknown, truth))
                .hasMessageContainingAll("Detection 0 belongs to image 8", "(2 such: Detection 0, Detection 1)");
    }

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve("file.json"), json);
    }
}
