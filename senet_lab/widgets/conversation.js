// The conversation with Python: each message is numbered, and repeated until it is answered.
/** @import { AnyModel } from "@anywidget/types" */
/** @import { Request } from "./messages.js" */

const RETRY_DELAYS = [800, 1200, 2000]; // milliseconds without an answer until a message is repeated
const DELAY_PER_BYTE = 4 / 2 ** 20; // relative increase in these delays per attached byte, for slow networks
const RECONNECT_DELAY = 1000; // milliseconds from a change of the connection to the message that tests it
// Voila ends the kernel with the page, and has no cell to run again.
const AGAIN = document.body?.dataset.voila ? "stopped, reload the page." : "restarted, run the cell again.";
const SILENCE = `Python is not responding. If it is busy, the page updates automatically; if the kernel was ${AGAIN}`;
const ENDED =
  "This page\u2019s kernel has stopped, probably because it ran out of memory. " +
  "To keep this network, copy its link; then reload the page.";

/**
 * Requests something by a name that Python defines, such as that of a control.
 * @typedef {(name: string, value: unknown) => void} Ask
 */

/**
 * Requests one of a panel's own moves or commands.
 * @template T
 * @typedef {<N extends keyof T & string>(name: N, value: Required<T>[N]) => void} AskOf
 */

/**
 * A message that was sent or is waiting to be sent.
 * @typedef {object} Message
 * @property {Record<string, unknown>} moves values, or one command
 * @property {boolean} isCommand
 * @property {string} gesture
 * @property {ArrayBuffer[]} buffers
 * @property {(() => void)[]} listeners called when the message is answered
 */

/** @typedef {ReturnType<typeof openConversation>} Conversation */

/** @typedef {{ connect(slot: Slot): void, disconnect(slot: Slot): void }} Signal of JupyterLab */
/** @typedef {(sender: unknown, status: string) => void} Slot */

/**
 * Opens the conversation of one view with its widget in Python.
 *
 * Only one message is in flight at a time. Moves made in the meantime wait, and later values replace earlier ones, so
 * that a busy kernel has to process only one message and then the newest. A command, one of the names in `commands`, is
 * carried out rather than set: it has a separate message and is not merged with other presses or moves.
 *
 * A message is lost when the connection breaks or the kernel restarts. So it is repeated with the same number, by which
 * Python recognizes it. The answer is the number of this view's last message in `answered` of the trait `trait`.
 * `silence` is called with a notice if no answer has arrived after all of `RETRY_DELAYS`, and with "" if one arrives
 * later. In the app, a dead kernel is not restarted: the page is told at once and sends nothing more.
 *
 * Open the conversation before adding other listeners to the trait, so that these run after the answer is recorded.
 *
 * @param {AnyModel<any>} model
 * @param {string} trait
 * @param {string} view an id of this view, unique among the views of the widget
 * @param {{ commands?: readonly string[], silence: (words: string) => void }} options
 */
export function openConversation(model, trait, view, { commands = [], silence }) {
  /** @type {Message[]} */
  const waiting = [];
  /** @type {Message | null} */
  let current = null; // the message in flight
  let number = 0; // of that message
  let retries = 0;
  let notice = ""; // the last argument of `silence`
  let retryTimer = 0;
  let probeTimer = 0;
  const manager = /** @type {{ kernel?: { statusChanged: Signal } } | undefined} */ (model.widget_manager);
  const kernel = document.body.dataset.voila ? manager?.kernel : undefined;

  function transmit() {
    if (!current || notice === ENDED) return;
    const { moves, gesture, buffers } = current;
    /** @type {Request} */
    const request = { view, number, moves, gesture };
    try {
      model.send(request, undefined, buffers);
    } catch (error) {
      console.debug(error); // sending fails while the kernel restarts; it is retried
    }
    clearTimeout(retryTimer);
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (retries < RETRY_DELAYS.length)
      retryTimer = setTimeout(retry, RETRY_DELAYS[retries] * (1 + bytes * DELAY_PER_BYTE));
  }

  function retry() {
    retries += 1;
    if (retries === RETRY_DELAYS.length) notify(SILENCE);
    transmit();
  }

  /** @param {string} words */
  function notify(words) {
    if (notice === words || notice === ENDED) return;
    notice = words;
    silence(words);
  }

  /** @type {Slot} */
  function follow(_, status) {
    if (status !== "dead") return;
    notify(ENDED);
    clearTimeout(retryTimer);
  }

  function startOver() {
    retries = 0;
    transmit();
  }

  function sendNext() {
    const next = current ? undefined : waiting.shift();
    if (!next) return;
    current = next;
    number += 1;
    startOver();
  }

  function hear() {
    if (!current || (model.get(trait).answered?.[view] ?? 0) < number) return;
    const { listeners } = current;
    clearTimeout(retryTimer);
    current = null;
    notify("");
    listeners.forEach((listener) => listener());
    sendNext();
  }

  // The connection was lost or the kernel restarted. Only an answer shows which; it also contains the complete state of
  // the panel. Wait before asking, since messages sent while a kernel restarts are lost.
  function reconnect() {
    clearTimeout(probeTimer);
    probeTimer = setTimeout(() => {
      if (current) return startOver();
      waiting.push(newMessage());
      sendNext();
    }, RECONNECT_DELAY);
  }

  /** @returns {Message} */
  const newMessage = () => ({ moves: {}, isCommand: false, gesture: "", buffers: [], listeners: [] });

  /**
   * Requests a move or a command; the promise resolves when it is answered. Callers need not await it.
   * @param {string} name
   * @param {unknown} value
   * @param {{ gesture?: string, buffers?: ArrayBuffer[] }} [options]
   * @returns {Promise<void>}
   */
  function ask(name, value, { gesture = "", buffers = [] } = {}) {
    const isCommand = commands.includes(name);
    const last = waiting.at(-1);
    const message = last && !isCommand && !last.isCommand ? last : Object.assign(newMessage(), { isCommand, buffers });
    if (message !== last) waiting.push(message);
    delete message.moves[name]; // so that moves are ordered by when they were last made
    message.moves[name] = value;
    message.gesture = gesture;
    /** @type {Promise<void>} */
    const answer = new Promise((resolve) => message.listeners.push(resolve));
    if (current) nudge();
    else sendNext();
    return answer;
  }

  // After the last retry, another press repeats the message.
  function nudge() {
    if (current && retries >= RETRY_DELAYS.length) startOver();
  }

  model.on(`change:${trait}`, hear);
  model.on("comm_live_update", reconnect);
  kernel?.statusChanged.connect(follow);
  return {
    ask,
    nudge,
    isAnswered: () => !current,
    /** @param {string} name */
    isAsked: (name) => [current, ...waiting].some((message) => message && name in message.moves),
    stop() {
      clearTimeout(retryTimer);
      clearTimeout(probeTimer);
      model.off(`change:${trait}`, hear);
      model.off("comm_live_update", reconnect);
      kernel?.statusChanged.disconnect(follow);
    },
  };
}
