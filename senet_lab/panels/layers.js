// The table of layers: up to 717 rows, each HTML from Python, of which only those in view are in the page.

const ROW = 22; // pixels, as explorer.css has it
const BEYOND = 12; // rows drawn above and below those in view

const cellsOf = (row) => row.split(/<t[hd]/).slice(1);
const plain = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content.textContent.trim();
const wordsOf = (cell) => cell.slice(cell.indexOf(">") + 1).replace(/<[^>]*>/g, "");
const valueOf = (cell) => /^[^>]*data-value="([^"]*)"/.exec(cell)?.[1] ?? wordsOf(cell).replaceAll(",", "");

// Sorting and filtering; both outlive the table's being drawn anew.
function layerTable(body, tools) {
  const [search, count] = [tools.querySelector("input"), tools.querySelector("output")];
  let rows = [];
  let order = []; // the rows that are seen, by number
  let [key, down] = ["", false];
  let drawn = ""; // the first row that is in the page, and the last
  let scrolled = 0; // pixels

  const table = () => body.querySelector(".sn-layers");

  function arrange() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    order = rows.map((_, index) => index);
    if (words.length) {
      const texts = rows.map((row) => cellsOf(row).map(wordsOf).join(" ").toLowerCase());
      order = order.filter((index) => words.every((word) => texts[index].includes(word)));
    }
    count.textContent = order.length < rows.length ? `${order.length} of ${rows.length} layers` : "";
    const heads = [...table().tHead.rows[0].cells];
    const column = heads.findIndex((head) => head.firstElementChild?.dataset.key === key);
    heads.forEach((head, at) => head.setAttribute("aria-sort", at !== column ? "none" : down ? "descending" : "ascending"));
    if (column < 0) return;
    const values = rows.map((row) => {
      const value = valueOf(cellsOf(row)[column]);
      return value === "" ? -1 : Number.isNaN(Number(value)) ? value : Number(value);
    });
    order.sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0) * (down ? -1 : 1));
  }

  function paint(anew) {
    const scroll = table()?.closest(".sn-scroll");
    if (!scroll) return;
    const first = Math.max(0, Math.floor(scroll.scrollTop / ROW) - BEYOND);
    const last = Math.min(order.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / ROW) + BEYOND);
    if (!anew && drawn === `${first} ${last}`) return;
    drawn = `${first} ${last}`;
    const space = (n) => (n > 0 ? `<tr class="sn-space" aria-hidden="true" style="height:${n * ROW}px"></tr>` : "");
    const inView = order.slice(first, last).map((index) => rows[index]);
    const part = table().tBodies[0];
    part.innerHTML = space(first) + inView.join("") + space(order.length - last);
    [...part.querySelectorAll("[data-index]")].forEach((row, at) => (row.ariaRowIndex = first + at + 2)); // 1 is the head
  }

  function show() {
    if (!table()) return;
    arrange();
    table().tBodies[0].innerHTML = `<tr class="sn-space" style="height:${order.length * ROW}px"></tr>`; // to scroll in
    table().closest(".sn-scroll").scrollTop = scrolled;
    paint(true);
  }

  search.addEventListener("input", show);
  const scroll = (event) => {
    if (!table() || event.target !== table().closest(".sn-scroll")) return;
    scrolled = event.target.scrollTop;
    paint(false);
  };
  body.addEventListener("scroll", scroll, true); // it does not bubble
  body.addEventListener("click", (event) => {
    const button = event.target.closest(".sn-layers thead button");
    if (!button) return;
    [key, down] = key === button.dataset.key ? [key, !down] : [button.dataset.key, !button.closest(".w")];
    show();
  });
  return {
    follow(now) {
      tools.hidden = !now.length;
      rows = now;
      show();
    },
    // The rows that are seen, in their order, with commas between cells: what a spreadsheet takes.
    text() {
      const quoted = (cell) => (/^[\d,]+$/.test(cell) ? cell.replaceAll(",", "") : `"${cell.replaceAll('"', '""')}"`);
      const heads = [...table().tHead.rows[0].cells].map((head) => head.textContent.trim());
      const lines = order.map((index) => cellsOf(rows[index]).map((cell) => plain(wordsOf(cell))));
      return [heads, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n");
    },
  };
}
