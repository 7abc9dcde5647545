// Sorts a table by the column whose header is pressed: numbers by value, all else as text; again: the other way round.
document.querySelectorAll("table.sortable th button").forEach(button => button.addEventListener("click", () => {
  const header = button.parentElement;
  const table = header.closest("table");
  const column = header.cellIndex;
  const ascending = header.getAttribute("aria-sort") !== "ascending";
  const key = row => {
    const text = row.cells[column].textContent.trim();
    const number = Number.parseFloat(text.replaceAll(",", ""));
    return /^[+-]?[\d.,]+/.test(text) && !Number.isNaN(number) ? number : text;
  };
  const compare = (a, b) => typeof a === typeof b
    ? (typeof a === "number" ? a - b : a.localeCompare(b))
    : (typeof a === "number" ? -1 : 1);
  const rows = Array.from(table.tBodies[0].rows).map(row => [key(row), row]);
  rows.sort((a, b) => ascending ? compare(a[0], b[0]) : compare(b[0], a[0]));
  table.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
  header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  table.tBodies[0].append(...rows.map(pair => pair[1]));
}));
