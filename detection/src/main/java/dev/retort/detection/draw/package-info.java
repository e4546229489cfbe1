/** Drawing boxes, labels and heat maps on images. */
package dev.retort.detection.draw;
