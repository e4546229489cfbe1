package dev.retort.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.RgbImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CocoDetectionsTest {
    @TempDir
    private Path folder;

    private String written(long firstId) throws Exception {
        List<Category> classes = List.of(new Category(firstId, "cat"), new Category(firstId + 1, "\"dog\""));
        CocoDetections coco = new CocoDetections("by a model", classes);
        coco.add("a b.png", RgbImage.black(40, 30), List.of());
        DetectedObject dog = new DetectedObject("\"dog\"", 0.75, 1, firstId + 1, 1.5, 2, 11.5, 6);
        coco.add("\u00fc.png", RgbImage.black(20, 10), List.of(dog));
        assertThat(coco.count()).isEqualTo(1);
        assertThat(coco.renumbered()).isEqualTo(firstId < 1);
        coco.write(folder.resolve("coco.json"));
        return Files.readString(folder.resolve("coco.json"));
    }

    @Test
    void aFileHasWhatAnnotationToolsAskFor() throws Exception {
        assertThat(written(7))
                .isEqualTo(
                        """
                        {
                        "info": {"description":"by a model"},
                        "licenses": [],
                        "categories": [
                        {"id":7,"name":"cat"},
                        {"id":8,"name":"\\"dog\\""}
                        ],
                        "images": [
                        {"id":1,"file_name":"a b.png","width":40,"height":30},
                        {"id":2,"file_name":"\u00fc.png","width":20,"height":10}
                        ],
                        "annotations": [
                        {"id":1,"image_id":2,"category_id":8,"bbox":[1.5,2.0,10.0,4.0],"area":40.0,"segmentation":[],"iscrowd":0,"score":0.75}
                        ]
                        }
                        """);
    }

    @Test
    void aClassOfIdZeroIsNumberedFromOne() throws Exception {
        assertThat(written(0)).contains("{\"id\":1,\"name\":\"cat\"}", "{\"id\":2,\"name\"", "\"category_id\":2,");
    }
}
