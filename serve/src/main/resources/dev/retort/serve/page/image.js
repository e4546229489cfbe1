/** The ways in which an image comes to the page: chosen, dropped, pasted. */

/** Calls back with every image file that somebody brings, and with null where what was brought is no file. */
export function onImage(input, zone, callback) {
  input.addEventListener("change", () => {
    if (input.files.length > 0) {
      callback(input.files[0]);
      // The same file may be chosen again, changed meanwhile.
      input.value = "";
    }
  });
  let inside = 0;
  const mark = (change) => {
    inside = Math.max(0, inside + change);
    zone.classList.toggle("over", inside > 0);
  };
  document.addEventListener("dragenter", () => mark(1));
  document.addEventListener("dragleave", () => mark(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-inside);
    callback(event.dataTransfer.files[0] || null);
  });
  document.addEventListener("paste", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input[type=password]");
    if (!typing) {
      callback(event.clipboardData.files[0] || null);
    }
  });
}

/** The file's image as this browser shows it, the camera's rotation applied; null if it cannot. */
export async function decode(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  image.src = address;
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}
