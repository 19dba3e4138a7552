// The Trainer's page. It sends what is set and pressed, and shows what comes back; what that means is decided in Python.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Moves, Traits } from "./messages.js" */
import { placeControls } from "../widgets/controls.js";
import { openConversation } from "../widgets/conversation.js";
import { closest, element, findAll, findParts, listen, uniqueId } from "../widgets/dom.js";
import { keepKeys, reportErrors, setText, showTips, stepAlong } from "../widgets/kit.js";
import { forgetDrawing, redraw, redrawAround } from "../widgets/redraw.js";
import { keepTopInSight } from "../widgets/sight.js";
import { lensHolder } from "./lens.js";
import { COMMANDS } from "./messages.js";

const BUTTONS = /** @type {const} */ (["toggle", "stop", "like", "gates", "take"]); // for the run in focus
const EXPLAINED = /** @type {const} */ (["start", "gates", "take"]); // which may be there only to say what they take
const DOUBLE_CLICK = 1000; // milliseconds in which a second press of Start is the second half of a double click

export default {
  /** @param {RenderProps<Traits>} props */
  render({ model, el: frame, host, signal }) {
    const view = uniqueId();
    const el = frame.appendChild(element("div"));
    const below = frame.appendChild(element("div")); // apart: what is pressed there is not for this panel
    layout(el, below);
    const parts = findParts(el);
    const widgets = new Map(); // the controls by name
    const lens = lensHolder(below, host, signal, setLensError);
    let startedAt = Number.NEGATIVE_INFINITY; // milliseconds
    let isPressing = false; // what is under the pointer is not redrawn: its click would be lost
    let wantsGates = false; // whether who asked for gates is to be led there
    let lensError = ""; // why they could not be drawn, until something else is asked for

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
      parts.said.hidden = Boolean(words); // one takes the place of the other, so that nothing jumps
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
      if (!conversation.isAnswered()) return; // a later move is on its way: leave the controls to the hand that moves them
      if (wantsGates && !form.reasons.gates) goToLens();
      wantsGates = false;
      complain(form.error || lensError);
      placeControls(parts.controls, widgets, form, ask);
      if (form.reasons.drawn) forgetDrawing(parts.table); // the box that was ticked in vain
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
      // A button that cannot be pressed keeps the focus.
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
      // Its name has come before the answer; what could not be drawn is tried again.
      if (!(await showLens())) return;
      below.focus({ preventScroll: true });
      below.scrollIntoView({ block: "start" });
    }

    /** @param {MouseEvent} event */
    function click(event) {
      const button = closest(event, "button[data-ask]");
      if (!button || button.getAttribute("aria-disabled") === "true") return;
      const name = button.dataset.ask ?? "";
      // It was pressed already and nobody has answered: a busy kernel shall not start two trainings.
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
      isPressing = event.button === 0; // another one may open a menu that takes its release
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
      keepTopInSight(frame),
      showTips(el, parts.tip), // before keydown: an arrow key lets tips show what it leads to
      listen(el, { click, keydown }),
      listen(parts.table, { change: choose }),
      ...[parts.strips, parts.numbers, parts.table].map((part) => listen(part, { pointerdown })),
      listen(window, { pointerup: release, pointercancel: release, blur: release }),
      ...Object.entries(shows).map(([name, show]) => follow(name, reportErrors(show, complain))),
    ];

    /**
     * Shows a trait now and when it changes; returns how to stop.
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
 * @param {HTMLElement} below where the gates of a run are shown
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
        <div class="sn-controls" data-part="controls" role="group" aria-label="What to train"></div>
      </div>
      <div class="sn-page">
        <div class="sn-actions" role="group" aria-label="This run">
          <button type="button" class="sn-button" data-part="toggle" data-ask="pause">Pause</button>
          <button type="button" class="sn-button" data-part="resume_anyway" data-ask="resume" data-value="anyway" hidden>Resume anyway</button>
          <button type="button" class="sn-button" data-part="stop" data-ask="stop">Stop</button>
          <button type="button" class="sn-button" data-part="gates" data-ask="gates">Its gates</button>
          <button type="button" class="sn-button" data-part="take" data-ask="take">Save network</button>
          <button type="button" class="sn-button" data-part="like" data-ask="like" title="Network, data and recipe of this run">Use its settings</button>
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
