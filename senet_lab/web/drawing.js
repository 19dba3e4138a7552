// A drawing of a lesson stays as it is until somebody wants to move it: then an Explorer takes its place, until somebody
// wants the drawing back.

/**
 * Puts a button below a drawing that opens an Explorer there, on the same network. The Explorer has one that brings the
 * drawing back; opened again, it shows what it showed.
 * @param {HTMLElement} place
 * @param {(address: string) => void} open makes the place live, if it can
 */
export function offerExplorer(place, open) {
  const picture = [...place.childNodes];
  const offer = buttonOf("Open in the Explorer");
  const back = buttonOf("Back to the picture");
  offer.setAttribute("aria-label", `${offer.textContent}: ${nameOf(place)}`); // a page has several of them
  /** @type {ChildNode[]} */
  let explorer = [];

  function showExplorer() {
    if (!explorer.length) {
      open(addressOf(place));
      if (!("live" in place.dataset)) return; // it says why
      place.append(back);
      explorer = [...place.childNodes];
    }
    place.replaceChildren(...explorer);
    place.dataset.live = "";
    reach(/** @type {HTMLElement} */ (place.querySelector("input, button")));
  }

  function showPicture() {
    place.replaceChildren(...picture, offer);
    delete place.dataset.live;
    reach(offer);
  }

  /**
   * Moves the focus there, since the button that had it is gone.
   * @param {HTMLElement} first
   */
  function reach(first) {
    first.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest" });
  }

  offer.addEventListener("click", showExplorer);
  back.addEventListener("click", showPicture);
  place.append(offer);
}

/** @param {string} words */
function buttonOf(words) {
  const button = document.createElement("button");
  return Object.assign(button, { type: "button", className: "sn-offer", textContent: words });
}

/**
 * Returns a name that no other drawing of the page has: "drawing 2, group 1, block 3".
 * @param {HTMLElement} place
 */
function nameOf(place) {
  const { part, tab = "network" } = place.dataset;
  const what = part?.replaceAll("/", ", ").replaceAll(/\d+/g, " $&") ?? tab;
  return `drawing ${[...document.querySelectorAll("[data-panel=drawing]")].indexOf(place) + 1}, ${what}`;
}

/**
 * Returns the address of what a drawing shows, whose parts are its data.
 * @param {HTMLElement} place
 */
function addressOf(place) {
  const { panel: _, ...parts } = place.dataset;
  return String(new URLSearchParams(/** @type {Record<string, string>} */ (parts)));
}
