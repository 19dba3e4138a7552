// The questions of a class or a student with answers and solutions, for its teacher; Python provides all of it.
/** @import { RenderProps } from "@anywidget/types" */
/** @import { AskOf } from "../widgets/conversation.js" */
/** @import { AnswersCommands, AnswersTraits } from "../exercises/messages.js" */
import { ANSWERS_COMMANDS } from "../exercises/messages.js";
import { openConversation } from "../widgets/conversation.js";
import { element, findParts, listen, uniqueId } from "../widgets/dom.js";

export default {
  /** @param {RenderProps<AnswersTraits>} props */
  render({ model, el }) {
    el.className = "sn sn-answers";
    const form = element("form", {
      className: "sn-record",
      innerHTML: `
        <label>Class code <input data-part="code" size="14" autocomplete="off" placeholder="none"></label>
        <label>Student <input data-part="student" size="12" autocomplete="off" placeholder="whole class"></label>
        <button class="sn-button">Show answers</button>
        <output data-part="said" role="status"></output>`,
    });
    const body = element("div");
    el.replaceChildren(form, body);
    const parts = findParts(form);
    /** @param {string} words */
    const silence = (words) => {
      if (words) parts.said.textContent = words;
    };
    const conversation = openConversation(model, "shown", uniqueId(), { commands: ANSWERS_COMMANDS, silence });
    /** @type {AskOf<AnswersCommands>} */
    const ask = conversation.ask;

    function show() {
      const shown = model.get("shown");
      parts.said.textContent = shown.error || shown.said;
      body.innerHTML = shown.body;
    }

    /** @param {Event} event */
    function submit(event) {
      event.preventDefault();
      const [code, student] = [parts.code, parts.student].map((part) => /** @type {HTMLInputElement} */ (part).value);
      ask("show", { code, student });
    }

    listen(form, { submit });
    model.on("change:shown", show);
  },
};
