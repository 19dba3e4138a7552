// The recordings of a GateLens: each is fetched once while it is awaited, and what fails is said and can be tried again.
import { afterEach, expect, test, vi } from "vitest";
import { Model } from "../../senet_lab/web/model.js";
import { fetchRecordings } from "../../senet_lab/web/recordings.js";

afterEach(() => vi.unstubAllGlobals());

/** A host that awaits files until they have come. */
function hostOf(/** @type {string[]} */ files) {
  const awaited = new Set(files);
  const done = (/** @type {string} */ file) => awaited.delete(file) && '{"shown":{}}';
  return {
    awaited: () => JSON.stringify([...awaited]),
    take: vi.fn((_, file) => done(file)),
    miss: vi.fn((_, file) => done(file)),
  };
}

test("two files are fetched at the same time, each only once", async () => {
  const fetched = vi.fn(async (url) => new Response(`text of ${url}`));
  vi.stubGlobal("fetch", fetched);
  document.body.dataset.recordings = "recordings/";
  const host = /** @type {any} */ (hostOf(["a.json", "b.json"]));
  const model = new Model('{"shown":{}}', () => "{}");
  fetchRecordings(host, model, 3);
  model.show(() => '{"shown":{}}'); // a move, while both are on their way
  await vi.waitFor(() => expect(host.take).toHaveBeenCalledTimes(2));
  expect(fetched).toHaveBeenCalledTimes(2);
  expect(host.take).toHaveBeenCalledWith(3, "a.json", "text of recordings/a.json");
});

test("a file that the server does not have, or that cannot be reached, is missed with the reason", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const answers = { "a.json": async () => new Response("", { status: 404 }), "b.json": () => Promise.reject("off") };
  vi.stubGlobal("fetch", (/** @type {"a.json" | "b.json"} */ url) => answers[url]());
  document.body.dataset.recordings = "";
  const host = /** @type {any} */ (hostOf(["a.json", "b.json"]));
  fetchRecordings(host, new Model('{"shown":{}}', () => "{}"), 0);
  await vi.waitFor(() => expect(host.miss).toHaveBeenCalledTimes(2));
  expect(host.miss).toHaveBeenCalledWith(0, "a.json", "the server returned 404.");
  expect(host.miss).toHaveBeenCalledWith(0, "b.json", "the connection failed.");
  expect(host.take).not.toHaveBeenCalled();
});

test("what could not be fetched is tried again as soon as the browser is online, and only then", () => {
  const host = /** @type {any} */ ({ awaited: () => "[]", retry: vi.fn(() => '{"shown":{"retry":false}}') });
  const model = new Model('{"shown":{"retry":true}}', () => "{}");
  fetchRecordings(host, model, 4);
  expect(host.retry).not.toHaveBeenCalled();
  for (let count = 0; count < 2; count += 1) dispatchEvent(new Event("online")); // the second finds nothing to fetch
  expect(host.retry.mock.calls).toEqual([[4]]);
});
