// After Shift+Enter the top of a new panel stays in sight, until the reader does something else.
import { beforeEach, expect, test, vi } from "vitest";
import { keepTopInSight } from "../../senet_lab/widgets/sight.js";

/** @type {HTMLElement} */
let view;
/** @type {HTMLElement} */
let panel;
/** @type {() => void} */
let stop;

vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    disconnect() {}
  },
);

beforeEach(() => {
  stop?.();
  document.body.innerHTML = `<div class="jp-Notebook"><div class="jp-Cell"><div class="sn"></div></div>
    <div class="jp-Cell jp-mod-active"></div></div>`;
  view = /** @type {HTMLElement} */ (document.querySelector(".jp-Notebook"));
  panel = /** @type {HTMLElement} */ (document.querySelector(".sn"));
  view.getBoundingClientRect = () => new DOMRect(0, 100, 800, 600);
  panel.getBoundingClientRect = () => new DOMRect(0, 100 + 1000 - view.scrollTop, 800, 900); // 1,000 px below the top
  stop = keepTopInSight(panel);
});

/** @param {number} top what JupyterLab scrolls to */
function scroll(top) {
  view.scrollTop = top;
  view.dispatchEvent(new Event("scroll"));
  return view.scrollTop;
}

test("what JupyterLab scrolls past, or not as far as, comes to the top", () => {
  expect(scroll(1500)).toBe(992);
  expect(scroll(200)).toBe(992);
});

test("a panel whose top is well in sight stays where it is", () => {
  expect(scroll(700)).toBe(700);
});

test.each(["wheel", "pointerdown", "keydown"])("after a %s the reader scrolls", (event) => {
  document.dispatchEvent(new Event(event));
  expect(scroll(1500)).toBe(1500);
});

test("a panel whose cell was not run last stays where it is", () => {
  document.querySelector(".jp-mod-active")?.classList.remove("jp-mod-active");
  expect(scroll(1500)).toBe(1500);
});

test("a panel within another one stays where it is", () => {
  panel.before(Object.assign(document.createElement("div"), { className: "sn" }));
  expect(scroll(1500)).toBe(1500);
});

test("what scrolls again and again is let go", () => {
  const places = Array.from({ length: 8 }, () => scroll(1500));
  expect(places).toEqual([...Array(5).fill(992), ...Array(3).fill(1500)]);
});

test("a panel that is gone listens no more", () => {
  stop();
  expect(scroll(1500)).toBe(1500);
});
