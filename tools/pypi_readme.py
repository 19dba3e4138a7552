"""Make the README's links absolute when GitHub builds a release, because PyPI has none of the files that they lead to.

`pyproject.toml` names this as hatchling's metadata hook. Elsewhere the repository's address is unknown, and links stay.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

README = "README.md"
RELATIVE_LINK = re.compile(r"(!?)(\[[^\]]*\])\((?!https?:|#)([^)]+)\)")
GITHUB = "../../"  # how the README begins links to other pages of the repository on GitHub


def absolute(text: str, environment: Mapping[str, str]) -> str:
    """Return the text with absolute links; `environment` names the repository and its branch or tag, as on GitHub."""
    if not (repository := environment.get("GITHUB_REPOSITORY")):
        return text
    revision = environment.get("GITHUB_REF_NAME", "main")
    pages, files = f"https://github.com/{repository}/", f"https://raw.githubusercontent.com/{repository}/{revision}/"

    def link(match: re.Match[str]) -> str:
        mark, words, target = match.groups()
        start = files if mark else pages if target.startswith(GITHUB) else f"{pages}blob/{revision}/"
        return f"{mark}{words}({start}{target.removeprefix(GITHUB)})"

    return RELATIVE_LINK.sub(link, text)


class Hook(MetadataHookInterface):
    """Hatchling's hook for the field `readme`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the README."""
        text = absolute((Path(self.root) / README).read_text(encoding="utf-8"), os.environ)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
