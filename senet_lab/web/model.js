// What a panel's JavaScript takes for its widget, where Python runs in the same page.

/** @typedef {(message: string) => string} Receive sends JSON to Python and returns what the panel shows then, as JSON */

export class Model {
  /**
   * @param {string} shown what the panel shows, as JSON
   * @param {Receive} receive
   */
  constructor(shown, receive) {
    this.shown = JSON.parse(shown);
    this.receive = receive;
    /** @type {Map<string, Set<() => void>>} */
    this.listeners = new Map();
  }

  /** @param {string} name */
  get(name) {
    return name === "shown" ? this.shown : undefined;
  }

  /**
   * @param {string} event
   * @param {() => void} listener
   */
  on(event, listener) {
    const heard = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, heard.add(listener));
  }

  /**
   * @param {string} event
   * @param {() => void} listener
   */
  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  /**
   * Answers later, as a kernel does: who sends goes on first.
   * @param {{ view?: string, number?: number }} message
   */
  send(message) {
    queueMicrotask(() => this.show(() => this.receive(JSON.stringify(message)), message));
  }

  /**
   * Shows what Python answers; where it fails, why, which is an answer as well.
   * @param {() => string} ask
   * @param {{ view?: string, number?: number }} message that is answered
   */
  show(ask, { view = "", number = 0 } = {}) {
    try {
      this.shown = JSON.parse(ask());
    } catch (error) {
      console.error(error);
      const answered = { ...this.shown.answered, [view]: number };
      this.shown = { ...this.shown, answered, error: `Python has failed in this page: load it again. ${error}` };
    }
    for (const listener of this.listeners.get("change:shown") ?? []) listener();
  }
}
