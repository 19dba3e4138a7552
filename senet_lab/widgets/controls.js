// The controls: native inputs, each with its label and its hint. Python interprets the values.
/** @import { Ask } from "./conversation.js" */
/** @import { ControlKind, ControlMessage, Controls, Value } from "./messages.js" */
import { element, findAll, uniqueId } from "./dom.js";
import { OPEN_SECTIONS } from "./messages.js";

/**
 * A control on the page.
 * @typedef {object} Widget
 * @property {HTMLElement} element
 * @property {(control: ControlMessage, isRefused: boolean) => void} update
 */

/**
 * Returns the section of that name; creates it if it is missing.
 * @param {HTMLElement} holder
 * @param {string} name
 */
function section(holder, name) {
  const present = findAll(holder, "[data-section]").find(({ dataset }) => dataset.section === name);
  if (present) return present;
  const details = element("details", { open: OPEN_SECTIONS.some((each) => each === name) });
  details.dataset.section = name;
  details.append(element("summary", { textContent: name }));
  holder.append(details);
  return details;
}

/**
 * Creates a group of buttons. Either exactly one is pressed (radio inputs: arrow keys move, Tab leaves) or any number
 * are (checkboxes). The buttons are recreated when the labels change.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function buttonGroup(control, ask) {
  const isSingle = control.kind === "choice";
  const name = uniqueId();
  const group = element("div", { className: "sn-choice" });
  const hint = element("small", { id: uniqueId() });
  group.setAttribute("role", isSingle ? "radiogroup" : "group");
  group.setAttribute("aria-label", control.label);
  group.setAttribute("aria-describedby", hint.id);
  let current = control;
  let labels = "";
  const inputs = () => [...group.querySelectorAll("input")];
  function change() {
    const boxes = inputs();
    const stops = current.stops.filter((_, index) => boxes[index].checked);
    ask(current.name, isSingle ? stops[0] : stops);
  }
  /** @param {string} words */
  function button(words) {
    const label = element("label");
    const input = element("input", { type: isSingle ? "radio" : "checkbox", name });
    input.addEventListener("change", change);
    label.append(input, element("span", { textContent: words }));
    return label;
  }
  /** @type {Widget["update"]} */
  function update(next) {
    current = next;
    const words = [next.label, ...next.labels].join(); // "SE groups" become "ECA groups"
    if (labels !== words) {
      labels = words;
      group.setAttribute("aria-label", next.label);
      const caption = element("span", { textContent: next.label });
      const isNamed = next.label === next.section || next.name === "family"; // by the text around it
      group.replaceChildren(...(isNamed ? [] : [caption]), ...next.labels.map(button), hint);
    }
    hint.textContent = next.hint;
    const values = Array.isArray(next.value) ? next.value : [next.value];
    inputs().forEach((input, index) => {
      input.disabled = next.disabled;
      input.checked = values.includes(next.stops[index]);
    });
  }
  return { element: group, update };
}

/**
 * Creates a slider over the stops, with a text field that accepts any value; Python checks the typed text.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function slider(control, ask) {
  const id = uniqueId();
  const label = element("label", { htmlFor: `n${id}` });
  const field = element("input", { id: `n${id}`, type: "text", inputMode: "numeric", autocomplete: "off" });
  const range = element("input", { type: "range", min: "0", step: "1" });
  const hint = element("small", { id: `h${id}` });
  range.setAttribute("aria-describedby", hint.id);
  const holder = element("div", { className: "sn-slider" });
  holder.append(label, field, range, hint);
  let current = control;
  const typing = typedField(field, (text) => ask(current.name, text.trim()));
  /**
   * @param {number} stop
   * @param {string} text
   */
  function place(stop, text) {
    range.value = String(stop);
    range.style.setProperty("--sn-done", `${(100 * stop) / Math.max(1, current.stops.length - 1)}%`);
    range.setAttribute("aria-valuetext", text);
  }
  range.addEventListener("input", () => {
    const stop = Number(range.value);
    typing.set(current.labels[stop]);
    place(stop, current.labels[stop]);
    ask(current.name, current.stops[stop]);
  });
  /** @type {Widget["update"]} */
  function update(next, isRefused) {
    current = next;
    label.textContent = next.label;
    range.setAttribute("aria-label", next.label);
    range.max = String(next.stops.length - 1);
    place(nearestStop(next.stops, next.value), next.text);
    typing.update(next.text, isRefused);
    field.disabled = range.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element: holder, update };
}

/**
 * Returns the index of the stop nearest to a value; "none" (null) is near only to itself.
 * @param {readonly Value[]} stops
 * @param {ControlMessage["value"]} value
 */
export function nearestStop(stops, value) {
  /** @param {Value} stop */
  const gap = (stop) => {
    if (stop === value) return -1;
    return stop === null || value === null ? Infinity : Math.abs(Number(stop) - Number(value));
  };
  return stops.reduce((/** @type {number} */ best, stop, index) => (gap(stop) < gap(stops[best]) ? index : best), 0);
}

/**
 * Makes a text field commit when it loses focus, and on Enter. Text that is being typed when an answer arrives is kept;
 * rejected text is kept as well, so that it can be corrected.
 * @param {HTMLInputElement} field
 * @param {(text: string) => void} commit
 */
function typedField(field, commit) {
  /** @type {string | null} */
  let committed = null; // the text that Python has seen
  /** @param {string} text */
  function set(text) {
    field.value = text;
    committed = text;
  }
  function change() {
    if (field.value.trim() === committed) return;
    committed = field.value.trim();
    commit(field.value);
  }
  field.addEventListener("change", change);
  field.addEventListener("keydown", (event) => event.key === "Enter" && change());
  /**
   * @param {string} text
   * @param {boolean} isRefused
   */
  function update(text, isRefused) {
    const isBeingTyped = field.matches(":focus") && field.value !== committed;
    field.setAttribute("aria-invalid", String(isRefused));
    if (committed === null || !(isRefused || isBeingTyped)) set(text);
  }
  return { set, update };
}

/**
 * Adds a label above a field and a hint below.
 * @param {ControlMessage} control
 * @param {HTMLInputElement | HTMLSelectElement} field
 * @param {Widget["update"]} updateValue
 * @returns {Widget}
 */
function labeled(control, field, updateValue) {
  field.id = uniqueId();
  const hint = element("small", { id: `${field.id}-hint` });
  field.setAttribute("aria-describedby", hint.id);
  const holder = element("div", { className: `sn-field sn-${control.kind}` });
  holder.dataset.name = control.name;
  holder.append(element("label", { htmlFor: field.id, textContent: control.label }), field, hint);
  /** @type {Widget["update"]} */
  function update(next, isRefused) {
    updateValue(next, isRefused);
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element: holder, update };
}

/**
 * Creates a list with one selected entry.
 * @param {ControlMessage} control
 * @param {Ask} ask
 */
function select(control, ask) {
  const field = element("select");
  let current = control;
  let labels = "";
  field.addEventListener("change", () => ask(current.name, current.stops[field.selectedIndex]));
  return labeled(control, field, (next) => {
    current = next;
    if (labels !== next.labels.join("|")) {
      labels = next.labels.join("|");
      field.replaceChildren(...next.labels.map((label) => element("option", { textContent: label })));
    }
    field.selectedIndex = /** @type {unknown[]} */ (next.stops).indexOf(next.value);
  });
}

/**
 * Creates a check box.
 * @param {ControlMessage} control
 * @param {Ask} ask
 */
function check(control, ask) {
  const field = element("input", { type: "checkbox" });
  field.addEventListener("change", () => ask(control.name, field.checked));
  const widget = labeled(control, field, (next) => {
    field.checked = Boolean(next.value);
  });
  widget.element.prepend(field);
  return widget;
}

/**
 * Creates a field for text or for a number.
 * @param {ControlMessage} control
 * @param {Ask} ask
 */
function text(control, ask) {
  const field = element("input", { type: "text", autocomplete: "off", spellcheck: false });
  const typing = typedField(field, (words) => ask(control.name, words));
  return labeled(control, field, (next, isRefused) => typing.update(String(next.value), isRefused));
}

/** @type {Record<ControlKind, (control: ControlMessage, ask: Ask) => Widget>} */
const KINDS = { choice: buttonGroup, slider, select, check, checks: buttonGroup, text, number: text };

/**
 * Updates the controls. The reason why a move was rejected is also shown at its control, since the line at the top may
 * be out of sight.
 * @param {HTMLElement} holder
 * @param {Map<string, Widget>} widgets the existing ones, by name
 * @param {Controls} shown
 * @param {Ask} ask
 */
export function placeControls(holder, widgets, { controls, reasons }, ask) {
  const names = new Set(controls.map(({ name }) => name));
  for (const [name, { element }] of widgets) {
    if (names.has(name)) continue;
    element.remove();
    widgets.delete(name);
  }
  for (const control of controls) {
    let widget = widgets.get(control.name);
    if (!widget) {
      widget = KINDS[control.kind](control, ask);
      widgets.set(control.name, widget);
      section(holder, control.section).append(widget.element);
    }
    const reason = reasons[control.name];
    widget.update(reason ? { ...control, hint: reason } : control, Boolean(reason));
  }
}
