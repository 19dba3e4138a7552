// The Explorer's page. It sends what was moved and shows what comes back; what a move means is decided in Python.
import { placeControls } from "../widgets/controls.js";
import { conversation } from "../widgets/conversation.js";
import {
  closeMenu,
  closeMenus,
  copy,
  drawing,
  keepKeys,
  placeTabs,
  redraw,
  showTips,
  stepAlong,
  uniqueId,
  walkTabs,
} from "../widgets/kit.js";
import { layerTable } from "./layers.js";

const ECHO = 6000; // milliseconds that the line about the last move stays in sight of who has scrolled away from it
const TABS = ["Network", "Layers", "Where it goes", "Trade-offs", "Compare", "Published", "Code", "Build"];
// What is done rather than set.
const ONCE = ["pin", "swap", "undo", "redo", "reset", "build", "save"];
const CTRL = /Mac/.test(navigator.platform) ? "Cmd" : "Ctrl";
const STEPS = {
  // name, keys and arrow of what leads from step to step
  undo: ["Undo", `${CTRL}+Z`, "M2 6h7.5a4 4 0 0 1 0 8H6M5.5 2.5 2 6l3.5 3.5"],
  redo: ["Redo", `${CTRL}+Shift+Z`, "M14 6H6.5a4 4 0 0 0 0 8H10M10.5 2.5 14 6l-3.5 3.5"],
};
const FILES = { ".py": "Script, .py", ".csv": "Layers, .csv", ".svg": "Picture, .svg", ".txt": "Token, .txt" };

export default {
  render({ model, el }) {
    const view = uniqueId();
    layout(el, view);
    const parts = Object.fromEntries([...el.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    const widgets = new Map(); // control name -> {update, element}
    const layers = layerTable(parts.body, parts.tools);
    let spoken = false; // whether anything was asked for yet
    let fading = 0; // the timer of the echo
    let gesture = 0; // a drag, a key, a click: what one sentence is about
    let downloaded = 0; // the number of the message that was answered with the last file
    el.addEventListener("pointerdown", () => (gesture += 1), true);
    el.addEventListener("keydown", () => (gesture += 1), true);
    const talk = conversation(model, "shown", view, { once: ONCE, silence });

    function ask(name, value) {
      spoken = true;
      talk.ask(name, value, { gesture: `${view} ${gesture}` });
    }

    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("shown").error);
    }

    function complain(words) {
      if (parts.error.textContent !== words) parts.error.textContent = words;
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one takes the place of the other, so that nothing jumps
      const line = words ? parts.error : parts.said;
      if (spoken && line.textContent !== parts.echo.textContent) echo(line);
    }

    // Who moves a control far down the page reads here, for a while, what the line at the top says.
    function echo(line) {
      parts.echo.textContent = line.textContent;
      clearTimeout(fading);
      fading = setTimeout(() => (parts.echo.hidden = true), ECHO);
      parts.echo.hidden = false;
      placeEcho();
    }

    function placeEcho() {
      if (parts.echo.hidden) return;
      const [room, line] = [visible(el), parts.error.hidden ? parts.said : parts.error];
      parts.echo.hidden = line.getBoundingClientRect().bottom > room.top + 12;
      parts.echo.style.top = `${room.bottom - el.getBoundingClientRect().top - parts.echo.offsetHeight - 8}px`;
    }

    const show = drawing(() => {
      const shown = model.get("shown");
      parts.heading.innerHTML = shown.heading;
      if (parts.said.textContent !== shown.said) parts.said.textContent = shown.said;
      redraw(parts.body, shown.body);
      placeTabs(parts, shown.tab);
      layers.follow(shown.rows);
      placeButtons(parts, shown);
      if (shown.download.view === view && shown.download.number > downloaded) {
        downloaded = shown.download.number;
        saveAs(shown.download);
      }
      if (!talk.isAnswered()) return; // a later move is on its way: leave the controls to the hand that moves them
      complain(shown.error);
      placeControls(parts.controls, widgets, shown, ask);
    }, complain);

    const watches = [keepKeys(el), showTips(el, parts.tip), walkTabs(el, ask), closeMenus(el)];
    const stops = [...watches, enterParts(parts.body, ask), press(el, ask, layers.text), stepByKeys(el, ask)];
    const hears = new AbortController();
    window.addEventListener("scroll", placeEcho, { capture: true, passive: true, signal: hears.signal });
    model.on("change:shown", show);
    show();
    return () => {
      stops.forEach((stop) => stop());
      talk.stop();
      clearTimeout(fading);
      hears.abort();
      model.off("change:shown", show);
    };
  },
};

// What can be seen of an element: between the edges of the window and of whatever scrolls around it.
function visible(el) {
  let [top, bottom] = [0, window.innerHeight];
  for (let around = el.parentElement; around && around !== document.body; around = around.parentElement) {
    if (!/auto|scroll|hidden/.test(getComputedStyle(around).overflowY)) continue;
    const box = around.getBoundingClientRect();
    [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
  }
  return { top, bottom };
}

function layout(el, view) {
  el.classList.add("sn", "sn-explorer", "sn-instrument");
  const tabs = TABS.map(
    (tab, at) =>
      `<button type="button" role="tab" data-tab="${tab}" id="${view}-${at}" aria-controls="${view}">${tab}</button>`,
  );
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
        <div class="sn-tabs" role="tablist" aria-label="Views" data-part="tabs">${tabs.join("")}</div>
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

function placeButtons(parts, shown) {
  parts.pin.textContent = shown.pinned ? "Unpin A" : "Pin as A";
  parts.pin.dataset.value = String(!shown.pinned);
  parts.swap.hidden = !shown.pinned;
  parts.token.dataset.text = shown.token;
  parts.link.hidden = !document.body.dataset.voila;
  parts.link.dataset.text = linkTo(shown.token);
  for (const name of Object.keys(STEPS)) parts[name].setAttribute("aria-disabled", String(!shown[name]));
}

// The app with a network: without what else its address has, such as the token that lets its reader in.
function linkTo(token) {
  const named = encodeURIComponent(token).replaceAll("%3D", "=").replaceAll("%2C", ",");
  return `${location.origin}${location.pathname}?network=${named}`;
}

// Undo and redo by keys, from anywhere in the panel but a field with text, which takes back its own typing.
function stepByKeys(el, ask) {
  const key = (event) => {
    if (
      !(event.ctrlKey || event.metaKey) ||
      event.altKey ||
      event.target.matches("input:is([type=text], [type=search])")
    )
      return;
    const name = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
    if (!name) return;
    ask(name, true);
    event.preventDefault();
  };
  el.addEventListener("keydown", key);
  return () => el.removeEventListener("keydown", key);
}

// Into a part by click or Enter, up again by Escape, along its neighbours by arrow keys.
function enterParts(body, ask) {
  const click = (event) => {
    const node = event.target.closest("[data-path]");
    if (node) ask("path", node.dataset.path);
  };
  const key = (event) => {
    const node = event.target.closest(".sn-node");
    if (event.key === "Escape" && body.querySelector(".sn-crumbs")) {
      const crumbs = [...body.querySelectorAll(".sn-crumbs button")];
      return void ask("path", crumbs.at(-2)?.dataset.path ?? "");
    }
    if (!node) return;
    if ((event.key === "Enter" || event.key === " ") && node.dataset.path !== undefined) ask("path", node.dataset.path);
    else if (!stepAlong(event, node)) return;
    event.preventDefault();
  };
  body.addEventListener("click", click);
  body.addEventListener("keydown", key);
  return () => {
    body.removeEventListener("click", click);
    body.removeEventListener("keydown", key);
  };
}

// Buttons that ask for something, copy something, or change the tab.
function press(el, ask, layersAsText) {
  const click = (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.tab) ask("tab", button.dataset.tab);
    else if (button.dataset.copy) copy(button, el.querySelector(button.dataset.copy).textContent);
    else if (button.dataset.text) copy(button, button.dataset.text);
    else if (button.dataset.ask === "csv") copy(button, layersAsText());
    else if (button.dataset.ask)
      ask(button.dataset.ask, { true: true, false: false }[button.dataset.value] ?? button.dataset.value);
    if (button.closest(".sn-menu")) closeMenu(button.closest(".sn-menu"));
  };
  const toggle = (event) => {
    const { ask: name } = event.target.dataset;
    const before = event.target.closest("[data-part=body]");
    if (name && before && event.target.open !== event.target.hasAttribute("data-open")) {
      event.target.toggleAttribute("data-open", event.target.open);
      if (event.target.open !== Boolean(event.target.querySelector("pre"))) ask(name, event.target.open);
    }
  };
  el.addEventListener("click", click);
  el.addEventListener("toggle", toggle, true); // it does not bubble
  return () => {
    el.removeEventListener("click", click);
    el.removeEventListener("toggle", toggle, true);
  };
}

function saveAs({ name, text }) {
  const link = Object.assign(document.createElement("a"), {
    download: name,
    href: URL.createObjectURL(new Blob([text])),
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
