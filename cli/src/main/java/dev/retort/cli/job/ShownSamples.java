package dev.retort.cli.job;

import dev.retort.cli.report.ImagePage;
import dev.retort.cli.report.ReportData;
import dev.retort.detection.RecipeBatches;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DatasetBatches;
import dev.retort.detection.data.RgbImage;
import dev.retort.detection.data.Sample;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.detection.draw.DatasetBoxes;
import dev.retort.detection.draw.PaintedImage;
import dev.retort.detection.recipe.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The first images that a training would see, before and after augmentation. */
public final class ShownSamples {
    private final Recipe recipe;
    private final CocoDataset dataset;

    /** @param dataset images that can be used */
    public ShownSamples(Recipe recipe, CocoDataset dataset) {
        this.recipe = recipe;
        this.dataset = dataset;
    }

    /** A page of so many images. */
    public ImagePage page(int count) {
        DatasetBatches batches = RecipeBatches.training(recipe, dataset, 1);
        List<ReportData.Figure> figures = new ArrayList<>();
        for (long iteration = 0; figures.size() < count; iteration++) {
            List<Sample> samples = batches.samples(iteration);
            for (int place = 0; place < samples.size() && figures.size() < count; place++) {
                figures.add(figure(samples.get(place), iteration, place));
            }
        }
        return new ImagePage(
                "What training sees",
                "The first images of a training, as the data set has them (left) and after augmentation (right), with the"
                        + " boxes that are learned from.",
                facts(),
                figures);
    }

    private ReportData.Figure figure(Sample sample, long iteration, int place) {
        RgbImage original = dataset.image(sample.info());
        List<BoxPainter.Box> truth = DatasetBoxes.truth(dataset, sample.info());
        List<BoxPainter.Box> learned = DrawnBoxes.of(sample, dataset.categories());
        RgbImage seen = sample.image().visible();
        String mirrored = sample.flipped() ? ", mirrored" : "";
        return new ReportData.Figure(
                sample.info().fileName() + " (batch " + iteration + ", place " + place + ")",
                List.of(
                        ReportData.Panel.of(
                                "before", "before: " + size(original, truth), PaintedImage.of(original, truth)),
                        ReportData.Panel.of(
                                "after", "after: " + size(seen, learned) + mirrored, PaintedImage.of(seen, learned))));
    }

    private static String size(RgbImage image, List<BoxPainter.Box> boxes) {
        return image.width() + "x" + image.height() + ", " + boxes.size() + (boxes.size() == 1 ? " box" : " boxes");
    }

    private Map<String, String> facts() {
        Recipe.Data data = recipe.data();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Data set", dataset.source());
        facts.put("Images", dataset.size() + ", with " + dataset.annotationCount() + " boxes");
        facts.put("data.shortEdges", data.shortEdges().toString());
        facts.put("data.longEdge", Integer.toString(data.longEdge()));
        facts.put("data.flip", Double.toString(data.flip()));
        facts.put("data.jitter", data.jitter().toString());
        facts.put("data.crop", Double.toString(data.crop()));
        facts.put("data.color", Double.toString(data.color()));
        facts.put("data.mosaic", Double.toString(data.mosaic()));
        facts.put("training.seed", Long.toString(recipe.training().seed()));
        return facts;
    }
}
