// The learner's record of all lessons: class code, summary, a table to hand in, and a button to delete it.
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
      <form data-part="useIt">
        <label>Class code <input data-part="code" size="14" autocomplete="off" placeholder="none"></label>
        <button class="sn-button">Use code</button>
      </form>
      <output data-part="said" role="status"></output>
      <form data-part="handIn">
        <label>Name or initials <input data-part="name" size="12" autocomplete="off" placeholder="optional"
          aria-describedby="sn-name-use"></label>
        <button class="sn-button">Hand in (.csv)</button>
        <small id="sn-name-use">The name goes into the file name only; it is not stored.</small>
      </form>
      <button type="button" class="sn-button" data-part="forget">Delete the record</button>`,
  });
  const parts = findParts(el);
  const code = /** @type {HTMLInputElement} */ (parts.code);
  const name = /** @type {HTMLInputElement} */ (parts.name);

  function follow(words = "") {
    const results = JSON.parse(host.results());
    if (document.activeElement !== code) code.value = results.code;
    parts.said.textContent = words || results.words;
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (event.target === parts.handIn) return handIn();
    const words = host.class_code(code.value);
    refresh();
    follow(words);
  }

  function handIn() {
    const { file, csv, words } = JSON.parse(host.hand_in(name.value));
    name.setAttribute("aria-invalid", String(!file));
    if (file) save(file, csv);
    if (file) name.value = ""; // the next person to hand in here may be someone else
    follow(words);
  }

  /** @param {Event} event */
  function click({ target }) {
    if (target === parts.forget && confirm("Delete the record of all lessons, including hints and class codes?")) {
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
