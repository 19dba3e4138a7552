"""Predictions: no lesson answers its own question on the same screen, in a student's copy or on the site."""

import re

import nbformat
import pytest
from lesson_files import FOLD, read_copy, read_lesson
from servers import ROOT

from senet_lab.drawing.units import short
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.learner import Learner

NOTEBOOKS = ROOT / "notebooks"
NAMES = ("00_start_here", "01_explore", *LESSONS)
ASKS = re.compile(r"\*\*Predict")
NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\d])|(?<![\w.,])\d+\.\d+|(?<![\w.,])\d{3,}(?![\w.,]*\d)")
LEAST = 10  # smaller numbers are also counts of blocks, kernels and the like; with their unit they are looked for


def visible_source(cell):
    """What is seen of a cell without a click, except its outputs."""
    if cell.cell_type == "markdown":
        return FOLD.sub(" ", cell.source)
    is_hidden = {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", ()))
    return cell.source.partition("\n")[0] if is_hidden else cell.source  # JupyterLab shows the first line


def visible_outputs(cell):
    """What is seen of the outputs on the site, without a click; an exercise shows its question."""
    if cell.cell_type != "code" or {"hide-output", "hide-cell"} & set(cell.metadata.get("tags", ())):
        return ""
    data = [text for out in cell.outputs for kind, text in out.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL) for text in data)


def visible_code(cell):
    """The source of a code cell whose output is visible."""
    return cell.source if cell.cell_type == "code" and not hides_something(cell) else ""


def question(cell):
    name = re.match(r'Exercise\("([\w-]+)"', cell.source)
    return Learner().task(name[1]).question if name else ""


def hides_something(cell):
    tags = set(cell.metadata.get("tags", ()))
    return bool(FOLD.search(cell.source) or {"hide-cell", "hide-output", "hide-input"} & tags)


def spellings(answer, unit):
    """Regular expressions for an answer as a lesson may write it."""
    if isinstance(answer, str):
        return [rf"(?<!\w){re.escape(answer)}(?!\w)"]
    if isinstance(answer, int):
        words = {f"{answer:,}", f"{answer:_}", str(answer), short(answer)}
    else:
        words = {f"{answer:.{digits}f}" for digits in (1, 2, 3)} | {f"{answer:.4g}"}
    ends = rf"\s*{re.escape(unit)}" if abs(answer) < LEAST and float(answer).is_integer() else r"(?![\d])"
    return [rf"(?<![\w.,]){re.escape(each)}{ends}" for each in words]


def numbers_of(text):
    return {number.replace(",", "") for number in NUMBER.findall(text)}


def predictions(cells):
    """Each cell that asks, with the spellings of what must not be seen before the first fold below it."""
    for at, cell in enumerate(cells):
        name = re.match(r'Exercise\("([\w-]+)"\)$', cell.source.strip())
        if name:
            task = Learner().task(name[1])
            told = numbers_of(task.question)
            solved = [rf"(?<![\d.]){number}(?!\d)" for number in numbers_of(task.solution) - told]
            yield at, name[1], spellings(task.answer, task.unit) + solved
        elif cell.cell_type == "markdown" and ASKS.search(cell.source):
            below = cells[at + 1 :]
            first = next((FOLD.search(each.source)[0] for each in below if FOLD.search(each.source)), "")
            told = numbers_of(visible_source(cell))
            yield at, cell.source[:40], [rf"(?<![\d.]){number}(?!\d)" for number in numbers_of(first) - told]


def screen(cells, at):
    """The cells from a question to the first that hides something, or to the end of the section."""
    for cell in cells[at + 1 :]:
        if cell.cell_type == "markdown" and re.search("^## ", cell.source, re.MULTILINE):
            return
        yield cell
        if hides_something(cell):
            return


def undigited(text):
    return re.sub(r"(?<=\d)[,_](?=\d{3})", "", text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["copy", "site"])
def test_no_prediction_is_answered_before_a_fold(name, place):
    read, outputs = (read_copy, question) if place == "copy" else (read_lesson, visible_outputs)
    cells = read(NOTEBOOKS / f"{name}.ipynb").cells
    asked = [*predictions(cells)]
    assert asked
    for at, what, forbidden in asked:
        seen = [f"{visible_source(cell)}\n{outputs(cell)}" for cell in screen(cells, at)]
        text = undigited("\n".join(seen)).casefold() + "\n" + "\n".join(seen).casefold()
        assert not [each for each in forbidden if re.search(each.casefold(), text)], what


@pytest.mark.parametrize("name", NAMES)
def test_every_prediction_is_followed_by_something_folded_in_its_section(name):
    cells = read_lesson(NOTEBOOKS / f"{name}.ipynb").cells
    for at, what, _ in predictions(cells):
        assert [cell for cell in screen(cells, at) if hides_something(cell)], what


@pytest.mark.parametrize("name", NAMES)
def test_code_whose_output_answers_asserts_the_answer_only_where_it_is_folded_too(name):
    """`assert second > first` under a visible question is its answer."""
    for cell in read_lesson(NOTEBOOKS / f"{name}.ipynb").cells:
        if "hide-output" in cell.metadata.get("tags", ()):
            assert not re.search("^ *assert ", cell.source, re.MULTILINE), cell.source


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_that_concludes_from_what_was_measured_is_folded_where_a_lesson_asks_first(name):
    cells = read_lesson(NOTEBOOKS / f"{name}.ipynb").cells
    for at, what, _ in predictions(cells):
        for cell in screen(cells, at):
            assert not re.search("SweepBoard|learning_curve|printed\\(", visible_code(cell)), what


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_has_no_outputs_and_collapses_the_code_that_answers(name):
    stored = read_lesson(NOTEBOOKS / f"{name}.ipynb").cells
    copied = read_copy(NOTEBOOKS / f"{name}.ipynb").cells
    assert any(cell.outputs for cell in stored if cell.cell_type == "code")
    for before, after in zip(stored, copied, strict=True):
        assert before.source == after.source
        if after.cell_type == "code":
            assert (after.outputs, after.execution_count) == ([], None)
            is_answer = bool({"hide-input", "hide-cell"} & set(before.metadata.get("tags", ())))
            assert after.metadata.get("jupyter", {}).get("source_hidden", False) == is_answer


def test_an_answer_in_plain_sight_would_be_found():
    lesson = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('Exercise("se-neck")'),
            nbformat.v4.new_markdown_cell("It has 64 channels."),
            nbformat.v4.new_markdown_cell("<details><summary>Look</summary>\n\n64\n\n</details>"),
        ]
    )
    (at, _, forbidden), *_ = predictions(lesson.cells)
    shown, folded = screen(lesson.cells, at)
    assert [each for each in forbidden if re.search(each, visible_source(shown))]
    assert not [each for each in forbidden if re.search(each, visible_source(folded))]
