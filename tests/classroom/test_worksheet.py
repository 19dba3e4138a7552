"""Worksheets: every exercise with room for its answer, and neither figure nor text that gives one away."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from servers import ROOT

from senet_lab.classroom.figures import FIGURES, MINI, figures
from senet_lab.classroom.lessons import find_lesson, find_lessons
from senet_lab.classroom.worksheet import worksheet, worksheet_answers
from senet_lab.cli import main
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.learner import Learner

CHANNELS = 2048  # smaller numbers are the channels of something in the figures
CODES = ("", *(f"class {number}" for number in range(25)))


def text_of(html):
    return BeautifulSoup(html, "html.parser").get_text(" ", strip=True)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_worksheet_has_every_question_with_room_and_a_field_for_the_answer(lesson):
    page = BeautifulSoup(worksheet(lesson, "9B"), "html.parser")
    learner = Learner("9B")
    questions = page.select("ol > li")
    assert [int(each["value"]) for each in questions] == [*range(1, len(LESSONS[lesson]) + 1)]
    for name, item in zip(LESSONS[lesson], questions, strict=True):
        task = learner.task(name)
        assert item.p.get_text() == task.question
        assert item.select_one(".room")
        assert [each.get_text() for each in item.select(".choices li")] == list(task.choices)
        assert task.choices or task.unit in item.select_one(".answer").get_text()
    assert "Class code 9b" in page.get_text()


@pytest.mark.parametrize("lesson", LESSONS)
def test_answers_are_on_a_page_of_their_own_with_solutions_and_mistakes(lesson):
    learner = Learner("9B")
    answers = text_of(worksheet_answers(lesson, "9B"))
    for row in learner.answer_rows(lesson):
        assert row.answer in answers
        assert " ".join(row.solution.split()) in answers
        assert row.solution not in text_of(worksheet(lesson, "9B"))
        assert all(words in answers for _, words in learner.task(row.exercise).slips)


@pytest.mark.parametrize("lesson", FIGURES)
def test_no_figure_shows_the_answer_to_an_exercise_of_any_class(lesson):
    shown = text_of(figures(lesson)).replace(",", "")
    for code in CODES:
        for name in LESSONS[lesson]:
            answer = Learner(code).task(name).answer
            if isinstance(answer, int) and answer > CHANNELS:
                assert not re.search(rf"(?<![\d.]){answer}(?![\d.])", shown), (code, name)


def test_figures_are_described_and_show_numbers_that_questions_need():
    for lesson in FIGURES:
        page = BeautifulSoup(figures(lesson), "html.parser")
        for figure in page.select("figure"):
            assert figure.select_one("figcaption, caption").get_text()
        assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.select("svg"))
    assert "SE-ResNeXt-101 32x4d 7.97 20.70" in text_of(figures("09_published_networks"))
    assert "3 14 \u00d7 14 256 1024 6 23 36" in text_of(figures("02_macro_architecture"))


def test_the_mini_network_on_paper_is_that_of_the_lesson():
    cells = nbformat.read(ROOT / "notebooks/06_two_idioms.ipynb", as_version=4).cells
    assert any(cell.source.endswith(MINI) for cell in cells)


@pytest.mark.parametrize("text", ["5", "05", " 05_squeeze_and_excitation "])
def test_a_lesson_is_found_by_number_or_name(text):
    assert find_lesson(text) == "05_squeeze_and_excitation"


@pytest.mark.parametrize("text", ["1", "10", "", "squeeze"])
def test_a_lesson_without_exercises_is_refused_with_those_that_have_some(text):
    with pytest.raises(ValueError, match="from 2 to 9"):
        find_lesson(text)


def test_lessons_are_found_between_commas_or_spaces():
    assert find_lessons(" 5, 2 3") == ("05_squeeze_and_excitation", "02_macro_architecture", "03_micro_architecture")
    assert find_lessons("") == ()
    with pytest.raises(ValueError, match="lesson '1'"):
        find_lessons("2,1")


def test_the_command_writes_questions_and_answers_to_different_files(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["worksheet", "3"]) == main(["worksheet", "3", "--answers", "--code", "9B"]) == 0
    assert capsys.readouterr().out.split() == ["03_micro_architecture.html", "03_micro_architecture_9b_answers.html"]
    assert "Answers: 3" in (tmp_path / "03_micro_architecture_9b_answers.html").read_text(encoding="utf-8")
    (tmp_path / "mine.html").write_text("mine")
    assert main(["worksheet", "3", "--html", "mine.html"]) == 2
    assert (tmp_path / "mine.html").read_text() == "mine"


def test_the_command_replaces_its_worksheet_but_not_that_of_another_class_or_student(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for options in (("--code", "9A"), ("--code", "9B"), ("--code", "9B", "--student", "Mia T."), ("--code", "9A")):
        assert main(["worksheet", "5", *options]) == 0
    names = [f"05_squeeze_and_excitation{end}.html" for end in ("_9a", "_9b", "_9b_Mia-T")]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert main(["worksheet", "5", "--code", "9A", "--html", "sheet.html"]) == 0
    assert main(["worksheet", "5", "--code", "9A", "--html", "sheet.html"]) == 0
    assert main(["worksheet", "5", "--code", "9B", "--html", "sheet.html"]) == 2
    assert main(["worksheet", "5", "--code", "9.B"]) == main(["worksheet", "5", "--code", "9 B"]) - 2 == 0
    assert capsys.readouterr().err.count("exists and is another file") == 2
