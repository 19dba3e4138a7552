// The controls: the nearest stop of a slider, and what a text field keeps while an answer comes.
/** @import { ControlMessage } from "../../senet_lab/widgets/messages.js" */
import { beforeEach, expect, test } from "vitest";
import { nearestStop, placeControls } from "../../senet_lab/widgets/controls.js";

test.each([
  [[2, 4, 8, 16, 32], 16, 3],
  [[2, 4, 8, 16, 32], 7, 2],
  [[2, 4, 8, 16, 32], 6, 1], // as near to both: the first
  [[2, 4, 8, 16, 32], 999, 4],
  [[2, 4, 8, null], null, 3],
  [[2, 4, 8, null], 1000, 2], // no number is near to "none"
  [[null, 4], 5, 1],
  [[], 5, 0],
])("the nearest stop among %j to %j is number %i", (stops, value, at) => {
  expect(nearestStop(stops, value)).toBe(at);
});

/** @type {HTMLElement} */
let holder;
/** @type {[string, unknown][]} */
let asked;
/** @type {Map<string, any>} */
let widgets;

beforeEach(() => {
  document.body.innerHTML = "<div></div>";
  holder = /** @type {HTMLElement} */ (document.body.firstElementChild);
  asked = [];
  widgets = new Map();
});

/** @type {ControlMessage} */
const RATIO = {
  name: "ratio",
  label: "Ratio",
  section: "Squeeze-excite",
  kind: "slider",
  stops: [2, 4, 8, null],
  labels: ["2", "4", "8", "none"],
  value: 8,
  hint: "one sixteenth",
  disabled: false,
  text: "8",
};

/**
 * @param {ControlMessage[]} controls
 * @param {Record<string, string>} [reasons]
 */
const place = (controls, reasons = {}) =>
  placeControls(holder, widgets, { controls, reasons }, (name, value) => asked.push([name, value]));

/** @param {string} selector */
const input = (selector) => /** @type {HTMLInputElement} */ (holder.querySelector(selector));

test("a slider stands at the stop that is nearest to its value and says its text", () => {
  place([{ ...RATIO, value: 7, text: "7" }]);
  expect(input("[type=range]").value).toBe("2");
  expect(input("[type=range]").getAttribute("aria-valuetext")).toBe("7");
  expect(input("[type=text]").value).toBe("7");
});

test("moving a slider asks for the value of its stop", () => {
  place([RATIO]);
  input("[type=range]").value = "3";
  input("[type=range]").dispatchEvent(new Event("input"));
  expect(asked).toEqual([["ratio", null]]);
  expect(input("[type=text]").value).toBe("none");
});

test("what is typed is asked for once, by Enter or by leaving the field", () => {
  place([RATIO]);
  const field = input("[type=text]");
  field.value = " 12 ";
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
  field.dispatchEvent(new Event("change"));
  expect(asked).toEqual([["ratio", "12"]]);
});

test("what is being typed stays while an answer comes, and so does what was refused", () => {
  place([RATIO]);
  const field = input("[type=text]");
  field.focus();
  field.value = "1";
  place([{ ...RATIO, text: "4", value: 4 }]);
  expect(field.value).toBe("1");
  field.value = "0";
  field.dispatchEvent(new Event("change"));
  field.blur();
  place([RATIO], { ratio: "Ratio (0) must be at least 1." });
  expect(field.value).toBe("0");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(holder.querySelector("small")?.textContent).toBe("Ratio (0) must be at least 1.");
  place([RATIO]);
  expect([field.value, field.getAttribute("aria-invalid")]).toEqual(["8", "false"]);
});

test("a control that is no longer offered goes, and a folded section stays folded", () => {
  const convention = { ...RATIO, name: "padding", section: "Convention and groups" };
  place([RATIO, convention]);
  const [first, second] = holder.querySelectorAll("details");
  expect([first.open, second.open]).toEqual([true, false]);
  place([convention]);
  expect([...widgets.keys()]).toEqual(["padding"]);
  expect(holder.querySelectorAll(".sn-slider")).toHaveLength(1);
});

test("each kind of control asks for its value", () => {
  const several = {
    ...RATIO,
    name: "in_groups",
    kind: /** @type {const} */ ("checks"),
    stops: [1, 2],
    labels: ["1", "2"],
    value: [1],
  };
  const one = {
    ...RATIO,
    name: "family",
    kind: /** @type {const} */ ("choice"),
    stops: ["a", "b"],
    labels: ["A", "B"],
    value: "a",
  };
  const list = { ...one, name: "preset", kind: /** @type {const} */ ("select") };
  const flag = {
    ...RATIO,
    name: "keep_cost",
    kind: /** @type {const} */ ("check"),
    stops: [],
    labels: [],
    value: false,
  };
  place([several, one, list, flag]);
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (holder.querySelectorAll("[role=group] input"));
  expect([...boxes].map(({ checked }) => checked)).toEqual([true, false]);
  boxes[1].click();
  /** @type {NodeListOf<HTMLInputElement>} */ (holder.querySelectorAll("[role=radiogroup] input"))[1].click();
  const field = /** @type {HTMLSelectElement} */ (holder.querySelector("select"));
  field.selectedIndex = 1;
  field.dispatchEvent(new Event("change"));
  input(".sn-check input").click();
  expect(asked).toEqual([
    ["in_groups", [1, 2]],
    ["family", "b"],
    ["preset", "b"],
    ["keep_cost", true],
  ]);
});

test("a group of check boxes has those of its value checked, and shows why a move was refused", () => {
  /** @type {ControlMessage} */
  const groups = {
    ...RATIO,
    name: "in_groups",
    kind: "checks",
    stops: [1, 2, 3],
    labels: ["1", "2", "3"],
    value: [1, 3],
  };
  place([groups], { in_groups: "In groups must be a list." });
  expect([...holder.querySelectorAll("input")].map(({ checked }) => checked)).toEqual([true, false, true]);
  expect(holder.querySelector("small")?.textContent).toBe("In groups must be a list.");
});

test("a choice that cannot be made now is disabled with what explains it, and enabled again", () => {
  /** @type {ControlMessage} */
  const recipe = { ...RATIO, name: "recipe", kind: "choice", labels: ["original", "modern"], value: "modern" };
  for (const disabled of [true, false]) {
    place([{ ...recipe, disabled, hint: "as recorded" }]);
    expect([...holder.querySelectorAll("input")].map((each) => each.disabled)).toEqual([disabled, disabled]);
    expect(holder.querySelector("small")?.textContent).toBe("as recorded");
  }
});
