package dev.retort.acceptance.golden;

import dev.retort.autograd.Tape;
import dev.retort.detection.model.Places;
import dev.retort.distill.fitnet.FitNetLoss;
import dev.retort.distill.fitnet.FitNetLoss.Normalization;
import dev.retort.distill.region.AnchorCells;
import dev.retort.distill.region.CellWeights;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Golden cases of plain imitation and of fine-grained mimic, which is imitation near anchors. */
final class FitNetChecks {
    private FitNetChecks() {}

    static void fitnet(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (!attrs.required("reduction").stringValue().equals("mean")) {
            throw new AssertionError("Imitation is a mean, not " + attrs.required("reduction"));
        }
        try (Tape tape = run.tape();
                PyramidCase pyramids = new PyramidCase(run, tape)) {
            List<Tensor> everywhere = pyramids.teachers.stream()
                    .map(map -> run.backend().full(Shape.of(map.dim(0), map.dim(1), map.dim(2), 1), run.dtype(), 1))
                    .toList();
            for (int level = 0; level < everywhere.size(); level++) {
                Tensor distance = FitNetLoss.of(
                        pyramids.adapted.subList(level, level + 1),
                        pyramids.teachers.subList(level, level + 1),
                        everywhere.subList(level, level + 1),
                        Normalization.ELEMENTS);
                run.expect("out.distance_" + pyramids.levels.get(level), distance);
            }
            Tensor loss = FitNetLoss.of(pyramids.adapted, pyramids.teachers, everywhere, Normalization.ELEMENTS);
            pyramids.expect(tape, loss.mul(attrs.required("weight").doubleValue()));
        }
    }

    static void fgfi(GoldenRun run) throws IOException {
        JsonNode attrs = run.golden().attrs();
        if (attrs.required("phi").doubleValue() != AnchorCells.SHARE) {
            throw new AssertionError("Cells near anchors are built with half of the best IoU, not " + attrs);
        }
        try (Tape tape = run.tape();
                PyramidCase pyramids = new PyramidCase(run, tape)) {
            List<CellWeights> cells = anchors(attrs).mark(places(run, pyramids), pyramids.boxes());
            List<Tensor> weights = new ArrayList<>();
            for (int level = 0; level < cells.size(); level++) {
                pyramids.expectMask(pyramids.levels.get(level), cells.get(level));
                weights.add(cells.get(level).tensor(pyramids.teachers.get(level)));
            }
            boolean byCells = attrs.required("normalise").stringValue().equals("cells");
            Tensor loss = FitNetLoss.of(
                    pyramids.adapted,
                    pyramids.teachers,
                    weights,
                    byCells ? Normalization.CELLS : Normalization.ELEMENTS);
            double weight = attrs.required("weight").doubleValue();
            // There the elements are halved, and levels averaged.
            pyramids.expect(tape, loss.mul(byCells ? weight : weight / (2 * cells.size())));
        }
    }

    private static AnchorCells anchors(JsonNode attrs) {
        AnchorCells.Reference reference =
                switch (attrs.required("reference").stringValue()) {
                    case "all" -> AnchorCells.Reference.ALL;
                    case "level" -> AnchorCells.Reference.EACH;
                    case "assigned" -> AnchorCells.Reference.ASSIGNED;
                    default -> throw new AssertionError("No such reference: " + attrs);
                };
        return new AnchorCells(reference, attrs.required("legacy_pixels").booleanValue());
    }

    private static List<Places> places(GoldenRun run, PyramidCase pyramids) throws IOException {
        List<Places> places = new ArrayList<>();
        for (int level = 0; level < pyramids.levels.size(); level++) {
            Tensor map = pyramids.teachers.get(level);
            double[] anchors = run.golden().doubles("in.anchors_" + pyramids.levels.get(level));
            int perCell = anchors.length / (4 * map.dim(1) * map.dim(2));
            places.add(new Places(map.dim(1), map.dim(2), perCell, anchors));
        }
        return places;
    }
}
