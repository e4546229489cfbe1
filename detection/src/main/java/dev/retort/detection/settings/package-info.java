/** What records of settings share: how values are refused, and what a change of one does to a run. */
package dev.retort.detection.settings;
