"""An exercise in a real JupyterLab: typed, checked, hinted and solved by keyboard alone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import IDLE, complaints, heard_page, hung, opened_notebook
from playwright.sync_api import expect

import notebooks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(browser, lab):
    """The first notebook, run from top to bottom; what the page complained of is kept."""
    page = heard_page(browser)
    page.set_default_timeout(8000)
    opened_notebook(page, lab, "00_start_here.ipynb")
    page.get_by_role("menuitem", name="Run").click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".sn-exercise").nth(1).wait_for(timeout=60_000)
    page.get_by_text(IDLE).wait_for(timeout=60_000)
    return page


@pytest.fixture
def exercise(page):
    return page.locator(".sn-exercise").first


def test_an_answer_is_marked_in_words_and_nothing_jumps(page, exercise):
    field, status = exercise.get_by_role("textbox", name="Your answer"), exercise.get_by_role("status")
    height = exercise.bounding_box()["height"]
    field.focus()
    page.keyboard.type("590 k")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Nearly. That is one path that sees all channels")
    expect(field).to_be_focused()
    expect(field).to_have_value("590 k")
    field.fill("about a dozen")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("'about a dozen' is not one number; try a number such as 1_234_567")
    assert exercise.bounding_box()["height"] == height


def test_a_double_click_and_a_press_on_a_kernel_that_hangs_are_one_try(page, exercise):
    tries, check = exercise.locator(".sn-tries"), exercise.get_by_role("button", name="Check")
    before = int(re.search(r"(\d*) tr|$", tries.text_content())[1] or 0)
    exercise.get_by_role("textbox").fill("17")
    check.dblclick()
    expect(tries).to_contain_text(f"{before + 1} tr")
    with hung(page):
        check.press("Enter")
        expect(exercise.get_by_role("alert")).to_contain_text("has not answered", timeout=30_000)
        check.press("Enter")
    expect(exercise.get_by_role("alert")).to_be_hidden(timeout=30_000)
    check.press("Enter")  # what comes after the answers is an answer to all of them
    expect(tries).to_contain_text(f"{before + 3} tries")


def test_hints_and_solution_are_reached_with_tab(page, exercise):
    status = exercise.get_by_role("status")
    exercise.get_by_role("textbox").focus()
    page.keyboard.press("Tab")
    expect(exercise.get_by_role("button", name="Check")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Hint 1 of 3")  # what the notebook shows is asked by a learner of its own
    expect(exercise.get_by_role("button", name="Hint (2 left)")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Answer: 18,432 weights.")


def test_a_right_answer_is_said_and_counted(page, exercise):
    exercise.get_by_role("textbox").fill("18,432")
    page.keyboard.press("Enter")
    expect(exercise.get_by_role("status")).to_contain_text("Right. It is 18,432 weights.")
    expect(exercise).to_contain_text("solved after the solution")


def test_letters_typed_into_the_field_are_no_commands_of_jupyterlab(page, exercise):
    cells = page.locator(".jp-Cell").count()
    exercise.get_by_role("textbox").fill("")
    exercise.get_by_role("textbox").focus()
    page.keyboard.type("abdd")
    expect(exercise.get_by_role("textbox")).to_have_value("abdd")
    assert page.locator(".jp-Cell").count() == cells


def test_axe_finds_nothing_in_an_exercise(page, exercise):
    exercise.scroll_into_view_if_needed()
    found = Axe().run(page, context=".sn-exercise").response["violations"]
    assert [each["id"] for each in found] == []
    assert complaints(page) == []


def test_a_kernel_that_is_gone_is_noticed_and_the_answer_stays(page, exercise):
    """The last test of the page, since it ends the kernel."""
    page.locator("[title*='Restart the kernel']").first.click()
    page.locator(".jp-Dialog button", has_text="Restart").click()
    exercise.get_by_role("textbox").fill("18,000")
    exercise.get_by_role("textbox").press("Enter")
    expect(exercise.get_by_role("alert")).to_contain_text("kernel has not answered", timeout=10_000)
    expect(exercise.get_by_role("textbox")).to_have_value("18,000")


def test_the_static_pages_ask_for_nothing_and_axe_finds_nothing_serious_in_them(browser, tmp_path):
    notebooks.html(tmp_path)
    for name in ("00_start_here", "06_two_idioms", "teacher/plans"):
        page, asked = browser.new_page(), []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto((tmp_path / f"{name}.html").as_uri())
        assert len(asked) == 1, asked
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        page.close()
