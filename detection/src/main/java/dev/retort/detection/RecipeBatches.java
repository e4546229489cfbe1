package dev.retort.detection;

import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.data.SizeRule;
import dev.retort.detection.data.TrainTransform;
import dev.retort.detection.recipe.Recipe;
import java.util.Collections;
import java.util.List;

/** The batches that a recipe asks for, their extents multiples of a network's {@code sizeDivisor}. */
public final class RecipeBatches {
    private static final SizeRule AS_IT_IS = (image, shortEdge, longEdge) -> image;

    private RecipeBatches() {}

    /** Endless, shuffled and augmented; one per micro-batch. */
    public static DatasetBatches training(Recipe recipe, CocoDataset dataset, int divisor) {
        Recipe.Data data = recipe.data();
        TrainTransform transform =
                new TrainTransform(edges(data), data.longEdge(), data.flip(), RecipeAugmentations.of(data));
        CocoDataset used = data.keepEmpty() ? dataset : dataset.withoutEmptyImages();
        return DatasetBatches.training(
                used,
                transform,
                data.jitter().isEmpty() ? rule(data) : AS_IT_IS,
                settings(recipe, divisor),
                recipe.training().seed());
    }

    /** Every image once, at the recipe's largest size. */
    public static DatasetBatches evaluation(Recipe recipe, CocoDataset dataset, int divisor) {
        Recipe.Data data = recipe.data();
        return DatasetBatches.evaluation(
                dataset, Collections.max(edges(data)), data.longEdge(), rule(data), settings(recipe, divisor));
    }

    /** A batch of one image that belongs to no data set, at the recipe's largest size. */
    public static Batch single(Recipe recipe, ImageInfo info, RgbImage image, int divisor) {
        return Batch.of(List.of(sample(recipe, info, image)), divisor);
    }

    /** An image that belongs to no data set, at the recipe's largest size. */
    public static Sample sample(Recipe recipe, ImageInfo info, RgbImage image) {
        ImageSize size = size(recipe, new ImageSize(info.height(), info.width()));
        return new Sample(info, recipe.data().resize().resize(image, size), new double[0], new int[0], false);
    }

    /** The recipe's largest size of an image. */
    static ImageSize size(Recipe recipe, ImageSize image) {
        Recipe.Data data = recipe.data();
        return rule(data).target(image, Collections.max(edges(data)), data.longEdge());
    }

    private static List<Integer> edges(Recipe.Data data) {
        // The edge is not read where images stay as they are.
        return data.shortEdges().isEmpty() ? List.of(1) : data.shortEdges();
    }

    private static SizeRule rule(Recipe.Data data) {
        return data.shortEdges().isEmpty() ? AS_IT_IS : data.resize()::target;
    }

    private static DatasetBatches.Settings settings(Recipe recipe, int divisor) {
        return new DatasetBatches.Settings(
                recipe.training().batch(),
                divisor,
                recipe.data().cacheMegabytes() * 1_000_000L,
                recipe.data().resize(),
                recipe.data().broken() == Recipe.Broken.SKIP);
    }
}
