// The table of layers: the distinct ones from Python, all in the table; only those in view are elements of the page.
/** @import { LayerBlock, LayerRow, LayerTable } from "./messages.js" */
import { closest, element, findAll, listen } from "../widgets/dom.js";
import { setText } from "../widgets/kit.js";

const ROW_HEIGHT = 22; // pixels, as in senet.css
const MARGIN_ROWS = 12; // rows drawn above and below those in view
const MIN_BAR = 0.05; // percent

/** @type {LayerTable} */
const NO_LAYERS = { count: 0, blocks: [], distinct: [], totals: [] };

/** @typedef {ReturnType<typeof layerOf>} Layer */

// biome-ignore format: a line for each would fill the screen
/**
 * @param {LayerRow} row
 * @param {LayerBlock} block
 */
const layerOf = ([
  suffix, kind, attention, shape, size, kernel, stride, window, groups,
  params, state, macs, macsText, activations, activationsText, field, seesAll,
], [group, block, prefix, , start]) => ({
  name: prefix + suffix, group, block, kind, attention, shape, size, kernel, stride, window, groups,
  params, state, macs, macsText, activations, activationsText, field: start + field, seesAll,
});

/**
 * Returns all layers; blocks with the same content share its rows in the message.
 * @param {Pick<LayerTable, "blocks" | "distinct">} table
 */
const layersOf = ({ blocks, distinct }) =>
  blocks.flatMap((block) => distinct[block[3]].map((row) => layerOf(row, block)));

/**
 * Formats an integer with commas; Intl.NumberFormat takes 30 ms to start.
 * @param {number} number
 */
const format = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/**
 * The columns by key, with their text and the value by which they are sorted; cells without a number come first.
 * @type {Record<string, { text: (layer: Layer) => string, value: (layer: Layer) => string | number }>}
 */
const COLUMNS = {
  name: { text: ({ name }) => name, value: ({ name }) => name },
  kind: {
    text: ({ kind, attention }) => (attention ? `${attention}: ${kind}` : kind),
    value: ({ kind, attention }) => (attention ? `${attention}: ${kind}` : kind),
  },
  channels: { text: ({ size }) => size, value: ({ shape }) => shape[shape.length - 1] },
  kernel: { text: ({ window }) => window, value: ({ kernel }) => kernel || -1 },
  groups: {
    text: ({ groups }) => (groups > 1 ? String(groups) : ""),
    value: ({ groups }) => (groups > 1 ? groups : -1),
  },
  params: { text: ({ params }) => format(params), value: ({ params }) => params },
  state: { text: ({ state }) => format(state), value: ({ state }) => state },
  macs: { text: ({ macsText }) => macsText, value: ({ macs }) => macs },
  activations: { text: ({ activationsText }) => activationsText, value: ({ activations }) => activations },
  receptive_field: { text: ({ seesAll, field }) => (seesAll ? "whole" : format(field)), value: ({ field }) => field },
};

/**
 * The columns of the CSV file, by name.
 * @type {Record<string, (layer: Layer) => string | number>}
 */
const CSV_COLUMNS = {
  name: ({ name }) => name,
  group: ({ group }) => group,
  block: ({ block }) => block,
  kind: ({ kind }) => kind,
  output_shape: ({ shape }) => shape.join("x"),
  kernel: ({ kernel }) => kernel || "",
  stride: ({ kernel, stride }) => (kernel ? stride : ""),
  groups: ({ groups }) => groups,
  params: ({ params }) => params,
  state: ({ state }) => state,
  macs_per_image: ({ macs }) => macs,
  activations_per_image: ({ activations }) => activations,
  receptive_field_px: ({ field }) => field,
};

/**
 * Fills, sorts and filters the table; order and filter persist when the table is redrawn.
 * @param {HTMLElement} body
 * @param {HTMLElement} tools the filter field, and the line that counts the visible layers
 */
export function layerTable(body, tools) {
  const search = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  const count = /** @type {HTMLOutputElement} */ (tools.querySelector("output"));
  /** @type {Layer[]} */
  let layers = [];
  /** @type {string[]} */
  let texts = []; // of the layers, for the filter; empty until the filter is used
  /** @type {Layer[]} */
  let matches = []; // the layers that match the filter, in their order
  /** @type {{ params?: number, macs?: number }} */
  let largest = {};
  let sortKey = "";
  let isDescending = false;
  let range = ""; // the first and the last row on the page, and the number of rows
  let scrollTop = 0; // pixels
  let height = 0; // of the scroller in pixels; observed, since reading it triggers a layout
  let filled = ""; // the last content of the table
  /** @type {HTMLElement | null} */
  let watched = null; // the scroller whose height is observed

  const sizes = new ResizeObserver(() => {
    height = watched?.clientHeight ?? 0;
    restoreScroll();
    paint();
  });

  const table = () => /** @type {HTMLTableElement | null} */ (body.querySelector(".sn-layers"));
  const scroller = () => /** @type {HTMLElement | null | undefined} */ (table()?.closest(".sn-scroll"));

  function arrange() {
    const words = wordsOf(search.value);
    matches = words.length ? filter(words) : [...layers];
    count.textContent = words.length ? summary() : "";
    if (!COLUMNS[sortKey]) return;
    const { value } = COLUMNS[sortKey];
    const sign = isDescending ? -1 : 1;
    matches.sort((a, b) => sign * compare(value(a), value(b)));
  }

  /** @param {string[]} words */
  function filter(words) {
    if (!texts.length) texts = layers.map(textOf);
    return layers.filter((_, index) => words.every((word) => texts[index].includes(word)));
  }

  function summary() {
    if (!matches.length) return "No layers match. Change the filter.";
    const params = matches.reduce((sum, layer) => sum + layer.params, 0);
    return `${format(matches.length)} of ${format(layers.length)} layers: ${format(params)} parameters`;
  }

  /** @param {HTMLTableElement} table */
  function markHeads(table) {
    const order = isDescending ? "descending" : "ascending";
    for (const button of table.tHead?.querySelectorAll("button") ?? [])
      button.closest("th")?.setAttribute("aria-sort", button.dataset.key === sortKey ? order : "none");
  }

  /** Adds the rows in view to the table; existing rows are reused and updated. */
  function paint() {
    const [part, view] = [table()?.tBodies[0], scroller()];
    if (!part || !view) return;
    height ||= view.clientHeight;
    const top = Math.min(scrollTop, Math.max(0, matches.length * ROW_HEIGHT - height)); // there may be fewer rows now
    const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN_ROWS);
    const last = Math.min(matches.length, Math.ceil((scrollTop + height) / ROW_HEIGHT) + MARGIN_ROWS);
    const rows = /** @type {HTMLTableRowElement[]} */ ([...part.querySelectorAll("tr:not(.sn-space)")]);
    const wanted = matches.slice(first, last).map((_, at) => rows[at] ?? emptyRow());
    wanted.forEach((row, at) => fillRow(row, matches[first + at], largest, first + at + 2)); // 1 is the head
    const placed = `${first} ${last} ${matches.length}`;
    if (placed === range && rows.length === wanted.length) return;
    range = placed;
    part.replaceChildren(...space(first), ...wanted, ...space(matches.length - last));
  }

  function show() {
    const [current, view] = [table(), scroller()];
    if (!current || !view) return;
    arrange();
    markHeads(current);
    paint();
    restoreScroll();
    watch(view);
  }

  /** Scrolls a table that is new, or was temporarily removed from the page, to its top. */
  function restoreScroll() {
    const view = scroller();
    if (view && scrollTop && view.clientHeight && view.scrollTop !== scrollTop) view.scrollTop = scrollTop;
  }

  /** @param {HTMLElement} view */
  function watch(view) {
    if (view === watched) return;
    sizes.disconnect();
    watched = view;
    sizes.observe(view);
  }

  /** @param {Event} event */
  function scroll({ target }) {
    const view = scroller();
    if (!view || target !== view) return;
    scrollTop = view.scrollTop;
    height = view.clientHeight;
    paint();
  }

  /** @param {Event} event */
  function sort(event) {
    const button = closest(event, ".sn-layers thead th")?.querySelector("button");
    if (!button) return;
    const isFirstDescending = !button.closest(".w"); // the largest number, the first name
    const key = button.dataset.key ?? "";
    if (sortKey !== key) [sortKey, isDescending] = [key, isFirstDescending];
    else if (isDescending === isFirstDescending) isDescending = !isDescending;
    else sortKey = ""; // a third time: in the order of the network
    show();
  }

  search.addEventListener("input", show);
  listen(body, { scroll }, true); // it does not bubble
  listen(body, { click: sort });
  return {
    /** @param {string} json the content of the table; "" if the table is not on the page */
    follow(json) {
      if (json && json === filled && table()?.tBodies[0].rows.length) return;
      filled = json;
      tools.hidden = !json;
      const content = /** @type {LayerTable} */ (json ? JSON.parse(json) : NO_LAYERS);
      fillFrame(table(), content);
      layers = layersOf(content);
      texts = [];
      largest = { params: maximum(layers, "params"), macs: maximum(layers, "macs") };
      show();
    },
    stop: () => sizes.disconnect(),
    // The matching rows, in their order, for a spreadsheet: with full numbers and column names.
    csv() {
      const lines = matches.map((layer) => Object.values(CSV_COLUMNS).map((value) => quoted(String(value(layer)))));
      return [Object.keys(CSV_COLUMNS), ...lines].map((line) => line.join(",")).join("\r\n");
    },
  };
}

/**
 * Returns the words of a filter: group3/block1 is two, and 7x7 is written as in the table.
 * @param {string} text
 */
const wordsOf = (text) =>
  text
    .toLowerCase()
    .replace(/(\d)x(?=\d)/g, "$1\u00d7")
    .split(/[\s,/]+/)
    .filter(Boolean);

/** @param {Layer} layer */
const textOf = (layer) =>
  Object.values(COLUMNS)
    .map(({ text }) => text(layer))
    .join(" ")
    .toLowerCase();

/**
 * @param {Layer[]} layers
 * @param {"params" | "macs"} key
 */
const maximum = (layers, key) => layers.reduce((most, layer) => Math.max(most, layer[key]), 0);

/**
 * @param {string | number} a
 * @param {string | number} b
 */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** @param {string} text */
const quoted = (text) => (text.includes(",") ? `"${text}"` : text);

/**
 * Returns an empty row as high as `count` rows; none if `count` is 0.
 * @param {number} count
 */
function space(count) {
  if (count <= 0) return [];
  const row = element("tr", { className: "sn-space" });
  row.setAttribute("aria-hidden", "true");
  row.style.height = `${count * ROW_HEIGHT}px`;
  return [row];
}

/**
 * Fills in the number of layers and the sums.
 * @param {HTMLTableElement | null} table
 * @param {Pick<LayerTable, "count" | "totals">} sums
 */
function fillFrame(table, { count, totals }) {
  if (!table) return;
  table.ariaRowCount = String(count + 2);
  findAll(table, "caption span").forEach((place) => setText(place, format(count)));
  findAll(table, "tfoot td").forEach((cell, at) => setText(cell, totals[at]));
}

function emptyRow() {
  const row = element("tr");
  row.append(...Object.keys(COLUMNS).map((key) => (key === "name" ? element("th", { scope: "row" }) : element("td"))));
  return row;
}

/**
 * Updates the cells of a row that differ; a move of a slider leaves most of them unchanged.
 * @param {HTMLTableRowElement} row
 * @param {Layer} layer
 * @param {{ params?: number, macs?: number }} largest the value of a bar of full length, by column
 * @param {number} rowIndex
 */
function fillRow(row, layer, largest, rowIndex) {
  row.ariaRowIndex = String(rowIndex);
  row.dataset.kind = layer.attention ? "squeeze-excite" : layer.kind;
  Object.entries(COLUMNS).forEach(([key, { text }], at) => {
    setText(row.cells[at], text(layer));
    if (key === "params" || key === "macs") setBar(row.cells[at], (100 * layer[key]) / (largest[key] || 1));
  });
}

/**
 * @param {Element} cell
 * @param {number} percent
 */
function setBar(cell, percent) {
  const width = percent < MIN_BAR ? "" : `${percent.toFixed(1)}%`;
  const bar = cell.querySelector("i");
  if (!width) bar?.remove();
  else if (bar?.style.width !== width) {
    const line = bar ?? cell.appendChild(element("i"));
    line.style.width = width;
  }
}
