// Drawing anew: focus, scrolling and opened details stay the reader's.
import { beforeEach, expect, test } from "vitest";
import { forgetDrawing, redraw, redrawAround } from "../../senet_lab/widgets/redraw.js";

/** @type {HTMLElement} */
let body;

beforeEach(() => {
  document.body.innerHTML = "<div></div>";
  body = /** @type {HTMLElement} */ (document.body.firstElementChild);
});

/** @param {string} selector */
const find = (selector) => /** @type {HTMLElement} */ (body.querySelector(selector));

test("the same HTML is not put there twice, unless it is forgotten", () => {
  redraw(body, "<input type=checkbox>");
  const box = find("input");
  redraw(body, "<input type=checkbox>");
  expect(find("input")).toBe(box);
  forgetDrawing(body);
  redraw(body, "<input type=checkbox>");
  expect(find("input")).not.toBe(box);
});

test("the focus stays at the button that asks for the same", () => {
  redraw(body, `<button data-ask="form" data-value="a">A</button><button data-ask="form" data-value="b">B</button>`);
  find("[data-value=b]").focus();
  redraw(
    body,
    `<p>new</p><button data-ask="form" data-value="a">A</button><button data-ask="form" data-value="b">B2</button>`,
  );
  expect(document.activeElement?.textContent).toBe("B2");
});

test("the focus stays at the drawn part with the same path, or the same tip", () => {
  redraw(
    body,
    `<svg><g class="sn-node" tabindex="0" data-path="stem"/><g class="sn-node" tabindex="-1" data-path="group1"/></svg>`,
  );
  find("[data-path=group1]").focus();
  redraw(body, `<svg><g class="sn-node" tabindex="0" data-path="group1" id="new"/></svg>`);
  expect(document.activeElement?.id).toBe("new");
  redraw(body, `<svg><g class="sn-node" tabindex="-1" data-tip="epoch 3\n0.5"/></svg>`);
  find(".sn-node").focus();
  redraw(
    body,
    `<svg><g class="sn-node" tabindex="0" data-tip="epoch 2\n0.4"/><g class="sn-node" tabindex="-1" data-tip="epoch 3\n0.6" id="third"/></svg>`,
  );
  expect(document.activeElement?.id).toBe("third");
});

test("where what had the focus is gone, the focus goes to a part nearby, else to the body", () => {
  redraw(body, `<button data-ask="gone">Gone</button>`);
  find("button").focus();
  redraw(body, `<svg><g class="sn-node" tabindex="0" data-path="stem"/></svg>`);
  expect(document.activeElement).toBe(find(".sn-node"));
  redraw(body, "<p>nothing</p>");
  expect(document.activeElement).toBe(body);
  expect(body.tabIndex).toBe(-1);
});

test("nothing takes the focus that did not have it", () => {
  redraw(body, `<svg><g class="sn-node" tabindex="0" data-path="stem"/></svg>`);
  redraw(body, `<svg><g class="sn-node" tabindex="0" data-path="group1"/></svg>`);
  expect(document.activeElement).toBe(document.body);
});

test("scrolling and opened details stay", () => {
  const html = (/** @type {string} */ words) =>
    `<div class="sn-scroll">${words}</div><details data-key="why"><summary>Why</summary></details><details data-key="how"></details>`;
  redraw(body, html("a"));
  find(".sn-scroll").scrollTop = 40;
  /** @type {HTMLDetailsElement} */ (find("[data-key=why]")).open = true;
  find("summary").focus();
  redraw(body, html("b"));
  expect(find(".sn-scroll").scrollTop).toBe(40);
  expect([...body.querySelectorAll("details")].map(({ open }) => open)).toEqual([true, false]);
  expect(document.activeElement).toBe(find("summary"));
});

test("around a focused part everything changes, and the part stays the same element", () => {
  const html = (/** @type {number[]} */ epochs) =>
    `<svg width="${epochs.length}">${epochs.map((n) => `<g class="sn-node" data-tip="epoch ${n}" tabindex="0"><title>${n} of ${epochs.length}</title></g>`).join("")}</svg><p>${epochs.length}</p>`;
  redraw(body, html([1, 2]));
  const second = find("[data-tip='epoch 2']");
  second.focus();
  redrawAround(body, html([1, 2, 3]));
  expect(document.activeElement).toBe(second);
  expect(find("[data-tip='epoch 2']")).toBe(second);
  expect(second.textContent).toBe("2 of 3");
  const fresh = document.createElement("div");
  fresh.innerHTML = html([1, 2, 3]);
  expect(body.innerHTML).toBe(fresh.innerHTML);
});
