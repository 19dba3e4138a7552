"""The site: pages that are live without a server of their own, an installation or a network.

    python tools/site.py FOLDER

FOLDER gets the pages that Sphinx makes of the lessons and the documentation; live/, which has Python for the browser
(Pyodide, from node_modules) and the modules that the panels need; and explorer.html, one file with all that the Explorer
needs, which also opens by a double click.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from senet_lab.architecture.architecture import Architecture
from senet_lab.assets import read_assets
from senet_lab.drawing.network.summary import static_page
from senet_lab.drawing.sheet import style_sheet

ROOT = Path(__file__).parent.parent
PYODIDE = ROOT / "node_modules" / "pyodide"
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
STYLES = ("widgets/base.css", "explorer/widget.css", "exercises/widget.css", "web/page.css")  # of any page
NOT_SERVED = (".doctrees", ".buildinfo", "objects.inv")  # what Sphinx leaves for itself
EPOCH = (1980, 1, 1, 0, 0, 0)  # of all files in the archive, so that the same modules make the same archive

# Uses each panel to its last corner, then prints the files that Python has read: those are what the browser needs.
EXERCISED = """
import json, sys
opened = set()
sys.addaudithook(lambda event, args: event == "open" and isinstance(args[0], str) and opened.add(args[0]))
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.explorer.messages import COMMANDS, TABS
from senet_lab.export import FORMS, SUFFIXES
from senet_lab.web.host import Host
host, number = Host(), 0
host.open("explorer", "{}")
moves = [("tab", tab) for tab in TABS] + [("form", form) for form in FORMS] + [("save", suffix) for suffix in SUFFIXES]
moves += [("pin", True), ("tab", "Compare"), ("source", True), ("tab", "Network"), ("path", "group1/block1/se")]
moves += [("ratio", "nonsense"), ("cardinality", 8), ("undo", True), ("redo", True)]
for number, (name, value) in enumerate(moves, 1):
    shown = json.loads(host.receive(0, json.dumps({"view": "a", "number": number, "moves": {name: value}})))
for place, name in enumerate(MAKERS, 1):
    host.open("exercise", json.dumps({"name": name}))
    for number, action in enumerate(("check", "hint", "reveal"), 1):
        host.receive(place, json.dumps({"view": "a", "number": number, "moves": {action: "1"}}))
files = {module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}
print(json.dumps(sorted(files | opened)))
"""


def list_files() -> dict[str, Path]:
    """Return what the panels read that is not Python's own, by the name that it has in the archive."""
    environment_folder = Path(sys.prefix)
    said = subprocess.run([sys.executable, "-c", EXERCISED], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    files = {}
    for path in map(Path, json.loads(said)):
        if path.is_relative_to(ROOT / "senet_lab"):
            files[path.relative_to(ROOT).as_posix()] = path
        elif path.is_relative_to(environment_folder) and "site-packages" in path.parts:
            place = path.parts.index("site-packages") + 1
            files["/".join(path.parts[place:])] = path
    return {name: path for name, path in files.items() if path.suffix not in (".pyc", ".pth", ".so")}


def write_archive(path: Path) -> None:
    """Write the modules as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, source in sorted(list_files().items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), source.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def lock_without_packages() -> str:
    """Return Pyodide's list of packages with none in it, since none is loaded: a tenth of a kilobyte, not 119."""
    return json.dumps({"info": json.loads((PYODIDE / "pyodide-lock.json").read_text())["info"], "packages": {}})


def bundle(entry: str) -> str:
    """Return a script with all that it imports."""
    command = [ROOT / "node_modules" / ".bin" / "esbuild", ROOT / "senet_lab" / "web" / entry, "--bundle", "--minify"]
    command += ["--format=esm", "--target=es2022", "--charset=utf8"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def styles() -> str:
    """Return the style sheets of a page with panels."""
    return style_sheet() + read_assets(*STYLES)


def write_live(folder: Path) -> None:
    """Write what a page on a web server needs to be live."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE_FILES:
        shutil.copyfile(PYODIDE / name, folder / name)
    (folder / "pyodide-lock.json").write_text(lock_without_packages())
    write_archive(folder / "senet_lab.zip")
    (folder / "site.js").write_text(bundle("site.js"))
    (folder / "panels.css").write_text(styles())


def bare_page(head: str, body: str) -> str:
    """Return a page that has nothing but the Explorer; `head` styles it, and `body` makes it live."""
    picture = static_page(Architecture("resnext", 50))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Explorer \u00b7 senet_lab</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">{head}</head>\n'
        f'<body class="sn-bare"><main><div data-panel="explorer" data-address>{picture}</div></main>\n{body}\n'
        "</body></html>\n"
    )


def write_single(path: Path, live: Path) -> None:
    """Write the Explorer as one file, from the parts in `live`."""
    parts = []
    for name in (*PYODIDE_FILES, "pyodide-lock.json", "senet_lab.zip"):
        packed = gzip.compress((live / name).read_bytes(), 9, mtime=0)
        parts.append(f'<script type="text/plain" id="{name}">{base64.b64encode(packed).decode()}</script>')
    script = f'<script type="module">{bundle("single.js")}</script>'
    path.write_text(bare_page(f"<style>{styles()}</style>", "\n".join([script, *parts])))


def write_embed(path: Path) -> None:
    """Write the page for within other pages, which fetches what it needs from `live`."""
    script = '<script type="module" src="live/site.js"></script>'
    path.write_text(bare_page('<link rel="stylesheet" href="live/panels.css">', script))


def write_pages(folder: Path, size: int) -> None:
    """Write the pages by Sphinx; `size` is that of explorer.html, in bytes."""
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--conf-dir", ROOT / "docs"]
    subprocess.run([*command, "-A", f"explorer_size={size / 1e6:.1f}", ROOT, folder], check=True)
    for name in NOT_SERVED:
        left = folder / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def write_site(folder: Path) -> None:
    """Write the site."""
    write_live(folder / "live")
    write_single(folder / "explorer.html", folder / "live")
    write_embed(folder / "embed.html")
    write_pages(folder, (folder / "explorer.html").stat().st_size)


if __name__ == "__main__":
    write_site(Path(sys.argv[1]))
