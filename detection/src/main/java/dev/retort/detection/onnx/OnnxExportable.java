package dev.retort.detection.onnx;

/** A {@link dev.retort.detection.model.DetectionModel} that can be written as ONNX. */
public interface OnnxExportable {
    /** How it is written. */
    OnnxForm onnxForm();
}
