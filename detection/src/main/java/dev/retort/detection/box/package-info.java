/** Boxes on the host: anchors, matching, coding, IoU, suppression, ground truth. Boxes are XYXY in pixels, flattened. */
package dev.retort.detection.box;
