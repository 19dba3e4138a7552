// The learner's record of all lessons: class code and name, summary, a table to hand in, and a button to delete it.
/** @import { Host } from "./page.js" */
import { element, findParts, listen } from "../widgets/dom.js";

/**
 * Returns the bar at the top of a page with exercises.
 * @param {Host} host
 * @param {() => void} refresh redraws every exercise
 * @returns {{ el: HTMLElement, follow: () => void }} the bar, and a function that updates it
 */
export function recordBar(host, refresh) {
  const el = element("div", {
    className: "sn sn-record",
    innerHTML: `
      <form>
        <label>Class code <input data-part="code" size="12" autocomplete="off" placeholder="none"></label>
        <label>Name or number <input data-part="student" size="12" autocomplete="off" placeholder="optional"
          aria-describedby="sn-name-use"></label>
        <button class="sn-button">Use</button>
      </form>
      <button type="button" class="sn-button" data-part="handIn">Hand in (.csv)</button>
      <button type="button" class="sn-button" data-part="forget">Delete the record</button>
      <output data-part="said" role="status"></output>
      <small id="sn-name-use">With a class code, a name or number gives you your own numbers. Your name and your answers are
        stored in this browser only, and in the file that you hand in. They are not sent anywhere.</small>`,
  });
  const parts = findParts(el);
  const code = /** @type {HTMLInputElement} */ (parts.code);
  const student = /** @type {HTMLInputElement} */ (parts.student);

  function follow(words = "") {
    const results = JSON.parse(host.results());
    for (const [field, text] of /** @type {[HTMLInputElement, string][]} */ ([
      [code, results.code],
      [student, results.student],
    ]))
      if (document.activeElement !== field) field.value = text;
    parts.said.textContent = words || results.words;
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    const words = host.class_code(code.value, student.value);
    refresh();
    follow(words);
  }

  function handIn() {
    const { file, csv, words } = JSON.parse(host.hand_in());
    save(file, csv);
    follow(words);
  }

  /** @param {Event} event */
  function click({ target }) {
    if (target === parts.handIn) handIn();
    if (
      target === parts.forget &&
      confirm("Delete the record of all lessons, with answers, hints, class codes and names?")
    ) {
      const words = host.forget();
      refresh();
      follow(words);
    }
  }

  listen(el, { submit, click });
  follow();
  return { el, follow: () => follow() };
}

/**
 * @param {string} download the name of the file
 * @param {string} text
 */
function save(download, text) {
  const link = element("a", { download, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
