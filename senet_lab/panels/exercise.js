// An exercise: it sends what was asked for and shows what comes back; what an answer is worth is decided in Python.

const SIGNS = { Right: "\u2713", Nearly: "\u2248", Wrong: "\u2717" }; // beside the word, for those who see at a glance
const PATIENCE = 3000; // milliseconds without an answer until the panel says so
const SILENCE = "The kernel has not answered for 3 seconds. If it was restarted, run the cell again.";

// crypto.randomUUID is there on https and localhost alone, and classrooms serve plain http.
const uniqueId = () => `sn-${Math.random().toString(36).slice(2)}`;

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
    let turn = 0;
    let timer = 0;
    let asked = ""; // the question that the field belongs to

    function ask(what) {
      turn += 1;
      model.set("asked", { do: what, answer: find(`[id="${id}a"]`).value, turn: `${id} ${turn}` });
      model.save_changes();
      clearTimeout(timer);
      timer = setTimeout(() => complain(SILENCE), PATIENCE);
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
      if (shown.choices.length) made.append(...["", ...shown.choices].map((each) => new Option(each || "choose \u2026", each)));
      find(".sn-slot").replaceChildren(made);
    }

    function show() {
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
      if (shown.turn === `${id} ${turn}` || shown.error) {
        clearTimeout(timer);
        complain(shown.error);
      }
    }

    // Enter in the field checks. JupyterLab hears it as well and keeps a form from being sent, so it is not left to that.
    function enter(event) {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      ask("check");
    }

    // As in the Explorer: in command mode JupyterLab takes keys from what is inside an output, unless the very element
    // says no; with Ctrl or Cmd they are JupyterLab's, such as for saving.
    function keep(event) {
      if (!el.contains(event.target)) return;
      event.target.toggleAttribute("data-lm-suppress-shortcuts", !event.ctrlKey && !event.metaKey);
    }

    find("form").addEventListener("submit", (event) => event.preventDefault());
    el.addEventListener("keydown", enter);
    window.addEventListener("keydown", keep, true);
    el.addEventListener("click", (event) => event.target.dataset?.do && ask(event.target.dataset.do));
    model.on("change:shown", show);
    show();
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", keep, true);
      model.off("change:shown", show);
    };
  },
};
