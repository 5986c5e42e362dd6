// Sorts and filters the table of verdicts; without it the table is simply there.
(() => {
  const table = document.querySelector("#verdicts table"), form = document.querySelector("#verdicts form");
  const body = table.tBodies[0], rows = [...body.rows];
  const key = (row, i) => row.cells[i].dataset.sort ?? row.cells[i].textContent;
  const compare = (a, b) => a - b || a.localeCompare(b, "en");
  table.querySelectorAll("thead th").forEach((head, i) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      body.append(...rows.sort((a, b) => sign * compare(key(a, i), key(b, i))));
    });
  });
  const [select, input, output] = ["select", "input", "output"].map((name) => form.querySelector(name));
  select.append(...[...new Set(rows.map((row) => row.dataset.verdict))].sort().map((word) => new Option(word)));
  form.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const found = (row) => words.every((word) => row.textContent.toLowerCase().includes(word));
    rows.forEach((row) => (row.hidden = !(found(row) && (!select.value || row.dataset.verdict === select.value))));
    output.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} claims`;
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
})();

// A figure by itself, for slides: what the style sheet says of it is written into it.
(() => {
  const channels = (colour) => {
    const [r, g, b, alpha = 1] = colour.match(/[\d.]+(e-\d+)?/g)?.map(Number) ?? [0, 0, 0];
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [`rgb(${[r, g, b].map((channel) => Math.round(scale * channel)).join(",")})`, alpha];
  };
  const standalone = (svg) => {
    const copy = svg.cloneNode(true), marks = (root) => [...root.querySelectorAll(".fill, .line")], copies = marks(copy);
    marks(svg).forEach((mark, i) => {
      const style = getComputedStyle(mark), set = (name, value) => copies[i].setAttribute(name, value);
      for (const paint of ["fill", "stroke"]) {
        const [colour, alpha] = style[paint] === "none" ? ["none", 1] : channels(style[paint]);
        set(paint, colour);
        if (alpha < 1) set(`${paint}-opacity`, alpha);
      }
      set("stroke-width", parseFloat(style.strokeWidth));
      set("stroke-dasharray", style.strokeDasharray.replaceAll("px", ""));
      set("font-family", "sans-serif");
      set("paint-order", style.paintOrder);
      copies[i].removeAttribute("class");
    });
    copy.setAttribute("width", 760);
    return new XMLSerializer().serializeToString(copy);
  };
  document.querySelectorAll("svg.figure").forEach((svg) => {
    const button = document.createElement("button");
    button.className = "save";
    button.textContent = "Save as SVG";
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([standalone(svg)], { type: "image/svg+xml" }));
      link.download = `${svg.querySelector("title").id.replace(/\/title$/, "").replaceAll("/", "-")}.svg`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
    svg.after(button);
  });
})();
