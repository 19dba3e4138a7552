// Answers a list of messages with Python as run in a browser: node answers.mjs LIVE < messages.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [live] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(live, "pyodide.mjs")));
const { startPython } = await import(pathToFileURL(join(import.meta.dirname, "../../senet_lab/web/python.js")));
const archive = new Uint8Array(readFileSync(join(live, "senet_lab.zip")));
const host = await startPython(loadPyodide, { indexURL: `${live}/` }, archive);
const messages = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(messages.map(([method, ...args]) => host[method](...args))));
