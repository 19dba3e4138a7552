// The Trainer's page. It sends what is set and pressed, and shows what comes back; what that means is decided in Python.

const START_AGAIN = 1000; // milliseconds in which a second press of Start is the second half of a double click

export default {
  render({ model, el }) {
    const view = uniqueId();
    layout(el);
    const parts = Object.fromEntries([...el.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    const widgets = new Map(); // control name -> {update, element}
    let pending = {}; // what was asked for since the last message
    let started = 0;
    let pressing = false; // what is under the pointer is not redrawn: its click would be lost

    function ask(name, value) {
      delete pending[name]; // so that the order is that of the last touches
      pending[name] = value;
      if (talk.isAnswered()) send();
    }

    function send() {
      const moves = pending;
      pending = {};
      talk.post({ moves });
    }
    const talk = conversation(model, view, () => complain(SILENCE), send);

    function complain(words) {
      if (parts.error.textContent !== words) parts.error.textContent = words;
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one takes the place of the other, so that nothing jumps
    }

    function showForm() {
      const form = model.get("form");
      if (talk.hear(form.turn) && Object.keys(pending).length) send();
      parts.needs.textContent = form.needs;
      parts.needs.classList.toggle("sn-short", !form.fits);
      parts.risk.textContent = form.anyway;
      parts.anyway.hidden = parts.risk.hidden = !form.anyway;
      if (!talk.isAnswered()) return; // a later move is on its way: leave the controls to the hand that moves them
      complain(form.error);
      placeControls(parts.controls, widgets, form, ask);
      if (form.reasons.drawn) drawn.delete(parts.table); // the box that was ticked in vain
      showTable();
    }

    function showNow() {
      const now = model.get("now");
      if (parts.said.textContent !== now.said) parts.said.textContent = now.said;
      redraw(parts.heading, now.heading);
      redraw(parts.progress, now.progress);
      const { toggle = "pause", can_toggle, can_stop, can_like } = now.asks;
      parts.toggle.dataset.ask = toggle;
      parts.toggle.textContent = toggle === "pause" ? "Pause" : "Resume";
      allow(parts.toggle, can_toggle);
      allow(parts.stop, can_stop);
      allow(parts.like, can_like);
    }

    const showPicture = () => redraw(parts.picture, model.get("picture"));
    const showTable = () => pressing || redraw(parts.table, model.get("table"));

    function click(event) {
      const button = event.target.closest("button[data-ask]");
      if (!button || button.getAttribute("aria-disabled") === "true") return;
      const name = button.dataset.ask;
      if (name === "start" && performance.now() - started < START_AGAIN) return;
      if (name === "start") started = performance.now();
      ask(name, button.dataset.value ?? true);
    }

    function choose(event) {
      if (!event.target.dataset.draw) return;
      const boxes = [...parts.table.querySelectorAll("[data-draw]")];
      ask("drawn", boxes.filter((box) => box.checked).map((box) => box.dataset.draw));
    }

    function key(event) {
      const node = event.target.closest(".sn-node");
      if (node && stepAlong(event, node)) event.preventDefault();
    }

    const press = () => (pressing = true);
    function release() {
      setTimeout(() => {
        pressing = false;
        showTable();
      });
    }

    el.addEventListener("click", click);
    el.addEventListener("keydown", key);
    parts.table.addEventListener("change", choose);
    parts.table.addEventListener("pointerdown", press);
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    const stops = [keepKeys(el), showTips(el, parts.tip)];
    const shows = { form: showForm, now: showNow, picture: showPicture, table: showTable };
    for (const [name, show] of Object.entries(shows)) {
      model.on(`change:${name}`, show);
      show();
    }
    ask("hello", true);
    return () => {
      stops.forEach((stop) => stop());
      talk.stop();
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
      for (const [name, show] of Object.entries(shows)) model.off(`change:${name}`, show);
    };
  },
};

// A button that cannot be pressed keeps the focus, and says so.
function allow(button, allowed) {
  button.setAttribute("aria-disabled", String(!allowed));
}

function layout(el) {
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
          <button type="button" class="sn-button" data-part="stop" data-ask="stop">Stop</button>
          <button type="button" class="sn-button" data-part="like" data-ask="like" title="Network, data and recipe of this run">Use its settings</button>
        </div>
        <div data-part="heading"></div>
        <p class="sn-said" data-part="said" role="status"></p>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div data-part="progress"></div>
        <div data-part="picture" role="group" aria-label="Learning curves"></div>
        <div data-part="table" class="sn-runs" role="group" aria-label="Runs" tabindex="0"></div>
      </div>
    </div>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}
