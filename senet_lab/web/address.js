// The address bar follows an Explorer, and Back and Forward restore what it showed: the part of the address after the #.
/** @import { Model } from "./model.js" */

const REST = 400; // milliseconds without a move after which what is shown becomes an entry of the history
const isEmbedded = window !== window.parent; // Back is then for the page around this one

/** The part after the #; or after the ?, as in a link to the app. */
export const addressHere = () => location.hash.slice(1) || location.search.slice(1);

/**
 * Keeps address and Explorer together from now on.
 * @param {Model} model
 * @param {(address: string) => string} visit returns what the Explorer shows at an address, as JSON
 */
export function followAddress(model, visit) {
  let timer = 0;
  let written = model.get("shown").address; // what the present entry of the history stands for
  const first = written; // of the entry that has no address of ours

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
    if (!new URLSearchParams(address).has("network")) return; // a place in the page, and none of ours
    model.show(() => visit(address));
    clearTimeout(timer);
    written = model.get("shown").address; // which is not the address, where that cannot be shown
  });
}
