package dev.retort.cli;

import dev.retort.cli.evaluation.AnalysisJson;
import dev.retort.cli.evaluation.EvaluationPage;
import dev.retort.cli.evaluation.WorstPanels;
import dev.retort.cli.job.TextFile;
import dev.retort.cli.report.ReportData;
import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.ImageInfo;
import dev.retort.detection.eval.CocoMetrics;
import dev.retort.detection.eval.Detection;
import dev.retort.detection.eval.EvaluationAnalysis;
import dev.retort.detection.eval.GroundTruthSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Detections that were held against the truth.
 *
 * @param title of the page
 * @param facts for the page, by their labels
 * @param images where they are known
 */
record Evaluated(
        String title,
        Map<String, String> facts,
        CocoMetrics metrics,
        GroundTruthSet truth,
        List<Detection> detections,
        Optional<CocoDataset> images) {

    /** @param score from which detections count where the page says so */
    Analysed analyse(double score) {
        return new Analysed(this, EvaluationAnalysis.of(truth, detections, score, WorstPanels.MOST));
    }

    /** The same with an analysis. */
    record Analysed(Evaluated evaluated, EvaluationAnalysis analysis) {
        /**
         * Writes what was asked for.
         *
         * @throws dev.retort.detection.data.ImageException if an image for the page cannot be read; nothing is written then
         */
        void write(Optional<Path> json, Optional<Path> html) throws IOException {
            Map<String, Object> content = content();
            Optional<String> page = html.map(file -> page(content));
            if (json.isPresent()) {
                MetricsJson.write(content, json.get());
            }
            if (page.isPresent()) {
                TextFile.write(html.get(), page.get());
            }
        }

        private Map<String, Object> content() {
            Map<Long, String> files = evaluated.images.stream()
                    .flatMap(dataset -> dataset.images().stream())
                    .collect(Collectors.toMap(ImageInfo::id, ImageInfo::fileName));
            Map<String, Object> content = MetricsJson.content(evaluated.metrics);
            content.put(
                    "analysis",
                    AnalysisJson.of(evaluated.truth, evaluated.metrics, analysis, id -> files.getOrDefault(id, "")));
            return content;
        }

        private String page(Map<String, Object> content) {
            List<ReportData.Panel> panels = evaluated
                    .images
                    .map(dataset -> WorstPanels.of(
                            dataset,
                            evaluated.detections,
                            analysis.worst(),
                            analysis.confusion().score()))
                    .orElse(List.of());
            return new EvaluationPage(evaluated.title, evaluated.facts, MetricsJson.tree(content), names(), panels)
                    .html();
        }

        private Map<Long, String> names() {
            List<String> shown = ShownClasses.of(evaluated.metrics.categories());
            Map<Long, String> names = new LinkedHashMap<>();
            for (int k = 0; k < shown.size(); k++) {
                names.put(evaluated.metrics.categories().get(k).id(), shown.get(k));
            }
            return names;
        }
    }
}
