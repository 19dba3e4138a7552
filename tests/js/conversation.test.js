// The conversation: one message at a time, in order, again until it is answered.
/** @import { AnyModel } from "@anywidget/types" */
/** @import { Request } from "../../senet_lab/widgets/messages.js" */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openConversation } from "../../senet_lab/widgets/conversation.js";

const VIEW = "view 1";

/** A widget's model as a page sees it: what it was sent, and how Python answers. */
class Model {
  /** @type {Request[]} */
  sent = [];
  /** @type {Record<string, (() => void)[]>} */
  listeners = {};
  /** @type {Record<string, number>} */
  answered = {};

  get = () => ({ answered: this.answered });
  /** @param {Request} request */
  send = (request) => {
    this.sent.push(structuredClone(request));
  };
  /**
   * @param {string} name
   * @param {() => void} listener
   */
  on = (name, listener) => {
    this.listeners[name] = [...(this.listeners[name] ?? []), listener];
  };
  /**
   * @param {string} name
   * @param {() => void} listener
   */
  off = (name, listener) => {
    this.listeners[name] = this.listeners[name].filter((each) => each !== listener);
  };
  /** @param {string} name */
  trigger = (name) => this.listeners[name]?.forEach((listener) => listener());
  /** @param {number} number */
  answer = (number) => {
    this.answered = { [VIEW]: number };
    this.trigger("change:shown");
  };
  moves = () => this.sent.map(({ moves }) => moves);
}

/** @type {Model} */
let model;
/** @type {string[]} */
let notices;

const open = (commands = ["undo"]) =>
  openConversation(/** @type {AnyModel<any>} */ (/** @type {unknown} */ (model)), "shown", VIEW, {
    commands,
    silence: (words) => notices.push(words),
  });

beforeEach(() => {
  vi.useFakeTimers();
  model = new Model();
  notices = [];
});
afterEach(() => vi.useRealTimers());

test("a move is sent at once, numbered, with view and gesture", () => {
  open().ask("ratio", 8, { gesture: "drag 1" });
  expect(model.sent).toEqual([{ view: VIEW, number: 1, moves: { ratio: 8 }, gesture: "drag 1" }]);
});

test("what is moved while a message is under way waits, and its newest values go in one message", () => {
  const { ask } = open();
  for (const ratio of [8, 4, 2]) ask("ratio", ratio);
  ask("depth", 101);
  ask("ratio", 16);
  expect(model.moves()).toEqual([{ ratio: 8 }]);
  model.answer(1);
  expect(model.moves().slice(1)).toEqual([{ depth: 101, ratio: 16 }]);
  expect(Object.keys(model.sent[1].moves)).toEqual(["depth", "ratio"]); // in the order of the last touches
});

test("a command is a message of its own, and nothing overtakes it", () => {
  const { ask } = open();
  ask("ratio", 8);
  ask("ratio", 4);
  ask("undo", true);
  ask("undo", true);
  ask("ratio", 2);
  for (const number of [1, 2, 3, 4]) model.answer(number);
  expect(model.moves()).toEqual([{ ratio: 8 }, { ratio: 4 }, { undo: true }, { undo: true }, { ratio: 2 }]);
  expect(model.sent.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
});

test("a lost message is sent again under its number, and then the page says that nobody answers", () => {
  open().ask("ratio", 8);
  vi.advanceTimersByTime(799);
  expect(model.sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(1200);
  expect(notices).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(model.sent.map(({ number }) => number)).toEqual([1, 1, 1, 1]);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain("Python is not responding.");
  vi.advanceTimersByTime(60_000);
  expect(model.sent).toHaveLength(4);
});

test("a late answer ends the notice, resolves the promise and lets the next message go", async () => {
  const { ask, isAnswered } = open();
  const answer = ask("ratio", 8);
  vi.advanceTimersByTime(4000);
  ask("ratio", 4); // sends the first once more, since its last retry is over
  expect(model.sent).toHaveLength(5);
  model.answer(1);
  await answer;
  expect(notices.at(-1)).toBe("");
  expect(model.sent.at(-1)).toMatchObject({ number: 2, moves: { ratio: 4 } });
  expect(isAnswered()).toBe(false);
  model.answer(2);
  expect(isAnswered()).toBe(true);
});

test("an answer to an earlier message, or to another view, does not count", () => {
  const { ask, isAnswered } = open();
  ask("ratio", 8);
  model.answered = { "view 2": 7 };
  model.trigger("change:shown");
  expect(isAnswered()).toBe(false);
  model.answer(1);
  ask("ratio", 4);
  model.answer(1);
  expect(isAnswered()).toBe(false);
});

test("a message that cannot be sent while the kernel restarts is tried again", () => {
  const { send } = model;
  model.send = () => {
    throw new Error("no comm");
  };
  vi.spyOn(console, "debug").mockImplementation(() => {});
  open().ask("ratio", 8);
  model.send = send;
  vi.advanceTimersByTime(800);
  expect(model.sent).toEqual([{ view: VIEW, number: 1, moves: { ratio: 8 }, gesture: "" }]);
});

test("bytes that go along have longer to arrive", () => {
  open(["upload"]).ask("upload", {}, { buffers: [new ArrayBuffer(2 ** 20)] });
  vi.advanceTimersByTime(800 * 5 - 1);
  expect(model.sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(model.sent).toHaveLength(2);
});

test("after the connection changed the page asks whether the kernel is there", () => {
  const { isAnswered } = open();
  model.trigger("comm_live_update");
  vi.advanceTimersByTime(1000);
  expect(model.sent).toMatchObject([{ number: 1, moves: {} }]);
  model.answer(1);
  expect(isAnswered()).toBe(true);
});

test("what was asked for is known until it is answered, whether sent or waiting", () => {
  const { ask, isAsked } = open(["start"]);
  ask("ratio", 8);
  ask("start", true);
  expect([isAsked("ratio"), isAsked("start"), isAsked("stop")]).toEqual([true, true, false]);
  model.answer(1);
  model.answer(2);
  expect([isAsked("ratio"), isAsked("start")]).toEqual([false, false]);
});

test("a stopped conversation neither listens nor sends", () => {
  const conversation = open();
  conversation.ask("ratio", 8);
  conversation.stop();
  vi.advanceTimersByTime(60_000);
  expect(model.sent).toHaveLength(1);
  expect(Object.values(model.listeners).flat()).toEqual([]);
});
