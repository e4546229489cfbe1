/** The page: chooses image and models, asks the service, and lets panels show what it found. */

import { know } from "./colors.js";
import { decode, onImage } from "./image.js";
import { fill, shows } from "./legend.js";
import { Panel } from "./panel.js";
import { detect, models, useToken } from "./service.js";

const AT_FIRST = 2;
const UNAUTHORIZED = 401;

const at = (id) => document.getElementById(id);
const panels = new Map();
const chosen = new Set();
/** The image that is looked at, and what a new one ends: {file, picture, abort}. */
let current = null;

function say(text) {
  at("status").textContent = text;
}

function fail(message) {
  at("failure").textContent = message;
  at("failure").hidden = message === "";
}

function least() {
  return Number(at("score").value);
}

function inOrder() {
  return [...panels].filter(([name]) => chosen.has(name)).map(([, panel]) => panel);
}

/** Filters what is there already. */
function refresh() {
  return inOrder().map((panel) => panel.filter(({ label, score }) => score >= least() && shows(label)));
}

function announce() {
  say(refresh().join(" "));
}

function show() {
  at("panels").replaceChildren(...(current ? inOrder().map((panel) => panel.element) : []));
  fill(at("classes"), inOrder().flatMap((panel) => panel.detections), announce);
  announce();
}

async function look(name) {
  const { file, picture, abort } = current;
  const panel = panels.get(name);
  panel.wait();
  try {
    const [answer, decoded] = await Promise.all([detect(name, file, abort.signal), picture]);
    panel.answer(answer, decoded);
  } catch (error) {
    if (abort.signal.aborted) {
      return;
    }
    panel.fail(error.message);
    askForToken(error);
  }
  if (!abort.signal.aborted) {
    show();
  }
}

function take(file) {
  if (!file) {
    fail("What was dropped or pasted is no image file.");
    return;
  }
  fail("");
  current?.abort.abort();
  current = { file, picture: decode(file), abort: new AbortController(), asked: new Set(chosen) };
  at("file-note").textContent = file.name;
  chosen.forEach(look);
  show();
  say(`Looking at ${file.name}.`);
}

function choose(name, wanted) {
  if (wanted) {
    chosen.add(name);
  } else {
    chosen.delete(name);
  }
  if (wanted && current && !current.asked.has(name)) {
    current.asked.add(name);
    look(name);
  }
  show();
}

function checkbox(model, checked) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = model.name;
  box.checked = checked;
  box.addEventListener("change", () => choose(model.name, box.checked));
  label.append(box, model.name);
  return label;
}

function askForToken(error) {
  if (error.status === UNAUTHORIZED) {
    at("token").hidden = false;
    at("secret").focus();
  }
}

async function begin() {
  try {
    const served = await models();
    fail("");
    at("token").hidden = true;
    panels.clear();
    chosen.clear();
    served.forEach((model, index) => {
      know(model.classes.map((each) => each.name));
      panels.set(model.name, new Panel(model));
      if (index < AT_FIRST) {
        chosen.add(model.name);
      }
    });
    const legend = at("models").querySelector("legend");
    at("models").replaceChildren(legend, ...served.map((model) => checkbox(model, chosen.has(model.name))));
    if (current) {
      take(current.file);
    }
  } catch (error) {
    fail(error.message);
    askForToken(error);
  }
}

at("token").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(at("secret").value.trim());
  begin();
});
at("score").addEventListener("input", () => {
  at("score-value").textContent = least().toFixed(2);
  refresh();
});
at("score").addEventListener("change", announce);
onImage(at("file"), at("drop"), take);
let width = 0;
new ResizeObserver(([entry]) => {
  // Drawing changes the height; only another width is a reason to draw.
  if (entry.contentRect.width !== width) {
    width = entry.contentRect.width;
    panels.forEach((panel) => panel.redraw());
  }
}).observe(at("panels"));
begin();
