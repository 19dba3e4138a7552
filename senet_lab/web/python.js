// Runs Python in the page with Pyodide: loads Pyodide's files and our archive from the places that the page gives.
/** @import { Host } from "./page.js" */

/**
 * Starts Python and opens a host in it.
 * @param {(options: object) => Promise<any>} loadPyodide
 * @param {object} options Pyodide's options: the location of its files
 * @param {ArrayBuffer | Promise<ArrayBuffer>} archive the modules of senet_lab and what they import, as a zip
 * @returns {Promise<Host>}
 */
export async function startPython(loadPyodide, options, archive) {
  const pyodide = await loadPyodide({ convertNullToNone: true, ...options });
  pyodide.unpackArchive(await archive, "zip", { extractDir: "/modules" });
  pyodide.runPython("import sys; sys.path.insert(0, '/modules')");
  return pyodide.pyimport("senet_lab.web.host").Host(storage());
}

/** The browser's storage for this site; null if it stores nothing, as for some pages that are opened from a disk. */
function storage() {
  try {
    localStorage.getItem("");
    return localStorage;
  } catch {
    return null;
  }
}
