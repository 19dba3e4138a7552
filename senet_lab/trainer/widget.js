// The Trainer's page. It sends what is set and pressed, and shows what comes back; what that means is decided in Python.
import { placeControls } from "../widgets/controls.js";
import { conversation } from "../widgets/conversation.js";
import { drawing, drawn, keepKeys, nameOf, redraw, showTips, stepAlong, uniqueId } from "../widgets/kit.js";

const START_AGAIN = 1000; // milliseconds in which a second press of Start is the second half of a double click
const ONCE = ["start", "pause", "resume", "stop", "like", "gates", "take"]; // done to runs, rather than set
const NOT_DRAWN = "The gates of this run did not come. Press Its gates again, or load the page again.";

export default {
  render({ model, el: frame, host, signal }) {
    const view = uniqueId();
    const el = frame.appendChild(document.createElement("div"));
    const below = frame.appendChild(document.createElement("div")); // apart: what is pressed there is not for this panel
    layout(el, below);
    const parts = Object.fromEntries([...el.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    const widgets = new Map(); // control name -> {update, element}
    let started = 0;
    let pressing = false; // what is under the pointer is not redrawn: its click would be lost

    function ask(name, value) {
      lost = "";
      talk.ask(name, value);
    }

    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("form").error || lost);
    }
    const talk = conversation(model, "form", view, { once: ONCE, silence });

    function complain(words) {
      if (parts.error.textContent !== words) parts.error.textContent = words;
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one takes the place of the other, so that nothing jumps
    }

    function showForm() {
      const form = model.get("form");
      parts.needs.textContent = form.needs;
      parts.needs.classList.toggle("sn-short", !form.fits);
      parts.risk.textContent = form.anyway;
      redraw(parts.legend, form.legend);
      parts.anyway.hidden = parts.risk.hidden = !form.anyway;
      if (!form.resume_anyway && parts.resume_anyway.matches(":focus")) parts.toggle.focus();
      parts.resume_anyway.hidden = !form.resume_anyway;
      if (!talk.isAnswered()) return; // a later move is on its way: leave the controls to the hand that moves them
      if (wished && !form.reasons.gates) goToLens();
      wished = false;
      complain(form.error || lost);
      placeControls(parts.controls, widgets, form, ask);
      if (form.reasons.drawn) drawn.delete(parts.table); // the box that was ticked in vain
      showTable();
    }

    function showNow() {
      const now = model.get("now");
      if (parts.said.textContent !== now.said) parts.said.textContent = now.said;
      parts.said.classList.toggle("sn-error", now.ill);
      redraw(parts.heading, now.heading);
      redraw(parts.progress, now.progress);
      const { toggle = "pause", can_toggle, can_stop, can_like, can_gates, gates = "", can_take, take = "" } = now.asks;
      parts.toggle.dataset.ask = toggle;
      parts.toggle.textContent = toggle === "pause" ? "Pause" : "Resume";
      allow(parts.toggle, can_toggle);
      allow(parts.stop, can_stop);
      allow(parts.like, can_like);
      allow(parts.gates, can_gates);
      parts.gates.title = gates;
      allow(parts.take, can_take);
      parts.take.title = take;
    }

    const showPicture = () => redraw(parts.picture, model.get("picture"));
    function showEpochs() {
      if (pressing) return;
      redrawAround(parts.strips, model.get("epochs").strips);
      redraw(parts.numbers, model.get("epochs").numbers);
    }
    const showTable = () => pressing || redraw(parts.table, model.get("table"));

    // The GateLens is a widget of its own, drawn by anywidget into a part of this one. Who asked for it is led there.
    let [opened, wished, there, closing] = ["", false, null, new AbortController()];
    let lost = ""; // why it could not be drawn, until something else is asked for
    function showLens() {
      const ref = model.get("lens") ?? "";
      if (ref !== opened) there = drawLens((opened = ref));
    }

    // Whether it is drawn: another may be asked for meanwhile, or the page may not get it.
    async function drawLens(ref) {
      closing.abort();
      [closing, lost] = [new AbortController(), ""];
      const place = document.createElement("div");
      below.replaceChildren(place);
      below.hidden = !ref;
      if (!ref) return false;
      const gone = AbortSignal.any([signal, closing.signal]);
      try {
        const lens = await host.getWidget(ref);
        if (!gone.aborted) await lens.render({ el: place, signal: gone });
      } catch (error) {
        if (gone.aborted) return false;
        opened = ""; // so that it is tried again when it is asked for again
        below.hidden = true;
        complain((lost = `${NOT_DRAWN} (${error.message})`));
        return false;
      }
      return !gone.aborted;
    }

    async function goToLens() {
      showLens(); // its name has come before the answer; what could not be drawn is tried again
      if (!(await there)) return;
      below.focus({ preventScroll: true });
      below.scrollIntoView({ block: "start" });
    }

    function click(event) {
      const button = event.target.closest("button[data-ask]");
      if (!button || button.getAttribute("aria-disabled") === "true") return;
      const name = button.dataset.ask;
      // It was pressed already and nobody has answered: a busy kernel shall not start two trainings.
      if (name !== "focus" && talk.isAsked(name)) return talk.nudge();
      if (name === "start" && performance.now() - started < START_AGAIN) return;
      if (name === "start") started = performance.now();
      if (name === "gates") wished = true;
      ask(name, button.dataset.value ?? true);
    }

    function choose(event) {
      if (!event.target.dataset.draw) return;
      const boxes = [...parts.table.querySelectorAll("[data-draw]")];
      ask(
        "drawn",
        boxes.filter((box) => box.checked).map((box) => box.dataset.draw),
      );
    }

    function key(event) {
      const node = event.target.closest(".sn-node");
      if (node && stepAlong(event, node)) event.preventDefault();
    }

    const press = (event) => (pressing = event.button === 0); // another one may open a menu that takes its release
    function release() {
      setTimeout(() => {
        pressing = false;
        showEpochs();
        showTable();
      });
    }

    const stops = [keepKeys(frame), showTips(el, parts.tip)]; // tips first: an arrow key lets them show what it leads to
    el.addEventListener("click", click);
    el.addEventListener("keydown", key);
    parts.table.addEventListener("change", choose);
    for (const part of [parts.strips, parts.numbers, parts.table]) part.addEventListener("pointerdown", press);
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    window.addEventListener("blur", release);
    const shows = {
      form: showForm,
      now: showNow,
      picture: showPicture,
      epochs: showEpochs,
      table: showTable,
      lens: showLens,
    };
    for (const name of Object.keys(shows)) {
      shows[name] = drawing(shows[name], complain);
      model.on(`change:${name}`, shows[name]);
      shows[name]();
    }
    ask("hello", true);
    return () => {
      stops.forEach((stop) => stop());
      talk.stop();
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
      window.removeEventListener("blur", release);
      for (const [name, show] of Object.entries(shows)) model.off(`change:${name}`, show);
    };
  },
};

// A button that cannot be pressed keeps the focus, and says so.
function allow(button, allowed) {
  button.setAttribute("aria-disabled", String(!allowed));
}

// As `redraw`; an epoch that has the focus stays where it is and only changes, since a screen reader would read it out
// again each time that the focus came back.
function redrawAround(body, html) {
  const node = document.activeElement;
  const fresh = Object.assign(document.createElement("div"), { innerHTML: html });
  const next = body.contains(node) && node.matches(".sn-node") && fresh.querySelector(nameOf(node));
  if (!next || drawn.get(body) === html) return redraw(body, html);
  node.replaceChildren(...next.childNodes);
  for (let [kept, made] = [node, next]; kept !== body; [kept, made] = [kept.parentNode, made.parentNode]) {
    for (const { name, value } of made.attributes)
      if (kept.getAttribute(name) !== value) kept.setAttribute(name, value);
    const others = [...made.parentNode.childNodes];
    for (const each of [...kept.parentNode.childNodes]) if (each !== kept) each.remove();
    kept.before(...others.slice(0, others.indexOf(made)));
    kept.after(...others.slice(others.indexOf(made) + 1));
  }
  drawn.set(body, html);
}

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
          <button type="button" class="sn-button" data-ask="start">Start training</button>
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
        <details class="sn-behind"><summary>The numbers</summary><div data-part="numbers"></div></details>
        <div data-part="table" class="sn-runs" role="group" aria-label="Runs" tabindex="0"></div>
      </div>
    </div>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}
