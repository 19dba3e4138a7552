// Stands for the widget model of a panel, when Python runs in the same page.

/** @typedef {(message: string) => string} Receive sends JSON to Python and returns the panel's new traits, as JSON */

export class Model {
  /**
   * @param {string} traits what the panel shows, as JSON
   * @param {Receive} receive
   * @param {string} [answering] the trait that says which messages are answered, "shown" by default
   */
  constructor(traits, receive, answering = "shown") {
    this.receive = receive;
    this.answering = answering;
    /** @type {Record<string, any>} */
    this.traits = JSON.parse(traits);
    /** @type {Map<string, Set<() => void>>} */
    this.listeners = new Map();
  }

  /** @param {string} name */
  get(name) {
    return this.traits[name];
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
   * Answers asynchronously, as a kernel does.
   * @param {{ view?: string, number?: number }} message
   */
  send(message) {
    queueMicrotask(() => this.show(() => this.receive(JSON.stringify(message)), message));
  }

  /**
   * Shows the answer of Python, or the error if it fails.
   * @param {() => string} ask
   * @param {{ view?: string, number?: number }} message that is answered
   * @returns {boolean} whether Python has answered
   */
  show(ask, { view = "", number = 0 } = {}) {
    const { traits, ok } = this.answer(ask, view, number);
    Object.assign(this.traits, traits);
    for (const name of Object.keys(traits))
      for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
    return ok;
  }

  /**
   * Returns the answer of Python, or the error if it fails.
   * @param {() => string} ask
   * @param {string} view
   * @param {number} number
   */
  answer(ask, view, number) {
    try {
      return { traits: JSON.parse(ask()), ok: true };
    } catch (error) {
      console.error(error);
      const before = this.get(this.answering);
      const answered = { ...before.answered, [view]: number };
      const words = `Python failed on this page. Reload the page. ${error}`;
      return { traits: { [this.answering]: { ...before, answered, error: words } }, ok: false };
    }
  }
}
