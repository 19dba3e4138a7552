// The page of a sweep. It sends choices and button presses, and shows the answers; all decisions are made in Python.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Moves, Traits } from "./messages.js" */
import { lensHolder } from "../trainer/lens.js";
import { placeControls } from "../widgets/controls.js";
import { openConversation } from "../widgets/conversation.js";
import { closest, element, findParts, listen, uniqueId } from "../widgets/dom.js";
import { keepHeight } from "../widgets/height.js";
import { keepKeys, reportErrors, setText, showTips, stepAlong } from "../widgets/kit.js";
import { redraw, redrawAround } from "../widgets/redraw.js";
import { keepTopInSight } from "../widgets/sight.js";
import { COMMANDS } from "./messages.js";
import { stepInGrid } from "./squares.js";

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

    /** @type {AskOf<Moves & Commands>} */
    const askOwn = ask;

    /** @param {string} words */
    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("form").error || lensError);
    }

    /** @param {string} words */
    function complain(words) {
      setText(parts.error, words);
      parts.error.hidden = !words;
    }

    function showForm() {
      const form = model.get("form");
      setText(parts.start, form.start);
      setText(parts.stop, form.stop);
      // Not `disabled`, so that the button keeps the focus.
      parts.start.setAttribute("aria-disabled", String(!form.can_start));
      parts.stop.setAttribute("aria-disabled", String(!form.can_stop));
      setText(parts.needs, form.needs);
      parts.needs.classList.toggle("sn-short", !form.fits);
      parts.anyway.hidden = !form.anyway;
      redraw(parts.about, form.about);
      if (!conversation.isAnswered()) return; // a later move is pending: do not change the controls while the user moves them
      if (wantsGates && !form.reasons.gates) goToLens();
      wantsGates = false;
      complain(form.error || lensError);
      placeControls(parts.controls, widgets, form, ask);
    }

    function showNow() {
      const now = model.get("now");
      redraw(parts.heading, now.heading);
      setText(parts.conclusion, now.conclusion);
      redraw(parts.progress, now.progress);
      parts.progress.classList.toggle("sn-ill", now.ill);
    }

    function showPlots() {
      if (!isPressing) redrawAround(parts.plots, model.get("plots"));
    }

    function showSquares() {
      if (!isPressing) redraw(parts.squares, model.get("squares"));
    }

    function showRun() {
      const run = model.get("run");
      redraw(parts.run, run.words);
      parts.gates.hidden = !run.has_button;
      parts.gates.title = run.gates;
      parts.gates.setAttribute("aria-disabled", String(!run.can_gates));
    }

    const showNumbers = () => redraw(parts.numbers, model.get("numbers"));

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
      const circle = closest(event, ".sn-node[data-path]");
      if (circle) return askOwn("run", circle.dataset.path ?? "");
      const button = closest(event, "button[data-ask]");
      if (!button || button.getAttribute("aria-disabled") === "true") return;
      const name = button.dataset.ask ?? "";
      // Pressed before and not answered yet: a busy kernel must not start a sweep twice.
      if (name !== "run" && conversation.isAsked(name)) return conversation.nudge();
      if (name === "start") {
        if (performance.now() - startedAt < DOUBLE_CLICK) return;
        startedAt = performance.now();
      }
      if (name === "gates") wantsGates = true;
      ask(name, button.dataset.value ?? true);
    }

    /** @param {KeyboardEvent} event */
    function keydown(event) {
      const circle = closest(event, ".sn-node");
      if (circle && ["Enter", " "].includes(event.key)) {
        event.preventDefault();
        return askOwn("run", circle.dataset.path ?? "");
      }
      const square = closest(event, "button.sn-square");
      const next = circle ? stepAlong(event, circle) : square && stepInGrid(event, square);
      if (next) event.preventDefault();
    }

    /** @param {PointerEvent} event */
    function pointerdown(event) {
      isPressing = event.button === 0; // other buttons may open a menu that swallows the release
    }

    function release() {
      setTimeout(() => {
        isPressing = false;
        showPlots();
        showSquares();
      });
    }

    const shows = {
      form: showForm,
      now: showNow,
      plots: showPlots,
      squares: showSquares,
      run: showRun,
      numbers: showNumbers,
      lens: showLens,
    };
    const stops = [
      keepKeys(frame),
      keepTopInSight(frame),
      ...[parts.conclusion, parts.progress, parts.plots].map(keepHeight),
      showTips(el, parts.tip), // before keydown, so that tooltips follow the arrow keys
      listen(el, { click, keydown }),
      ...[parts.plots, parts.squares].map((part) => listen(part, { pointerdown })),
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
  el.classList.add("sn", "sn-explorer", "sn-sweep");
  el.innerHTML = `
    <div class="sn-columns">
      <div>
        <div class="sn-start">
          <button type="button" class="sn-button" data-part="start" data-ask="start"></button>
          <button type="button" class="sn-button" data-part="anyway" data-ask="start" data-value="anyway" hidden>Start anyway</button>
          <button type="button" class="sn-button" data-part="stop" data-ask="stop"></button>
          <p data-part="needs" role="status"></p>
        </div>
        <div class="sn-controls" data-part="controls" role="group" aria-label="Comparison"></div>
        <div data-part="about"></div>
      </div>
      <div class="sn-page">
        <div data-part="heading"></div>
        <p class="sn-said" data-part="conclusion" role="status"></p>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div data-part="progress"></div>
        <div data-part="plots"></div>
        <div class="sn-runs-of-sweep">
          <div class="sn-wide" data-part="squares" role="region" aria-label="Runs of the sweep"></div>
          <div>
            <div data-part="run" role="status"></div>
            <button type="button" class="sn-button" data-part="gates" data-ask="gates" hidden>Show gates</button>
          </div>
        </div>
        <details class="sn-behind"><summary>Show numbers</summary><div data-part="numbers"></div></details>
      </div>
    </div>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}
