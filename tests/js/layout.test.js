// The Explorer's page of a network without meta-parameters: what does not apply is hidden, and keys skip it.
/** @import { Shown } from "../../senet_lab/explorer/messages.js" */
import { expect, test } from "vitest";
import { layout, placeButtons } from "../../senet_lab/explorer/layout.js";
import { findAll, findParts } from "../../senet_lab/widgets/dom.js";
import { walkTabs } from "../../senet_lab/widgets/kit.js";

const ABSENT = ["Trade-offs", "Published", "Code", "Build", "pin", "swap", "token", ".py", "undo", "controls"];

/** @param {string[]} absent */
function page(absent) {
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  layout(el, "view");
  const parts = findParts(el);
  const shown = /** @type {Shown} */ ({ pinned: false, undo: false, redo: false, token: "", address: "", absent });
  placeButtons(parts, shown);
  return { el, parts, place: (/** @type {string[]} */ names) => placeButtons(parts, { ...shown, absent: names }) };
}

/** @param {HTMLElement} el */
const tabs = (el) => findAll(el, "[role=tab]:not([hidden])").map(({ dataset }) => dataset.tab);

test("tabs, buttons, files and controls that are absent are hidden until they apply again", () => {
  const { el, parts, place } = page(ABSENT);
  expect(tabs(el)).toEqual(["Network", "Layers", "Breakdown", "Compare"]);
  expect([parts.pin.hidden, parts.token.hidden, parts.undo.hidden, parts.redo.hidden]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(parts.controls.hidden).toBe(true);
  const files = findAll(el, "[data-ask=save]").map(({ dataset, hidden }) => [dataset.value, hidden]);
  expect(files).toContainEqual([".py", true]);
  expect(files).toContainEqual([".csv", false]);
  place([]);
  expect(tabs(el)).toHaveLength(8);
  expect([parts.pin.hidden, parts.undo.hidden, parts.controls.hidden, parts.swap.hidden]).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test("arrow keys skip tabs that are hidden", () => {
  const { el } = page(ABSENT);
  /** @type {unknown[]} */
  const asked = [];
  walkTabs(el, (_, tab) => asked.push(tab));
  const breakdown = /** @type {HTMLElement} */ (el.querySelector("[data-tab=Breakdown]"));
  breakdown.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  expect(asked).toEqual(["Compare"]);
});
