"""Lessons: goals first, short cells, links that lead somewhere, figures with words, numbers that a cell checks."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import nbformat
import pytest
from lesson_files import FOLD, read_lesson
from servers import ROOT

from senet_lab.exercises.catalogue import LESSONS, TITLES
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.record import Record

NOTEBOOKS = ROOT / "notebooks"
NAMES = ("00_start_here", *LESSONS)
PATHS = {name: NOTEBOOKS / f"{name}.ipynb" for name in NAMES} | {
    f"teacher/{name}": NOTEBOOKS / f"teacher/{name}.ipynb" for name in ("plans", "answers")
}

PREFIXED = r"\d+(?:\.\d+)?(?:%| [kMG](?!\w))"
NUMBER = re.compile(rf"(?<![\w.,])(?:\d{{1,3}}(?:,\d{{3}})+|{PREFIXED}|\d+\.\d+)(?![\d])")
CITED = re.compile(r"`[^`]*`|\[arXiv:[\d.]+|\]\([^)]*\)|\b(?:sec|fig|eq|table|tables)\.? \d+(?:\.\d+)*|\bv\d(?:\.\d)?")


@pytest.fixture(params=PATHS, scope="module")
def notebook(request):
    made = read_lesson(PATHS[request.param])
    made.name = request.param
    return made


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def words_of(cell):
    """What a cell gave, and what it asserts, as plain words without what parts digits in threes."""
    data = [
        text for output in cell.outputs for kind, text in output.get("data", {}).items() if kind.startswith("text/")
    ]
    bare = [re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL) for text in data]
    said = "\n".join(bare) + "\n".join(line for line in cell.source.splitlines() if "assert" in line or "==" in line)
    return re.sub(r"(?<=\d)[,_](?=\d{3})", "", said)


def test_the_first_cell_says_goals_time_and_what_must_be_known(notebook):
    first = notebook.cells[0].source
    assert first.startswith("# ")
    if "teacher" not in notebook.name:
        assert all(word in first for word in ("**You will**", "**Time**", "**Before**"))


def test_the_titles_of_worksheets_and_tables_are_those_of_the_lessons():
    assert [*TITLES] == [*LESSONS]
    for name, title in TITLES.items():
        first, *_ = read_lesson(PATHS[name]).cells[0].source.splitlines()
        assert first.startswith(f"# {int(name.partition('_')[0])} \u00b7 {title}")


def test_the_minutes_of_each_lesson_are_those_on_the_first_page_and_add_up_to_the_hours_of_the_course():
    page = "\n".join(cell.source for cell in prose(read_lesson(PATHS["00_start_here"])))
    minutes = dict(re.findall(r"\((\d\d_\w+)\.ipynb\) \|.*\| (\d+) \|$", page, re.MULTILINE))
    assert [*minutes] == ["01_explore", *LESSONS]
    firsts = {name: read_lesson(PATHS[name]).cells[0].source for name in NAMES}
    times = {name: re.search(r"\*\*Time\*\* (\d+) minutes", first)[1] for name, first in firsts.items()}
    assert {name: minutes[name] for name in LESSONS} == {name: times[name] for name in LESSONS}
    hours = round((int(times["00_start_here"]) + sum(map(int, minutes.values()))) / 60)
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")[hours]
    for document in ("docs/course.md", "README.md"):
        assert f"about {words} hours in all" in (ROOT / document).read_text(encoding="utf-8")


def test_headings_are_a_tree_of_two_levels(notebook):
    levels = [len(found) for cell in prose(notebook) for found in re.findall(r"^(#+) ", cell.source, re.MULTILINE)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}


def test_prose_comes_before_code_in_every_section(notebook):
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[0] == "markdown"
    assert not re.search("(code ){5}", " ".join(kinds) + " ")


def test_cells_are_short_and_define_little(notebook):
    lengths = [len([line for line in cell.source.splitlines() if line.strip()]) for cell in code(notebook)]
    assert sum(lengths) / len(lengths) <= 4
    assert max(lengths) <= 12
    assert all(cell.source.count("def ") <= 1 for cell in code(notebook))
    assert sum(cell.source.count("def ") for cell in code(notebook)) <= 3


def test_outputs_are_stored_and_show_no_error_and_no_log(notebook):
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert outputs
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data"}
    assert all(cell.execution_count for cell in code(notebook))
    assert "widgets" not in notebook.metadata


def test_links_lead_somewhere_and_nothing_is_fetched(notebook):
    here = PATHS[notebook.name].parent
    for cell in prose(notebook):
        assert "![" not in cell.source
        assert "<" not in re.sub(r"`[^`]*`", "", FOLD.sub(r"\1", cell.source))  # no raw HTML but that of a fold
        assert "$" not in cell.source  # formulas as text: a page without a network has no MathJax
        for target in re.findall(r"\]\(([^)]+)\)", cell.source):
            if re.fullmatch(r"https://arxiv\.org/abs/\d{4}\.\d{5}", target):  # a paper, for readers with a network
                continue
            assert (here / target).is_file(), target


def test_lessons_are_linked_with_their_neighbours():
    for before, after in pairwise(NAMES[1:]):
        texts = [nbformat.read(PATHS[name], as_version=4).cells[-1].source for name in (before, after)]
        assert f"({after}.ipynb)" in texts[0]
        assert f"({before}.ipynb)" in texts[1]
    start = nbformat.read(PATHS["00_start_here"], as_version=4).cells[-1].source
    assert all(f"({name}.ipynb)" in start for name in LESSONS)


def test_figures_are_images_with_words_and_have_a_table_or_a_caption(notebook):
    for cell in code(notebook):
        for output in cell.outputs:
            html = output.get("data", {}).get("text/html", "")
            drawings = [each for each in re.findall(r"<svg[^>]*>", html) if 'aria-hidden="true"' not in each]
            assert all('role="img"' in each and re.search('aria-label="[^"]{15,}"', each) for each in drawings)
            assert "<img" not in html
            if drawings and not cell.source.startswith("Explorer"):
                assert "<table" in html
            for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
                assert "<th" in table


@pytest.mark.parametrize("name", LESSONS)
def test_every_exercise_is_in_its_lesson_behind_a_prediction(name):
    cells = nbformat.read(PATHS[name], as_version=4).cells
    found = re.findall(r'^Exercise\("([\w-]+)"\)', "\n".join(cell.source for cell in cells), re.MULTILINE)
    assert found == [*LESSONS[name]]  # the order of worksheets and tables
    assert any("**Predict" in cell.source for cell in cells)
    assert any(FOLD.search(cell.source) or "**Look" in cell.source for cell in cells)


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_above_an_exercise_tells_its_answer(name):
    """A drawing with the number in it, three cells up, makes a prediction a reading."""
    above = ""
    for cell in nbformat.read(PATHS[name], as_version=4).cells:
        asked = re.match(r'Exercise\("([\w-]+)"\)', cell.source)
        answer = Learner().task(asked[1]).answer if asked else None
        if isinstance(answer, int) and answer > 99:
            assert not re.search(rf"(?<![\d.]){answer}(?![\d.])", above), (asked[1], answer)
        above += re.sub(r"(?<=\d)[,_](?=\d{3})", "", cell.source)
        above += words_of(cell) if cell.cell_type == "code" else ""


def test_numbers_in_prose_are_those_of_the_cells_below(notebook):
    """Each number with thousands, a prefix or a decimal point is said or asserted by a cell further down its section."""
    cells, seen = notebook.cells, 0
    for index, cell in enumerate(cells):
        if not index or cell.cell_type != "markdown":  # the first one says what is to come
            continue
        below = []
        for other in cells[index + 1 :]:
            if other.cell_type == "markdown" and re.search("^#", other.source, re.MULTILINE):
                break
            below.append(words_of(other) if other.cell_type == "code" else "")
        said = "\n".join(below)
        for number in NUMBER.findall(CITED.sub(" ", cell.source)):
            digits = number.replace(",", "").rstrip("%").split()[0]
            assert re.search(rf"(?<![\d.]){re.escape(digits)}(?!\d)", said), f"{number} in: {cell.source[:80]}"
            seen += 1
    # In the lesson on gates every number is that of the weights, and those will be others: it writes none down.
    assert seen or notebook.name in ("00_start_here", "08_gates", "teacher/answers")


def test_a_number_that_no_cell_says_would_be_found():
    assert NUMBER.findall("It has 27,543,848 parameters, 9.1% more, 4.23 G, 3.5 times; see 2018.") == [
        "27,543,848", "9.1%", "4.23 G", "3.5",
    ]  # fmt: skip
    assert not NUMBER.findall(CITED.sub(" ", "see sec. 6.5, eq. 4, v1.5, `2.51 M`"))


@pytest.mark.parametrize("name", ["00_start_here", "teacher/answers", "teacher/plans"])
def test_a_notebook_that_shows_how_exercises_work_leaves_the_record_of_who_runs_it_as_it_was(name, tmp_path):
    record = Record(tmp_path / "results.jsonl")
    learner = Learner(record=record)
    learner.class_code("7A-autumn")
    learner.check("se-neck", 64)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    cells = "\n".join(cell.source for cell in code(read_lesson(PATHS[name])))
    environment = {**os.environ, "SENET_LAB_RESULTS": str(record.path)}
    subprocess.run([sys.executable, "-c", cells], env=environment, cwd=PATHS[name].parent, check=True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert Learner(record=Record(record.path)).code == "7a-autumn"
