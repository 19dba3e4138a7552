"""Pages for teachers in a real Chromium: they fit screens and A4, and pass axe, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from class_files import write_class
from playwright.sync_api import expect

from senet_lab.classroom.hand_in import read_folder
from senet_lab.classroom.overview import look_over
from senet_lab.classroom.page import class_page
from senet_lab.classroom.worksheet import worksheet, worksheet_answers

pytestmark = pytest.mark.slow

A4_WIDTH = 703  # pixels between the margins: 186 of 210 mm
TOO_WIDE = """() => [...document.querySelectorAll('main *')].filter((e) => !e.closest('.hidden, .wide, pre')
  && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((e) => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    write_class(folder)
    return {
        "class": class_page(look_over(read_folder(folder))),
        "worksheet": worksheet("02_macro_architecture", "9B"),
        "code": worksheet("06_two_idioms"),
        "answers": worksheet_answers("09_published_networks"),
    }


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_context().new_page()
    yield page
    page.context.close()


def faults(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("name", ["class", "worksheet", "code", "answers"])
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (820, "dark"), (390, "light")])
def test_a_page_fits_the_screen_and_passes_axe(page, pages, name, width, theme):
    page.emulate_media(media="screen", color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(pages[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []
    assert faults(page) == []


@pytest.mark.parametrize("name", ["class", "worksheet", "code", "answers"])
def test_a_page_fits_a4_in_black_on_white_even_if_the_screen_is_dark(page, pages, name):
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    page.set_content(pages[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_head_of_the_matrix_stays_in_sight_over_sixty_students(page, pages):
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.set_content(pages["class"])
    last = page.locator(".matrix tbody tr").last
    last.scroll_into_view_if_needed()
    expect(page.locator("thead .name", has_text="published-budget")).to_be_in_viewport()
    expect(last).to_be_in_viewport()


def test_a_matrix_of_sixty_students_prints_on_one_sheet(page, pages):
    page.set_content(pages["class"])
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    top = page.locator("h2.sheet").bounding_box()["y"]
    bottom = page.locator(".matrix").bounding_box()
    assert bottom["y"] + bottom["height"] - top <= 273 / 25.4 * 96
