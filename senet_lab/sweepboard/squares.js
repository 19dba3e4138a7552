// Arrow keys in the table of squares.
import { findAll } from "../widgets/dom.js";

/** @type {Record<string, [number, number]>} key -> rows and columns to move by */
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/**
 * Moves the focus from a square to its neighbor; Home and End lead to the first and the last of its row. Returns the
 * neighbor, if any.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} square
 */
export function stepInGrid(event, square) {
  const rows = findAll(/** @type {Element} */ (square.closest("tbody")), "tr").map((row) => findAll(row, "button"));
  const row = rows.findIndex((each) => each.includes(square));
  const column = rows[row].indexOf(square);
  const [down, right] = STEPS[event.key] ?? [0, 0];
  const ends = { Home: rows[row][0], End: rows[row].at(-1) };
  const next = down || right ? rows[row + down]?.[column + right] : ends[/** @type {"Home"} */ (event.key)];
  next?.focus();
  return next;
}
