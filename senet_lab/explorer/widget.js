// The Explorer's page. It sends what was moved and shows what comes back; what a move means is decided in Python.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { Ask, AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Download, Moves, Shown, Suffix, Traits } from "./messages.js" */
import { placeControls } from "../widgets/controls.js";
import { openConversation } from "../widgets/conversation.js";
import { closest, element, findAll, findParts, listen, uniqueId } from "../widgets/dom.js";
import {
  closeMenu,
  closeMenus,
  copy,
  keepKeys,
  placeTabs,
  reportErrors,
  setText,
  showTips,
  stepAlong,
  tabButtons,
  walkTabs,
} from "../widgets/kit.js";
import { redraw } from "../widgets/redraw.js";
import { layerTable } from "./layers.js";
import { COMMANDS, TABS } from "./messages.js";

const ECHO_TIME = 6000; // milliseconds that the line about the last move stays in sight of who has scrolled away from it
const CTRL = /Mac/.test(navigator.platform) ? "Cmd" : "Ctrl";
/** @typedef {"undo" | "redo"} Step */
/** @type {Record<Step, string[]>} name, keys and arrow of what leads from step to step */
const STEPS = {
  undo: ["Undo", `${CTRL}+Z`, "M2 6h7.5a4 4 0 0 1 0 8H6M5.5 2.5 2 6l3.5 3.5"],
  redo: ["Redo", `${CTRL}+Shift+Z`, "M14 6H6.5a4 4 0 0 0 0 8H10M10.5 2.5 14 6l-3.5 3.5"],
};
/** @type {Partial<Record<Suffix, string>>} */
const FILES = { ".py": "Script, .py", ".csv": "Layers, .csv", ".svg": "Picture, .svg", ".txt": "Token, .txt" };

export default {
  /** @param {RenderProps<Traits>} props */
  render({ model, el }) {
    const view = uniqueId();
    layout(el, view);
    const parts = findParts(el);
    const widgets = new Map(); // the controls by name
    const layers = layerTable(parts.body, parts.tools);
    let hasAsked = false; // whether anything was asked for yet
    let echoTimer = 0;
    let gesture = 0; // a drag, a key, a click: what one sentence is about
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
      setText(parts.error, words);
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one takes the place of the other, so that nothing jumps
      const line = words ? parts.error : parts.said;
      if (hasAsked && line.textContent !== parts.echo.textContent) echo(line);
    }

    /**
     * Who moves a control far down the page reads here, for a while, what the line at the top says.
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
      if (parts.echo.hidden) return;
      const [room, line] = [visible(el), parts.error.hidden ? parts.said : parts.error];
      parts.echo.hidden = line.getBoundingClientRect().bottom > room.top + 12;
      parts.echo.style.top = `${room.bottom - el.getBoundingClientRect().top - parts.echo.offsetHeight - 8}px`;
    }

    /** @param {Download} download */
    function saveOnce(download) {
      if (download.view !== view || (download.number ?? 0) <= downloads) return;
      downloads = download.number ?? 0;
      saveAs(download);
    }

    const show = reportErrors(() => {
      const shown = model.get("shown");
      parts.heading.innerHTML = shown.heading;
      setText(parts.said, shown.said);
      redraw(parts.body, shown.body);
      placeTabs(parts, shown.tab);
      layers.follow(shown.rows);
      placeButtons(parts, shown);
      saveOnce(shown.download);
      if (!conversation.isAnswered()) return; // a later move is on its way: leave the controls to the hand that moves them
      complain(shown.error);
      placeControls(parts.controls, widgets, shown, ask);
    }, complain);

    const watches = [keepKeys(el), showTips(el, parts.tip), walkTabs(el, ask), closeMenus(el)];
    const stops = [...watches, enterParts(parts.body, ask), press(el, ask, layers.csv), stepByKeys(el, ask)];
    const hearing = new AbortController();
    window.addEventListener("scroll", placeEcho, { capture: true, passive: true, signal: hearing.signal });
    model.on("change:shown", show);
    show();
    return () => {
      stops.forEach((stop) => stop());
      conversation.stop();
      clearTimeout(echoTimer);
      hearing.abort();
      model.off("change:shown", show);
    };
  },
};

/**
 * What can be seen of an element: between the edges of the window and of whatever scrolls around it.
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
 * @param {HTMLElement} el
 * @param {string} view
 */
function layout(el, view) {
  el.classList.add("sn", "sn-explorer", "sn-instrument");
  const files = Object.entries(FILES).map(
    ([suffix, words]) => `<button type="button" data-ask="save" data-value="${suffix}">${words}</button>`,
  );
  const steps = Object.entries(STEPS).map(
    ([name, [words, keys, arrow]]) => `
      <button type="button" class="sn-button sn-icon" data-part="${name}" data-ask="${name}" data-value="true" aria-label="${words}" title="${words} (${keys})">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="${arrow}"/></svg></button>`,
  );
  el.innerHTML = `
    <div class="sn-columns">
      <div class="sn-controls" data-part="controls" role="group" aria-label="Meta-parameters"></div>
      <div class="sn-page">
        <div class="sn-actions" data-part="actions" role="group" aria-label="This network">
          ${steps.join("")}
          <button type="button" class="sn-button" data-part="pin" data-ask="pin">Pin as A</button>
          <button type="button" class="sn-button" data-part="swap" data-ask="swap" data-value="true" title="Swap A and B">Swap</button>
          <button type="button" class="sn-button" data-part="token">Copy token</button>
          <button type="button" class="sn-button" data-part="link" hidden>Copy link</button>
          <details class="sn-menu"><summary class="sn-button">Save</summary><div>${files.join("")}</div></details>
          <button type="button" class="sn-button" data-ask="reset" data-value="true">Start over</button>
        </div>
        <div data-part="heading"></div>
        <p class="sn-said" data-part="said" role="status"></p>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div class="sn-tabs" role="tablist" aria-label="Views" data-part="tabs">${tabButtons(TABS, view)}</div>
        <div class="sn-tools" data-part="tools" hidden>
          <label>Filter <input type="search" placeholder="se_gate, group3, dense"></label>
          <output></output><button type="button" class="sn-button" data-ask="csv">Copy as CSV</button>
        </div>
        <div data-part="body" role="tabpanel" id="${view}"></div>
      </div>
    </div>
    <p class="sn-said sn-echo" data-part="echo" aria-hidden="true" hidden></p>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}

/**
 * @param {Record<string, HTMLElement>} parts
 * @param {Shown} shown
 */
function placeButtons(parts, shown) {
  parts.pin.textContent = shown.pinned ? "Unpin A" : "Pin as A";
  parts.pin.dataset.value = String(!shown.pinned);
  parts.swap.hidden = !shown.pinned;
  parts.token.dataset.text = shown.token;
  parts.link.hidden = !document.body.dataset.voila;
  parts.link.dataset.text = linkTo(shown.token);
  for (const name of /** @type {Step[]} */ (Object.keys(STEPS)))
    parts[name].setAttribute("aria-disabled", String(!shown[name]));
}

/**
 * The app with a network: without what else its address has, such as the token that lets its reader in.
 * @param {string} token
 */
function linkTo(token) {
  const network = encodeURIComponent(token).replaceAll("%3D", "=").replaceAll("%2C", ",");
  return `${location.origin}${location.pathname}?network=${network}`;
}

/**
 * Undo and redo by keys, from anywhere in the panel but a field with text, which takes back its own typing.
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
 * Into a part by click or Enter, up again by Escape, along its neighbors by arrow keys.
 * @param {HTMLElement} body
 * @param {AskOf<Moves>} ask
 */
function enterParts(body, ask) {
  /** @param {Event} event */
  const click = (event) => {
    const path = closest(event, "[data-path]")?.dataset.path;
    if (path !== undefined) ask("path", path);
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
    if ((event.key === "Enter" || event.key === " ") && path !== undefined) ask("path", path);
    else if (!stepAlong(event, node)) return;
    event.preventDefault();
  };
  return listen(body, { click, keydown });
}

/**
 * Buttons that ask for something, copy something, or change the tab.
 * @param {HTMLElement} el
 * @param {Ask} ask
 * @param {() => string} csv the rows that are seen
 */
function press(el, ask, csv) {
  /** @param {Event} event */
  const click = (event) => {
    const button = closest(event, "button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { tab, copy: selector, text, ask: name } = button.dataset;
    if (tab) ask("tab", tab);
    else if (selector) copy(button, el.querySelector(selector)?.textContent ?? "");
    else if (text) copy(button, text);
    else if (name === "csv") copy(button, csv());
    else if (name) ask(name, valueOfButton(button));
    const menu = button.closest(".sn-menu");
    if (menu instanceof HTMLElement) closeMenu(menu);
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
