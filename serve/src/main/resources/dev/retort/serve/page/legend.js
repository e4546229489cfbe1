/** The classes that were found, with their colors; each can be hidden. */

import { classes, color } from "./colors.js";

const hidden = new Set();

/** Whether a class is shown. */
export function shows(label) {
  return !hidden.has(label);
}

/** Shows the classes of these detections as checkboxes, and calls back when one is changed. */
export function fill(group, detections, changed) {
  const list = group.querySelector("#legend");
  const found = new Set(detections.map((detection) => detection.label));
  const labels = classes().filter((label) => found.has(label));
  group.hidden = labels.length === 0;
  list.replaceChildren(...labels.map((label) => entry(label, changed)));
  const all = (shown) => () => {
    labels.forEach((label) => (shown ? hidden.delete(label) : hidden.add(label)));
    list.querySelectorAll("input").forEach((box) => (box.checked = shown));
    changed();
  };
  group.querySelector("#all").onclick = all(true);
  group.querySelector("#none").onclick = all(false);
}

function entry(label, changed) {
  const row = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = label;
  box.checked = shows(label);
  box.addEventListener("change", () => {
    if (box.checked) {
      hidden.delete(label);
    } else {
      hidden.add(label);
    }
    changed();
  });
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.backgroundColor = color(label);
  row.append(box, swatch, label);
  return row;
}
