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
