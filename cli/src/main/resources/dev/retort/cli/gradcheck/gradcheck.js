// Finds, sorts and opens the checks of the page. All of them stand in the element #data as rows in the order below.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const keys = ["operation", "name", "column", "dtype", "against", "pass", "error", "bound", "share", "seconds", "place",
    "expected", "actual", "relative", "note", "replay", "counts", "ulps"];
  const checks = data.checks.map(row => Object.fromEntries(row.map((value, i) => [keys[i], value])));
  const panel = document.getElementById("panel");
  const search = document.getElementById("search");
  const failing = document.getElementById("failing");
  const sort = document.getElementById("sort");
  const matrix = document.getElementById("matrix");
  const rows = [...matrix.querySelectorAll("tr[data-operation]")];
  const bodies = [...matrix.tBodies];
  const home = rows.map(row => row.parentNode);
  const share = check => check.share === null ? Infinity : check.share;
  const worst = new Map();
  const names = new Map();
  for (const check of checks) {
    worst.set(check.operation, Math.max(worst.get(check.operation) || 0, check.pass ? share(check) : Infinity));
    names.set(check.operation, (names.get(check.operation) || check.operation.toLowerCase()) + "\n" + check.name.toLowerCase());
  }
  let opened = null;

  const element = (tag, text, attributes) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    return made;
  };

  const percent = check => {
    const value = share(check);
    return value === 0 ? "0" : value < 0.001 ? "<0.1 %" : value < 0.0995 ? (100 * value).toFixed(1) + " %"
      : value < 9.995 ? (100 * value).toFixed(0) + " %" : value === Infinity ? "\u221e"
        : value < 1e4 ? value.toFixed(0) + "x" : value.toExponential(0).replace("+", "") + "x";
  };

  const level = check => !check.pass ? "fail" : check.against === "repetition" ? "repeated"
    : check.share === 0 ? "far" : check.share < 0.1 ? "well" : check.share < 0.5 ? "within" : "near";

  function filter() {
    const text = search.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const operation = row.dataset.operation;
      const fits = names.get(operation).includes(text) && (!failing.checked || worst.get(operation) === Infinity);
      row.hidden = !fits;
      shown += fits;
    }
    for (const body of bodies) {
      const own = [...body.querySelectorAll("tr[data-operation]")];
      body.querySelector(".family").hidden = own.every(row => row.hidden);
    }
    document.getElementById("nothing").hidden = shown > 0;
  }

  function order() {
    if (sort.checked) {
      const sorted = [...rows].sort((a, b) => worst.get(b.dataset.operation) - worst.get(a.dataset.operation));
      sorted.forEach(row => bodies[0].append(row));
    } else {
      rows.forEach((row, i) => home[i].append(row));
    }
    bodies.forEach(body => body.querySelector(".family th").style.visibility = sort.checked ? "hidden" : "");
    filter();
  }

  function bars(check) {
    const chart = element("div", undefined, {class: "bars"});
    const most = Math.max(...check.counts);
    check.counts.forEach((count, i) => {
      const bar = element("div", undefined, {title: count});
      bar.append(element("i", undefined, {style: "height:" + (100 * count / most) + "%"}));
      bar.append(element("span", data.buckets[i] === "1/2" ? "\u00bd" : data.buckets[i]));
      chart.append(bar);
    });
    return chart;
  }

  function facts(check) {
    const list = element("dl");
    const add = (label, value) => {
      if (value !== "" && value !== null && value !== "NaN") list.append(element("dt", label), element("dd", value));
    };
    add("type", check.dtype + " against " + check.against);
    if (check.place === "") {
      add("note", check.note);
      return list;
    }
    add("error", check.error === null ? "no number" : check.error);
    add("accepted", check.bound);
    add("worst at", check.place);
    add("found", check.actual);
    add("right", check.expected);
    add("largest relative", check.relative);
    add("worst in ulp", check.ulps);
    add("note", check.note);
    add("time", (1000 * check.seconds).toFixed(1) + " ms");
    return list;
  }

  function replay(check) {
    const box = element("div", undefined, {class: "replay"});
    const copy = element("button", "copy", {type: "button"});
    copy.addEventListener("click", () => navigator.clipboard.writeText(check.replay).then(() => copy.textContent = "copied"));
    box.append(element("pre", check.replay), copy);
    return box;
  }

  function fill(details, check) {
    details.append(facts(check));
    if (check.counts.length > 0) {
      details.append(element("p", "Elements by error in ulp", {class: "explanation"}), bars(check));
    }
    details.append(replay(check));
  }

  function open(button) {
    if (opened) opened.removeAttribute("aria-pressed");
    opened = button;
    button.setAttribute("aria-pressed", "true");
    const column = Number(button.dataset.column);
    const own = checks.filter(check => check.operation === button.dataset.operation && check.column === column);
    own.sort((a, b) => a.pass - b.pass || share(b) - share(a));
    const about = data.columns[column];
    const header = element("header");
    const close = element("button", "\u00d7", {id: "close", type: "button", "aria-label": "Close"});
    close.addEventListener("click", shut);
    const failed = own.filter(check => !check.pass).length;
    header.append(element("h2", button.dataset.operation),
      element("p", about.backend + ", " + about.kind + ", " + about.type + ": " + own.length
        + (own.length === 1 ? " check" : " checks") + (failed ? ", " + failed + " fail" : "")), close);
    panel.replaceChildren(header);
    own.forEach((check, i) => {
      const details = element("details");
      const summary = element("summary");
      summary.append(element("span", check.name + (about.type === "integers" ? ", " + check.dtype : "")),
        element("b", percent(check), {class: level(check)}));
      details.append(summary);
      const once = () => fill(details, check);
      if (i === 0 || !check.pass) {
        details.open = true;
        once();
      } else {
        details.addEventListener("toggle", once, {once: true});
      }
      panel.append(details);
    });
    panel.hidden = false;
    panel.scrollTop = 0;
    document.body.classList.add("open");
  }

  function shut() {
    panel.hidden = true;
    document.body.classList.remove("open");
    if (opened) {
      opened.removeAttribute("aria-pressed");
      opened.focus();
      opened = null;
    }
  }

  function move(button, key) {
    const cell = button.parentNode;
    const visible = rows.filter(row => !row.hidden).sort((a, b) => a.rowIndex - b.rowIndex);
    let x = cell.cellIndex;
    let y = visible.indexOf(cell.parentNode);
    for (;;) {
      if (key === "ArrowLeft") x--;
      if (key === "ArrowRight") x++;
      if (key === "ArrowUp") y--;
      if (key === "ArrowDown") y++;
      const next = visible[y] ? visible[y].cells[x] : undefined;
      if (!next) return;
      const target = next.querySelector("button");
      if (target) {
        target.focus();
        if (!panel.hidden) open(target);
        return;
      }
    }
  }

  // A table that need not be scrolled sideways keeps its head in sight.
  const frame = matrix.parentNode;
  new ResizeObserver(() => frame.classList.toggle("fits", matrix.offsetWidth <= frame.clientWidth)).observe(frame);

  matrix.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (button) open(button);
  });
  matrix.addEventListener("keydown", event => {
    if (event.key.startsWith("Arrow") && event.target.matches("button")) {
      event.preventDefault();
      move(event.target, event.key);
    }
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && !panel.hidden) shut();
    if (event.key === "/" && event.target !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  search.addEventListener("input", filter);
  failing.addEventListener("change", filter);
  sort.addEventListener("change", order);
  const hash = new URLSearchParams(location.hash.slice(1));
  if (hash.has("open")) {
    const [operation, column] = hash.get("open").split(",");
    const button = [...matrix.querySelectorAll("button")]
      .find(b => b.dataset.operation === operation && b.dataset.column === column);
    if (button) open(button);
  }
})();
