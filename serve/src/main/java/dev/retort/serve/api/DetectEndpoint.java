package dev.retort.serve.api;

import dev.retort.cli.job.DrawnBoxes;
import dev.retort.detection.DetectedObject;
import dev.retort.detection.data.ImageFileWriter;
import dev.retort.detection.data.Printable;
import dev.retort.detection.draw.BoxPainter;
import dev.retort.serve.detect.Detection;
import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.Found;
import dev.retort.serve.detect.ImageInput;
import dev.retort.serve.detect.ServedModel;
import dev.retort.serve.detect.ServedModels;
import dev.retort.serve.detect.ServiceException;
import dev.retort.serve.detect.Stage;
import dev.retort.serve.detect.StageTimes;
import dev.retort.serve.http.Answer;
import dev.retort.serve.http.Call;
import dev.retort.serve.http.Endpoint;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code POST /v1/detect}: images in; what is in them out, as JSON or drawn. */
final class DetectEndpoint implements Endpoint {
    private static final String PNG = "image/png";
    private static final String MODEL = "model";
    /** Of drawing an image that is not enlarged and encoding it. */
    private static final int BYTES_A_DRAWN_PIXEL = 16;

    private final ServedModels models;
    private final Detection detection;

    DetectEndpoint(ServedModels models, Detection detection) {
        this.models = models;
        this.detection = detection;
    }

    @Override
    public Answer answer(Call call) {
        Set<String> known = new TreeSet<>(Wanted.NAMES);
        if (!call.path().containsKey(MODEL)) {
            known.add(MODEL);
        }
        call.query().allow(known);
        ServedModel model = model(call);
        Wanted wanted = Wanted.of(call.query());
        wanted.check(model.current().detector());
        List<ImageInput> images = RequestImages.of(call);
        boolean drawn = wantsPng(call);
        if (drawn && images.size() > 1) {
            throw new ServiceException(
                    FailureKind.REQUEST,
                    "One image can be drawn, not " + images.size() + ": send one, or accept application/json");
        }
        List<Found> found = detection.detect(model, images, call.deadline(), call.memory());
        return drawn
                ? draw(found.get(0), wanted, call)
                : Answer.json(json(model.source().name(), found, wanted));
    }

    private ServedModel model(Call call) {
        String inPath = call.path().get(MODEL);
        return inPath != null
                ? models.get(inPath)
                : call.query().text(MODEL).map(models::get).orElseGet(models::only);
    }

    private static boolean wantsPng(Call call) {
        return Arrays.stream(call.header("Accept").split(","))
                .map(range -> range.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .anyMatch(PNG::equals);
    }

    private static Answer draw(Found found, Wanted wanted, Call call) {
        int scale = BoxPainter.enlargement(found.image());
        long pixels = (long) found.image().width() * found.image().height() * scale * scale;
        call.memory().take(BYTES_A_DRAWN_PIXEL * pixels, "Drawing image " + found.name());
        List<BoxPainter.Box> boxes = DrawnBoxes.detected(wanted.of(found.objects()), wanted.score());
        return Answer.of(PNG, ImageFileWriter.png(BoxPainter.paint(found.image(), boxes)));
    }

    private static Map<String, Object> json(String model, List<Found> found, Wanted wanted) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("model", model);
        answer.put("images", found.stream().map(image -> image(image, wanted)).toList());
        StageTimes sum = StageTimes.sum(found.stream().map(Found::times).toList());
        Map<String, Object> times = new LinkedHashMap<>();
        for (Stage stage : Stage.values()) {
            times.put(stage.label(), sum.milliseconds(stage));
        }
        answer.put("milliseconds", times);
        return answer;
    }

    private static Map<String, Object> image(Found found, Wanted wanted) {
        Map<String, Object> image = new LinkedHashMap<>();
        image.put("name", Printable.line(found.name()));
        image.put("width", found.image().width());
        image.put("height", found.image().height());
        image.put(
                "detections",
                wanted.of(found.objects()).stream().map(DetectEndpoint::object).toList());
        return image;
    }

    private static Map<String, Object> object(DetectedObject detected) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("label", detected.label());
        object.put("class", detected.classIndex());
        object.put("category_id", detected.categoryId());
        object.put("score", detected.score());
        object.put("box", List.of(detected.x(), detected.y(), detected.width(), detected.height()));
        return object;
    }
}
