// Helpers for the pages of all panels: errors, tabs, menus, keys, tips, copying.
/** @import { Ask } from "./conversation.js" */
import { closest, element, findAll, listen } from "./dom.js";

/**
 * Returns a listener that draws and shows errors in the panel: ipywidgets would report them only in the console, and
 * the page would seem to be waiting for an answer.
 * @param {() => void} draw
 * @param {(words: string) => void} complain
 */
export function reportErrors(draw, complain) {
  return () => {
    try {
      draw();
    } catch (error) {
      console.error(error);
      complain(`Couldn\u2019t show the kernel\u2019s answer (${messageOf(error)}). Reload the page.`);
    }
  };
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Sets the text of a line if it differs; otherwise a screen reader would read it out again.
 * @param {HTMLElement} line
 * @param {string} words
 */
export function setText(line, words) {
  if (line.textContent !== words) line.textContent = words;
}

/**
 * Returns the buttons of the tabs as HTML.
 * @param {readonly string[]} names
 * @param {string} panel the id of the element that they show
 */
export const tabButtons = (names, panel) =>
  names
    .map(
      (name, at) =>
        `<button type="button" role="tab" data-tab="${name}" id="${panel}-${at}" aria-controls="${panel}">${name}</button>`,
    )
    .join("");

/**
 * Marks the open tab.
 * @param {Record<string, HTMLElement>} parts
 * @param {string} tab
 */
export function placeTabs(parts, tab) {
  for (const button of findAll(parts.tabs, "[role=tab]")) {
    const isOpen = button.dataset.tab === tab;
    if (isOpen && button.getAttribute("aria-selected") !== "true") slideTo(parts.tabs, button);
    button.setAttribute("aria-selected", String(isOpen));
    button.tabIndex = isOpen ? 0 : -1;
    if (isOpen) parts.body.setAttribute("aria-labelledby", button.id);
  }
}

/**
 * Scrolls a tab into view if the tabs scroll, as on a phone.
 * @param {HTMLElement} tabs
 * @param {HTMLElement} button
 */
function slideTo(tabs, button) {
  requestAnimationFrame(() => {
    const [frame, box] = [tabs.getBoundingClientRect(), button.getBoundingClientRect()];
    tabs.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  });
}

/**
 * Keeps keys from JupyterLab, which in command mode handles arrow keys and Enter even if an element in an output has
 * the focus, unless that element prevents it. JupyterLab still gets keys with Ctrl and Cmd, so that saving works from
 * anywhere, except for undo and redo, which belong to the panel. Returns a function that stops this.
 * @param {HTMLElement} el
 */
export function keepKeys(el) {
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    if (!(event.target instanceof Element) || !el.contains(event.target)) return;
    const isUndo = /^[zy]$/i.test(event.key);
    event.target.toggleAttribute("data-lm-suppress-shortcuts", isUndo || (!event.ctrlKey && !event.metaKey));
  };
  /** @param {InputEvent} event */
  const beforeinput = (event) => {
    if (el.contains(/** @type {Node} */ (event.target)) && event.inputType.startsWith("history"))
      event.stopPropagation();
  };
  return listen(window, { keydown, beforeinput }, true); // before JupyterLab, which listens on the document
}

/** The formats of a model, as menus call them, by suffix. */
export const MODEL_FILES = {
  ".keras": "Keras (.keras)",
  ".onnx": "ONNX (.onnx)",
  ".tflite": "TFLite (.tflite)",
  ".xml": "OpenVINO (.xml)",
};

/**
 * Returns the buttons of a menu as HTML.
 * @param {string} name of the request that they send
 * @param {Record<string, string>} items their words, by the value that they send
 */
export const menuItems = (name, items) =>
  Object.entries(items)
    .map(([value, words]) => `<button type="button" data-ask="${name}" data-value="${value}">${words}</button>`)
    .join("");

/**
 * Closes the menus of an element on Escape, which returns the focus to their button, and when pointer or focus move
 * elsewhere. Returns a function that stops this.
 * @param {HTMLElement} el
 */
export function closeMenus(el) {
  /** @param {Event} event */
  const elsewhere = ({ target }) => {
    for (const menu of findAll(el, ".sn-menu[open]"))
      if (!menu.contains(/** @type {Node} */ (target))) /** @type {HTMLDetailsElement} */ (menu).open = false;
  };
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    const menu = event.key === "Escape" && closest(event, ".sn-menu[open]");
    if (!menu) return;
    closeMenu(menu);
    event.stopPropagation(); // otherwise the panel would handle it as well
  };
  const stops = [listen(el, { keydown }, true), listen(window, { pointerdown: elsewhere, focusin: elsewhere }, true)];
  return () => stops.forEach((stop) => stop());
}

/**
 * Closes a menu; if the focus is inside, it moves to the menu's button.
 * @param {HTMLElement} menu
 */
export function closeMenu(menu) {
  if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
  /** @type {HTMLDetailsElement} */ (menu).open = false;
}

/**
 * Shows the tip of a drawn part below the pointer or the focus. After a part is opened, no tip appears until pointer or
 * focus move on, since it would cover the part. As touch screens cannot hover, a tap shows the tips of parts that do
 * not open, and the titles that browsers show on hover. Returns a function that stops this.
 * @param {HTMLElement} el
 * @param {HTMLElement} tip
 */
export function showTips(el, tip) {
  let isOpened = false;
  const hide = () => {
    tip.hidden = true;
  };
  /**
   * @param {Event} event
   * @param {string} [selector]
   */
  const show = (event, selector = "[data-tip]") => {
    const node = closest(event, selector);
    if (!node || isOpened) return hide();
    tip.textContent = node.dataset.tip ?? node.title;
    tip.hidden = false;
    const [frame, box] = [el.getBoundingClientRect(), node.getBoundingClientRect()];
    const left = Math.min(box.left + box.width / 2 - tip.offsetWidth / 2, frame.right - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(0, left - frame.left)}px`;
    tip.style.top = `${box.bottom - frame.top + 6}px`;
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    isOpened = ["Enter", " ", "Escape"].includes(event.key);
    if (isOpened) hide();
  };
  /** @param {MouseEvent} event */
  const click = (event) => {
    isOpened = Boolean(closest(event, "button, [data-path], [data-hold]"));
    if (isOpened) hide();
    else if (/** @type {PointerEvent} */ (event).pointerType === "touch") show(event, "[data-tip], [title]");
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (event.movementX || event.movementY) isOpened = false;
  };
  return listen(el, {
    pointerover: (event) => show(event),
    focusin: (event) => show(event),
    focusout: hide,
    pointerleave: hide,
    keydown: press,
    click,
    pointermove: move,
  });
}

/**
 * Copies a text and confirms it on the button. Without a secure context or permission, only a selection can be copied.
 * @param {HTMLElement} button
 * @param {string} text
 */
export async function copy(button, text) {
  button.dataset.label ??= button.textContent ?? ""; // a second click may arrive while it says "Copied"
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = element("textarea", { value: text });
    document.body.append(field);
    field.select();
    isCopied = document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = isCopied ? "Copied" : "Couldn’t copy";
  setTimeout(() => {
    button.textContent = button.dataset.label ?? "";
  }, 1500);
}

/**
 * Moves along the tabs by arrow keys and asks Python to open the focused one. Returns a function that stops this.
 * @param {HTMLElement} el
 * @param {Ask} ask
 */
export function walkTabs(el, ask) {
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    const tab = closest(event, "[role=tab]");
    if (!tab || !["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) return;
    const next = neighborOf(
      tab,
      findAll(/** @type {HTMLElement} */ (tab.parentElement), "[role=tab]:not([hidden])"),
      event.key,
    );
    next?.focus();
    ask("tab", next?.dataset.tab);
    event.preventDefault();
  };
  return listen(el, { keydown });
}

/**
 * Returns the element to which an arrow key, Home or End leads from one of them; undefined for other keys.
 * @param {HTMLElement} node
 * @param {HTMLElement[]} nodes
 * @param {string} key
 * @returns {HTMLElement | undefined}
 */
function neighborOf(node, nodes, key) {
  const last = nodes.length - 1;
  const at = nodes.indexOf(node);
  const [next, previous] = [Math.min(last, at + 1), Math.max(0, at - 1)];
  /** @type {Record<string, number>} */
  const places = { ArrowRight: next, ArrowDown: next, ArrowLeft: previous, ArrowUp: previous, Home: 0, End: last };
  return nodes[places[key]];
}

/**
 * Moves the focus from a drawn part to its neighbor by arrow keys; returns the neighbor, if any.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} node
 */
export function stepAlong(event, node) {
  const next = neighborOf(node, findAll(/** @type {Element} */ (node.closest("svg")), ".sn-node"), event.key);
  next?.focus();
  return next;
}
