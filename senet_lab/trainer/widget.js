// The Trainer's page. It sends settings and button presses, and shows the answers; all decisions are made in Python.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Moves, Traits } from "./messages.js" */
import { placeControls } from "../widgets/controls.js";
import { openConversation } from "../widgets/conversation.js";
import { closest, element, findAll, findParts, listen, uniqueId } from "../widgets/dom.js";
import {
  closeMenu,
  closeMenus,
  keepKeys,
  MODEL_FILES,
  menuItems,
  reportErrors,
  setText,
  showTips,
  stepAlong,
} from "../widgets/kit.js";
import { forgetDrawing, redraw, redrawAround } from "../widgets/redraw.js";
import { keepTopInSight } from "../widgets/sight.js";
import { lensHolder } from "./lens.js";
import { COMMANDS } from "./messages.js";

const BUTTONS = /** @type {const} */ (["toggle", "stop", "like", "gates", "take"]); // for the run in focus
const EXPLAINED = /** @type {const} */ (["start", "gates", "take"]); // on a web page, these only say what they need
const DOUBLE_CLICK = 1000; // milliseconds within which a second press of Start counts as a double click

export default {
  /** @param {RenderProps<Traits>} props */
  render({ model, el: frame, host, signal }) {
    const view = uniqueId();
    const el = frame.appendChild(element("div"));
    const below = frame.appendChild(element("div")); // separate, since clicks there are not for this panel
    layout(el, below);
    const parts = findParts(el);
    const widgets = new Map(); // the controls by name
    const lens = lensHolder(below, host, signal, setLensError);
    let startedAt = Number.NEGATIVE_INFINITY; // milliseconds
    let isPressing = false; // while true, elements under the pointer are not redrawn: their click would be lost
    let wantsGates = false; // whether to scroll to the gates once they are there
    let lensError = ""; // why they could not be drawn, until the next request

    const conversation = openConversation(model, "form", view, { commands: COMMANDS, silence });

    /**
     * @param {string} name
     * @param {unknown} value
     */
    function ask(name, value) {
      lensError = "";
      conversation.ask(name, value);
    }

    /** @param {string} words */
    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("form").error || lensError);
    }

    /** @param {string} words */
    function complain(words) {
      setText(parts.error, words);
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one replaces the other, so that nothing jumps
    }

    function showForm() {
      const form = model.get("form");
      parts.start.textContent = form.start;
      parts.needs.textContent = form.needs;
      parts.needs.classList.toggle("sn-short", !form.fits);
      parts.risk.textContent = form.anyway;
      redraw(parts.legend, form.legend);
      parts.anyway.hidden = parts.risk.hidden = !form.anyway;
      if (!form.resume_anyway && parts.resume_anyway.matches(":focus")) parts.toggle.focus();
      parts.resume_anyway.hidden = !form.resume_anyway;
      for (const name of EXPLAINED) parts[name].classList.toggle("sn-elsewhere", form.elsewhere.includes(name));
      if (!conversation.isAnswered()) return; // a later move is pending: do not change the controls while the user moves them
      if (wantsGates && !form.reasons.gates) goToLens();
      wantsGates = false;
      complain(form.error || lensError);
      placeControls(parts.controls, widgets, form, ask);
      if (form.reasons.drawn) forgetDrawing(parts.table); // so that the box that was refused is redrawn unchecked
      showTable();
    }

    function showNow() {
      const now = model.get("now");
      setText(parts.said, now.said);
      parts.said.classList.toggle("sn-error", now.ill);
      redraw(parts.heading, now.heading);
      redraw(parts.progress, now.progress);
      const { toggle = "pause", gates = "", take = "" } = now.asks;
      parts.toggle.dataset.ask = toggle;
      parts.toggle.textContent = toggle === "pause" ? "Pause" : "Resume";
      parts.gates.title = gates;
      parts.take.title = take;
      // Not `disabled`, so that the button keeps the focus.
      for (const name of BUTTONS) parts[name].setAttribute("aria-disabled", String(!now.asks[`can_${name}`]));
    }

    const showPicture = () => redraw(parts.picture, model.get("picture"));

    function showEpochs() {
      if (isPressing) return;
      redrawAround(parts.strips, model.get("epochs").strips);
      redraw(parts.numbers, model.get("epochs").numbers);
    }

    function showTable() {
      if (!isPressing) redraw(parts.table, model.get("table"));
    }

    const showLens = () => lens.show(model.get("lens") ?? "");

    /** @param {string} words */
    function setLensError(words) {
      lensError = words;
      if (words) complain(words);
    }

    async function goToLens() {
      // The trait `lens` arrives before the answer; a failed drawing is tried again.
      if (!(await showLens())) return;
      below.focus({ preventScroll: true });
      below.scrollIntoView({ block: "start" });
    }

    /** @param {MouseEvent} event */
    function click(event) {
      if (closest(event, "summary[aria-disabled=true]")) event.preventDefault(); // the menu stays closed
      const button = closest(event, "button[data-ask]");
      const menu = button?.closest(".sn-menu");
      if (!button || (menu?.firstElementChild ?? button).getAttribute("aria-disabled") === "true") return;
      if (menu instanceof HTMLElement) closeMenu(menu);
      const name = button.dataset.ask ?? "";
      // Pressed before and not answered yet: a busy kernel must not start two runs.
      if (name !== "focus" && conversation.isAsked(name)) return conversation.nudge();
      if (name === "start") {
        if (performance.now() - startedAt < DOUBLE_CLICK) return;
        startedAt = performance.now();
      }
      if (name === "gates") wantsGates = true;
      ask(name, button.dataset.value ?? true);
    }

    /** @type {AskOf<Moves & Commands>} */
    const askOwn = ask;

    /** @param {Event} event */
    function choose(event) {
      if (!closest(event, "[data-draw]")) return;
      const keys = findAll(parts.table, "[data-draw]:checked").map((box) => box.dataset.draw ?? "");
      askOwn("drawn", keys);
    }

    /** @param {KeyboardEvent} event */
    function keydown(event) {
      const node = closest(event, ".sn-node");
      if (node && stepAlong(event, node)) event.preventDefault();
    }

    /** @param {PointerEvent} event */
    function pointerdown(event) {
      isPressing = event.button === 0; // other buttons may open a menu that swallows the release
    }

    function release() {
      setTimeout(() => {
        isPressing = false;
        showEpochs();
        showTable();
      });
    }

    const shows = {
      form: showForm,
      now: showNow,
      picture: showPicture,
      epochs: showEpochs,
      table: showTable,
      lens: showLens,
    };
    const stops = [
      keepKeys(frame),
      closeMenus(el),
      keepTopInSight(frame),
      showTips(el, parts.tip), // before keydown, so that tooltips follow the arrow keys
      listen(el, { click, keydown }),
      listen(parts.table, { change: choose }),
      ...[parts.strips, parts.numbers, parts.table].map((part) => listen(part, { pointerdown })),
      listen(window, { pointerup: release, pointercancel: release, blur: release }),
      ...Object.entries(shows).map(([name, show]) => follow(name, reportErrors(show, complain))),
    ];

    /**
     * Shows a trait now and whenever it changes; returns a function that stops this.
     * @param {string} name
     * @param {() => void} show
     */
    function follow(name, show) {
      model.on(`change:${name}`, show);
      show();
      return () => model.off(`change:${name}`, show);
    }
    askOwn("hello", true);
    return () => {
      stops.forEach((stop) => stop());
      conversation.stop();
    };
  },
};

/**
 * Builds the page.
 * @param {HTMLElement} el
 * @param {HTMLElement} below the element for the gates of a run
 */
function layout(el, below) {
  Object.assign(below, { className: "sn-below", hidden: true, tabIndex: -1 });
  below.setAttribute("role", "group");
  below.setAttribute("aria-label", "Gates of the run");
  const risk = uniqueId(); // one page may hold several of these
  el.classList.add("sn", "sn-explorer", "sn-trainer");
  el.innerHTML = `
    <div class="sn-columns">
      <div>
        <div class="sn-start">
          <button type="button" class="sn-button" data-part="start" data-ask="start"></button>
          <p data-part="needs" role="status"></p>
          <button type="button" class="sn-button" data-part="anyway" data-ask="start" data-value="anyway" aria-describedby="${risk}" hidden>Start anyway</button>
          <p data-part="risk" id="${risk}" class="sn-source" hidden></p>
        </div>
        <div class="sn-controls" data-part="controls" role="group" aria-label="Training settings"></div>
      </div>
      <div class="sn-page">
        <div class="sn-actions" role="group" aria-label="This run">
          <button type="button" class="sn-button" data-part="toggle" data-ask="pause">Pause</button>
          <button type="button" class="sn-button" data-part="resume_anyway" data-ask="resume" data-value="anyway" hidden>Resume anyway</button>
          <button type="button" class="sn-button" data-part="stop" data-ask="stop">Stop</button>
          <button type="button" class="sn-button" data-part="gates" data-ask="gates">Show gates</button>
          <details class="sn-menu"><summary class="sn-button" data-part="take">Save network</summary><div>${menuItems("take", MODEL_FILES)}</div></details>
          <button type="button" class="sn-button" data-part="like" data-ask="like" title="Copy the network, data and recipe of this run to the controls">Copy settings</button>
        </div>
        <div data-part="heading"></div>
        <p class="sn-said" data-part="said" role="status"></p>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div data-part="progress"></div>
        <div class="sn-curves" role="group" aria-label="Learning curves"><div data-part="picture"></div><div data-part="strips"></div></div>
        <div data-part="legend"></div>
        <details class="sn-behind"><summary>Show numbers</summary><div data-part="numbers"></div></details>
        <div data-part="table" class="sn-runs" role="group" aria-label="Runs" tabindex="0"></div>
      </div>
    </div>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}
