// Compile a page's Python modules when the site is built, with the Python that will run them. This halves the time until
// a page is live at its first visit. In the standard library, the imported modules are replaced by their bytecode. In our
// archive, the sources stay, because the Explorer shows some of them and errors quote their lines.
//
//     node tools/precompile.mjs ARCHIVE LIBRARY    # overwrites both
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const PROGRAM = `
import sys
from pathlib import PurePosixPath
from py_compile import PycInvalidationMode, compile
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

def compiled(source, name):
    """Return the bytecode of a module, without docstrings and asserts, never to be compared with its source."""
    with open("/module.py", "wb") as file:
        file.write(source)
    compile("/module.py", "/module.pyc", name, True, 2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    with open("/module.pyc", "rb") as file:
        return file.read()

def rewrite(path, change):
    """Write an archive anew with what \`change\` makes of each of its files."""
    with ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            for changed, data in change(name, content).items():
                archive.writestr(ZipInfo(changed, (1980, 1, 1, 0, 0, 0)), data, ZIP_DEFLATED, 9)

def with_bytecode(name, content):
    path = PurePosixPath(name)
    if path.suffix != ".py":
        return {name: content}
    cached = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
    return {name: content, str(cached): compiled(content, f"/modules/{name}")}

def bytecode_if_used(name, content):
    place = f"{LIBRARY}/{name}"
    return {f"{name}c": compiled(content, place)} if place in used else {name: content}

sys.path.insert(0, "/archive.zip")
from senet_lab.web.host import Host
Host().open("explorer", "{}")
LIBRARY = next((path for path in sys.path if path.endswith(".zip") and "python3" in path), None)
assert LIBRARY, f"no library of Python in {sys.path}"
used = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
rewrite("/archive.zip", with_bytecode)
rewrite("/library.zip", bytecode_if_used)
`;

const [archive, library] = process.argv.slice(2);
const places = { "/archive.zip": archive, "/library.zip": library };
const pyodide = await loadPyodide({ indexURL: fileURLToPath(new URL(".", import.meta.resolve("pyodide"))) });
for (const [place, path] of Object.entries(places)) pyodide.FS.writeFile(place, readFileSync(path));
pyodide.runPython(PROGRAM);
for (const [place, path] of Object.entries(places)) writeFileSync(path, pyodide.FS.readFile(place));
