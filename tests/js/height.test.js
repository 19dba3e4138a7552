// What is below a text stays where it is when the text gets shorter, until the page gets another width.
import { beforeEach, expect, test, vi } from "vitest";
import { keepHeight } from "../../senet_lab/widgets/height.js";

/** @type {HTMLElement} */
let text;
/** @type {(entries: { contentRect: { width: number } }[]) => void} */
let report;

vi.stubGlobal(
  "ResizeObserver",
  class {
    /** @param {typeof report} callback */
    constructor(callback) {
      report = callback;
    }
    observe() {}
    disconnect() {}
  },
);
vi.stubGlobal("requestAnimationFrame", (/** @type {() => void} */ draw) => draw());

beforeEach(() => {
  text = document.createElement("p");
  keepHeight(text);
});

/**
 * The height that the text gets where the page is so wide and its lines are so high together.
 * @param {number} width
 * @param {number} lines
 */
function laidOut(width, lines) {
  const height = () => `${Math.max(lines, Number.parseFloat(text.style.minHeight || "0"))}px`;
  vi.stubGlobal("getComputedStyle", () => ({ height: height() }));
  report([{ contentRect: { width } }]);
  return height();
}

test("a text that gets shorter leaves its height as it was", () => {
  expect([60, 20, 80, 40].map((lines) => laidOut(300, lines))).toEqual(["60px", "60px", "80px", "80px"]);
});

test("in another width a text has the height of its lines again", () => {
  laidOut(300, 60);
  expect(laidOut(600, 20)).toBe("20px");
  expect(laidOut(600, 10)).toBe("20px");
});
