package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading, refusing, repairing and writing COCO annotation files. */
class CocoDatasetTest {
    private static final String IMAGES =
            "[{'id':7,'file_name':'a.png','width':40,'height':30},{'id':3,'file_name':'b.png','width':20,'height':20}]";
    private static final String CATEGORIES = "[{'id':90,'name':'late'},{'id':4,'name':'early','supercategory':'x'}]";
    private static final String ANNOTATION =
            "{'id':1,'image_id':7,'category_id':90,'bbox':[1,2,3.5,4],'area':9,'iscrowd':0,'segmentation':[[1,2,3]]}";

    @TempDir
    Path folder;

    private CocoDataset open(String images, String categories, String annotations) {
        return openText("{'info':{'x':1},'images':" + images + ",'categories':" + categories + ",'annotations':"
                + annotations + "}");
    }

    private CocoDataset openText(String text) {
        Path file = folder.resolve("a.json");
        try {
            Files.writeString(file, text.replace('\'', '"'));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return CocoDataset.open(file, folder);
    }

    private static String annotation(String box) {
        return "[{'id':5,'image_id':7,'category_id':4,'bbox':" + box + ",'area':1,'iscrowd':0}]";
    }

    @Test
    void classesFollowAscendingCategoryIds() {
        CocoDataset dataset = open(IMAGES, CATEGORIES, "[" + ANNOTATION + "]");
        assertThat(dataset.classNames()).containsExactly("early", "late");
        assertThat(dataset.classOf(90)).isEqualTo(1);
        assertThat(dataset.images()).extracting(ImageInfo::id).containsExactly(7L, 3L);
        assertThat(dataset.annotations(7)).containsExactly(new Annotation(1, 7, 90, 1, 2, 3.5, 4, 9, false));
        assertThat(dataset.annotations(3)).isEmpty();
        assertThat(dataset.classCounts()).containsExactly(0, 1);
        assertThat(dataset.notices()).isEmpty();
        assertThatThrownBy(() -> dataset.classOf(5)).hasMessageContaining("category id 5");
    }

    @Test
    void imagesWithoutBoxesAreKeptUnlessAskedOtherwise() {
        String crowd = ANNOTATION.replace("'id':1", "'id':2").replace("'image_id':7", "'image_id':3");
        CocoDataset dataset =
                open(IMAGES, CATEGORIES, "[" + ANNOTATION + "," + crowd.replace("'iscrowd':0", "'iscrowd':1") + "]");
        assertThat(dataset.size()).isEqualTo(2);
        assertThat(dataset.withoutEmptyImages().images())
                .extracting(ImageInfo::id)
                .containsExactly(7L);
        assertThat(dataset.head(1).annotationCount()).isEqualTo(1);
        CocoDataset empty = open(IMAGES, CATEGORIES, "[]");
        assertThat(empty.annotationCount()).isZero();
        assertThatThrownBy(empty::withoutEmptyImages).hasMessageContaining("No image");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    [1,2,-3,4]       | negative size
                    [1,2,3]          | must be [x, y, width, height]
                    [1,2,3,1e999]    | must be finite
                    [40,2,3,4]       | wholly outside a.png (40x30)
                    [1,30,3,4]       | wholly outside
                    [-9,2,3,4]       | wholly outside
                    null             | annotation id 5 has no 'bbox'
                    """)
    void impossibleBoxesAreRefused(String box, String message) {
        assertThatThrownBy(() -> open(IMAGES, CATEGORIES, annotation(box)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.json")
                .hasMessageContaining("annotation id 5")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    'image_id':7     | 'image_id':8     | image id 8, which 'images' does not list
                    'category_id':90 | 'category_id':91 | category id 91, which 'categories' does not list ([4, 90])
                    'area':9         | 'area':-9        | annotation id 1 has the area -9.0
                    'id':1,          | ''               | annotations entry number 0 has no 'id'
                    """)
    void inconsistentAnnotationsAreRefused(String from, String to, String message) {
        String broken = ANNOTATION.replaceFirst(from, to.replace("''", ""));
        assertThatThrownBy(() -> open(IMAGES, CATEGORIES, "[" + broken + "]"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message);
    }

    @Test
    void idsUsedTwiceAndEmptySetsAreRefused() {
        assertThatThrownBy(() -> open(IMAGES, CATEGORIES, "[" + ANNOTATION + "," + ANNOTATION + "]"))
                .hasMessageContaining("annotation id 1 occurs twice");
        assertThatThrownBy(() -> open(IMAGES.replace("'id':3", "'id':7"), CATEGORIES, "[]"))
                .hasMessageContaining("image id 7 occurs twice");
        assertThatThrownBy(() -> open(IMAGES, CATEGORIES.replace("'id':4", "'id':90"), "[]"))
                .hasMessageContaining("category id 90 occurs twice");
        assertThatThrownBy(() -> open("[]", CATEGORIES, "[]")).hasMessageContaining("lists no images");
        assertThatThrownBy(() -> open(IMAGES, "[]", "[]")).hasMessageContaining("lists no categories");
        assertThatThrownBy(() -> openText("{'images':" + IMAGES + ",'categories':" + CATEGORIES + "}"))
                .hasMessageContaining("no 'annotations'");
        assertThatThrownBy(() -> open(IMAGES.replace("'width':40", "'width':0"), CATEGORIES, "[]"))
                .hasMessageContaining("image id 7 has the width 0: it must be positive");
        assertThatThrownBy(() -> open(IMAGES.replace("'width':40,", ""), CATEGORIES, "[]"))
                .hasMessageContaining("image id 7 has no 'width'");
    }

    @Test
    void malformedJsonIsLocated() {
        assertThatThrownBy(() -> openText("{'images':[\n{'id':1,}]}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.json")
                .hasMessageContaining("line 2, column 9");
        assertThatThrownBy(() -> open(IMAGES.replace("'id':7", "'id':'seven'"), CATEGORIES, "[]"))
                .hasMessageContaining("images entry number 0 has the id \"seven\": it must be a whole number");
        assertThatThrownBy(() -> openText("null")).hasMessageContaining("null");
        assertThatThrownBy(() -> openText("")).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> CocoDataset.open(folder.resolve("none.json"), folder))
                .hasMessageContaining("none.json");
        assertThatThrownBy(() -> CocoDataset.open(folder.resolve("a.json"), folder.resolve("none")))
                .hasMessageContaining("image folder");
    }

    @Test
    void oddButUsableThingsAreNoted() {
        String zero = ANNOTATION.replace("'id':1", "'id':0");
        String overhanging = "{'id':12,'image_id':7,'category_id':4,'bbox':[-2,0,10,10]}";
        String flat = "{'id':11,'image_id':7,'category_id':4,'bbox':[2,0,0,10],'area':0}";
        CocoDataset dataset = open(IMAGES, CATEGORIES, "[" + zero + "," + overhanging + "," + flat + "]");
        assertThat(dataset.annotations(7)).extracting(Annotation::id).containsExactly(13L, 12L, 11L);
        assertThat(dataset.annotations(7).get(1).area()).isEqualTo(100);
        assertThat(dataset.annotations(7).get(1).x()).isEqualTo(-2);
        assertThat(dataset.notices()).hasSize(4);
        assertThat(dataset.notices()).anyMatch(n -> n.contains("annotation id 0 was renumbered to 13"));
        assertThat(dataset.notices()).anyMatch(n -> n.contains("1 annotation(s) leave") && n.contains("id 12"));
        assertThat(dataset.notices()).anyMatch(n -> n.contains("no width or height") && n.contains("id 11"));
        assertThat(dataset.notices()).anyMatch(n -> n.contains("no 'area'"));
    }

    @Test
    void whatIsWrittenReadsBackAndIsTheSameBytes() throws IOException {
        List<ImageInfo> images = List.of(new ImageInfo(2, "quote\"d.png", 10, 10), new ImageInfo(1, "one.png", 10, 12));
        List<Category> categories = List.of(new Category(1, "a"), new Category(2, "b"));
        List<Annotation> annotations = List.of(
                new Annotation(9, 1, 2, 0.1, 1, 2, 1.0 / 3, 3, true), new Annotation(4, 2, 1, 1, 1, 2, 2, 4, false));
        Path file = folder.resolve("deep").resolve("w.json");
        CocoWriter.write(file, Map.of("description", "d"), images, categories, annotations);
        String expected =
                """
                {
                "info": {"description":"d"},
                "categories": [
                {"id": 1, "name": "a"},
                {"id": 2, "name": "b"}],
                "images": [
                {"id": 1, "file_name": "one.png", "width": 10, "height": 12},
                {"id": 2, "file_name": "quote\\"d.png", "width": 10, "height": 10}],
                "annotations": [
                {"id": 4, "image_id": 2, "category_id": 1, "bbox": [1, 1, 2, 2], "area": 4, "iscrowd": 0},
                {"id": 9, "image_id": 1, "category_id": 2, "bbox": [0.1, 1, 2, 0.3333333333333333], "area": 3, "iscrowd": 1}]
                }
                """;
        assertThat(file).hasContent(expected);
        CocoDataset read = CocoDataset.open(file, folder);
        assertThat(read.annotations(1)).containsExactly(annotations.get(0));
        assertThat(read.images()).containsExactlyInAnyOrderElementsOf(images);
        try (var entries = Files.list(file.getParent())) {
            assertThat(entries).containsExactly(file);
        }
    }

    @Test
    void imagesAreCheckedAgainstTheirEntries() throws IOException {
        CocoDataset dataset = open(IMAGES, CATEGORIES, "[]");
        ImageFileWriter.write(RgbImage.black(30, 40), folder.resolve("a.png"));
        assertThat(dataset.imageProblems()).hasSize(2);
        assertThat(dataset.imageProblems().get(0)).contains("a.png", "30x40", "40x30", "image id 7");
        assertThat(dataset.imageProblems().get(1)).contains("b.png", "image id 3", "not there");
        ImageFileWriter.write(RgbImage.black(40, 30), folder.resolve("a.png"));
        Files.write(folder.resolve("b.png"), new byte[0]);
        assertThat(dataset.imageProblems()).singleElement().asString().contains("b.png", "empty");
    }
}
