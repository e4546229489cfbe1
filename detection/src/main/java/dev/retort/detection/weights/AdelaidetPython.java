package dev.retort.detection.weights;

import dev.retort.detection.Detector;
import dev.retort.detection.data.Normalization;
import dev.retort.detection.model.ModelSettings;
import dev.retort.detection.model.fcos.FcosSettings;
import dev.retort.detection.recipe.Recipe;
import java.util.Locale;

/** An FCOS in AdelaiDet, by its configuration files (configs/FCOS-Detection). */
final class AdelaidetPython {
    private AdelaidetPython() {}

    static PythonLines of(Detector detector) {
        Recipe recipe = detector.recipe();
        ModelSettings model = recipe.model();
        FcosSettings own = recipe.own(FcosSettings.class);
        Normalization pixels = recipe.data().pixels().normalization();
        PythonLines python = new PythonLines()
                .using("from adet.config import get_cfg")
                .using("from detectron2.modeling import build_model")
                .line("cfg = get_cfg()")
                .line("cfg.merge_from_file(\"configs/FCOS-Detection/Base-FCOS.yaml\")")
                .line("cfg.MODEL.FCOS.NUM_CLASSES = " + detector.categories().size())
                .line("cfg.MODEL.FCOS.NUM_CLS_CONVS = cfg.MODEL.FCOS.NUM_BOX_CONVS = " + model.headConvolutions())
                .line("cfg.MODEL.FCOS.NORM = "
                        + (own.headNorm() == FcosSettings.HeadNorm.GROUP ? "\"GN\"" : "\"none\""))
                .line("cfg.MODEL.FCOS.BOX_QUALITY = "
                        + PythonLines.text(
                                own.boxQuality() == FcosSettings.BoxQuality.IOU
                                        ? own.boxQuality().name().toLowerCase(Locale.ROOT)
                                        : "ctrness"))
                .line("cfg.MODEL.FPN.OUT_CHANNELS = " + model.pyramidChannels())
                .line("cfg.MODEL.BACKBONE.FREEZE_AT = " + model.freezeAt())
                .line("cfg.MODEL.RESNETS.DEPTH = " + model.depth())
                .line("cfg.MODEL.RESNETS.NORM = " + Detectron2Python.norm(model))
                .line(
                        model.backbone().hasBottlenecks()
                                ? "cfg.MODEL.RESNETS.STRIDE_IN_1X1 = " + PythonLines.bool(model.strideIn1x1())
                                : "cfg.MODEL.RESNETS.RES2_OUT_CHANNELS = 64")
                .line("cfg.MODEL.PIXEL_MEAN = " + PythonLines.times(pixels.mean(), 1 / pixels.scale()))
                .line("cfg.MODEL.PIXEL_STD = " + PythonLines.times(pixels.std(), 1 / pixels.scale()));
        Detectron2Python.images(recipe.data(), python);
        return python.line("model = build_model(cfg)");
    }
}
