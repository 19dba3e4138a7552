// The controls: native inputs, each with its label and its hint. What a value means is decided in Python.
/** @import { Ask } from "./conversation.js" */
/** @import { ControlKind, ControlMessage, Controls, Value } from "./messages.js" */
import { element, findAll, uniqueId } from "./dom.js";
import { OPEN_SECTIONS } from "./messages.js";

/**
 * A control in the page.
 * @typedef {object} Widget
 * @property {HTMLElement} element
 * @property {(control: ControlMessage, isRefused: boolean) => void} update
 */

/**
 * Returns the section of that name, and makes it where it is missing.
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
 * Makes a group of buttons, each an input with its label. They are made anew when the labels change.
 * @param {ControlMessage} control
 * @param {"radiogroup" | "group"} role
 * @param {(label: string, index: number) => HTMLInputElement} button
 */
function buttonGroup(control, role, button) {
  const group = element("div", { className: "sn-choice" });
  group.setAttribute("role", role);
  group.setAttribute("aria-label", control.label);
  let labels = "";
  /** @param {ControlMessage} next */
  function label(next) {
    if (labels === next.labels.join()) return;
    labels = next.labels.join();
    const caption = element("span", { textContent: next.label });
    const buttons = next.labels.map((words, index) => {
      const label = element("label");
      label.append(button(words, index), element("span", { textContent: words }));
      return label;
    });
    const isNamed = next.label === next.section || next.name === "family"; // by what stands around it
    group.replaceChildren(...(isNamed ? buttons : [caption, ...buttons]));
  }
  const inputs = () => [...group.querySelectorAll("input")];
  return { group, label, inputs };
}

/**
 * Makes buttons of which one is pressed, as a group of radio inputs: arrow keys move, Tab leaves.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function choice(control, ask) {
  const name = uniqueId();
  let current = control;
  const { group, label, inputs } = buttonGroup(control, "radiogroup", (_, index) => {
    const input = element("input", { type: "radio", name });
    input.addEventListener("change", () => ask(current.name, current.stops[index]));
    return input;
  });
  const hint = element("small", { id: uniqueId() });
  group.setAttribute("aria-describedby", hint.id);
  /** @param {ControlMessage} next */
  function update(next) {
    current = next;
    label(next);
    if (hint.parentElement !== group) group.append(hint);
    hint.textContent = next.hint;
    inputs().forEach((input, index) => {
      input.checked = next.stops[index] === next.value;
    });
  }
  return { element: group, update };
}

/**
 * Makes buttons of which any number is pressed.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function checks(control, ask) {
  let current = control;
  const { group, label, inputs } = buttonGroup(control, "group", () => {
    const input = element("input", { type: "checkbox" });
    input.addEventListener("change", () => {
      const boxes = inputs();
      ask(
        current.name,
        current.stops.filter((_, index) => boxes[index].checked),
      );
    });
    return input;
  });
  /** @param {ControlMessage} next */
  function update(next) {
    current = next;
    label(next);
    const values = Array.isArray(next.value) ? next.value : [];
    inputs().forEach((input, index) => {
      input.checked = values.includes(next.stops[index]);
    });
  }
  return { element: group, update };
}

/**
 * Makes a slider over the stops, paired with a text field that takes every value; Python judges what is typed.
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
  /**
   * @param {ControlMessage} next
   * @param {boolean} isRefused
   */
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
 * Returns the place of the stop that is nearest to a value; "none" (null) is near to itself alone.
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
 * Makes a text field commit when it is left, and on Enter. What is being typed while an answer arrives stays, and so
 * does what was refused, to be corrected.
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
 * Puts a label above a field and a hint below.
 * @param {ControlMessage} control
 * @param {HTMLInputElement | HTMLSelectElement} field
 * @param {string} kind
 */
function labeled(control, field, kind) {
  field.id = uniqueId();
  const hint = element("small", { id: `${field.id}-hint` });
  field.setAttribute("aria-describedby", hint.id);
  const holder = element("div", { className: `sn-field sn-${kind}` });
  holder.append(element("label", { htmlFor: field.id, textContent: control.label }), field, hint);
  return { holder, hint };
}

/**
 * Makes a list of which one entry is selected.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function select(control, ask) {
  const field = element("select");
  const { holder, hint } = labeled(control, field, "select");
  let current = control;
  let labels = "";
  field.addEventListener("change", () => ask(current.name, current.stops[field.selectedIndex]));
  /** @param {ControlMessage} next */
  function update(next) {
    current = next;
    if (labels !== next.labels.join("|")) {
      labels = next.labels.join("|");
      field.replaceChildren(...next.labels.map((label) => element("option", { textContent: label })));
    }
    field.selectedIndex = /** @type {unknown[]} */ (next.stops).indexOf(next.value);
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element: holder, update };
}

/**
 * Makes a check box.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function check(control, ask) {
  const field = element("input", { type: "checkbox" });
  const { holder, hint } = labeled(control, field, "check");
  holder.prepend(field);
  field.addEventListener("change", () => ask(control.name, field.checked));
  /** @param {ControlMessage} next */
  function update(next) {
    field.checked = Boolean(next.value);
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element: holder, update };
}

/**
 * Makes a field for text, or for a number.
 * @param {ControlMessage} control
 * @param {Ask} ask
 * @returns {Widget}
 */
function text(control, ask) {
  const field = element("input", { type: "text", autocomplete: "off", spellcheck: false });
  const { holder, hint } = labeled(control, field, control.kind);
  const typing = typedField(field, (words) => ask(control.name, words));
  /**
   * @param {ControlMessage} next
   * @param {boolean} isRefused
   */
  function update(next, isRefused) {
    typing.update(String(next.value), isRefused);
    field.disabled = next.disabled;
    hint.textContent = next.hint;
  }
  return { element: holder, update };
}

/** @type {Record<ControlKind, (control: ControlMessage, ask: Ask) => Widget>} */
const KINDS = { choice, slider, select, check, checks, text, number: text };

/**
 * Brings the controls up to date. The reason against a move is shown at its control as well, since the line at the top
 * may be out of sight.
 * @param {HTMLElement} holder
 * @param {Map<string, Widget>} widgets those that are there, by name
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
