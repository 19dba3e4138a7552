// Makes a page interactive: starts Python, and puts a panel in each place that names one. Until then, and if Python
// cannot start, the place keeps its static picture.
/** @import { AnyModel } from "@anywidget/types" */
import exercise from "../exercises/widget.js";
import explorer from "../explorer/widget.js";
import gates from "../gatelens/widget.js";
import sweep from "../sweepboard/widget.js";
import trainer from "../trainer/widget.js";
import { addressHere, followAddress } from "./address.js";
import answers from "./answers.js";
import { offerExplorer } from "./drawing.js";
import { Model } from "./model.js";
import { recordBar } from "./record.js";
import { fetchRecordings } from "./recordings.js";
import { placeForms } from "./teacher.js";
import { followTheme } from "./theme.js";

/** @type {Record<string, { render(props: any): unknown }>} */
const PANELS = { answers, explorer, exercise, gates, sweep, trainer };
/** @type {Record<string, string>} of a panel with several traits, the one that says which messages are answered */
const ANSWERING = { sweep: "form", trainer: "form" };
const BEAT = 300; // milliseconds between updates of a panel that plays a recording
const NEEDED = "Use a browser from 2023 or later, with WebAssembly.";

/**
 * The panels of a page, in Python: senet_lab/web/host.py.
 * @typedef {object} Host
 * @property {(kind: string, options: string) => string} open
 * @property {(number: number, message: string) => string} receive
 * @property {(number: number, address: string) => string} visit
 * @property {(number: number, step: number) => void} prepare
 * @property {(number: number, seconds: number) => string} tick
 * @property {(number: number) => string} awaited
 * @property {(number: number, file: string, text: string) => string} take
 * @property {(number: number, file: string, why: string) => string} miss
 * @property {(number: number) => string} retry
 * @property {(number: number) => string} refresh
 * @property {() => string} results
 * @property {() => string} hand_in
 * @property {(code: string, student: string) => string} class_code
 * @property {() => string} forget
 * @property {(lesson: string, code: string, answers: boolean) => string} worksheet
 * @property {(files: string, code: string, lessons: string) => string} look_over
 */

/**
 * Starts Python, then makes every place of the page live that names a panel in `data-panel`.
 * @param {() => Promise<Host>} startPython
 */
export async function makeLive(startPython) {
  followTheme();
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-panel]")]);
  const panels = places.filter(({ dataset }) => dataset.panel !== "drawing"); // drawings need no Python until they are opened
  for (const place of panels) say(place, "Loading Python; this picture will then be interactive.");
  try {
    const host = await startPython();
    openPanels(host, places);
    placeForms(host);
  } catch (error) {
    console.error(error);
    const why = String(error).split("\n")[0];
    for (const place of panels)
      say(place, `This picture is not interactive, because Python could not start (${why}). ${NEEDED}`);
  }
  document.body.dataset.live = "done";
}

/**
 * Makes places interactive, each independently: if one fails, the others still work.
 * @param {Host} host
 * @param {HTMLElement[]} places
 */
function openPanels(host, places) {
  /** @type {Map<number, Model>} exercises by their numbers in Python */
  const exercises = new Map();
  let count = 0;

  /**
   * @param {HTMLElement} place
   * @param {string} kind
   * @param {object} options
   */
  function open(place, kind, options) {
    const traits = host.open(kind, JSON.stringify(options));
    const number = count;
    count += 1; // Python has counted it even if the rest fails
    const model = showPanel(host, place, kind, number, traits);
    if (kind === "exercise") exercises.set(number, model);
  }

  /** @param {Parameters<typeof open>} what */
  function tryToOpen(...what) {
    try {
      open(...what);
    } catch (error) {
      console.error(error);
      say(what[0], "This picture is not interactive, because another version of senet_lab stored it.");
    }
  }

  for (const place of places) {
    const { panel = "" } = place.dataset;
    if (panel === "drawing") offerExplorer(place, (address) => tryToOpen(place, "explorer", { address }));
    else tryToOpen(place, panel, optionsOf(place));
  }
  if (exercises.size) placeRecord(host, exercises);
}

/**
 * Returns the arguments of the panel that a place names.
 * @param {HTMLElement} place
 */
function optionsOf(place) {
  const { panel, network = "", name = "" } = place.dataset;
  if (panel === "answers") return {};
  if (panel === "exercise" || panel === "sweep") return { name };
  return panel === "explorer" ? { network, address: hasAddress(place) ? addressHere() : "" } : { network };
}

/** @param {HTMLElement} place */
const hasAddress = (place) => Boolean(place.closest("[data-address]"));

/**
 * Puts a panel in the place of its picture.
 * @param {Host} host
 * @param {HTMLElement} place
 * @param {string} kind
 * @param {number} number of the panel in Python
 * @param {string} traits what it shows, as JSON
 * @returns {Model}
 */
function showPanel(host, place, kind, number, traits) {
  const model = new Model(traits, (message) => host.receive(number, message), ANSWERING[kind]);
  const el = document.createElement("div");
  PANELS[kind].render({ model: /** @type {AnyModel<any>} */ (/** @type {unknown} */ (model)), el });
  place.replaceChildren(el);
  place.dataset.live = "";
  if (hasAddress(place)) followAddress(model, (to) => host.visit(number, to));
  if (kind === "trainer" || kind === "sweep") passTime(model, (seconds) => host.tick(number, seconds));
  if (kind === "explorer") prepareNeighbors(model, (step) => host.prepare(number, step));
  if (kind === "gates") fetchRecordings(host, model, number);
  return model;
}

/**
 * After each move, when the browser is idle, draws the networks that the next key press would show.
 * @param {Model} model
 * @param {(step: number) => void} prepare
 */
function prepareNeighbors(model, prepare) {
  /** @type {(work: () => void) => void} */
  const whenIdle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 50)); // Safari has none
  let moves = 0;
  model.on("change:shown", () => {
    moves += 1;
    const move = moves;
    for (const step of [-1, 1]) whenIdle(() => move === moves && prepare(step));
  });
}

/**
 * Lets time pass in a panel while it plays a recording.
 * @param {Model} model
 * @param {(seconds: number) => string} tick
 */
export function passTime(model, tick) {
  let timer = 0;
  let last = 0; // milliseconds

  function stop() {
    clearInterval(timer);
    timer = 0;
  }

  function beat() {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    if (!model.show(() => tick(seconds))) stop();
  }

  model.on("change:plays", () => {
    if (!model.get("plays")) return stop();
    if (timer) return;
    last = performance.now();
    timer = setInterval(beat, BEAT);
  });
}

/**
 * Puts the learner's record below the title of a lesson.
 * @param {Host} host
 * @param {Map<number, Model>} exercises by their numbers in Python
 */
function placeRecord(host, exercises) {
  const bar = recordBar(host, () => {
    for (const [number, model] of exercises) model.show(() => host.refresh(number));
  });
  document.querySelector("h1")?.after(bar.el);
  for (const model of exercises.values()) model.on("change:shown", bar.follow);
}

/**
 * Shows a message above a picture, which may be taller than the window.
 * @param {HTMLElement} place
 * @param {string} words
 */
function say(place, words) {
  let line = place.querySelector(".sn-still");
  if (!line) {
    line = document.createElement("p");
    line.className = "sn-still";
    line.setAttribute("role", "status");
    place.prepend(line);
  }
  line.textContent = words;
}
