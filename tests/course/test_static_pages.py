"""The course as pages that need neither kernel nor network: whole, linked, and readable."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from notebooks import html
from senet_lab.serving.notebooks import list_notebooks, notebooks_folder


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    html(folder)
    return folder


def test_static_pages_fetch_nothing_and_lead_to_each_other(site):
    pages = {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}
    assert {path.relative_to(notebooks_folder()).with_suffix(".html").as_posix() for path in list_notebooks()} <= set(
        pages
    )
    for name, page in pages.items():
        bare = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
        assert "<script" not in bare
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', bare), name
        for target in re.findall(r'href="([^"#]+\.(?:html|ipynb))"', bare):
            assert (site / name).parent.joinpath(target).resolve().is_file(), (name, target)
    assert "<svg" in pages["02_macro_architecture.html"]
    dark = "".join(
        re.findall(
            r'<style[^>]*media="\(prefers-color-scheme: dark\)"[^>]*>(.*?)</style>',
            pages["02_macro_architecture.html"],
            re.DOTALL,
        )
    )
    assert "body .sn {" in dark  # the colours of the drawings
    assert "--jp-layout-color0:" in dark  # and those of the page


@pytest.mark.slow
def test_the_static_pages_ask_for_nothing_and_axe_finds_nothing_serious_in_them(browser, site):
    for name in ("00_start_here", "06_two_idioms", "teacher/plans"):
        page, asked = browser.new_page(), []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto((site / f"{name}.html").as_uri())
        assert len(asked) == 1, asked
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        page.close()
