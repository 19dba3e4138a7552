"""Build the site: interactive pages that need no server of their own, no installation and no network.

    python tools/site_builder.py FOLDER

FOLDER receives the pages that Sphinx builds from the lessons and the documentation; live/, with Python for the browser
(Pyodide, from node_modules) and the modules of the panels; explorer.html, the Explorer in one file, which also opens
with a double click; embed.html, the Explorer for embedding in other pages; and worksheets/, to print.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from senet_lab.architecture.architecture import Architecture
from senet_lab.assets import read_assets
from senet_lab.classroom.worksheet import worksheet, worksheet_answers
from senet_lab.drawing.network.summary import static_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.gatelens.views.classes import gates_sheet

ROOT = Path(__file__).parent.parent
PYODIDE = ROOT / "node_modules" / "pyodide"
RECORDINGS = ROOT / "docs" / "recordings"  # of gates, see record_gates.py
LIBRARY = "python_stdlib.zip"
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", LIBRARY)
# Of any page.
STYLES = ("widgets/base.css", "explorer/widget.css", "exercises/widget.css", "gatelens/widget.css",
          "trainer/widget.css", "sweepboard/widget.css", "web/page.css")  # fmt: skip
# The largest parts of Python's library that a page does not need: tests, debuggers, shells, processes, mail, databases,
# and character sets other than those of the web and of zip files.
UNUSED = ("unittest/", "doctest.", "pdb.", "pydoc.", "_pyrepl/", "multiprocessing/", "xmlrpc/", "wsgiref/", "imaplib.",
          "mailbox.", "smtplib.", "ftplib.", "poplib.", "optparse.", "plistlib.", "pickletools.", "modulefinder.",
          "pstats.", "profile.", "cProfile.", "trace.", "sqlite3/", "encodings/cp1", "encodings/cp8",
          "encodings/iso8859_", "encodings/koi8", "encodings/mac_")  # fmt: skip
PACKAGES = ("senet_lab/", "pygments/")
# Files of Sphinx itself, a template that the theme copies by mistake, and 2 MB for debugging the theme.
NOT_SERVED = (".doctrees", ".buildinfo", "objects.inv", "_sources", "webpack-macros.html", "*.map")
EPOCH = (1980, 1, 1, 0, 0, 0)  # of all files in the archive, so that archives are reproducible


def used_files() -> dict[str, list[str]]:
    """Return the files that an Explorer reads, and those that all panels read, see used_files.py."""
    command = [sys.executable, str(ROOT / "tools" / "used_files.py")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    output = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment).stdout
    used: dict[str, list[str]] = json.loads(output)
    return used


def archive_names(used: Iterable[str]) -> dict[str, Path]:
    """Return the files that do not belong to Python itself, by their names in an archive."""
    files = {}
    for path in map(Path, used):
        if path.is_relative_to(ROOT / "senet_lab"):
            files[path.relative_to(ROOT).as_posix()] = path
        elif "site-packages" in path.parts:
            files["/".join(path.parts[path.parts.index("site-packages") + 1 :])] = path
    return {name: path for name, path in files.items() if name.startswith(PACKAGES) and "__pycache__" not in path.parts}


def write_archive(path: Path, used: Iterable[str]) -> None:
    """Write files as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, source in sorted(archive_names(used).items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), source.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def lock_without_packages() -> str:
    """Return Pyodide's list of packages without packages, since none is loaded: 0.1 KB instead of 119 KB."""
    return json.dumps({"info": json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))["info"], "packages": {}})


def bundle(entry: str) -> str:
    """Bundle a script with its imports and return the text."""
    esbuild, source = ROOT / "node_modules" / ".bin" / "esbuild", ROOT / "senet_lab" / "web" / entry
    options = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--charset=utf8"]
    return subprocess.run(
        [str(esbuild), str(source), *options], check=True, capture_output=True, encoding="utf-8"
    ).stdout


def licenses() -> str:
    """Return the authors and licenses of the third-party work in `live`."""
    pyodide = json.loads((PYODIDE / "package.json").read_text("utf-8"))
    return (
        f"Pyodide {pyodide['version']}, {pyodide['license']}: https://github.com/pyodide/pyodide\n"
        "CPython and its standard library, in Pyodide, Python Software Foundation License 2: https://www.python.org\n"
        f"Pygments {version('pygments')}, BSD-2-Clause: https://pygments.org\n"
    )


def styles() -> str:
    """Return the style sheets of a page with panels."""
    return style_sheet() + gates_sheet() + read_assets(*STYLES)


def write_live(folder: Path, archive: Path) -> None:
    """Write the files that make a page on a web server live; `archive` has the modules, see `write_archive`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE_FILES:
        shutil.copyfile(PYODIDE / name, folder / name)
    shutil.copyfile(archive, folder / "senet_lab.zip")
    compile_ahead = ["node", str(ROOT / "tools" / "precompile.mjs")]
    subprocess.run([*compile_ahead, str(folder / "senet_lab.zip"), str(folder / LIBRARY)], check=True)
    (folder / "pyodide-lock.json").write_text(lock_without_packages(), "utf-8")
    (folder / "LICENSES.txt").write_text(licenses(), "utf-8")
    shutil.copytree(RECORDINGS, folder / "recordings")
    (folder / "site.js").write_text(bundle("site.js"), "utf-8")
    (folder / "panels.css").write_text(styles(), "utf-8")


def bare_page(head: str, body: str) -> str:
    """Return a page with only the Explorer; `head` styles it, and `body` makes it live."""
    picture = static_page(Architecture("resnext", 50))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Explorer \u00b7 senet_lab</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"{head}</head>\n"
        f'<body class="sn-bare"><main data-address>{picture}</main>\n{body}\n'
        "</body></html>\n"
    )


def write_single(path: Path, live: Path, archive: Path) -> None:
    """Write the Explorer as one file: `archive` has its modules, and `live` the compiled library of Python."""
    contents = {name: (live / name).read_bytes() for name in PYODIDE_FILES}
    contents |= {LIBRARY: stored_anew(live / LIBRARY), "senet_lab.zip": stored_anew(archive)}
    contents["pyodide-lock.json"] = lock_without_packages().encode()
    parts = []
    for name, content in contents.items():
        packed = base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()
        parts.append(f'<script type="text/plain" id="{name}">{packed}</script>')
    script = f'<script type="module">{bundle("single.js")}</script>'
    notice = f"<!--\n{licenses()}-->"
    path.write_text(bare_page(f"{notice}<style>{styles()}</style>", "\n".join([script, *parts])), "utf-8")


def stored_anew(path: Path) -> bytes:
    """Return an archive without unused files and without compression.

    Compressing the whole archive later makes it a seventh smaller.
    """
    stored = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as copy:
        for name in archive.namelist():
            if not name.startswith(UNUSED):
                copy.writestr(zipfile.ZipInfo(name, EPOCH), archive.read(name))
    return stored.getvalue()


def write_embed(path: Path) -> None:
    """Write the page for embedding in other pages, which loads its files from `live`."""
    script = '<script type="module" src="live/site.js"></script>'
    path.write_text(bare_page('<link rel="stylesheet" href="live/panels.css">', script), "utf-8")


def write_worksheets(folder: Path) -> None:
    """Write the worksheets of all lessons with the standard numbers, and the answers to them."""
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in LESSONS:
        (folder / f"{lesson}.html").write_text(worksheet(lesson), "utf-8")
        (folder / f"{lesson}_answers.html").write_text(worksheet_answers(lesson), "utf-8")


def write_pages(folder: Path, size: int) -> None:
    """Write the pages with Sphinx; `size` is the size of explorer.html in bytes."""
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--conf-dir", str(ROOT / "docs")]
    with tempfile.TemporaryDirectory() as place:  # MyST-NB creates another folder next to the pages
        pages = Path(place, "pages")
        subprocess.run([*command, "-A", f"explorer_size={size / 1e6:.1f}", str(ROOT), str(pages)], check=True)
        shutil.copytree(pages, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_SERVED))
    write_worksheets(folder / "worksheets")


def write_site(folder: Path) -> None:
    """Write the site, replacing an existing one."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "live" / "site.js").is_file():
        sys.exit(f"'{folder}' is not empty, and what it holds is no site. Empty it, or name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    write_panels(folder)
    write_pages(folder, (folder / "explorer.html").stat().st_size)


def write_panels(folder: Path) -> None:
    """Write the files that make panels live, the single-file Explorer, and the Explorer for other pages."""
    with tempfile.TemporaryDirectory() as place:
        archives = {}
        for name, used in used_files().items():
            archives[name] = Path(place, f"{name}.zip")
            write_archive(archives[name], used)
        write_live(folder / "live", archives["all"])
        write_single(folder / "explorer.html", folder / "live", archives["explorer"])
    write_embed(folder / "embed.html")


if __name__ == "__main__":
    site = Path(sys.argv[1])
    write_site(site)
    print(f"Serve it with: python -m http.server -d {site}. {site / 'explorer.html'} also opens with a double click.")
