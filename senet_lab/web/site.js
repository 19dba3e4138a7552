// The script of a page on a web server: Python's files lie beside it.
import { makeLive } from "./page.js";
import { startPython } from "./python.js";

const here = new URL(".", import.meta.url).href;

makeLive(async () => {
  const archive = fetch(`${here}senet_lab.zip`).then((answer) => answer.arrayBuffer());
  const { loadPyodide } = await import(`${here}pyodide.mjs`);
  return startPython(loadPyodide, { indexURL: here }, archive);
});
