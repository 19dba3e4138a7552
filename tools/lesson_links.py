"""Write the links that open the site's lessons in Google Colab and Binder."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import quote


def lesson_links(name: str, environment: Mapping[str, str]) -> str:
    """Return links that open a lesson in Google Colab and in Binder, which both load it from GitHub.

    Args:
        name: the name of the page, such as "notebooks/01_explore".
        environment: names the repository and its branch or tag when GitHub builds the site; otherwise, there are no
            links.
    """
    repository = environment.get("GITHUB_REPOSITORY")
    if not repository or not name.startswith("notebooks/") or name.startswith("notebooks/teacher/"):
        return ""
    revision, path = environment.get("GITHUB_REF_NAME", "main"), quote(f"{name}.ipynb")
    # Binder opens the copy without outputs that postBuild makes; Colab can only open what is stored.
    addresses = {
        "Colab": f"https://colab.research.google.com/github/{repository}/blob/{quote(revision)}/{path}",
        "Binder": f"https://mybinder.org/v2/gh/{repository}/{quote(revision, safe='')}?urlpath=lab/tree/my_{path}",
    }
    if environment.get("GITHUB_REF_TYPE") != "tag":
        del addresses["Colab"]  # in Colab, a lesson installs the release that it belongs to
    links = [f'<a class="sn-way" href="{escape(address)}">Open in {place}</a>' for place, address in addresses.items()]
    return f'<p class="sn-ways">{"".join(links)}</p>'
