// The address bar follows an Explorer (in the part after the #); Back and Forward restore its earlier states.
/** @import { Model } from "./model.js" */

const REST = 400; // milliseconds without a move before the state becomes a history entry
const isEmbedded = window !== window.parent; // Back then belongs to the page around this one

/** The part after the #; or after the ?, as in a link to the app. */
export const addressHere = () => location.hash.slice(1) || location.search.slice(1);

/**
 * Keeps address and Explorer together from now on.
 * @param {Model} model
 * @param {(address: string) => string} visit returns what the Explorer shows at an address, as JSON
 */
export function followAddress(model, visit) {
  let timer = 0;
  let written = model.get("shown").address; // the address of the current history entry
  const first = written; // for the entry without an address of ours

  function write() {
    const { address } = model.get("shown");
    if (address === written) return;
    written = address;
    if (isEmbedded) history.replaceState(null, "", `#${address}`);
    else history.pushState(null, "", `#${address}`);
  }

  model.on("change:shown", () => {
    clearTimeout(timer);
    timer = setTimeout(write, REST);
  });
  addEventListener("popstate", () => {
    const address = addressHere() || first;
    if (!new URLSearchParams(address).has("network")) return; // an anchor in the page, not an address of ours
    model.show(() => visit(address));
    clearTimeout(timer);
    written = model.get("shown").address; // differs from the address if that cannot be shown
  });
}
