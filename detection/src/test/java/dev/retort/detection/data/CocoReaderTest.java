package dev.retort.detection.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotation files as other tools write them: what is accepted, and how what is not is told. */
class CocoReaderTest {
    private static final String IMAGE = "{'id':1,'file_name':'a.png','width':40,'height':30}";
    private static final String CATEGORY = "{'id':1,'name':'red'}";
    private static final String BOX = "{'id':1,'image_id':1,'category_id':1,'bbox':[1,2,3,4],'area':12}";

    @TempDir
    Path folder;

    private static String set(String images, String categories, String annotations) {
        return "{'images':[" + images + "],'categories':[" + categories + "],'annotations':[" + annotations + "]}";
    }

    private static String boxes(String... boxes) {
        return IntStream.range(0, boxes.length)
                .mapToObj(i -> "{'id':" + (i + 1) + ",'image_id':1,'category_id':1,'bbox':" + boxes[i] + ",'area':1}")
                .collect(Collectors.joining(","));
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("a.json"), text.replace('\'', '"'));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private CocoDataset open(String text) {
        return CocoDataset.open(write(text), folder);
    }

    private List<String> problems(String text) {
        return CocoReader.examine(write(text), new ImageFolders(List.of(folder)))
                .problems();
    }

    @Test
    void wholeNumbersMayBeWrittenAsFloatsOrText() {
        CocoDataset dataset = open(set(
                "{'id':1.0,'file_name':'a.png','width':40.0,'height':'30'}",
                "{'id':'1','name':5}",
                "{'id':1e0,'image_id':1.0,'category_id':1.0,'bbox':['1',2.0,3,4],'iscrowd':0.0,'area':'12'}"));
        assertThat(dataset.images()).containsExactly(new ImageInfo(1, "a.png", 40, 30));
        assertThat(dataset.categories()).containsExactly(new Category(1, "5"));
        assertThat(dataset.annotations(1)).containsExactly(new Annotation(1, 1, 1, 1, 2, 3, 4, 12, false));
        assertThat(dataset.notices()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,false", "1,true", "0,false", "1.0,true", "null,false"})
    void iscrowdMayBeTrueOrFalse(String value, boolean crowd) {
        CocoDataset dataset = open(set(IMAGE, CATEGORY, BOX.replace("'area'", "'iscrowd':" + value + ",'area'")));
        assertThat(dataset.annotations(1).get(0).crowd()).isEqualTo(crowd);
    }

    @Test
    void whatIsNotUsedMayHoldAnything() throws IOException {
        String odd = BOX.replace("'area'", "'segmentation':[[NaN,-Infinity]],'segmentation':{'x':[{}]},'area'");
        assertThat(open(set(IMAGE, CATEGORY, odd)).annotationCount()).isEqualTo(1);
        Path file = write(set(IMAGE, CATEGORY, BOX));
        Files.writeString(file, "\ufeff" + Files.readString(file));
        assertThat(CocoDataset.open(file, folder).annotationCount()).isEqualTo(1);
    }

    @Test
    void categoriesOfOneNameAreNoted() {
        CocoDataset dataset = open(set(IMAGE, CATEGORY + ",{'id':2,'name':'red'},{'id':3,'name':'blue'}", BOX));
        assertThat(dataset.classNames()).containsExactly("red", "red", "blue");
        assertThat(dataset.notices()).singleElement().asString().contains("categories [1, 2]", "'red'");
    }

    @Test
    void namesOfWindowsAreLookedUpBelowTheImageFolder() throws IOException {
        Path images =
                Files.createDirectories(folder.resolve("images").resolve("sub")).getParent();
        for (String name : List.of("a.png", "sub/b.png", "sub/c.png")) {
            Files.write(images.resolve(name), new byte[1]);
        }
        // On Linux a name may hold a backslash: what is there comes first.
        Files.write(images.resolve("images\\d.png"), new byte[1]);
        Files.write(images.resolve("d.png"), new byte[1]);
        List<String> names = List.of(
                "images\\\\a.png",
                "C:\\\\set\\\\images\\\\sub\\\\b.png",
                "sub\\\\c.png",
                "images\\\\d.png",
                "other/a.png",
                "images/a.png");
        String entries = IntStream.range(0, names.size())
                .mapToObj(i -> IMAGE.replace("'id':1", "'id':" + (i + 1)).replace("a.png", names.get(i)))
                .collect(Collectors.joining(","));
        CocoDataset dataset = CocoDataset.open(write(set(entries, CATEGORY, BOX)), images);
        assertThat(dataset.images())
                .extracting(ImageInfo::fileName)
                .containsExactly("a.png", "sub/b.png", "sub/c.png", "images\\d.png", "other/a.png", "a.png");
        assertThat(dataset.notices())
                .singleElement()
                .asString()
                .contains("4 image(s)", "images\\a.png is taken for a.png");
    }

    @Test
    void everythingIsToldAtOnce() {
        String images = IMAGE + ",{'id':1.5,'file_name':'b.png','width':40,'height':30},{'id':'cam1-1'},"
                + "{'id':7,'file_name':'','width':0,'height':1e10},null";
        String annotations = boxes("[50,2,3,4]", "[1,2,NaN,4]", "[]", "[1,2,3,4]", "[60,2,3,4]", "[1,2,-3,4]", "7")
                + ",{'id':20,'image_id':1.9,'category_id':1,'bbox':[1,2,3,4]}"
                + ",{'id':21,'image_id':9,'category_id':8,'bbox':[1,2,3,4]}"
                + ",{'id':22,'image_id':1,'category_id':8,'bbox':[1,2,3,4]}"
                + ",{'id':23,'image_id':7,'category_id':1,'bbox':[1,2,3,4],'bbox':[1,2,3,4]}"
                + ",{'id':4,'image_id':1,'category_id':1,'bbox':[1,2,3,4],'area':'big','iscrowd':'no'}";
        CocoDataset.Examined examined =
                CocoReader.examine(write(set(images, CATEGORY, annotations)), new ImageFolders(List.of(folder)));
        String file = folder.resolve("a.json") + ": ";
        assertThat(examined.problems())
                .containsExactlyInAnyOrder(
                        file + "images entry number 1 has the id 1.5: it must be a whole number (2 such: images entry"
                                + " number 1, images entry number 2)",
                        file + "image id 7 has the width 0: it must be positive",
                        file + "image id 7 has the height 10000000000: that is too large",
                        file + "image id 7 has an empty file_name",
                        file + "images entry number 4 is null, not an object",
                        file + "annotation id 2 has the bbox [1, 2, NaN, 4]: every number must be finite",
                        file + "annotation id 3 has the bbox []: it must be [x, y, width, height] (2 such: annotation"
                                + " id 3, annotation id 7)",
                        file + "annotation id 6 has the bbox [1, 2, -3, 4] with a negative size: bbox is [x, y, width,"
                                + " height], not two corners",
                        file + "annotation id 20 has the image_id 1.9: it must be a whole number",
                        file + "annotation id 23 has the key 'bbox' twice: leave one of them",
                        file + "annotation id 4 occurs twice: give every annotation its own id",
                        file + "annotation id 4 has the area \"big\": it must be a number",
                        file + "annotation id 4 has the iscrowd \"no\": it must be 0 or 1",
                        file + "annotation id 1 has the bbox [50.0, 2.0, 3.0, 4.0], wholly outside a.png (40x30):"
                                + " correct or remove it (2 such: annotation id 1, annotation id 5)",
                        file + "annotation id 21 is of image id 9, which 'images' does not list: add the image or"
                                + " remove the annotation",
                        file + "annotation id 22 is of category id 8, which 'categories' does not list ([1]): add the"
                                + " category or correct the annotation");
        assertThat(examined.dataset().annotations(1)).extracting(Annotation::id).containsExactly(4L);
        assertThatThrownBy(() -> open(set(images, CATEGORY, annotations)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("annotation id 21")
                .hasMessageContaining("images entry number 1");
    }

    @Test
    void aThousandOfAKindMakeOneLine() {
        String[] outside = Stream.generate(() -> "[50,2,3,4]").limit(1000).toArray(String[]::new);
        assertThat(problems(set(IMAGE, CATEGORY, boxes(outside))))
                .singleElement()
                .asString()
                .contains("1000 such: annotation id 1, annotation id 2")
                .endsWith("annotation id 5, ...)");
    }

    /** Two boxes of ids such as 1d and 1f, which Java's own number parser takes for 1. */
    @Test
    void wordsAreNoNumbers() {
        String images = IMAGE.replace("'id':1", "'id':'1d'") + "," + IMAGE.replace("'id':1", "'id':'0x1p3'");
        assertThat(problems(set(images, CATEGORY, "")))
                .singleElement()
                .asString()
                .contains("the id \"1d\": it must be a whole number (2 such");
        assertThat(problems(set(IMAGE.replace("'id':1", "'id':99999999999999999999"), CATEGORY, "")))
                .singleElement()
                .asString()
                .contains("of at most 2^53");
    }

    @Test
    void cornersAreRefused() {
        assertThat(problems(set(IMAGE, CATEGORY, boxes("[10,10,35,28]", "[20,5,38,20]", "[1,2,5,6]", "[5,20,39,29]"))))
                .singleElement()
                .asString()
                .contains("3 of 4 boxes", "fit it as two corners", "[x1, y1, x2, y2]");
        // Half of them is no majority, and three boxes are no evidence.
        assertThat(problems(set(IMAGE, CATEGORY, boxes("[10,10,35,28]", "[20,5,38,20]", "[1,2,5,6]", "[5,5,9,9]"))))
                .isEmpty();
        CocoDataset few = open(set(IMAGE, CATEGORY, boxes("[10,10,35,28]", "[20,5,38,20]")));
        assertThat(few.notices()).anyMatch(notice -> notice.contains("2 of 2 boxes leave their image"));
        // Sizes that leave their image: as corners they would be turned round.
        String[] large = Stream.generate(() -> "[30,20,20,15]").limit(10).toArray(String[]::new);
        assertThat(problems(set(IMAGE, CATEGORY, boxes(large)))).isEmpty();
    }

    @Test
    void fractionsOfTheImageAreRefused() {
        String[] fractions = {"[0.1,0.2,0.3,0.4]", "[0,0,1,1]", "[0.5,0.5,0.9,0.9]", "[0,0,0.1,0.1]"};
        assertThat(problems(set(IMAGE, CATEGORY, boxes(fractions))))
                .singleElement()
                .asString()
                .contains("all 4 boxes lie between 0 and 1", "in pixels");
        assertThat(open(set(IMAGE, CATEGORY, boxes("[0,0,1,1]"))).notices())
                .anyMatch(notice -> notice.contains("all 1 boxes lie between 0 and 1"));
        assertThat(problems(set(IMAGE, CATEGORY, boxes("[0,0,1,1]", "[0,0,1,1]", "[0,0,1,1]", "[2,0,1,1]"))))
                .isEmpty();
    }

    /** Nothing wide, next to nothing wide, touching from outside, a millionth inside; a crowd is not trained on anyway. */
    @Test
    void whatTrainingDropsIsCounted() {
        String boxes = boxes("[10,10,0,5]", "[10,10,1e-40,5]", "[-20,2,20,5]", "[39.999999,2,5,5]", "[1,2,3,4]")
                + ",{'id':9,'image_id':1,'category_id':1,'bbox':[3,3,0,4],'area':1,'iscrowd':1}";
        CocoDataset dataset = open(set(IMAGE, CATEGORY, boxes));
        Sample sample = Transforms.sample(dataset, dataset.images().get(0), RgbImage.black(40, 30), false);
        assertThat(sample.classes()).hasSize(1);
        assertThat(dataset.notices())
                .anyMatch(notice -> notice.contains("4 annotation(s) have a box of no width or height"));
    }

    static Stream<List<String>> notJson() {
        return Stream.of(
                List.of("", "is empty"),
                List.of("null", "is null: a COCO annotation file is an object"),
                List.of("[{'image_id':1}]", "is a list: a COCO", "retort eval --detections"),
                List.of("7", "is a number: a COCO"),
                List.of("{'images':{}}", "has an object for 'images'", "must be a list"),
                List.of("{'images':[],'images':[]}", "the key 'images' twice", "line 1"),
                List.of(set(IMAGE, CATEGORY, BOX) + "\n{}", "goes on behind the end", "line 2, column 1"),
                List.of("{'images':[{'id':1", "is cut off", "line 1"),
                List.of("{'images':[{'id':1,}]}", "is not valid JSON at line 1, column 20"),
                List.of("{'images':[{'id':nan}]}", "is not valid JSON", "nan"),
                List.of("{'images':[{'id':012}]}", "is not valid JSON"),
                List.of("{'x':" + "[".repeat(5000), "is not valid JSON", "nesting depth"),
                List.of("{'images':[{'id':" + "1".repeat(2000) + "}]}", "is not valid JSON", "length"),
                List.of("{'a\nb':1}", "is not valid JSON"),
                List.of("{'a':'\\q'}", "is not valid JSON"),
                List.of("{'a':/*c*/1}", "is not valid JSON"),
                List.of("{a:1}", "is not valid JSON"),
                List.of("{'a':[1}", "is not valid JSON", "']'"),
                List.of("[1}", "is a list"));
    }

    @ParameterizedTest
    @MethodSource
    void notJson(List<String> textAndWords) {
        Path file = write(textAndWords.get(0));
        Throwable error = catchThrowable(() -> CocoDataset.open(file, folder));
        assertThat(error).isInstanceOf(DataException.class);
        assertThat(error.getMessage())
                .startsWith(file + " ")
                .contains(textAndWords.subList(1, textAndWords.size()))
                .doesNotContain("jackson", "Jackson", "Feature", "java.", "dev.retort", "`", "JsonToken", "Source");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"images\":[{\"file_name\":\"\u00e9.png\"}]}"})
    void anotherEncodingIsNamed(String text) throws IOException {
        Path file = Files.write(folder.resolve("a.json"), text.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> CocoDataset.open(file, folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file + " is not valid JSON")
                .hasMessageContaining("UTF-8");
    }
}
