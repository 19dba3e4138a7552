// The table of layers: up to 717 rows, each HTML from Python, of which only those in view are in the page.

const ROW = 22; // pixels, as explorer.css has it
const BEYOND = 12; // rows drawn above and below those in view

const cellsOf = (row) => row.split(/<t[hd]/).slice(1);
const wordsOf = (cell) => cell.slice(cell.indexOf(">") + 1).replace(/<[^>]*>/g, "");
const valueOf = (cell) => /^[^>]*data-value="([^"]*)"/.exec(cell)?.[1] ?? wordsOf(cell).replaceAll(",", "");

const COLUMNS =
  "name,group,block,kind,output_shape,kernel,stride,groups,params,state,macs_per_image,activations_per_image,receptive_field_px".split(
    ",",
  );

// A row of the table as the values of those columns.
function layerOf(row) {
  const cells = cellsOf(row);
  const [name, kind, shape, window, groups] = cells.map(wordsOf);
  const [, group, block] = /data-group="([^"]*)" data-block="([^"]*)"/.exec(row);
  const sides = shape
    .replace(/(\d+)\u00b2/, "$1x$1")
    .replace("\u00d7", "x")
    .replace(" \u00d7 ", "x")
    .replaceAll(" ", "");
  const [kernel, stride] = window ? [valueOf(cells[3]), window.split("/")[1] ?? "1"] : ["", ""];
  return [
    name,
    group,
    block,
    kind.replace("SE: ", ""),
    sides,
    kernel,
    stride,
    groups || "1",
    ...cells.slice(5).map(valueOf),
  ];
}

// Sorting and filtering; both outlive the table's being drawn anew.
export function layerTable(body, tools) {
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
    count.textContent = words.length
      ? order.length
        ? `${order.length} of ${rows.length} layers: ${sum()} parameters`
        : "No layer matches."
      : "";
    const heads = [...table().tHead.rows[0].cells];
    const column = heads.findIndex((head) => head.firstElementChild?.dataset.key === key);
    heads.forEach((head, at) =>
      head.setAttribute("aria-sort", at !== column ? "none" : down ? "descending" : "ascending"),
    );
    if (column < 0) return;
    const values = rows.map((row) => {
      const value = valueOf(cellsOf(row)[column]);
      return value === "" ? -1 : Number.isNaN(Number(value)) ? value : Number(value);
    });
    order.sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0) * (down ? -1 : 1));
  }

  function sum() {
    const column = [...table().tHead.rows[0].cells].findIndex(
      (head) => head.firstElementChild?.dataset.key === "params",
    );
    return order.reduce((all, index) => all + Number(valueOf(cellsOf(rows[index])[column])), 0).toLocaleString("en");
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
    const button = event.target.closest(".sn-layers thead th")?.firstElementChild;
    if (!button) return;
    const first = !button.closest(".w"); // the largest number, the first name
    if (key !== button.dataset.key) [key, down] = [button.dataset.key, first];
    else if (down === first) down = !first;
    else key = ""; // a third time: in the order of the network
    show();
  });
  return {
    follow(now) {
      tools.hidden = !now.length;
      rows = now;
      show();
    },
    // The rows that are seen, in their order, as a spreadsheet takes them: whole numbers, and a name for each column.
    text() {
      const lines = order.map((index) =>
        layerOf(rows[index]).map((value) => (value.includes(",") ? `"${value}"` : value)),
      );
      return [COLUMNS, ...lines].map((line) => line.join(",")).join("\r\n");
    },
  };
}
