// Where the Trainer shows the gates of a run: a GateLens, which is a widget of its own, drawn by anywidget.
/** @import { RenderProps } from "@anywidget/types" */
import { element } from "../widgets/dom.js";
import { messageOf } from "../widgets/kit.js";

const FAILURE = "The gates of this run did not come. Press Its gates again, or load the page again.";

/**
 * Returns the place where the GateLens of a run is drawn.
 * @param {HTMLElement} below
 * @param {RenderProps["host"]} host
 * @param {AbortSignal} signal
 * @param {(words: string) => void} setError called with "" when something is drawn anew
 */
export function lensHolder(below, host, signal, setError) {
  let current = ""; // the name of the widget
  /** @type {Promise<boolean>} */
  let drawing = Promise.resolve(false);
  let closing = new AbortController();

  /**
   * Resolves to whether it is drawn: another may be asked for meanwhile, or the page may not get it.
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
      current = ""; // so that it is tried again when it is asked for again
      below.hidden = true;
      setError(`${FAILURE} (${messageOf(error)})`);
      return false;
    }
    return !gone.aborted;
  }

  return {
    /**
     * Draws the widget of that name, unless it is there; none for "".
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
