// An exercise: sends each command to Python and shows the reply. Python marks the answers.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { AskOf } from "../widgets/conversation.js" */
/** @import { Commands, Shown, Traits } from "./messages.js" */
import { openConversation } from "../widgets/conversation.js";
import { closest, element, listen, uniqueId } from "../widgets/dom.js";
import { keepKeys, reportErrors } from "../widgets/kit.js";
import { COMMANDS } from "./messages.js";

/** @type {Record<string, string>} a sign next to the verdict, visible at a glance */
const SIGNS = { Right: "\u2713", Nearly: "\u2248", "Not yet": "\u2717" };

/** @param {string} id */
const layout = (id) => `
  <p class="sn-ask" id="${id}q"></p>
  <form aria-labelledby="${id}q" autocomplete="off">
    <span class="sn-entry"><label for="${id}a">Your answer</label><span class="sn-slot"></span>
      <span class="sn-unit" id="${id}u"></span></span>
    <button type="button" class="sn-first" data-do="check">Check</button><button type="button" data-do="hint"></button>
    <button type="button" data-do="reveal">Solution</button><span class="sn-tries"></span>
  </form>
  <p class="sn-reply" role="status"><span class="sn-mark" aria-hidden="true"></span><b></b><span class="sn-words"></span></p>
  <ol class="sn-hints" aria-label="Hints" aria-live="polite"></ol>
  <p class="sn-fault" role="alert" hidden></p>`;

export default {
  /** @param {RenderProps<Traits>} props */
  render({ model, el }) {
    const id = uniqueId();
    el.classList.add("sn", "sn-exercise");
    el.innerHTML = layout(id);
    /** @param {string} selector */
    const find = (selector) => /** @type {HTMLElement} */ (el.querySelector(selector));
    let question = ""; // the question to which the field belongs
    /** @param {string} words */
    const silence = (words) => complain(words || model.get("shown").error);
    const conversation = openConversation(model, "shown", id, { commands: COMMANDS, silence });
    /** @type {AskOf<Commands>} */
    const send = conversation.ask;

    /**
     * Do not repeat a command that is still unanswered: a second press would count as a second try.
     * @param {keyof Commands} command
     */
    function ask(command) {
      if (conversation.isAsked(command)) conversation.nudge();
      else send(command, /** @type {HTMLInputElement} */ (find(`[id="${id}a"]`)).value);
    }

    /** @param {string} words */
    function complain(words) {
      find(".sn-fault").textContent = words;
      find(".sn-fault").hidden = !words;
    }

    /**
     * Place a text field for a number, or a list for a choice. Called only when the question changes.
     * @param {Shown} shown
     */
    function placeField({ choices, example }) {
      const field = choices.length
        ? element("select", { id: `${id}a` })
        : element("input", { id: `${id}a`, placeholder: example });
      field.setAttribute("aria-describedby", `${id}u`);
      if (choices.length) field.append(...["", ...choices].map((each) => new Option(each || "choose \u2026", each)));
      find(".sn-slot").replaceChildren(field);
    }

    /**
     * Show the hints given so far; those that are there already stay, so that a new one is announced alone.
     * @param {readonly string[]} hints
     */
    function showHints(hints) {
      const list = find(".sn-hints");
      list.hidden = !hints.length;
      for (const [at, words] of hints.entries())
        if (list.children[at]?.textContent !== words) {
          const item = element("li", { textContent: words });
          if (list.children[at]) list.children[at].replaceWith(item);
          else list.append(item);
        }
      while (list.children.length > hints.length) list.lastElementChild?.remove();
    }

    const show = reportErrors(() => {
      const shown = model.get("shown");
      if (question !== shown.question) placeField(shown);
      question = shown.question;
      find(".sn-ask").textContent = shown.question;
      find(".sn-unit").textContent = shown.unit;
      find("[data-do=hint]").textContent = shown.hint_button;
      showHints(shown.hints);
      find(".sn-tries").textContent = shown.record;
      find(".sn-mark").textContent = SIGNS[shown.verdict] ?? "";
      find(".sn-mark").hidden = !(shown.verdict in SIGNS); // or the first line of a solution would be indented
      find(".sn-reply b").textContent = shown.verdict ? `${shown.verdict}. ` : "";
      find(".sn-words").textContent = shown.words;
      if (conversation.isAnswered() || shown.error) complain(shown.error);
    }, complain);

    /**
     * Check the answer on Enter in the field. JupyterLab also handles Enter and prevents the form from being
     * submitted, so we do not rely on submit. On a button, holding the key presses only once.
     * @param {KeyboardEvent} event
     */
    function keydown(event) {
      if (event.key !== "Enter") return;
      if (closest(event, "input")) {
        event.preventDefault();
        if (!event.repeat) ask("check");
      } else if (event.repeat && closest(event, "[data-do]")) event.preventDefault();
    }

    /**
     * Ignore the second click of a double click.
     * @param {MouseEvent} event
     */
    function click(event) {
      const command = closest(event, "[data-do]")?.dataset.do;
      if (command && event.detail < 2) ask(/** @type {keyof Commands} */ (command));
    }

    find("form").addEventListener("submit", (event) => event.preventDefault());
    const stops = [listen(el, { keydown, click }), keepKeys(el)];
    model.on("change:shown", show);
    show();
    return () => {
      conversation.stop();
      stops.forEach((stop) => stop());
      model.off("change:shown", show);
    };
  },
};
