// An exercise: it sends what was asked for and shows what comes back; what an answer is worth is decided in Python.
import { conversation } from "../widgets/conversation.js";
import { drawing, keepKeys, uniqueId } from "../widgets/kit.js";

const SIGNS = { Right: "\u2713", Nearly: "\u2248", Wrong: "\u2717" }; // beside the word, for those who see at a glance

const DEEDS = ["check", "hint", "reveal"];

const LAYOUT = (id) => `
  <p class="sn-ask" id="${id}q"></p>
  <form aria-labelledby="${id}q" autocomplete="off">
    <label for="${id}a">Your answer</label><span class="sn-slot"></span><span class="sn-unit" id="${id}u"></span>
    <button type="button" class="sn-first" data-do="check">Check</button><button type="button" data-do="hint"></button>
    <button type="button" data-do="reveal">Solution</button><span class="sn-tries"></span>
  </form>
  <p class="sn-reply" role="status"><span class="sn-mark" aria-hidden="true"></span><b></b><span class="sn-words"></span></p>
  <p class="sn-fault" role="alert" hidden></p>`;

export default {
  render({ model, el }) {
    const id = uniqueId();
    el.classList.add("sn", "sn-exercise");
    el.innerHTML = LAYOUT(id);
    const find = (selector) => el.querySelector(selector);
    let asked = ""; // the question that the field belongs to
    const silence = (words) => complain(words || model.get("shown").error);
    const talk = conversation(model, "shown", id, { once: DEEDS, silence });

    // What was asked for and not answered is not asked for again: a second press would be a second try.
    function ask(what) {
      if (talk.isAsked(what)) talk.nudge();
      else talk.ask(what, find(`[id="${id}a"]`).value);
    }

    function complain(words) {
      find(".sn-fault").textContent = words;
      find(".sn-fault").hidden = !words;
    }

    // A field for a number, a list for a choice; made anew only when the question is another one.
    function field(shown) {
      const made = document.createElement(shown.choices.length ? "select" : "input");
      made.id = `${id}a`;
      made.setAttribute("aria-describedby", `${id}u`);
      if (shown.choices.length)
        made.append(...["", ...shown.choices].map((each) => new Option(each || "choose \u2026", each)));
      find(".sn-slot").replaceChildren(made);
    }

    const show = drawing(() => {
      const shown = model.get("shown");
      if (asked !== shown.question) field(shown);
      asked = shown.question;
      find(".sn-ask").textContent = shown.question;
      find(".sn-unit").textContent = shown.unit;
      find("[data-do=hint]").textContent = shown.hints;
      find(".sn-tries").textContent = shown.record;
      find(".sn-mark").textContent = SIGNS[shown.verdict] ?? "";
      find(".sn-reply b").textContent = shown.verdict ? `${shown.verdict}. ` : "";
      find(".sn-words").textContent = shown.words;
      if (talk.isAnswered() || shown.error) complain(shown.error);
    }, complain);

    // Enter in the field checks. JupyterLab hears it as well and keeps a form from being sent, so it is not left to that.
    function enter(event) {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      if (!event.repeat) ask("check");
    }

    // The second half of a double click is no second wish, and neither is a key that is held.
    function click(event) {
      if (event.target.dataset?.do && event.detail < 2) ask(event.target.dataset.do);
    }
    const held = (event) => event.repeat && event.key === "Enter" && event.target.dataset?.do && event.preventDefault();

    find("form").addEventListener("submit", (event) => event.preventDefault());
    el.addEventListener("keydown", enter);
    el.addEventListener("keydown", held);
    const unkeep = keepKeys(el);
    el.addEventListener("click", click);
    model.on("change:shown", show);
    show();
    return () => {
      talk.stop();
      unkeep();
      model.off("change:shown", show);
    };
  },
};
