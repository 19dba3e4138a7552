// The address bar follows an Explorer, and Back and Forward lead it: what it shows is the part after the #.
/** @import { Model } from "./model.js" */

const REST = 400; // milliseconds without a move after which what is shown becomes an entry of the history

/** The part after the #; or after the ?, as in a link to the app. */
export const addressHere = () => location.hash.slice(1) || location.search.slice(1);

/**
 * Keeps address and Explorer together from now on.
 * @param {Model} model
 * @param {(address: string) => string} visit returns what the Explorer shows at an address, as JSON
 */
export function followAddress(model, visit) {
  let timer = 0;
  let written = addressHere(); // what is in the bar, as far as this knows

  function write() {
    const { address } = model.get("shown");
    if (address === written) return;
    written = address;
    history.pushState(null, "", `#${address}`);
  }

  model.on("change:shown", () => {
    clearTimeout(timer);
    timer = setTimeout(write, REST);
  });
  addEventListener("popstate", () => {
    clearTimeout(timer);
    if (addressHere() === written) return;
    written = addressHere();
    model.show(() => visit(written));
  });
}
