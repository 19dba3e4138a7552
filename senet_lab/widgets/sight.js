// Shift+Enter selects the next cell, and JupyterLab scrolls to it. It scrolls past the panel that the reader wants to
// see, or not far enough if the outputs of cells above appear later.

const WATCH_TIME = 2000; // milliseconds in which JupyterLab scrolls after a cell has run
const MAX_CORRECTIONS = 5; // to avoid a tug-of-war with other code that scrolls
const MARGIN = 8; // pixels above the panel
const MIN_SHARE = 0.3; // of the viewport that must show the panel; otherwise it is scrolled into view

/**
 * Keeps the top of a new panel in view if the reader has just run its cell, until they do something else.
 * @param {HTMLElement} el
 * @returns {() => void} stops it
 */
export function keepTopInSight(el) {
  const stopper = new AbortController();
  const stop = () => stopper.abort();
  const { signal } = stopper;
  let corrections = 0;
  const scrollToTop = () => {
    const view = el.closest(".jp-WindowedPanel-outer, .jp-Notebook");
    if (signal.aborted || !view || !isOfLastRun(el)) return;
    const { top, height } = view.getBoundingClientRect();
    const below = el.getBoundingClientRect().top - top;
    if (below >= 0 && below <= (1 - MIN_SHARE) * height) return;
    view.scrollTop += below - MARGIN;
    corrections += 1;
    if (corrections === MAX_CORRECTIONS) stop();
  };
  const sizes = new ResizeObserver(scrollToTop);
  sizes.observe(el); // also reports the first size, when the panel is added to the page
  signal.addEventListener("abort", () => sizes.disconnect());
  document.addEventListener("scroll", scrollToTop, { capture: true, passive: true, signal });
  for (const event of ["wheel", "pointerdown", "touchstart", "keydown"])
    document.addEventListener(event, stop, { capture: true, passive: true, signal });
  setTimeout(stop, WATCH_TIME);
  return stop;
}

/**
 * Returns whether an element is the first panel of its cell and the next cell is selected, as after Shift+Enter.
 * @param {HTMLElement} el
 */
function isOfLastRun(el) {
  const cell = el.closest(".jp-Cell");
  const isFirst = el.contains(cell?.querySelector(".sn") ?? null);
  return isFirst && cell?.nextElementSibling?.classList.contains("jp-mod-active");
}
