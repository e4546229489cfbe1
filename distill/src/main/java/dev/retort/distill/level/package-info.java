/** Pyramid levels of student and teacher side by side, and adapters between their widths: what feature methods share. */
package dev.retort.distill.level;
