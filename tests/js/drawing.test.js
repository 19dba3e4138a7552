// A drawing of a lesson: an Explorer takes its place when that is asked for, and gives it back.
import { beforeEach, expect, test, vi } from "vitest";
import { offerExplorer } from "../../senet_lab/web/drawing.js";

/** @type {HTMLElement} */
let place;
/** @type {import("vitest").Mock<(address: string) => void>} */
let open;

beforeEach(() => {
  document.body.innerHTML = `<div data-panel="drawing" data-network="senet1~ratio=8" data-part="group1/block2">
      <svg></svg></div>
    <div data-panel="drawing" data-network="senet1"></div>
    <div data-panel="drawing" data-network="senet1" data-tab="Trade-offs"></div>`;
  place = /** @type {HTMLElement} */ (document.body.firstElementChild);
  place.scrollIntoView = vi.fn();
  open = vi.fn(() => {
    place.innerHTML = "<input>";
    place.dataset.live = "";
  });
});

const button = () => /** @type {HTMLButtonElement} */ (place.querySelector("button"));

test("each button is named after its drawing, and opens an Explorer on what that shows", () => {
  const places = /** @type {HTMLElement[]} */ ([...document.body.children]);
  for (const each of places) offerExplorer(each, open);
  expect(places.map((each) => each.querySelector("button")?.getAttribute("aria-label"))).toEqual([
    "Open in the Explorer: drawing 1, group 1, block 2",
    "Open in the Explorer: drawing 2, network",
    "Open in the Explorer: drawing 3, Trade-offs",
  ]);
  button().click();
  expect(open).toHaveBeenCalledWith("network=senet1%7Eratio%3D8&part=group1%2Fblock2");
  expect(document.activeElement).toBe(place.querySelector("input"));
  expect(place.querySelector("svg")).toBeNull();
});

test("the drawing comes back with its button, and the Explorer as it was left when it is opened again", () => {
  offerExplorer(place, open);
  button().click();
  /** @type {HTMLInputElement} */ (place.querySelector("input")).value = "4";
  expect(button().textContent).toBe("Back to the picture");
  button().click();
  expect(place.querySelector("svg")).not.toBeNull();
  expect(document.activeElement).toBe(button());
  expect("live" in place.dataset).toBe(false);
  button().click();
  expect(open).toHaveBeenCalledTimes(1);
  expect(place.querySelector("input")?.value).toBe("4");
  expect("live" in place.dataset).toBe(true);
});

test("the drawing and its button stay where no Explorer can be opened, and it can be tried again", () => {
  open.mockImplementation(() => {}); // as where Python has failed, which the page says
  offerExplorer(place, open);
  for (let count = 1; count <= 2; count += 1) {
    button().click();
    expect(open).toHaveBeenCalledTimes(count);
    expect(place.querySelector("svg")).not.toBeNull();
    expect(button().textContent).toBe("Open in the Explorer");
  }
});
