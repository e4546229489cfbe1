/** One color a class: the same for every model and image, as long as the service has these models. */

const GOLDEN_ANGLE = 137.508;
const LIGHTNESS = [62, 46, 74];

const order = new Map();

/** Gives the classes places, in the order in which they come first. */
export function know(labels) {
  labels.filter((label) => !order.has(label)).forEach((label) => order.set(label, order.size));
}

/** The classes that are known, in their order. */
export function classes() {
  return [...order.keys()];
}

/** A class's color, as CSS and canvas take it. */
export function color(label) {
  const place = order.get(label);
  return hex((place * GOLDEN_ANGLE) % 360, 85, LIGHTNESS[place % LIGHTNESS.length]);
}

/** Black or white, whichever stands out from a color more (WCAG 2, relative luminance). */
export function inkOn(background) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(background.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff";
}

function hex(hue, saturation, lightness) {
  const light = lightness / 100;
  const chroma = (saturation / 100) * Math.min(light, 1 - light);
  const part = (n) => {
    const k = (n + hue / 30) % 12;
    const value = light - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
