// The user's own images: accepts files on the page and sends them in parts.
/** @import { Conversation } from "../widgets/conversation.js" */
/** @import { FilePart } from "./messages.js" */
import { listen, uniqueId } from "../widgets/dom.js";
import { MAX_FILE_BYTES } from "./messages.js";

const PART_BYTES = 4 * 2 ** 20; // of a file in one message; Jupyter's server accepts ten MiB

/**
 * Returns a function that sends a file, each part after the previous one has arrived, so that other messages do not
 * wait for the whole file. Choosing another file cancels the first.
 * @param {Conversation["ask"]} ask
 */
export function uploader(ask) {
  let current = ""; // the file that is being sent
  /** @param {File} file */
  return async (file) => {
    const { name, size } = file;
    if (!size || size > MAX_FILE_BYTES) return ask("own", { name, size }); // Python answers why it refuses the file
    const turn = uniqueId();
    current = turn;
    const parts = Math.ceil(size / PART_BYTES);
    for (let part = 0; part < parts && current === turn; part += 1) {
      const bytes = await file.slice(part * PART_BYTES, (part + 1) * PART_BYTES).arrayBuffer();
      /** @type {FilePart} */
      const content = { file: name, turn, part, parts };
      await ask("upload", content, { buffers: [bytes] });
    }
  };
}

/**
 * Accepts a file that is chosen or dropped on the panel.
 * @param {HTMLElement} el
 * @param {(file: File | undefined) => void} send
 */
export function takeFiles(el, send) {
  /** @param {Event} event */
  const change = ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.dataset.file) return;
    send(target.files?.[0]);
    target.value = ""; // so that the same file can be chosen again
  };
  /**
   * The controls may be redrawn while the file dialog is open; only the old input then receives the file.
   * @param {MouseEvent} event
   */
  const click = ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset.file) target.onchange = change;
  };
  /** @param {DragEvent} event */
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation(); // or JupyterLab would upload the file
    el.classList.add("sn-over");
  };
  /** @param {DragEvent} event */
  const dragleave = ({ relatedTarget }) => {
    if (!el.contains(/** @type {Node | null} */ (relatedTarget))) el.classList.remove("sn-over");
  };
  /** @param {DragEvent} event */
  const drop = (event) => {
    el.classList.remove("sn-over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    send(event.dataTransfer.files[0]);
  };
  return listen(el, { click, change, dragenter: over, dragover: over, dragleave, drop });
}
