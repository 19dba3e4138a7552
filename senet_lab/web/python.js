// Python in this page, by Pyodide: its own files and an archive of ours, each from wherever the page has them.
/** @import { Host } from "./page.js" */

/**
 * Starts Python and opens a host in it.
 * @param {(options: object) => Promise<any>} loadPyodide
 * @param {object} options of Pyodide: where its files are
 * @param {ArrayBuffer | Promise<ArrayBuffer>} archive the modules of senet_lab and what they import, as a zip
 * @returns {Promise<Host>}
 */
export async function startPython(loadPyodide, options, archive) {
  const pyodide = await loadPyodide({ convertNullToNone: true, ...options });
  pyodide.unpackArchive(await archive, "zip", { extractDir: "/modules" });
  pyodide.runPython("import sys; sys.path.insert(0, '/modules')");
  return pyodide.pyimport("senet_lab.web.host").Host(storage());
}

/** What the browser keeps for this site; null where it keeps nothing, as for some files that are opened by a click. */
function storage() {
  try {
    localStorage.getItem("");
    return localStorage;
  } catch {
    return null;
  }
}
