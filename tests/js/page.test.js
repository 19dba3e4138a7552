// What a page plays: time passes while it does, in the seconds that have gone by.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Model } from "../../senet_lab/web/model.js";
import { passTime } from "../../senet_lab/web/page.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** @param {(seconds: number) => string} tick */
function playable(tick) {
  const model = new Model('{"plays":false,"form":{"error":""}}', () => "{}", "form");
  passTime(model, tick);
  return { play: () => model.show(() => '{"plays":true}'), pause: () => model.show(() => '{"plays":false}') };
}

test("time passes while something is played, once however often it is told to, and not in a pause", () => {
  /** @type {number[]} */
  const passed = [];
  const { play, pause } = playable((seconds) => {
    passed.push(seconds);
    return "{}";
  });
  const total = () => passed.reduce((sum, seconds) => sum + seconds, 0);
  vi.advanceTimersByTime(3000);
  expect(passed).toEqual([]);
  play();
  play();
  vi.advanceTimersByTime(3000);
  expect(total()).toBeCloseTo(3);
  pause();
  vi.advanceTimersByTime(60_000);
  expect(total()).toBeCloseTo(3);
  play();
  vi.advanceTimersByTime(3000);
  expect(total()).toBeCloseTo(6); // the pause does not count
  expect(vi.getTimerCount()).toBe(1);
});

test("time stops where the end is reached, and where Python fails", () => {
  const end = vi.fn(() => '{"plays":false}');
  playable(end).play();
  vi.advanceTimersByTime(3000);
  expect(end).toHaveBeenCalledTimes(1);

  vi.spyOn(console, "error").mockImplementation(() => {});
  const failed = vi.fn(() => {
    throw new Error("out of memory");
  });
  playable(failed).play();
  vi.advanceTimersByTime(3000);
  expect(failed).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
