/**
 * Detectors as ONNX files. Begin with {@link dev.retort.detection.onnx.OnnxExport}. A kind of detector that can be exported
 * implements {@link dev.retort.detection.onnx.OnnxExportable}.
 */
package dev.retort.detection.onnx;
