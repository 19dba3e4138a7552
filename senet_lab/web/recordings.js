// Fetches the recordings that a GateLens awaits, each when it is needed.
/** @import { Host } from "./page.js" */
/** @import { Model } from "./model.js" */

/**
 * Fetches what a panel awaits, now and after each change.
 * @param {Host} host
 * @param {Model} model
 * @param {number} number of the panel in Python
 */
export function fetchRecordings(host, model, number) {
  const fetching = new Set();

  /** @param {string} file */
  async function bring(file) {
    fetching.add(file);
    try {
      const text = await read(file);
      model.show(() => host.take(number, file, text));
    } catch (error) {
      model.show(() => host.miss(number, file, String(error)));
    } finally {
      fetching.delete(file);
    }
  }

  function follow() {
    for (const file of JSON.parse(host.awaited(number))) if (!fetching.has(file)) bring(file);
  }

  model.on("change:shown", follow);
  follow();
}

/**
 * Returns the text of a recording.
 * @param {string} file
 */
async function read(file) {
  const answer = await fetch(`${document.body.dataset.recordings}${file}`);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.text();
}
