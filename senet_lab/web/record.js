// What a learner has done in all lessons: their class, what was tried, a table for the teacher, and how to delete it.
/** @import { Host } from "./page.js" */
import { element, findParts, listen } from "../widgets/dom.js";

const NAME = "senet_lab_results.csv";

/**
 * Returns the bar that a page with exercises has at its top.
 * @param {Host} host
 * @param {() => void} refresh shows every exercise anew
 * @returns {{ el: HTMLElement, follow: () => void }} the bar, and what brings it up to date
 */
export function recordBar(host, refresh) {
  const el = element("form", {
    className: "sn sn-record",
    innerHTML: `
      <label>Class code <input data-part="code" size="14" autocomplete="off" placeholder="none"></label>
      <button class="sn-button">Use it</button>
      <output data-part="said" role="status"></output>
      <span><button type="button" class="sn-button" data-part="handIn">Hand in (.csv)</button>
        <button type="button" class="sn-button" data-part="forget">Delete the record</button></span>`,
  });
  const parts = findParts(el);
  const code = /** @type {HTMLInputElement} */ (parts.code);

  function follow(words = "") {
    const results = JSON.parse(host.results());
    if (document.activeElement !== code) code.value = results.code;
    parts.said.textContent = words || results.words;
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    const words = host.class_code(code.value);
    refresh();
    follow(words);
  }

  /** @param {Event} event */
  function click({ target }) {
    if (target === parts.handIn) save(JSON.parse(host.results()).csv);
    if (target === parts.forget && confirm("Delete what was tried in all lessons, with hints and class codes?")) {
      const words = host.forget();
      refresh();
      follow(words);
    }
  }

  listen(el, { submit, click });
  follow();
  return { el, follow: () => follow() };
}

/** @param {string} text */
function save(text) {
  const link = element("a", { download: NAME, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
