// A drawing of a lesson stays as it is until somebody wants to move it: then an Explorer takes its place.

/**
 * Puts a button below a drawing that opens an Explorer there, on the same network.
 * @param {HTMLElement} place
 * @param {(address: string) => void} open
 */
export function offerExplorer(place, open) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "sn-offer", textContent: "Open in the Explorer" });
  button.addEventListener("click", () => {
    open(addressOf(place));
    const first = /** @type {HTMLElement | null} */ (place.querySelector("input, button"));
    first?.focus({ preventScroll: true }); // the button is gone, which had the focus
    place.scrollIntoView({ block: "nearest" });
  });
  place.append(button);
}

/**
 * Returns the address of what a drawing shows, whose parts are its data.
 * @param {HTMLElement} place
 */
function addressOf(place) {
  const { panel: _, ...parts } = place.dataset;
  return String(new URLSearchParams(/** @type {Record<string, string>} */ (parts)));
}
