// A page without a kernel: an error in Python is shown and counts as the answer.
import { expect, test, vi } from "vitest";
import { Model } from "../../senet_lab/web/model.js";

test("what Python answers is shown to those who listen, after the sender has gone on", async () => {
  const receive = vi.fn(() => '{"shown":{"said":"moved"}}');
  const model = new Model('{"shown":{"said":""}}', receive);
  const heard = vi.fn();
  model.on("change:shown", heard);
  model.send({ view: "a", number: 1 });
  expect(heard).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(receive).toHaveBeenCalledWith('{"view":"a","number":1}');
  expect([model.get("shown"), model.get("other")]).toEqual([{ said: "moved" }, undefined]);
  model.off("change:shown", heard);
  model.show(() => '{"shown":{"said":"again"}}');
  expect(heard).toHaveBeenCalledTimes(1);
});

test("of several traits those that Python sends are shown, and the others stay", () => {
  const model = new Model('{"form":{"error":""},"now":1,"picture":"a"}', () => "{}", "form");
  const heard = vi.fn();
  for (const name of ["form", "now", "picture"]) model.on(`change:${name}`, () => heard(name, model.get(name)));
  expect(model.show(() => '{"now":2}')).toBe(true);
  expect(heard.mock.calls).toEqual([["now", 2]]);
  expect(model.get("picture")).toBe("a");
  vi.spyOn(console, "error").mockImplementation(() => {});
  const failed = () => {
    throw new Error("out of memory");
  };
  expect(model.show(failed, { view: "a", number: 3 })).toBe(false);
  expect(model.get("form")).toMatchObject({ answered: { a: 3 }, error: expect.stringContaining("out of memory") });
});

test("where Python fails, the message is answered with the reason", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const model = new Model('{"shown":{"said":"before","answered":{"b":7}}}', () => {
    throw new Error("out of memory");
  });
  model.send({ view: "a", number: 2 });
  await Promise.resolve();
  const { said, answered, error } = model.get("shown");
  expect([said, answered]).toEqual(["before", { a: 2, b: 7 }]);
  expect(error).toContain("Reload the page. Error: out of memory");
});
