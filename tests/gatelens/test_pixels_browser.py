"""The gates per pixel of a CBAM network in real Chromium and real JupyterLab."""

import re

import pytest
from browsing import complaints, go_to_tab, heard_page, opened_notebook, written_notebook
from playwright.sync_api import expect

from senet_lab.gatelens.state import IMAGE

pytestmark = pytest.mark.slow

CELL = """from senet_lab import Architecture, GateLens

groups = ((8, 1), (16, 1))
model = Architecture(
    groups=groups, block="basic", stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10, attention="cbam"
).build()
GateLens(model)"""


def test_the_map_of_the_gates_per_pixel_is_drawn_with_a_name_and_a_scale(browser, lab, workplace):
    written_notebook(workplace / "pixels.ipynb", CELL)
    page = heard_page(browser)
    opened_notebook(page, lab, f"{workplace.name}/pixels.ipynb")
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".sn-lens [role=tabpanel] .sn-maps img").first).to_be_visible(timeout=120_000)
    go_to_tab(page, ".sn-lens", IMAGE)
    part = page.get_by_role("region", name="Gates per pixel")
    image = part.get_by_role(
        "img", name=re.compile(r"^Gates per pixel in group 2 .* for Image 1, from 0\.\d+ to 0\.\d+$")
    )
    expect(image).to_be_visible(timeout=120_000)
    assert image.evaluate("(picture) => [picture.naturalWidth, picture.naturalHeight]") == [16, 16]
    expect(part.get_by_role("img", name="1 leaves a pixel unchanged")).to_be_visible()
    expect(page.locator(".sn-lens p[data-part=error]")).to_be_hidden()
    assert complaints(page) == []
