// The Explorer's page. It sends what was moved and shows what comes back; what a move means is decided in Python.

const PATIENCE = 3000; // milliseconds without an answer until the page says so
const SILENCE =
  "The kernel has not answered for 3 seconds. If it is busy, the page follows when it is done; " +
  "if it was restarted, run the cell again.";

// crypto.randomUUID is there on https and localhost alone, and classrooms serve plain http.
const uniqueId = () => `sn-${Math.random().toString(36).slice(2)}`;

export default {
  render({ model, el }) {
    const view = uniqueId();
    const parts = Object.fromEntries(
      [...layout(el).querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
    const widgets = new Map(); // control name -> {update, element}
    let turn = 0;
    let answered = true;
    let moves = {}; // what was moved since the last answer
    let timer = 0;
    let gesture = 0; // a drag, a key, a click: what one sentence is about
    el.addEventListener("pointerdown", () => (gesture += 1), true);
    el.addEventListener("keydown", () => (gesture += 1), true);

    function ask(name, value) {
      delete moves[name]; // so that the order is that of the last touches
      moves[name] = value;
      answered = false;
      turn += 1;
      model.set("asked", { moves: { ...moves }, turn: `${view} ${turn}`, gesture: `${view} ${gesture}` });
      model.save_changes();
      clearTimeout(timer);
      timer = setTimeout(() => complain(SILENCE), PATIENCE);
    }

    function complain(words) {
      if (parts.error.textContent !== words) parts.error.textContent = words;
      parts.error.hidden = !words;
      parts.said.hidden = Boolean(words); // one takes the place of the other, so that nothing jumps
    }

    function show() {
      const shown = model.get("shown");
      if (shown.turn === `${view} ${turn}`) {
        answered = true;
        moves = {};
        clearTimeout(timer);
      }
      parts.heading.innerHTML = shown.heading;
      parts.picture.innerHTML = shown.picture;
      parts.table.innerHTML = shown.table;
      if (parts.said.textContent !== shown.said) parts.said.textContent = shown.said;
      if (!answered) return; // a later move is on its way: leave the controls to the hand that moves them
      complain(shown.error);
      placeControls(shown.controls, shown.refused);
    }

    function placeControls(controls, refused) {
      for (const control of controls) {
        if (!widgets.has(control.name)) {
          const made = control.kind === "slider" ? slider(control, ask) : choice(control, ask);
          widgets.set(control.name, made);
          section(parts.controls, control.section).append(made.element);
        }
        widgets.get(control.name).update(control, refused.includes(control.name));
      }
    }

    const releaseKeys = keepKeys(el);
    model.on("change:shown", show);
    show();
    return () => {
      releaseKeys();
      clearTimeout(timer);
      model.off("change:shown", show);
    };
  },
};

function layout(el) {
  el.classList.add("sn", "sn-explorer");
  el.innerHTML = `
    <div class="sn-columns">
      <div class="sn-controls" data-part="controls" role="group" aria-label="Meta-parameters"></div>
      <div class="sn-page">
        <div data-part="heading"></div>
        <p class="sn-said" data-part="said" role="status"></p>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <div data-part="picture"></div>
        <div data-part="table"></div>
      </div>
    </div>`;
  return el;
}

// In command mode JupyterLab takes the arrow keys of an input, to move between cells, unless the input itself says
// no. So it does, except for Ctrl and Cmd: saving should work from anywhere. Returns how to stop.
function keepKeys(el) {
  const decide = (event) => {
    if (event.target.tagName !== "INPUT" || !el.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !event.ctrlKey && !event.metaKey);
  };
  window.addEventListener("keydown", decide, true); // before JupyterLab, which listens on the document
  return () => window.removeEventListener("keydown", decide, true);
}

function section(controls, name) {
  const found = [...controls.children].find((child) => child.dataset.section === name);
  if (found) return found;
  const made = document.createElement("fieldset");
  made.dataset.section = name;
  made.append(Object.assign(document.createElement("legend"), { textContent: name }));
  controls.append(made);
  return made;
}

// Buttons of which one is pressed, as a group of radio inputs: arrow keys move, Tab leaves.
function choice(control, ask) {
  const element = document.createElement("div");
  element.className = "sn-choice";
  element.setAttribute("role", "radiogroup");
  element.setAttribute("aria-label", control.label);
  const group = uniqueId();
  let drawn = "";
  function update(now) {
    if (drawn !== now.labels.join()) {
      drawn = now.labels.join();
      const caption = Object.assign(document.createElement("span"), { textContent: now.label });
      const buttons = now.stops.map((stop, index) => {
        const label = document.createElement("label");
        const input = Object.assign(document.createElement("input"), { type: "radio", name: group });
        input.addEventListener("change", () => ask(now.name, stop));
        label.append(input, Object.assign(document.createElement("span"), { textContent: now.labels[index] }));
        return label;
      });
      element.replaceChildren(...(now.section === "Network" ? buttons : [caption, ...buttons]));
    }
    element.querySelectorAll("input").forEach((input, index) => (input.checked = now.stops[index] === now.value));
  }
  return { element, update };
}

// A slider over the stops, paired with a text field that takes every value; Python judges what is typed.
function slider(control, ask) {
  const element = document.createElement("div");
  element.className = "sn-slider";
  const id = uniqueId();
  element.innerHTML = `
    <label for="n${id}"></label><input id="n${id}" type="text" inputmode="numeric" autocomplete="off">
    <input type="range" min="0" step="1" aria-describedby="h${id}"><small id="h${id}"></small>`;
  const [label, field, range, hint] = element.children;
  let now = control;
  let committed = null; // the text that Python has seen
  function place(stop, text) {
    range.value = stop;
    range.style.setProperty("--sn-done", `${(100 * stop) / Math.max(1, now.stops.length - 1)}%`);
    range.setAttribute("aria-valuetext", text);
  }
  function commit() {
    const typed = field.value.trim();
    if (typed === committed) return;
    committed = typed;
    ask(now.name, typed === "none" ? null : /^-?\d+$/.test(typed) ? Number(typed) : typed);
  }
  range.addEventListener("input", () => {
    const stop = Number(range.value);
    field.value = committed = now.labels[stop];
    place(stop, now.labels[stop]);
    ask(now.name, now.stops[stop]);
  });
  field.addEventListener("change", commit);
  field.addEventListener("keydown", (event) => event.key === "Enter" && commit());
  function update(next, refused) {
    now = next;
    const text = next.text;
    label.textContent = next.label;
    range.setAttribute("aria-label", next.label);
    range.max = next.stops.length - 1;
    place(nearestStop(next.stops, next.value), text);
    field.setAttribute("aria-invalid", String(refused));
    if (!refused || committed === null) field.value = committed = text; // what is refused stays, to be mended
    field.disabled = range.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element, update };
}

function nearestStop(stops, value) {
  const gap = (stop) => (stop === value ? -1 : stop === null || value === null ? Infinity : Math.abs(stop - value));
  return stops.reduce((best, stop, index) => (gap(stop) < gap(stops[best]) ? index : best), 0);
}
