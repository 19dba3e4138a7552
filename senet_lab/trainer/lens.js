// Shows the gates of a run below the Trainer: a GateLens, which is a separate widget, drawn by anywidget.
/** @import { RenderProps } from "@anywidget/types" */
import { element } from "../widgets/dom.js";
import { messageOf } from "../widgets/kit.js";

const FAILURE = "Couldn't load this run's gates. Press Show gates again, or reload the page.";

/**
 * Manages the element in which the GateLens of a run is drawn.
 * @param {HTMLElement} below
 * @param {RenderProps["host"]} host
 * @param {AbortSignal} signal
 * @param {(words: string) => void} setError called with "" before each drawing
 */
export function lensHolder(below, host, signal, setError) {
  let current = ""; // the name of the widget
  /** @type {Promise<boolean>} */
  let drawing = Promise.resolve(false);
  let closing = new AbortController();

  /**
   * Resolves to whether the widget was drawn: loading may fail, or another widget may have been requested in between.
   * @param {string} name
   */
  async function draw(name) {
    closing.abort();
    closing = new AbortController();
    setError("");
    const place = element("div");
    below.replaceChildren(place);
    below.hidden = !name;
    if (!name) return false;
    const gone = AbortSignal.any([signal, closing.signal]);
    try {
      const lens = await host.getWidget(name);
      if (!gone.aborted) await lens.render({ el: place, signal: gone });
    } catch (error) {
      if (gone.aborted) return false;
      current = ""; // so that the next request tries again
      below.hidden = true;
      setError(`${FAILURE} (${messageOf(error)})`);
      return false;
    }
    return !gone.aborted;
  }

  return {
    /**
     * Draws the widget with that name unless it is already shown; "" removes the current one.
     * @param {string} name
     */
    show(name) {
      if (name !== current) {
        current = name;
        drawing = draw(name);
      }
      return drawing;
    },
  };
}
