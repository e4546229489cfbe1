package dev.retort.detection;

import dev.retort.detection.box.ImageSize;
import dev.retort.detection.data.Batch;
import dev.retort.detection.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a list of images into batches of images that the network sees at one size. Each is then padded as it would be alone;
 * more padding, as a larger neighbor brings it, would change what the network finds.
 */
final class EqualSizes {
    private EqualSizes() {}

    /**
     * The batches, each as places in the list, ascending.
     *
     * @param most images of a batch, at least 1
     * @param divisor what the network's sizes have to be multiples of
     */
    static List<List<Integer>> batches(Recipe recipe, List<ImageSize> images, int most, int divisor) {
        Map<ImageSize, List<Integer>> open = new LinkedHashMap<>();
        List<List<Integer>> batches = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            ImageSize seen = Batch.padded(RecipeBatches.size(recipe, images.get(i)), divisor);
            List<Integer> batch = open.get(seen);
            if (batch == null || batch.size() == most) {
                batch = new ArrayList<>();
                open.put(seen, batch);
                batches.add(batch);
            }
            batch.add(i);
        }
        return batches;
    }
}
