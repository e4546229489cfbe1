package dev.retort.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.detection.data.Annotation;
import dev.retort.detection.data.Category;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.InterpolatedImage;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.recipe.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What recipes augment: the same images for the same seed, iteration and place, whatever was asked for before. */
class AugmentedBatchesTest {
    private static final String[] ALL = {
        "data.jitter=[0.1, 2]", "data.longEdge=48", "data.crop=0.9", "data.color=0.5", "data.mosaic=0.5"
    };

    private static final CocoDataset DATASET = dataset();

    private static CocoDataset dataset() {
        List<ImageInfo> images = new ArrayList<>();
        List<Annotation> annotations = new ArrayList<>();
        Map<Long, RgbImage> pixels = new HashMap<>();
        for (int i = 0; i < 9; i++) {
            ImageInfo info = new ImageInfo(i + 1, "image " + i, i % 3 == 0 ? 40 : 30, i % 3 == 0 ? 20 : 35);
            byte[] rgb = new byte[3 * info.width() * info.height()];
            for (int j = 0; j < rgb.length; j++) {
                rgb[j] = (byte) (j * (i + 3));
            }
            images.add(info);
            pixels.put(info.id(), new RgbImage(info.width(), info.height(), rgb));
            annotations.add(new Annotation(2 * i + 1, info.id(), 1, 2, 4, 10, 6, 60, false));
            annotations.add(new Annotation(2 * i + 2, info.id(), 2, 15, 2, 12, 16, 192, false));
        }
        List<Category> categories = List.of(new Category(1, "a"), new Category(2, "b"));
        return CocoDataset.inMemory("nine images", images, categories, annotations, pixels);
    }

    private static Recipe recipe(String... settings) {
        return Recipe.defaults().with("training.batch=3").with(settings);
    }

    private static List<Sample> samples(Recipe recipe, int iteration) {
        return RecipeBatches.training(recipe, DATASET, 32).samples(iteration);
    }

    private static List<Object> content(List<Sample> samples) {
        List<Object> content = new ArrayList<>();
        for (Sample sample : samples) {
            content.add(sample.info());
            content.add(sample.flipped());
            content.add(sample.image().width() + "x" + sample.image().height());
            content.add(Arrays.toString(sample.boxes()) + Arrays.toString(sample.classes()));
            content.add(Arrays.hashCode(sample.image().visible().rgb()));
        }
        return content;
    }

    @Test
    void anIterationIsTheSameWhateverWasAskedForBefore() {
        var walked = RecipeBatches.training(recipe(ALL), DATASET, 32);
        for (int i = 0; i < 12; i++) {
            assertThat(content(walked.samples(i))).isEqualTo(content(samples(recipe(ALL), i)));
        }
        Recipe other = recipe(ALL).with("training.seed=2", "data.cacheMegabytes=0");
        assertThat(content(samples(other, 5))).isNotEqualTo(content(samples(recipe(ALL), 5)));
        assertThat(content(samples(recipe(ALL).with("data.cacheMegabytes=0"), 5)))
                .isEqualTo(content(samples(recipe(ALL), 5)));
    }

    @Test
    void theThreeImagesOfABatchAreAugmentedDifferently() {
        Set<Object> boxes = new HashSet<>();
        for (Sample sample : samples(recipe("data.jitter=[0.5, 1]", "data.longEdge=64"), 0)) {
            boxes.add(Arrays.toString(sample.boxes()));
            assertThat(sample.image().width()).isEqualTo(64);
            assertThat(sample.image().height()).isEqualTo(64);
        }
        assertThat(boxes).hasSize(3);
    }

    /** Colors on or off, the geometry is the same; so are flips and sizes. */
    @Test
    void noAugmentationShiftsTheDrawsOfAnother() {
        String[] jitter = {"data.jitter=[0.5, 2]", "data.longEdge=48"};
        Recipe without = recipe(jitter);
        Recipe with = recipe(jitter).with("data.color=1");
        for (int i = 0; i < 6; i++) {
            List<Sample> plain = samples(without, i);
            List<Sample> colored = samples(with, i);
            List<Sample> unchanged = samples(recipe(), i);
            for (int place = 0; place < 3; place++) {
                assertThat(colored.get(place).boxes())
                        .isEqualTo(plain.get(place).boxes());
                assertThat(colored.get(place).image().visible().rgb())
                        .isNotEqualTo(plain.get(place).image().visible().rgb());
                assertThat(plain.get(place).flipped())
                        .isEqualTo(unchanged.get(place).flipped());
                assertThat(plain.get(place).info())
                        .isEqualTo(unchanged.get(place).info());
            }
        }
    }

    /** A factor of 0.5 leaves three quarters of the square gray. */
    @Test
    void theGrayAroundAJitteredImageIsNotColored() {
        for (Sample sample : samples(recipe("data.jitter=[0.5, 0.5]", "data.longEdge=64", "data.color=1"), 0)) {
            assertThat(sample.image().visible().value(40, 50, 0)).isEqualTo(128);
        }
    }

    @Test
    void boxesLieInTheirImageAndEvaluationIsNotAugmented() {
        for (int i = 0; i < 60; i++) {
            for (Sample sample : samples(recipe(ALL), i)) {
                assertThat(sample.classes()).hasSize(sample.boxes().length / 4);
                for (double coordinate : sample.boxes()) {
                    assertThat(coordinate).isBetween(0.0, 48.0);
                }
            }
        }
        Sample evaluated =
                RecipeBatches.evaluation(recipe(ALL), DATASET, 32).samples(0).get(0);
        assertThat(evaluated.image().visible().rgb())
                .isEqualTo(DATASET.image(DATASET.images().get(0)).rgb());
    }

    /** Colors change the pixels before torchvision's interpolation; a mosaic is one of 8-bit pixels. */
    @Test
    void augmentedImagesAreResizedByTheRecipesMethod() {
        String[] torchvision = {"data.resize=torchvision", "data.shortEdges=[24]", "data.longEdge=60"};
        Sample plain = samples(recipe(torchvision), 0).get(0);
        Sample colored = samples(recipe(torchvision).with("data.color=1"), 0).get(0);
        assertThat(plain.image()).isInstanceOf(InterpolatedImage.class);
        assertThat(colored.image()).isInstanceOf(InterpolatedImage.class);
        assertThat(colored.boxes()).isEqualTo(plain.boxes());
        assertThat(colored.image().width()).isEqualTo(plain.image().width());
        Sample mosaic = samples(recipe(torchvision).with("data.mosaic=1"), 0).get(0);
        assertThat(mosaic.image()).isInstanceOf(RgbImage.class);
        assertThat(mosaic.image().width()).isEqualTo(plain.image().width());
    }

    @Test
    void mosaicsHaveTheSizeOfTheirFirstImage() {
        Set<Integer> counts = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            for (Sample sample : samples(recipe("data.mosaic=1"), i)) {
                assertThat(sample.image().width()).isEqualTo(sample.info().width());
                assertThat(sample.image().height()).isEqualTo(sample.info().height());
                counts.add(sample.classes().length);
            }
        }
        assertThat(counts).contains(3, 4);
    }
}
