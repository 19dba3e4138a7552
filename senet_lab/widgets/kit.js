// What every panel's page needs: errors, tabs, menus, keys, tips, copying.
/** @import { Ask } from "./conversation.js" */
import { closest, element, findAll, listen } from "./dom.js";

/**
 * Returns a listener that draws, and says in the panel what goes wrong: ipywidgets would tell the console alone, and
 * the page would look as if it still waited for an answer.
 * @param {() => void} draw
 * @param {(words: string) => void} complain
 */
export function reportErrors(draw, complain) {
  return () => {
    try {
      draw();
    } catch (error) {
      console.error(error);
      complain(`The page could not show what came from the kernel (${messageOf(error)}). Load the page again.`);
    }
  };
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * @param {HTMLElement} line
 * @param {string} words
 */
export function setText(line, words) {
  if (line.textContent !== words) line.textContent = words; // or a screen reader would read it out again
}

/**
 * The buttons of the tabs, as HTML.
 * @param {readonly string[]} names
 * @param {string} panel the id of what they show
 */
export const tabButtons = (names, panel) =>
  names
    .map(
      (name, at) =>
        `<button type="button" role="tab" data-tab="${name}" id="${panel}-${at}" aria-controls="${panel}">${name}</button>`,
    )
    .join("");

/**
 * @param {Record<string, HTMLElement>} parts
 * @param {string} tab the one that is open
 */
export function placeTabs(parts, tab) {
  for (const button of findAll(parts.tabs, "[role=tab]")) {
    const isOpen = button.dataset.tab === tab;
    button.setAttribute("aria-selected", String(isOpen));
    button.tabIndex = isOpen ? 0 : -1;
    if (isOpen) parts.body.setAttribute("aria-labelledby", button.id);
  }
}

/**
 * In command mode JupyterLab takes the arrow keys and Enter of what has the focus in an output, unless that itself says
 * no. So it does, except for Ctrl and Cmd: saving should work from anywhere; but what is undone is the panel's own, and
 * not the notebook's. Returns how to stop.
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

/**
 * The menus of an element close by Escape, which leads back to their button, and when pointer or focus go elsewhere.
 * Returns how to stop.
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
    event.stopPropagation(); // or the panel would take it for its own
  };
  const stops = [listen(el, { keydown }, true), listen(window, { pointerdown: elsewhere, focusin: elsewhere }, true)];
  return () => stops.forEach((stop) => stop());
}

/**
 * Closes a menu; the focus, if it is in there, goes to its button.
 * @param {HTMLElement} menu
 */
export function closeMenu(menu) {
  if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
  /** @type {HTMLDetailsElement} */ (menu).open = false;
}

/**
 * What a drawn part is, beside the pointer or below the focus; once a part is opened, not over what it shows, until
 * pointer or focus move on. Returns how to stop.
 * @param {HTMLElement} el
 * @param {HTMLElement} tip
 */
export function showTips(el, tip) {
  let isOpened = false;
  const hide = () => {
    tip.hidden = true;
  };
  /** @param {Event} event */
  const show = (event) => {
    const node = closest(event, "[data-tip]");
    if (!node || isOpened) return hide();
    tip.textContent = node.dataset.tip ?? "";
    tip.hidden = false;
    const [frame, box] = [el.getBoundingClientRect(), node.getBoundingClientRect()];
    const left = Math.min(box.left + box.width / 2 - tip.offsetWidth / 2, frame.right - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(0, left - frame.left)}px`;
    tip.style.top = `${box.bottom - frame.top + 6}px`;
  };
  /** @param {MouseEvent | KeyboardEvent} event */
  const press = (event) => {
    isOpened = event.type === "click" || ("key" in event && ["Enter", " ", "Escape"].includes(event.key));
    if (isOpened) hide();
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (event.movementX || event.movementY) isOpened = false;
  };
  return listen(el, {
    pointerover: show,
    focusin: show,
    focusout: hide,
    pointerleave: hide,
    keydown: press,
    click: press,
    pointermove: move,
  });
}

/**
 * Without a secure context, or permission, there is no clipboard, but for what is selected.
 * @param {HTMLElement} button
 * @param {string} text
 */
export async function copy(button, text) {
  button.dataset.label ??= button.textContent ?? ""; // a second click comes while it says "Copied"
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
  button.textContent = isCopied ? "Copied" : "Not copied";
  setTimeout(() => {
    button.textContent = button.dataset.label ?? "";
  }, 1500);
}

/**
 * Along the tabs by arrow keys; which one is open is asked of Python. Returns how to stop.
 * @param {HTMLElement} el
 * @param {Ask} ask
 */
export function walkTabs(el, ask) {
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    const tab = closest(event, "[role=tab]");
    if (!tab || !["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) return;
    const next = neighborOf(tab, findAll(/** @type {HTMLElement} */ (tab.parentElement), "[role=tab]"), event.key);
    next?.focus();
    ask("tab", next?.dataset.tab);
    event.preventDefault();
  };
  return listen(el, { keydown });
}

/**
 * The element that an arrow key, Home or End leads to from one of them; undefined for other keys.
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
 * From a drawn part that has the focus to its neighbors, by arrow keys; returns the one that it led to, if any.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} node
 */
export function stepAlong(event, node) {
  const next = neighborOf(node, findAll(/** @type {Element} */ (node.closest("svg")), ".sn-node"), event.key);
  next?.focus();
  return next;
}
