// Redrawing a page without losing the reader's place.
import { element, findAll } from "./dom.js";

/** @type {WeakMap<Element, string>} element -> the HTML that was put there */
const drawings = new WeakMap();

const SCROLLERS = ".sn-scroll, .sn-code, .sn-boxes";
const IDENTIFYING = ["path", "hold", "ask", "value", "copy", "draw", "all", "file"]; // data that identify elements
const NEAR = [".sn-card .sn-node[tabindex='0']", ".sn-node[tabindex='0']"]; // the next focus if an element is gone

/**
 * Replaces HTML and keeps the reader's focus, scroll positions and open details.
 * @param {HTMLElement} body
 * @param {string} html
 */
export function redraw(body, html) {
  if (drawings.get(body) === html) return;
  const opened = new Set(findAll(body, "details[open][data-key]").map(({ dataset }) => dataset.key));
  const scrolled = findAll(body, SCROLLERS).map(({ scrollTop }) => scrollTop);
  const active = body.contains(document.activeElement) && body !== document.activeElement;
  const focused = active ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const selector = focused ? selectorOf(focused) : "";
  body.innerHTML = html;
  drawings.set(body, html);
  for (const details of /** @type {HTMLDetailsElement[]} */ (findAll(body, "details[data-key]")))
    details.open = opened.has(details.dataset.key);
  findAll(body, SCROLLERS).forEach((scroller, at) => {
    if (scrolled[at]) scroller.scrollTop = scrolled[at]; // lays out the page
  });
  if (focused) focusAgain(body, selector);
}

/**
 * Focuses the element that matches a selector, or else a nearby one.
 * @param {HTMLElement} body
 * @param {string} selector
 */
function focusAgain(body, selector) {
  const candidates = [selector, ...NEAR].map((each) => (each ? findAll(body, each)[0] : null));
  const next = candidates.find(Boolean) ?? body;
  if (next === body && !body.hasAttribute("tabindex")) body.tabIndex = -1;
  next.focus({ preventScroll: true });
}

/**
 * Redraws everything around the focused part of a drawing; the part itself remains the same element and is updated.
 * Otherwise a screen reader would read it out again each time the focus returned.
 * @param {HTMLElement} body
 * @param {string} html
 */
export function redrawAround(body, html) {
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  const fresh = element("div", { innerHTML: html });
  const next = body.contains(focused) && focused.matches(".sn-node") && fresh.querySelector(selectorOf(focused));
  if (!next || drawings.get(body) === html) return redraw(body, html);
  focused.replaceChildren(...next.childNodes);
  for (let [old, made] = /** @type {[Element, Element]} */ ([focused, next]); old !== body; ) {
    const [parent, freshParent] = /** @type {[Element, Element]} */ ([old.parentElement, made.parentElement]);
    for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const others = [...freshParent.childNodes];
    for (const each of [...parent.childNodes]) if (each !== old) each.remove();
    old.before(...others.slice(0, others.indexOf(made)));
    old.after(...others.slice(others.indexOf(made) + 1));
    [old, made] = [parent, freshParent];
  }
  drawings.set(body, html);
}

/**
 * Makes the next `redraw` of an element happen even if the HTML is the same, because the reader has changed the page.
 * @param {HTMLElement} body
 */
export const forgetDrawing = (body) => drawings.delete(body);

/**
 * Returns a selector that finds an element again after its surroundings were redrawn.
 * @param {HTMLElement} node
 */
function selectorOf(node) {
  const isSummary = node.matches("details[data-key] > summary");
  const { key } = (isSummary ? /** @type {HTMLElement} */ (node.parentElement) : node).dataset;
  if (key) return `[data-key="${CSS.escape(key)}"]${isSummary ? " > summary" : ""}`;
  const data = Object.entries(node.dataset).filter(([name]) => IDENTIFYING.includes(name));
  const attributes = data.map(([name, value = ""]) => `[data-${name}="${CSS.escape(value)}"]`).join("");
  if (node.matches(".sn-node")) {
    const tip = (node.dataset.tip ?? "").split("\n")[0];
    return attributes ? `.sn-node${attributes}` : `.sn-node[data-tip^="${CSS.escape(tip)}"]`;
  }
  if (attributes) return attributes;
  return node.className ? `.${[...node.classList].map(CSS.escape).join(".")}` : "";
}
