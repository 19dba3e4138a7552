// For teachers, without an installation: worksheets for any class code, and the overview of a class from its files.
/** @import { Host } from "./page.js" */
import { element, findParts, listen } from "../widgets/dom.js";

const MAX_BYTES = 20_000_000; // of a file, as in classroom/archive.py

/**
 * Puts a form in each place of the page that names one in `data-teacher`; links in a place become its choices.
 * @param {Host} host
 */
export function placeForms(host) {
  for (const place of /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-teacher]")]))
    place.replaceChildren(place.dataset.teacher === "class" ? overviewForm(host) : worksheetForm(host, place));
}

/**
 * @param {Host} host
 * @param {HTMLElement} place its `data-lessons` are the names of the lessons
 */
function worksheetForm(host, place) {
  const names = (place.dataset.lessons ?? "").split(" ");
  const options = names.map((name) => `<option value="${name}">${Number.parseInt(name, 10)}</option>`).join("");
  const el = element("form", {
    className: "sn sn-record",
    innerHTML: `
      <label>Lesson <select data-part="lesson">${options}</select></label>
      <label>Class code <input data-part="code" size="14" autocomplete="off" placeholder="none"></label>
      <button class="sn-button" value="">Open worksheet</button>
      <button class="sn-button" value="answers">Open answers</button>
      <output data-part="said" role="status"></output>`,
  });
  const parts = findParts(el);

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    const { submitter } = /** @type {SubmitEvent} */ (event);
    const [lesson, code] = [parts.lesson, parts.code].map((part) => /** @type {HTMLInputElement} */ (part).value);
    const answers = /** @type {HTMLButtonElement | null} */ (submitter)?.value === "answers";
    const { html, words } = JSON.parse(host.worksheet(lesson, code, answers));
    parts.said.textContent = words;
    if (html) open(html);
  }

  listen(el, { submit });
  return el;
}

/** @param {Host} host */
function overviewForm(host) {
  const el = element("form", {
    className: "sn sn-record",
    innerHTML: `
      <label>Files that were handed in <input data-part="files" type="file" multiple accept=".csv,.zip"></label>
      <label>Class code <input data-part="code" size="14" autocomplete="off" placeholder="all"></label>
      <label>Lessons <input data-part="lessons" size="8" autocomplete="off" placeholder="all, or 2, 5"></label>
      <button class="sn-button" value="">Open overview</button>
      <button class="sn-button" value="table">Save table (.csv)</button>
      <output data-part="said" role="status"></output>
      <small>The files are read in this browser and not sent anywhere.</small>`,
  });
  const parts = findParts(el);

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    const { submitter } = /** @type {SubmitEvent} */ (event);
    const field = /** @type {HTMLInputElement} */ (parts.files);
    const files = [...(field.files ?? [])];
    if (!files.length) {
      parts.said.textContent = "Choose the files first.";
      return;
    }
    const contents = await Promise.all(files.map(async (file) => [file.name, await readBase64(file)]));
    const [code, lessons] = [parts.code, parts.lessons].map((part) => /** @type {HTMLInputElement} */ (part).value);
    const { html, csv, words } = JSON.parse(
      host.look_over(JSON.stringify(Object.fromEntries(contents)), code, lessons),
    );
    parts.said.textContent = words;
    if (!html) return;
    if (/** @type {HTMLButtonElement | null} */ (submitter)?.value === "table") save("class.csv", csv);
    else open(html);
  }

  listen(el, { submit });
  return el;
}

/**
 * Returns the content of a file, "" of one that is too large to be read; Python says so.
 * @param {File} file
 * @returns {Promise<string>}
 */
async function readBase64(file) {
  if (file.size > MAX_BYTES) return "";
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = () => reject(reader.error);
  });
  reader.readAsDataURL(file);
  await read;
  return String(reader.result).split(",")[1] ?? "";
}

/** @param {string} html a page, which is opened in a new tab */
function open(html) {
  follow({ target: "_blank", rel: "noopener" }, html, "text/html");
}

/**
 * @param {string} download the name of the file
 * @param {string} text
 */
function save(download, text) {
  follow({ download }, text, "text/csv");
}

/**
 * @param {Partial<HTMLAnchorElement>} attributes
 * @param {string} text
 * @param {string} type
 */
function follow(attributes, text, type) {
  const link = element("a", { ...attributes, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
