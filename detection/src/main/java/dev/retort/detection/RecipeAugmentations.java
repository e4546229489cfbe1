package dev.retort.detection;

import dev.retort.detection.data.Augmentation;
import dev.retort.detection.data.Augmentations;
import dev.retort.detection.data.ImageMixing;
import dev.retort.detection.data.augment.ColorDistortion;
import dev.retort.detection.data.augment.LargeScaleJitter;
import dev.retort.detection.data.augment.Mosaic;
import dev.retort.detection.data.augment.RandomCrop;
import dev.retort.detection.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The augmentations that a recipe asks for. */
final class RecipeAugmentations {
    private RecipeAugmentations() {}

    /** Those whose probability or range is not that of none. A jitter, which makes images their final size, comes last. */
    static Augmentations of(Recipe.Data data) {
        List<Augmentation> original = new ArrayList<>();
        if (data.crop() > 0) {
            original.add(new RandomCrop(data.crop()));
        }
        if (data.color() > 0) {
            original.add(new ColorDistortion(data.color()));
        }
        if (!data.jitter().isEmpty()) {
            original.add(
                    new LargeScaleJitter(data.jitter().get(0), data.jitter().get(1), data.longEdge()));
        }
        Optional<ImageMixing> mixing = data.mosaic() > 0 ? Optional.of(new Mosaic(data.mosaic())) : Optional.empty();
        return new Augmentations(original, mixing);
    }
}
