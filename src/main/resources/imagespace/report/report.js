// Sorts a table by the column whose header is pressed: numbers by value, all else as text; again: the other way round.
// Fields without a figure stay last.
const texts = new Intl.Collator("en", { numeric: true });
const NUMBER = /^[+-]?(\d[\d,]*)?\.?\d+(?= ?[±%]|$)/;

const key = (row, column) => {
  const text = row.cells[column].textContent.trim();
  const number = NUMBER.exec(text);
  return text === "" || text === "-" ? null : number ? Number(number[0].replaceAll(",", "")) : text;
};

const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : texts.compare(a, b);

document.querySelectorAll("table.sortable th button").forEach(button => button.addEventListener("click", () => {
  const header = button.parentElement;
  const table = header.closest("table");
  const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const rows = Array.from(table.tBodies[0].rows).map(row => [key(row, header.cellIndex), row]);
  rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : sign * compare(a, b));
  table.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
  header.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  table.tBodies[0].append(...rows.map(([, row]) => row));
}));
