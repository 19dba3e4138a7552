// Loads the recordings that a GateLens awaits, on demand. After a failure, a file is tried again when the user retries
// or chooses something else, or when the browser is online again.
/** @import { Host } from "./page.js" */
/** @import { Model } from "./model.js" */

/**
 * Loads the files that a panel awaits, now and after each change.
 * @param {Host} host
 * @param {Model} model
 * @param {number} number of the panel in Python
 */
export function fetchRecordings(host, model, number) {
  const fetching = new Set();

  /** @param {string} file */
  async function bring(file) {
    fetching.add(file);
    const { text = "", why = "" } = await read(file);
    fetching.delete(file);
    model.show(() => (why ? host.miss(number, file, why) : host.take(number, file, text)));
  }

  function follow() {
    for (const file of JSON.parse(host.awaited(number))) if (!fetching.has(file)) bring(file);
  }

  addEventListener("online", () => model.get("shown").retry && model.show(() => host.retry(number)));
  model.on("change:shown", follow);
  follow();
}

/**
 * Returns the text of a recording, or why it could not be loaded.
 * @param {string} file
 * @returns {Promise<{ text?: string, why?: string }>}
 */
async function read(file) {
  try {
    const answer = await fetch(`${document.body.dataset.recordings}${file}`, { cache: "no-cache" });
    return answer.ok ? { text: await answer.text() } : { why: `the server returned ${answer.status}.` };
  } catch (error) {
    console.error(error);
    return { why: "the connection failed." };
  }
}
