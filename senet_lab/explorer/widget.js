// The Explorer's page. It sends moves and shows the replies; Python decides the effect of each move.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { Ask, AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Download, Moves, Traits } from "./messages.js" */
import { placeControls } from "../widgets/controls.js";
import { openConversation } from "../widgets/conversation.js";
import { closest, element, findAll, findParts, listen, uniqueId } from "../widgets/dom.js";
import * as kit from "../widgets/kit.js";
import { redraw } from "../widgets/redraw.js";
import { keepTopInSight } from "../widgets/sight.js";
import { layerTable } from "./layers.js";
import { layout, placeButtons, unfoldButtons } from "./layout.js";
import { COMMANDS } from "./messages.js";

const ECHO_TIME = 6000; // milliseconds for which the line about a move is repeated near a reader who scrolled away

export default {
  /** @param {RenderProps<Traits>} props */
  render({ model, el }) {
    const view = uniqueId();
    layout(el, view);
    const parts = findParts(el);
    const widgets = new Map(); // the controls by name
    const layers = layerTable(parts.body, parts.tools);
    let hasAsked = false; // whether a request was made yet
    let echoTimer = 0;
    let isLineInSight = true; // observed, since reading it at each move would trigger another layout
    let partName = ""; // the open tab and its enlarged part
    let gesture = 0; // the number of the drag, key press or click that one sentence describes
    let downloads = 0; // the number of the message that was answered with the last file
    const count = () => {
      gesture += 1;
    };
    listen(el, { pointerdown: count, keydown: count }, true);
    const conversation = openConversation(model, "shown", view, { commands: COMMANDS, silence });

    /** @type {Ask} */
    function ask(name, value) {
      hasAsked = true;
      conversation.ask(name, value, { gesture: `${view} ${gesture}` });
    }

    /** @param {string} words */
    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("shown").error);
    }

    /** @param {string} words */
    function complain(words) {
      kit.setText(parts.error, words);
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one replaces the other, so that nothing jumps
      const line = words ? parts.error : parts.said;
      if (hasAsked && line.textContent !== parts.echo.textContent) echo(line);
    }

    /**
     * Repeats the line at the top for a while, for readers who move a control far down the page.
     * @param {HTMLElement} line
     */
    function echo(line) {
      parts.echo.textContent = line.textContent;
      clearTimeout(echoTimer);
      echoTimer = setTimeout(() => {
        parts.echo.hidden = true;
      }, ECHO_TIME);
      parts.echo.hidden = false;
      placeEcho();
    }

    function placeEcho() {
      if (isLineInSight) parts.echo.hidden = true;
      if (parts.echo.hidden) return;
      const [room, line] = [visible(el), parts.error.hidden ? parts.said : parts.error];
      parts.echo.hidden = line.getBoundingClientRect().bottom > room.top + 12;
      parts.echo.style.top = `${room.bottom - el.getBoundingClientRect().top - parts.echo.offsetHeight - 8}px`;
    }

    /**
     * Scrolls to the left; on a phone, to the right if a block is wider than the page, to show its squeeze-excite.
     * @param {string} tab
     */
    function slideToPart(tab) {
      const name = `${tab} ${parts.body.querySelector(".sn-card h3")?.textContent}`;
      if (name === partName) return;
      partName = name;
      const hasHourglass = parts.body.querySelector(".sn-card .sn-hourglass");
      requestAnimationFrame(() => parts.body.scrollTo(hasHourglass ? parts.body.scrollWidth : 0, 0));
    }

    /** @param {Download} download */
    function saveOnce(download) {
      if (download.view !== view || (download.number ?? 0) <= downloads) return;
      downloads = download.number ?? 0;
      saveAs(download);
    }

    const show = kit.reportErrors(() => {
      const shown = model.get("shown");
      redraw(parts.body, shown.body); // first: it reads scroll positions, which triggers a layout of earlier changes
      parts.heading.innerHTML = shown.heading;
      kit.setText(parts.said, shown.said);
      slideToPart(shown.tab);
      kit.placeTabs(parts, shown.tab);
      layers.follow(shown.layers);
      placeButtons(parts, shown);
      saveOnce(shown.download);
      if (!conversation.isAnswered()) return; // a later move is in flight: do not change controls that are being moved
      complain(shown.error);
      placeControls(parts.controls, widgets, shown, ask);
    }, complain);

    const watches = [kit.keepKeys(el), kit.showTips(el, parts.tip), kit.walkTabs(el, ask), kit.closeMenus(el)];
    const stops = [
      ...watches,
      keepTopInSight(el),
      unfoldButtons(parts),
      layers.stop,
      enterParts(parts.body, ask),
      press(el, ask, layers.csv),
      stepByKeys(el, ask),
    ];
    const hearing = new AbortController();
    const sight = new IntersectionObserver((entries) => {
      isLineInSight = entries.at(-1)?.isIntersecting ?? true;
    });
    sight.observe(parts.mark);
    window.addEventListener("scroll", placeEcho, { capture: true, passive: true, signal: hearing.signal });
    model.on("change:shown", show);
    show();
    return () => {
      stops.forEach((stop) => stop());
      conversation.stop();
      clearTimeout(echoTimer);
      hearing.abort();
      sight.disconnect();
      model.off("change:shown", show);
    };
  },
};

/**
 * Returns the visible range of an element within the window and the scrollers around it.
 * @param {HTMLElement} el
 */
function visible(el) {
  let [top, bottom] = [0, window.innerHeight];
  for (let around = el.parentElement; around && around !== document.body; around = around.parentElement) {
    if (!/auto|scroll|hidden/.test(getComputedStyle(around).overflowY)) continue;
    const box = around.getBoundingClientRect();
    [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
  }
  return { top, bottom };
}

/**
 * Makes keys undo and redo, from anywhere in the panel except text fields, which undo their own typing.
 * @param {HTMLElement} el
 * @param {AskOf<Commands>} ask
 */
function stepByKeys(el, ask) {
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || closest(event, "input:is([type=text], [type=search])"))
      return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    ask(key === "y" || event.shiftKey ? "redo" : "undo", true);
    event.preventDefault();
  };
  return listen(el, { keydown });
}

/**
 * Opens a part, or details, on click or Enter, leaves it on Escape, and moves to its neighbors by arrow keys.
 * @param {HTMLElement} body
 * @param {AskOf<Moves>} ask
 */
function enterParts(body, ask) {
  /** @param {string} path of a part of the network, or the key of details on this page */
  const open = (path) => {
    const details = findAll(body, "details[data-key]").find(({ dataset }) => dataset.key === path);
    if (!(details instanceof HTMLDetailsElement)) return ask("path", path);
    details.open = true;
    details.querySelector("summary")?.focus();
    details.scrollIntoView({ block: "nearest" });
  };
  /** @param {Event} event */
  const click = (event) => {
    const path = closest(event, "[data-path]")?.dataset.path;
    if (path !== undefined) open(path);
  };
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    if (event.key === "Escape" && body.querySelector(".sn-crumbs")) {
      ask("path", findAll(body, ".sn-crumbs button").at(-2)?.dataset.path ?? "");
      return;
    }
    const node = closest(event, ".sn-node");
    if (!node) return;
    const { path } = node.dataset;
    if ((event.key === "Enter" || event.key === " ") && path !== undefined) open(path);
    else if (!kit.stepAlong(event, node)) return;
    event.preventDefault();
  };
  return listen(body, { click, keydown });
}

/**
 * Handles the buttons that send a request, copy a text or change the tab.
 * @param {HTMLElement} el
 * @param {Ask} ask
 * @param {() => string} csv returns the matching rows as CSV
 */
function press(el, ask, csv) {
  /** @param {Event} event */
  const click = (event) => {
    const button = closest(event, "button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { tab, copy: selector, text, ask: name } = button.dataset;
    if (tab) ask("tab", tab);
    else if (selector) kit.copy(button, el.querySelector(selector)?.textContent ?? "");
    else if (text) kit.copy(button, text);
    else if (name === "csv") kit.copy(button, csv());
    else if (name) ask(name, valueOfButton(button));
    const menu = button.closest(".sn-menu");
    if (menu instanceof HTMLElement) kit.closeMenu(menu);
  };
  /** @param {Event} event */
  const toggle = ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.dataset.ask || !target.closest("[data-part=body]")) return;
    if (target.open === target.hasAttribute("data-open")) return;
    target.toggleAttribute("data-open", target.open);
    if (target.open !== Boolean(target.querySelector("pre"))) ask(target.dataset.ask, target.open);
  };
  const stops = [listen(el, { click }), listen(el, { toggle }, true)]; // the latter does not bubble
  return () => stops.forEach((stop) => stop());
}

/** @param {HTMLElement} button */
function valueOfButton({ dataset: { value } }) {
  return value === "true" || value === "false" ? value === "true" : value;
}

/** @param {Download} download */
function saveAs({ name = "", text = "" }) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text])) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
