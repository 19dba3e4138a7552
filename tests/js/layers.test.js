// The table of layers: drawn from values, sorted, filtered, and copied as CSV.
/** @import { LayerBlock, LayerRow } from "../../senet_lab/explorer/messages.js" */
import { beforeEach, expect, test, vi } from "vitest";
import { layerTable } from "../../senet_lab/explorer/layers.js";

const KEYS = "name kind channels kernel groups params state macs activations receptive_field".split(" ");
const WORDS = ["name", "kind"];

/** @typedef {{ group: string, block: string, row: LayerRow }} Line */

/** @type {Line[]} */
const ROWS = [
  {
    group: "stem",
    block: "",
    row: [
      "stem_conv",
      "conv",
      "",
      [112, 112, 64],
      "112² × 64",
      7,
      2,
      "7×7 /2",
      1,
      9408,
      0,
      118_013_952,
      "118.01 M",
      802_816,
      "802.82 k",
      7,
      false,
    ],
  },
  {
    group: "group1",
    block: "block1",
    row: [
      "group1_block1_conv2",
      "grouped conv",
      "",
      [56, 56, 128],
      "56² × 128",
      3,
      1,
      "3×3",
      32,
      4608,
      0,
      14_450_688,
      "14.45 M",
      401_408,
      "401.41 k",
      19,
      false,
    ],
  },
  {
    group: "group1",
    block: "block1",
    row: [
      "group1_block1_se_reduce",
      "dense",
      "SE",
      [1, 1, 16],
      "1² × 16",
      0,
      0,
      "",
      1,
      4096,
      0,
      4096,
      "4.10 k",
      16,
      "16",
      19,
      true,
    ],
  },
  {
    group: "group1",
    block: "block1",
    row: [
      "group1_block1_bn2",
      "batch norm",
      "",
      [56, 56, 128],
      "56² × 128",
      0,
      0,
      "",
      1,
      256,
      256,
      0,
      "0",
      401_408,
      "401.41 k",
      19,
      false,
    ],
  },
];

/** @type {HTMLElement} */
let body;
/** @type {HTMLElement} */
let tools;
/** @type {ReturnType<typeof layerTable>} */
let table;

/** @type {() => void} hears of a size */
let resize;
vi.stubGlobal(
  "ResizeObserver",
  class {
    /** @param {() => void} heard */
    constructor(heard) {
      resize = heard;
    }
    observe() {}
    disconnect() {}
  },
);

beforeEach(() => {
  const heads = KEYS.map(
    (key) => `<th class="${WORDS.includes(key) ? "w" : ""}"><button data-key="${key}">${key}</button></th>`,
  );
  document.body.innerHTML = `<div><div class="sn-scroll"><table class="sn-layers"><caption><span></span> layers</caption><thead><tr>${heads.join("")}</tr></thead><tbody></tbody><tfoot><tr><th>total</th><td></td><td></td></tr></tfoot></table></div></div>
    <p hidden><input><output></output></p>`;
  [body, tools] = /** @type {HTMLElement[]} */ ([...document.body.children]);
  table = layerTable(body, tools);
  fill(ROWS);
});

/** @param {Line[]} lines each a block of its own */
function fill(lines) {
  const blocks = lines.map(({ group, block }, at) => [group, block, "", at, 0]);
  const distinct = lines.map(({ row }) => [row]);
  table.follow(JSON.stringify({ count: lines.length, blocks, distinct, totals: ["", "9.5 k"] }));
}
/**
 * @param {Line} line
 * @param {string} name
 */
const renamed = (line, name) => ({ ...line, row: /** @type {LayerRow} */ (line.row.with(0, name)) });
const rows = () => [...body.querySelectorAll("tbody tr:not(.sn-space)")];
const names = () => rows().map((row) => row.children[0].textContent);
/** @param {string} words */
function filter(words) {
  const field = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  field.value = words;
  field.dispatchEvent(new Event("input"));
}
/** @param {string} key */
const sort = (key) => /** @type {HTMLElement} */ (body.querySelector(`[data-key=${key}]`)).click();

test("each layer is a row of what people read", () => {
  const texts = rows().map((row) => [...row.children].map((cell) => cell.textContent));
  expect(texts[0]).toEqual(["stem_conv", "conv", "112² × 64", "7×7 /2", "", "9,408", "0", "118.01 M", "802.82 k", "7"]);
  expect(texts[1].slice(3, 5)).toEqual(["3×3", "32"]);
  expect(texts[2]).toEqual([
    "group1_block1_se_reduce",
    "SE: dense",
    "1² × 16",
    "",
    "",
    "4,096",
    "0",
    "4.10 k",
    "16",
    "whole",
  ]);
  expect(rows().map((row) => row.getAttribute("data-kind"))).toEqual([
    "conv",
    "grouped conv",
    "squeeze-excite",
    "batch norm",
  ]);
  expect(rows()[0].children[0].getAttribute("scope")).toBe("row");
});

test("the longest bar is that of the largest layer, and there is none for nothing", () => {
  const bars = rows().map((row) => row.children[7].querySelector("i")?.style.width);
  expect(bars).toEqual(["100.0%", "12.2%", undefined, undefined]);
});

test("names in a row are text and no HTML", () => {
  fill([renamed(ROWS[0], "<b>&")]);
  expect(names()).toEqual(["<b>&"]);
});

test("numbers are sorted from the largest, then from the smallest, then as in the network", () => {
  sort("params");
  expect(names()).toEqual(["stem_conv", "group1_block1_conv2", "group1_block1_se_reduce", "group1_block1_bn2"]);
  expect(body.querySelector("[aria-sort=descending]")?.textContent).toBe("params");
  sort("params");
  expect(names()[0]).toBe("group1_block1_bn2");
  sort("params");
  expect(names()[0]).toBe("stem_conv");
  expect(body.querySelector("[aria-sort=ascending], [aria-sort=descending]")).toBe(null);
});

test("words are sorted from the first, and layers without a window have the smallest", () => {
  sort("name");
  expect(names()[0]).toBe("group1_block1_bn2");
  sort("kernel");
  expect(names().slice(0, 2)).toEqual(["stem_conv", "group1_block1_conv2"]);
});

test("all words of a filter must be in a row, whatever the column; the sum is of what is seen", () => {
  filter("GROUP1 se");
  expect(names()).toEqual(["group1_block1_se_reduce"]);
  filter("group1 56²");
  expect(tools.querySelector("output")?.textContent).toBe("2 of 4 layers: 4,864 parameters");
  filter("group1/block1, 3x3");
  expect(names()).toEqual(["group1_block1_conv2"]);
  filter("nonsense");
  expect(tools.querySelector("output")?.textContent).toBe("No layers match. Change the filter.");
});

test("sorting and filtering outlive new rows", () => {
  sort("params");
  filter("conv");
  fill([ROWS[1], ROWS[0]]);
  expect(names()).toEqual(["stem_conv", "group1_block1_conv2"]);
});

test("the rows that are seen are copied as CSV, with whole numbers", () => {
  filter("se_reduce");
  const [head, line] = table.csv().split("\r\n");
  expect(head).toBe(
    "name,group,block,kind,output_shape,kernel,stride,groups,params,state,macs_per_image,activations_per_image,receptive_field_px",
  );
  expect(line).toBe("group1_block1_se_reduce,group1,block1,dense,1x1x16,,,1,4096,0,4096,16,19");
});

test("the number of layers and the sums are filled in", () => {
  expect(body.querySelector("caption")?.textContent).toBe("4 layers");
  expect(body.querySelector("tfoot")?.textContent).toBe("total9.5 k");
  expect(body.querySelector("table")?.ariaRowCount).toBe("6");
});

test("rows that stay are the same elements, with the numbers of the new network", () => {
  const before = rows();
  fill([ROWS[1], ROWS[0]]);
  expect(rows()).toEqual(before.slice(0, 2));
  expect(rows()[0]).toBe(before[0]);
  expect(names()).toEqual(["group1_block1_conv2", "stem_conv"]);
  expect(rows().map((row) => row.children[7].querySelector("i")?.style.width)).toEqual(["12.2%", "100.0%"]);
});

const MANY = Array.from({ length: 5000 }, (_, at) => renamed(ROWS[0], `layer${at}`));

/** @param {number} height */
function scrollerOf(height) {
  const view = /** @type {HTMLElement} */ (body.querySelector(".sn-scroll"));
  Object.defineProperty(view, "clientHeight", { configurable: true, value: height });
  return view;
}

test("rows are drawn where the table is scrolled to, and as far as it is high", () => {
  const view = scrollerOf(220);
  fill(MANY);
  expect(rows().length).toBe(10 + 12);
  view.scrollTop = 22_000;
  view.dispatchEvent(new Event("scroll"));
  expect([names()[0], names().at(-1)]).toEqual(["layer988", "layer1021"]);
  scrollerOf(440);
  resize();
  expect(names().at(-1)).toBe("layer1031");
});

test("a table that was out of the page is scrolled to where it was", () => {
  const view = scrollerOf(220);
  fill(MANY);
  view.scrollTop = 22_000;
  view.dispatchEvent(new Event("scroll"));
  view.scrollTop = 0; // without an event, as where it is attached again
  resize();
  expect(view.scrollTop).toBe(22_000);
  view.scrollTop = 0;
  fill([...MANY.slice(1)]);
  expect([view.scrollTop, names()[0]]).toEqual([22_000, "layer989"]);
});

test("a table that is shown later is filled when it has a height", () => {
  scrollerOf(0);
  fill(MANY);
  expect(rows().length).toBe(12);
  scrollerOf(220);
  resize();
  expect(rows().length).toBe(22);
});

test("of 5,000 rows only those in view are in the page", () => {
  fill(Array.from({ length: 5000 }, () => ROWS[0]));
  expect(rows().length).toBeLessThan(60);
  expect(/** @type {HTMLElement} */ (body.querySelector(".sn-space")).style.height).toMatch(/^\d+px$/);
});

test("blocks share the rows of their content, each under its own name and with its own receptive field", () => {
  /** @type {LayerBlock[]} */
  const blocks = [
    ["group1", "block2", "group1_block2_", 0, 100],
    ["group1", "block3", "group1_block3_", 0, 140],
  ];
  const distinct = [[renamed(ROWS[1], "conv2").row, renamed(ROWS[0], "conv3").row]];
  table.follow(JSON.stringify({ count: 4, blocks, distinct, totals: [] }));
  expect(names()).toEqual(["group1_block2_conv2", "group1_block2_conv3", "group1_block3_conv2", "group1_block3_conv3"]);
  expect(rows().map((row) => row.children[9].textContent)).toEqual(["119", "107", "159", "147"]);
  filter("block3 7×7");
  expect(tools.querySelector("output")?.textContent).toBe("1 of 4 layers: 9,408 parameters");
  expect(table.csv().split("\r\n")[1]).toMatch(/^group1_block3_conv3,group1,block3,.*,147$/);
});

test("all of 168,000 layers can be sorted, filtered and scrolled to", () => {
  scrollerOf(220);
  /** @type {LayerBlock[]} */
  const blocks = Array.from({ length: 12_000 }, (_, at) => ["group1", `block${at}`, `group1_block${at}_`, 0, at]);
  const distinct = [Array.from({ length: 14 }, (_, at) => renamed(ROWS[0], `conv${at}`).row)];
  table.follow(JSON.stringify({ count: 168_000, blocks, distinct, totals: [] }));
  expect(rows().length).toBeLessThan(60);
  sort("receptive_field");
  expect(names()[0]).toBe("group1_block11999_conv0");
  filter("block11998_conv3");
  expect(names()).toEqual(["group1_block11998_conv3"]);
  expect(tools.querySelector("output")?.textContent).toBe("1 of 168,000 layers: 9,408 parameters");
});

test("the tools are hidden where there are no rows", () => {
  expect(tools.hidden).toBe(false);
  table.follow("");
  expect(tools.hidden).toBe(true);
});
