// Each drawing of a lesson has a button that replaces it with an Explorer, which has a button that restores the drawing.

/**
 * Puts a button below a drawing that opens an Explorer in its place, on the same network. A button of the Explorer
 * restores the drawing; when opened again, the Explorer shows its earlier state.
 * @param {HTMLElement} place
 * @param {(address: string) => void} open makes the place live, if it can
 */
export function offerExplorer(place, open) {
  const picture = [...place.childNodes];
  const offer = buttonOf("Open in the Explorer");
  const back = buttonOf("Back to the picture");
  for (const button of [offer, back]) // a page has several of them
    button.setAttribute("aria-label", `${button.textContent}: ${nameOf(place)}`);
  /** @type {ChildNode[]} */
  let explorer = [];

  function showExplorer() {
    if (!explorer.length) {
      open(addressOf(place));
      if (!("live" in place.dataset)) return; // the page says why
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
   * Moves the focus, since the button that had it is gone.
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
 * Returns a name that is unique on the page: "drawing 2, group 1, block 3".
 * @param {HTMLElement} place
 */
function nameOf(place) {
  const { part, tab = "network" } = place.dataset;
  const what = part?.replaceAll("/", ", ").replaceAll(/\d+/g, " $&") ?? tab;
  return `drawing ${[...document.querySelectorAll("[data-panel=drawing]")].indexOf(place) + 1}, ${what}`;
}

/**
 * Returns the address of what a drawing shows, from its data attributes.
 * @param {HTMLElement} place
 */
function addressOf(place) {
  const { panel: _, ...parts } = place.dataset;
  return String(new URLSearchParams(/** @type {Record<string, string>} */ (parts)));
}
