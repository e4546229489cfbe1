/** An image with boxes over it. */

import { color, inkOn } from "./colors.js";

const LINE = 2;
const MARKED_LINE = 4;
const HALO = "rgb(0 0 0 / 60%)";
const FADED = 0.3;
const FONT = 13;
const MOST_ENLARGED = 4;
const MOST_OF_WINDOW = 0.75;

/**
 * Draws into a canvas, as large as its place allows.
 *
 * @param picture decoded, or null if the browser cannot show it
 * @param size width and height in pixels that the boxes are in
 * @param detections best first
 * @param marked one of them that stands out, or undefined
 */
export function draw(canvas, picture, size, detections, marked) {
  const room = canvas.parentElement.clientWidth;
  const high = Math.max(240, window.innerHeight * MOST_OF_WINDOW);
  const scale = Math.min(room / size.width, high / size.height, MOST_ENLARGED);
  const width = Math.max(1, Math.floor(size.width * scale));
  const height = Math.max(1, Math.floor(size.height * scale));
  const density = window.devicePixelRatio || 1;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext("2d");
  if (picture) {
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  }
  const place = { x: canvas.width / size.width, y: canvas.height / size.height, density };
  // The best ones are drawn last, and the marked one on top of all.
  for (const detection of [...detections].reverse()) {
    if (detection !== marked) {
      context.globalAlpha = marked ? FADED : 1;
      box(context, detection, place, LINE);
    }
  }
  context.globalAlpha = 1;
  if (marked) {
    box(context, marked, place, MARKED_LINE);
  }
}

function box(context, detection, place, line) {
  const paint = color(detection.label);
  const [x, y, width, height] = detection.box;
  const edges = [x * place.x, y * place.y, width * place.x, height * place.y];
  context.strokeStyle = HALO;
  context.lineWidth = (line + 2) * place.density;
  context.strokeRect(...edges);
  context.strokeStyle = paint;
  context.lineWidth = line * place.density;
  context.strokeRect(...edges);
  label(context, `${detection.label} ${detection.score.toFixed(2)}`, edges, paint, place.density);
}

/** Above the box where there is room, else inside of it; never beyond the image. */
function label(context, text, [x, y], paint, density) {
  context.font = `${FONT * density}px system-ui, sans-serif`;
  const pad = 3 * density;
  const width = context.measureText(text).width + 2 * pad;
  const height = FONT * density + 2 * pad;
  const left = Math.max(0, Math.min(x - density, context.canvas.width - width));
  const top = y >= height ? y - height : Math.max(0, y);
  context.fillStyle = paint;
  context.fillRect(left, top, width, height);
  context.fillStyle = inkOn(paint);
  context.textBaseline = "middle";
  context.fillText(text, left + pad, top + height / 2);
}
