// The conversation with Python: each message is numbered, and sent again until an answer to it comes.

const DELAYS = [800, 1200, 2000]; // milliseconds after which an unanswered message is sent again; then the page says so
const PER_BYTE = 4 / 2 ** 20; // how many times as long that is for each byte that goes with it, on a slow network
const RECONNECTED = 1000; // milliseconds after the connection changed until the kernel is asked whether it is there
// Voila ends the kernel with the page, and has no cell that could be run again.
const AGAIN = document.body?.dataset.voila ? "gone, load the page again." : "restarted, run the cell again.";
const SILENCE = `The kernel has not answered. If it is busy, the page follows when it is done; if it was ${AGAIN}`;
const ENDED =
  "The kernel of this page has stopped, probably because it ran out of memory. " +
  "If you want to keep this network, copy its link; then load the page again.";

// One message is under way at a time. What is moved meanwhile waits, and later values take the place of earlier ones, so
// that a busy kernel finds one message and the newest after it. What is done rather than set, the names in `once`, is a
// message of its own: it may not be merged with another press, nor with what was moved before or after it.
//
// A message is lost when the connection breaks or the kernel restarts. So it is sent again, with the same number, by
// which Python knows it; the answer is the number of the last message of this view in `answered` of the trait `trait`.
// `silence` is called with what to say when none has come for all of `DELAYS`, and with "" when one comes then. In the
// app a kernel that dies stays dead: the page hears of it at once, and nothing is sent any more.
//
// It listens to the trait before whoever calls this does: a listener that draws an answer finds it heard.
export function conversation(model, trait, view, { once = [], silence }) {
  const waiting = []; // messages that were not sent yet
  let sent = null; // the message that is under way
  const kernel = document.body.dataset.voila ? model.widget_manager?.kernel : undefined;
  let [number, tries, timer, probe, said] = [0, 0, 0, 0, ""];

  function transmit() {
    if (said === ENDED) return;
    const { moves, gesture, buffers } = sent;
    try {
      model.send({ view, number, moves, gesture }, undefined, buffers);
    } catch (error) {
      console.debug(error); // while the kernel restarts there is nobody to send it to: it is tried again
    }
    clearTimeout(timer);
    const bytes = buffers.reduce((all, each) => all + each.byteLength, 0);
    if (tries < DELAYS.length) timer = setTimeout(late, DELAYS[tries] * (1 + bytes * PER_BYTE));
  }

  function late() {
    tries += 1;
    if (tries === DELAYS.length) tell(SILENCE);
    transmit();
  }

  function tell(words) {
    if (said !== words && said !== ENDED) silence((said = words));
  }

  function end(_, status) {
    if (status !== "dead") return;
    tell(ENDED);
    clearTimeout(timer);
  }

  function again() {
    tries = 0;
    transmit();
  }

  function next() {
    if (sent || !waiting.length) return;
    [sent, number] = [waiting.shift(), number + 1];
    again();
  }

  function hear() {
    if (!sent || (model.get(trait).answered?.[view] ?? 0) < number) return;
    const { heard } = sent;
    clearTimeout(timer);
    sent = null;
    tell("");
    heard.forEach((each) => each());
    next();
  }

  // The connection was lost, or the kernel restarted; only an answer shows which, and it has all of
  // the panel's state with it. Later, since what is sent while a kernel restarts is lost.
  function reconnected() {
    clearTimeout(probe);
    probe = setTimeout(() => (sent ? again() : (waiting.push(message("")), next())), RECONNECTED);
  }

  const message = (gesture, buffers = []) => ({ moves: {}, gesture, buffers, heard: [] });

  // Asks for a move; the promise is kept when it was answered. Nobody has to wait for it.
  function ask(name, value, { gesture = "", buffers = [] } = {}) {
    const isAlone = once.includes(name);
    const last = waiting.at(-1);
    const fits = last && !isAlone && !Object.keys(last.moves).some((each) => once.includes(each));
    const its = fits ? last : message(gesture, buffers);
    if (!fits) waiting.push(its);
    delete its.moves[name]; // so that the order is that of the last touches
    Object.assign(its, { gesture, moves: { ...its.moves, [name]: value } });
    const answer = new Promise((done) => its.heard.push(done));
    if (sent) nudge();
    else next();
    return answer;
  }

  // After the last retry, a further press sends the message again.
  function nudge() {
    if (sent && tries >= DELAYS.length) again();
  }

  model.on(`change:${trait}`, hear);
  model.on("comm_live_update", reconnected);
  kernel?.statusChanged.connect(end);
  return {
    ask,
    nudge,
    isAnswered: () => !sent,
    isAsked: (name) => [sent, ...waiting].some((each) => each && name in each.moves),
    stop() {
      clearTimeout(timer);
      clearTimeout(probe);
      model.off(`change:${trait}`, hear);
      model.off("comm_live_update", reconnected);
      kernel?.statusChanged.disconnect(end);
    },
  };
}
