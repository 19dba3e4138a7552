// The script of the single-file page, which contains all of Python: a page that is opened from a disk may not load other
// files.
import { makeLive } from "./page.js";
import { startPython } from "./python.js";

const WASM = "pyodide.asm.wasm";

/**
 * Unpacks a part of this page.
 * @param {string} name
 * @param {string} type
 * @returns {Promise<Response>}
 */
async function unpack(name, type) {
  const text = document.getElementById(name)?.textContent ?? "";
  const packed = await fetch(`data:application/octet-stream;base64,${text.trim()}`);
  const stream = packed.body?.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "Content-Type": type } });
}

/** @param {string} name */
const script = async (name) => {
  const url = URL.createObjectURL(await (await unpack(name, "text/javascript")).blob());
  return import(url);
};

// A link to a file on this disk is useless to others, and may contain its owner's name.
if (location.protocol !== "file:") document.body.dataset.explorer = location.href.split("#")[0];

makeLive(async () => {
  const archive = unpack("senet_lab.zip", "application/zip").then((part) => part.arrayBuffer());
  const [wasm, library, { loadPyodide }, { default: createPyodideModule }] = await Promise.all([
    unpack(WASM, "application/wasm"),
    unpack("python_stdlib.zip", "application/zip").then((part) => part.blob()),
    script("pyodide.mjs"),
    script("pyodide.asm.mjs"),
  ]);
  const fetchElsewhere = globalThis.fetch;
  globalThis.fetch = (request, options) =>
    String(request).endsWith(WASM) ? Promise.resolve(wasm) : fetchElsewhere(request, options);
  const lockFileContents = await (await unpack("pyodide-lock.json", "application/json")).text();
  const options = { indexURL: "./", stdLibURL: URL.createObjectURL(library), createPyodideModule, lockFileContents };
  try {
    return await startPython(loadPyodide, options, archive);
  } finally {
    globalThis.fetch = fetchElsewhere;
  }
});
