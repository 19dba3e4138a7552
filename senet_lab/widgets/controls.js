// The controls: native inputs, each with its label and its hint. What a value means is decided in Python.
import { uniqueId } from "./kit.js";

const OPEN = ["Network", "Paths", "Squeeze-excite", "Input", "Data", "Recipe"]; // other sections are folded at first

function section(controls, name) {
  const found = [...controls.children].find((child) => child.dataset.section === name);
  if (found) return found;
  const made = Object.assign(document.createElement("details"), { open: OPEN.includes(name) });
  made.dataset.section = name;
  made.append(Object.assign(document.createElement("summary"), { textContent: name }));
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
  const hint = Object.assign(document.createElement("small"), { id: uniqueId() });
  element.setAttribute("aria-describedby", hint.id);
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
      element.replaceChildren(
        ...(now.label === now.section || now.name === "family" ? buttons : [caption, ...buttons]),
        hint,
      );
    }
    hint.textContent = now.hint;
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
    ask(now.name, typed);
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
    if (committed === null || !(refused || beingTyped(field, committed))) field.value = committed = text;
    field.disabled = range.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element, update };
}

// What is being typed while an answer arrives stays; so does, to be mended, what was refused.
const beingTyped = (field, committed) => field.matches(":focus") && field.value !== committed;

function nearestStop(stops, value) {
  const gap = (stop) => (stop === value ? -1 : stop === null || value === null ? Infinity : Math.abs(stop - value));
  return stops.reduce((best, stop, index) => (gap(stop) < gap(stops[best]) ? index : best), 0);
}

// A label above its field, and a hint below.
function labelled(control, field, kind) {
  const element = document.createElement("div");
  element.className = `sn-field sn-${kind}`;
  const [label, hint] = [document.createElement("label"), document.createElement("small")];
  field.id = uniqueId();
  hint.id = `${field.id}-hint`;
  label.htmlFor = field.id;
  label.textContent = control.label;
  field.setAttribute("aria-describedby", hint.id);
  element.append(label, field, hint);
  return [element, hint];
}

function select(control, ask) {
  const field = document.createElement("select");
  const [element, hint] = labelled(control, field, "select");
  let now = control;
  let drawn = "";
  field.addEventListener("change", () => ask(now.name, now.stops[field.selectedIndex]));
  function update(next) {
    now = next;
    if (drawn !== next.labels.join("|")) {
      drawn = next.labels.join("|");
      field.replaceChildren(...next.labels.map((label) => new Option(label)));
    }
    field.selectedIndex = next.stops.indexOf(next.value);
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element, update };
}

function check(control, ask) {
  const field = Object.assign(document.createElement("input"), { type: "checkbox" });
  const [element, hint] = labelled(control, field, "check");
  element.prepend(field);
  field.addEventListener("change", () => ask(control.name, field.checked));
  function update(next) {
    field.checked = next.value;
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element, update };
}

function text(control, ask) {
  const field = Object.assign(document.createElement("input"), {
    type: "text",
    autocomplete: "off",
    spellcheck: false,
  });
  const [element, hint] = labelled(control, field, "text");
  let committed = null; // the text that Python has seen
  function commit() {
    if (field.value === committed) return;
    committed = field.value;
    ask(control.name, field.value);
  }
  field.addEventListener("change", commit);
  field.addEventListener("keydown", (event) => event.key === "Enter" && commit());
  function update(next, refused) {
    field.setAttribute("aria-invalid", String(refused));
    if (committed === null || !(refused || beingTyped(field, committed))) field.value = committed = next.value;
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element, update };
}

// Buttons of which any number is pressed.
function checks(control, ask) {
  const element = document.createElement("div");
  element.className = "sn-choice";
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", control.label);
  let drawn = "";
  function update(now) {
    if (drawn !== now.labels.join()) {
      drawn = now.labels.join();
      const caption = Object.assign(document.createElement("span"), { textContent: now.label });
      const buttons = now.labels.map((words) => {
        const label = document.createElement("label");
        const input = Object.assign(document.createElement("input"), { type: "checkbox" });
        input.addEventListener("change", () => {
          const inputs = [...element.querySelectorAll("input")];
          ask(
            now.name,
            now.stops.filter((_, index) => inputs[index].checked),
          );
        });
        label.append(input, Object.assign(document.createElement("span"), { textContent: words }));
        return label;
      });
      element.replaceChildren(caption, ...buttons);
    }
    element.querySelectorAll("input").forEach((input, index) => (input.checked = now.value.includes(now.stops[index])));
  }
  return { element, update };
}

// A short text beside its label.
function number(control, ask) {
  const made = text(control, ask);
  made.element.classList.replace("sn-text", "sn-number");
  return made;
}

const KINDS = { choice, slider, select, check, checks, text, number };

// Brings the controls up to date; `widgets` has those that are there, by name. The reason against a move stands at its
// control as well: the line at the top may be out of sight.
export function placeControls(holder, widgets, { controls, reasons }, ask) {
  const names = new Set(controls.map((control) => control.name));
  for (const [name, { element }] of widgets) {
    if (names.has(name)) continue;
    element.remove();
    widgets.delete(name);
  }
  for (const control of controls) {
    if (!widgets.has(control.name)) {
      const made = KINDS[control.kind](control, ask);
      widgets.set(control.name, made);
      section(holder, control.section).append(made.element);
    }
    const reason = reasons[control.name];
    widgets.get(control.name).update(reason ? { ...control, hint: reason } : control, Boolean(reason));
  }
}
