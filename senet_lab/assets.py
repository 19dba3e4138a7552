"""Read the JavaScript and style sheets that are bundled with the modules."""

from __future__ import annotations

from importlib.resources import files


def read_assets(*names: str) -> str:
    """Return the concatenated text of files of this package; a browser would load them one by one.

    Args:
        names: paths within the package, such as "widgets/kit.js".
    """
    return "".join(files("senet_lab").joinpath(name).read_text(encoding="utf-8") for name in names)
