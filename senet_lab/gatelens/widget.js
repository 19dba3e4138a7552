// The GateLens's page. It sends the user's choices and shows the answers; all decisions are made in Python.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { Ask, AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Moves, Traits } from "./messages.js" */
import { openConversation } from "../widgets/conversation.js";
import { closest, findAll, findParts, listen, uniqueId } from "../widgets/dom.js";
import {
  keepKeys,
  messageOf,
  placeTabs,
  reportErrors,
  setText,
  showTips,
  stepAlong,
  tabButtons,
  walkTabs,
} from "../widgets/kit.js";
import { redraw } from "../widgets/redraw.js";
import { keepTopInSight } from "../widgets/sight.js";
import { takeFiles, uploader } from "./files.js";
import { COMMANDS, TABS } from "./messages.js";

const PARTS = /** @type {const} */ (["heading", "strip", "side", "body"]);

export default {
  /** @param {RenderProps<Traits>} props */
  render({ model, el }) {
    const view = uniqueId();
    layout(el, view);
    const parts = findParts(el);
    const conversation = openConversation(model, "shown", view, { commands: COMMANDS, silence });
    const { ask } = conversation;
    const send = uploader(ask);

    /** @param {string} words */
    function silence(words) {
      el.classList.toggle("sn-silent", Boolean(words));
      complain(words || model.get("shown").error);
    }

    /** @param {string} words */
    function complain(words) {
      setText(parts.error, words);
      parts.error.hidden = !words;
      const canRetry = Boolean(words) && model.get("shown").retry;
      // Move the focus before the button that has it is hidden.
      if (!canRetry && parts.retry.matches(":focus")) findAll(parts.tabs, "[aria-selected=true]")[0]?.focus();
      parts.retry.hidden = !canRetry;
    }

    /** @param {File | undefined} chosen */
    const sendFile = (chosen) =>
      chosen &&
      send(chosen).catch((error) =>
        complain(`Couldn't read '${chosen.name}' (${messageOf(error)}). Choose the file again.`),
      );

    function show() {
      const shown = model.get("shown");
      setText(parts.said, shown.said);
      placeTabs(parts, shown.tab);
      parts.busy.hidden = !shown.busy;
      setText(parts.doing, shown.busy || shown.doing);
      if (!conversation.isAnswered()) return; // a later choice is pending: do not change the controls while the user moves them
      complain(shown.error);
      redraw(parts.side, model.get("side"));
    }

    const stops = [
      keepKeys(el),
      keepTopInSight(el),
      showTips(el, parts.tip),
      walkTabs(el, ask),
      chooseBlocks(el, ask),
      hold(el, ask),
      choose(el, ask),
      takeFiles(el, sendFile),
    ];

    /**
     * Shows a trait now and whenever it changes.
     * @param {keyof Traits} name
     * @param {() => void} draw
     */
    function follow(name, draw) {
      const listener = reportErrors(draw, complain);
      model.on(`change:${name}`, listener);
      stops.push(() => model.off(`change:${name}`, listener));
      listener();
    }
    for (const name of PARTS)
      follow(name, () => {
        if (name !== "side" || conversation.isAnswered()) redraw(parts[name], model.get(name));
      });
    follow("shown", show);
    return () => {
      stops.forEach((stop) => stop());
      conversation.stop();
    };
  },
};

/**
 * Builds the page.
 * @param {HTMLElement} el
 * @param {string} view
 */
function layout(el, view) {
  el.classList.add("sn", "sn-explorer", "sn-lens");
  el.innerHTML = `
    <div class="sn-columns">
      <div class="sn-side" data-part="side" role="group" aria-label="GateLens settings"></div>
      <div class="sn-page">
        <div data-part="heading"></div>
        <div class="sn-strip" data-part="strip"></div>
        <div class="sn-busy"><span data-part="busy" hidden><progress aria-label="In progress"></progress></span>
          <span data-part="doing" role="status"></span></div>
        <p class="sn-said sn-error" data-part="error" role="alert" hidden></p>
        <button type="button" class="sn-button" data-part="retry" data-ask="retry" data-value="true" hidden>Retry</button>
        <div class="sn-tabs" role="tablist" aria-label="Views" data-part="tabs">${tabButtons(TABS, view)}</div>
        <p class="sn-said" data-part="said" role="status"></p>
        <div data-part="body" role="tabpanel" id="${view}"></div>
      </div>
    </div>
    <div class="sn-tip" data-part="tip" role="tooltip" hidden></div>`;
}

/**
 * Selects a block on click or Enter, and its neighbors with the arrow keys.
 * @param {HTMLElement} el
 * @param {AskOf<Moves>} ask
 */
function chooseBlocks(el, ask) {
  /** @param {MouseEvent} event */
  const click = (event) => {
    const path = closest(event, ".sn-node[data-path]")?.dataset.path;
    if (path !== undefined) ask("path", path);
  };
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    const node = closest(event, ".sn-node");
    if (!node) return;
    const neighbor = stepAlong(event, node);
    if (!neighbor && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const { path } = (neighbor ?? node).dataset;
    if (path !== undefined) ask("path", path);
    else if (!neighbor) node.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  };
  return listen(el, { click, keydown });
}

/**
 * Holds or releases gates; the button changes at once, so that a second click does the opposite.
 * @param {HTMLElement} el
 * @param {Ask} ask
 */
function hold(el, ask) {
  /** @param {MouseEvent} event */
  const click = (event) => {
    const button = closest(event, "[data-hold]");
    if (!button) return;
    const isPressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isPressed));
    ask(`hold ${button.dataset.hold}`, isPressed);
  };
  return listen(el, { click });
}

/**
 * Handles buttons, folds, check boxes, radio buttons, the number of a channel and the list of networks.
 * @param {HTMLElement} el
 * @param {Ask} ask
 */
function choose(el, ask) {
  /** @type {AskOf<Moves & Commands>} */
  const askOwn = ask;
  const classes = () => /** @type {HTMLInputElement[]} */ (findAll(el, "input[data-ask=classes]"));
  const askClasses = () =>
    askOwn(
      "classes",
      classes()
        .filter((box) => box.checked)
        .map((box) => Number(box.dataset.value)),
    );
  /** @param {MouseEvent} event */
  const click = (event) => {
    const fold = closest(event, "summary[data-ask=unfold]");
    if (fold) ask(`unfold ${fold.dataset.value}`, !(/** @type {HTMLDetailsElement} */ (fold.parentElement).open));
    const button = closest(event, "button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { tab, ask: name, all } = button.dataset;
    if (tab) ask("tab", tab);
    else if (all) {
      for (const box of classes()) box.checked = all === "true" && !box.disabled;
      askClasses();
    } else if (name) ask(name, valueOfButton(button));
  };
  /** @param {Event} event */
  const change = ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    const { ask: name, value } = target.dataset;
    if (name === "classes") askClasses();
    else if (name && target.type === "checkbox") ask(name, /** @type {HTMLInputElement} */ (target).checked);
    else if (name && target.type === "number") ask(name, /** @type {HTMLInputElement} */ (target).valueAsNumber);
    else if (name) ask(name, target instanceof HTMLSelectElement ? target.value : value);
  };
  /**
   * Takes a number on Enter: JupyterLab keeps that key from becoming a change.
   * @param {KeyboardEvent} event
   */
  const keydown = (event) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type === "number")
      change(event);
  };
  /**
   * Asks for the current runs before the list of networks is opened.
   * @param {MouseEvent | FocusEvent} event
   */
  const near = ({ target, relatedTarget }) => {
    const isFrom = relatedTarget instanceof Element && relatedTarget.closest("[data-ask=network]");
    if (target instanceof HTMLElement && target.dataset.ask === "network" && !isFrom) askOwn("runs", true);
  };
  return listen(el, { click, change, keydown, mouseover: near, focusin: near });
}

/** @type {Record<string, (value: string) => number | string>} by the name of the message; other values are booleans */
const READERS = { channel: Number, image: Number, page: Number, save: String };

/** @param {HTMLElement} button */
function valueOfButton({ dataset: { ask: name = "", value = "" } }) {
  return READERS[name] ? READERS[name](value) : value === "true";
}
