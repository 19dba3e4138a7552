// The script of a page on a web server; the files of Python are next to it.
import { makeLive } from "./page.js";
import { startPython } from "./python.js";

const here = new URL(".", import.meta.url).href;

// The targets of links to a network, on the site and embedded in another page.
document.body.dataset.explorer = new URL("../index.html", here).href;
document.body.dataset.embed = new URL("../embed.html", here).href;
document.body.dataset.recordings = new URL("recordings/", here).href;

makeLive(async () => {
  const archive = fetch(`${here}senet_lab.zip`).then((answer) => {
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${answer.statusText}`);
    return answer.arrayBuffer();
  });
  const { loadPyodide } = await import(`${here}pyodide.mjs`);
  return startPython(loadPyodide, { indexURL: here }, archive);
});
