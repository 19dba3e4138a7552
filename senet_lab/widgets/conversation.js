// The conversation with Python: each message is numbered, and sent again until an answer to it comes.
/** @import { AnyModel } from "@anywidget/types" */
/** @import { Request } from "./messages.js" */

const RETRY_DELAYS = [800, 1200, 2000]; // milliseconds without an answer until a message is sent again
const DELAY_PER_BYTE = 4 / 2 ** 20; // how many times as long for each byte that goes with it, on a slow network
const RECONNECT_DELAY = 1000; // milliseconds after the connection changed until the kernel is asked whether it is there
// Voila ends the kernel with the page, and has no cell that could be run again.
const AGAIN = document.body?.dataset.voila ? "stopped, reload the page." : "restarted, run the cell again.";
const SILENCE = `Python is not responding. If it is busy, the page updates by itself; if the kernel was ${AGAIN}`;
const ENDED =
  "This page\u2019s kernel has stopped, probably because it ran out of memory. " +
  "To keep this network, copy its link; then reload the page.";

/**
 * Asks for something by a name that came from Python, such as that of a control.
 * @typedef {(name: string, value: unknown) => void} Ask
 */

/**
 * Asks for one of a panel's own moves and commands.
 * @template T
 * @typedef {<N extends keyof T & string>(name: N, value: Required<T>[N]) => void} AskOf
 */

/**
 * A message that is sent, or waits to be.
 * @typedef {object} Message
 * @property {Record<string, unknown>} moves values, or one command
 * @property {boolean} isCommand
 * @property {string} gesture
 * @property {ArrayBuffer[]} buffers
 * @property {(() => void)[]} listeners called when it is answered
 */

/** @typedef {ReturnType<typeof openConversation>} Conversation */

/** @typedef {{ connect(slot: Slot): void, disconnect(slot: Slot): void }} Signal of JupyterLab */
/** @typedef {(sender: unknown, status: string) => void} Slot */

/**
 * Opens the conversation of one view with its widget in Python.
 *
 * One message is in flight at a time. Moves that are made meanwhile wait, and later values replace earlier ones, so that
 * a busy kernel finds one message and the newest after it. A command, one of the names in `commands`, is done rather
 * than set: it is a message of its own, not merged with another press, nor with moves before or after it.
 *
 * A message is lost when the connection breaks or the kernel restarts. So it is sent again with the same number, by
 * which Python knows it. The answer is the number of this view's last message in `answered` of the trait `trait`.
 * `silence` is called with a notice when no answer has come after all of `RETRY_DELAYS`, and with "" when one comes
 * after that. In the app a kernel that dies stays dead: the page hears of it at once and sends nothing more.
 *
 * Open the conversation before adding your own listener to the trait: then that finds the answer heard.
 *
 * @param {AnyModel<any>} model
 * @param {string} trait
 * @param {string} view an id of this view among those of the widget
 * @param {{ commands?: readonly string[], silence: (words: string) => void }} options
 */
export function openConversation(model, trait, view, { commands = [], silence }) {
  /** @type {Message[]} */
  const waiting = [];
  /** @type {Message | null} */
  let current = null; // the message that is under way
  let number = 0; // of that message
  let retries = 0;
  let notice = ""; // what `silence` was called with
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
      console.debug(error); // while the kernel restarts there is nobody to send it to: it is tried again
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

  // The connection was lost, or the kernel restarted; only an answer shows which, and it has all of
  // the panel's state with it. Later, since what is sent while a kernel restarts is lost.
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
   * Asks for a move or a command; the promise is kept when it was answered. Nobody has to wait for it.
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
    delete message.moves[name]; // so that the order is that of the last touches
    message.moves[name] = value;
    message.gesture = gesture;
    /** @type {Promise<void>} */
    const answer = new Promise((resolve) => message.listeners.push(resolve));
    if (current) nudge();
    else sendNext();
    return answer;
  }

  // After the last retry, a further press sends the message again.
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
