/** What one model finds: the image with boxes, the table, times, JSON. */

import { color } from "./colors.js";
import { copy } from "./clipboard.js";
import { draw } from "./overlay.js";
import { MOST } from "./service.js";

const DIGITS = 1;

export class Panel {
  #root;
  #model;
  #picture = null;
  #answer = null;
  #shown = [];
  #marked;

  constructor(model) {
    this.#model = model;
    this.#root = document.getElementById("panel").content.firstElementChild.cloneNode(true);
    const id = `model-${model.name}`;
    this.#root.dataset.model = model.name;
    this.#root.setAttribute("aria-labelledby", id);
    this.#at("h2").id = id;
    this.#at("h2").textContent = model.name;
    this.#at(".about").textContent = `${model.kind}, ${model.parameters.toLocaleString("en")} parameters, ${model.device}`;
    this.#at(".json").setAttribute("aria-label", `JSON of ${model.name}`);
    this.#at(".copy").addEventListener("click", () => this.#copy());
    this.#at("tbody").addEventListener("keydown", (event) => this.#move(event));
  }

  get element() {
    return this.#root;
  }

  /** All that the model found, whatever of it is shown. */
  get detections() {
    return this.#answer ? this.#answer.images[0].detections : [];
  }

  /** A new image is being looked at. */
  wait() {
    this.#answer = null;
    this.#show(".busy");
  }

  fail(message) {
    this.#answer = null;
    this.#at(".error").textContent = message;
    this.#show(".error");
  }

  /** The service's answer for an image. */
  answer(answer, picture) {
    this.#answer = answer;
    this.#picture = picture;
    this.#at(".times").replaceChildren(...times(answer.milliseconds));
    this.#show(".found");
  }

  /** Shows those detections that pass; says in words how many. */
  filter(passes) {
    if (!this.#answer) {
      return "";
    }
    const [image] = this.#answer.images;
    this.#shown = image.detections.filter(passes);
    this.#marked = undefined;
    const json = { ...this.#answer, images: [{ ...image, detections: this.#shown }] };
    this.#at(".json").value = JSON.stringify(json, null, 1);
    this.#at(".copied").textContent = "";
    this.#at("tbody").replaceChildren(...this.#shown.map((detection, index) => this.#row(detection, index)));
    this.#at(".scroll").hidden = this.#shown.length === 0;
    const count = this.#count(image.detections.length);
    this.#at(".count").textContent = count;
    this.#at("canvas").setAttribute("aria-label", `${image.name}: ${summary(this.#shown)}`);
    this.redraw();
    return `${this.#model.name}: ${count}`;
  }

  /** Draws anew, as when the window has another size. */
  redraw() {
    if (this.#answer && this.#root.isConnected) {
      draw(this.#at("canvas"), this.#picture, this.#answer.images[0], this.#shown, this.#marked);
    }
  }

  #count(all) {
    const shown = this.#shown.length;
    const capped = all >= MOST ? ` The model was asked for its best ${MOST}.` : "";
    const note = this.#picture ? "" : " This browser cannot show the image itself.";
    if (all === 0) {
      return `Nothing found.${note}`;
    }
    return `${shown} shown, ${all - shown} hidden by score or class.${capped}${note}`;
  }

  #row(detection, index) {
    const row = document.createElement("tr");
    row.tabIndex = index === 0 ? 0 : -1;
    const name = document.createElement("th");
    name.scope = "row";
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.backgroundColor = color(detection.label);
    name.append(swatch, detection.label);
    const numbers = [detection.score.toFixed(3), ...detection.box.map((edge) => edge.toFixed(DIGITS))];
    row.append(name, ...numbers.map(cell));
    const mark = (marked) => () => {
      this.#marked = marked;
      row.classList.toggle("marked", Boolean(marked));
      this.redraw();
    };
    row.addEventListener("pointerenter", mark(detection));
    row.addEventListener("pointerleave", mark(undefined));
    row.addEventListener("focus", mark(detection));
    row.addEventListener("blur", mark(undefined));
    return row;
  }

  /** One row is reached by Tab, the others by the arrow keys. */
  #move(event) {
    const rows = [...this.#at("tbody").rows];
    const at = rows.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at >= 0 && rows[to]) {
      event.preventDefault();
      rows[at].tabIndex = -1;
      rows[to].tabIndex = 0;
      rows[to].focus();
    }
  }

  async #copy() {
    const done = await copy(this.#at(".json"));
    this.#at(".copied").textContent = done ? "Copied." : "Not copied: select the text and copy it.";
  }

  #show(part) {
    this.#root.setAttribute("aria-busy", part === ".busy");
    for (const each of [".busy", ".error", ".found"]) {
      this.#at(each).hidden = each !== part;
    }
  }

  #at(selector) {
    return this.#root.querySelector(selector);
  }
}

function cell(text) {
  const cell = document.createElement("td");
  cell.textContent = text;
  return cell;
}

function times(milliseconds) {
  return Object.entries(milliseconds).map(([stage, time]) => {
    const entry = document.createElement("div");
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = stage;
    value.textContent = `${time.toFixed(1)} ms`;
    entry.append(term, value);
    return entry;
  });
}

function summary(detections) {
  const numbers = new Map();
  detections.forEach(({ label }) => numbers.set(label, (numbers.get(label) || 0) + 1));
  return [...numbers].map(([label, number]) => `${number} ${label}`).join(", ") || "no detections shown";
}
