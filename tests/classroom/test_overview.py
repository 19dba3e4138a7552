"""The class: overview, page and grades of 60 hand-ins, some of them damaged, edited, copied or foreign."""

import csv
import io
import os
import sys
from itertools import chain
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from class_files import CODE, HARD, NAMES, row, student_rows, table, write_class, wrong_answer

from senet_lab.classroom.grades import grades_csv
from senet_lab.classroom.hand_in import TRIED, read_folder
from senet_lab.classroom.misconceptions import draw
from senet_lab.classroom.overview import count_solved, hardest, look_over, who_needs_help
from senet_lab.classroom.page import class_page
from senet_lab.classroom.paper import exercise_numbers, number_ranges
from senet_lab.classroom.problems import problems
from senet_lab.cli import main
from senet_lab.exercises.catalogue import LESSONS, MAKERS
from senet_lab.exercises.results import AFTER

NUMBERS = exercise_numbers()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    write_class(folder)
    return folder


@pytest.fixture(scope="module")
def overview(folder):
    return look_over(read_folder(folder))


@pytest.fixture(scope="module")
def page(overview):
    return BeautifulSoup(class_page(overview), "html.parser")


def small(tmp_path, **rows):
    """Return the overview of a class with these rows for each student, who have the numbers of the class."""
    for name, its in rows.items():
        (tmp_path / f"{name}.csv").write_text(table(its), encoding="utf-8")
    return look_over(read_folder(tmp_path))


def test_all_sixty_students_are_in_it_with_the_two_files_that_stand_by_themselves(overview):
    names = [each.name for each in overview.students]
    assert len(names) == 62
    assert set(NAMES) - set(names) == {"Ben Abadi"}  # listed twice, with the names of the files
    assert {"Ben Abadi (ben_at_home.csv)", "3fa2c1"} < set(names)


def test_files_that_are_no_hand_ins_are_named_and_hidden_files_are_not_read(overview):
    assert set(overview.others) == {
        "binary.csv", "half.csv", "photo.jpg", "shopping.csv", f"senet_lab_{CODE}_Aaliyah-Abadi.csv",
    }  # fmt: skip


def test_an_edited_file_is_noted_with_its_contradictions(overview):
    notes = {each.name: " ".join(problems(each)) for each in overview.students if problems(each)}
    assert f"Solved without a try: {NUMBERS['se-share']} (1 exercise, not counted)." in notes["Dmitri Abadi"]
    assert f"Solved without a right answer: {NUMBERS['se-neck']} (1 exercise, not counted)." in notes["Dmitri Abadi"]
    assert "neither True nor False" in notes["Elif Abadi"]
    assert len(notes) == 4


@pytest.mark.parametrize(
    ("its", "words"),
    [
        (row("se-neck", 0, answers=[]), "Solved without a try"),
        (row("se-neck", 1, 1), "Solved alone, but with hints"),
        (row("se-neck", 1, 0, solved="with hints"), "Solved with hints, but without any"),
        (row("se-neck", 1, 0, False, "after the solution"), "Solved after the solution, which was not shown"),
        (row("se-neck", 1, 0, solved="", answers=["1", "2"]), "More answers than tries"),
        (row("se-neck", 1, 0, True, answers=["1", "64"]), "More answers than tries"),
        (row("se-neck", 1, answers=["1"]), "Solved without a right answer"),
    ],
)
def test_a_row_that_contradicts_itself_is_noted_and_does_not_count(tmp_path, its, words):
    overview = small(tmp_path, anna=[its])
    (student,) = overview.students
    assert f"{words}: {NUMBERS['se-neck']} (1 exercise, not counted)." in problems(student)
    assert student.work == {}
    (line,) = csv.DictReader(io.StringIO(grades_csv(overview)))
    assert (line["Grade"], line["se-neck"], line["solved alone"]) == ("0", "0", "0")
    assert words in line["problems"]
    page = BeautifulSoup(class_page(overview), "html.parser")
    assert page.select_one("td.doubt")["title"] == f"{words.lower()}, not counted"
    assert "a student solved 0.0 before" in page.get_text()
    assert page.select_one("tfoot .sum").get_text() == "0"


@pytest.mark.parametrize(
    ("its", "words"),
    [
        (
            row("micro-identity-weights", answers=["300k"], code=""),
            "Solved with an answer that is now only nearly right",
        ),
        (row("se-neck", 1, 9, solved="with hints"), "More hints than there are"),
    ],
)
def test_what_an_earlier_version_may_have_accepted_is_noted_and_counts(tmp_path, its, words):
    (student,) = small(tmp_path, anna=[its]).students
    assert f"{words}: {NUMBERS[its[1]]} (1 exercise)." in problems(student)
    assert list(student.work) == [its[1]]


def test_who_writes_that_everything_was_solved_alone_has_no_more_than_before(overview, tmp_path):
    fakers = NAMES[10:20]
    for index, name in enumerate(NAMES):
        rows = [(*its[:8], "alone" if name in fakers else its[8], its[9]) for its in student_rows(index)]
        (tmp_path / f"{name}.csv").write_text(table(rows), encoding="utf-8")
    faked = {each.name: each for each in look_over(read_folder(tmp_path)).students}
    honest = {each.name: each for each in overview.students if each.name in fakers}
    assert len(honest) == 10
    for name, each in honest.items():
        assert count_solved(faked[name]) <= count_solved(each), name
        not_solved = each.count(AFTER, TRIED)
        assert len(faked[name].contradicted) >= not_solved, name
    assert not [name for name in NAMES if faked[name].contradicted and name not in fakers]


def test_an_exercise_whose_question_has_changed_for_everybody_counts_with_a_note(tmp_path):
    """As when the site is updated between lesson and hand-in. Three who write so themselves are not everybody."""
    alone = [row("se-share", answers=["13"], code=f"{number}") for number in range(9)]
    rows = {f"s{at:02}": [row("se-neck", answers=["13"]), *alone * (at < 3)] for at in range(9)}
    overview = small(tmp_path, **rows)
    assert [list(each.work) for each in overview.students] == [["se-neck"]] * 9
    assert [list(each.contradicted) for each in overview.students] == [["se-share"]] * 3 + [[]] * 6
    assert "the question may have changed" in problems(overview.students[8])[0]


def test_exercises_with_the_same_problem_share_a_sentence(tmp_path):
    names = [*MAKERS][:6]
    (student,) = small(tmp_path, anna=[row(name, 0, answers=[]) for name in names]).students
    assert problems(student) == [f"Solved without a try: {number_ranges(names)} (6 exercises, not counted)."]


def test_a_row_that_fits_its_answers_is_not_noted(tmp_path):
    its = [row("se-neck", 3, 1, solved="with hints"), row("se-share", 2, 1, True, "after the solution")]
    (student,) = small(tmp_path, anna=its).students
    assert problems(student) == []
    assert set(student.work) == {"se-neck", "se-share"}


def test_hardest_exercises_come_with_the_mistakes_behind_wrong_answers(overview):
    hard = {each.exercise: each for each in hardest(overview)}
    assert set(HARD) - set(hard) == {"published-se-biases"}  # in the last lesson, which few have reached
    mistake, count = hard["ratio-4-params"].mistakes[0]
    given = {wrong_answer("ratio-4-params", name) for name in NAMES}
    assert mistake.words.partition(":")[0] in {f"such as {answer}" for answer in given}
    assert "one dense layer per block" in mistake.words
    assert count > 10


def test_the_hardest_exercises_are_those_at_which_most_students_were_stuck(overview, tmp_path):
    """Few who tried, all of them stuck, are no reason to explain an exercise to the class."""
    few, many, one = row("se-neck", solved=""), row("se-share", solved=""), row("macro-deeper", solved="")
    rows = {f"s{index:02}": [many if index % 2 else row("se-share"), *[few] * (index < 3), *[one] * (index < 1)]
            for index in range(20)}  # fmt: skip
    found = [(each.exercise, each.stuck, each.tried) for each in hardest(small(tmp_path, **rows))]
    assert found == [("se-share", 10, 20), ("se-neck", 3, 3)]
    stuck = [each.stuck for each in hardest(overview)]
    assert stuck == sorted(stuck, reverse=True)
    assert min(stuck) >= 7  # a tenth of 62


def test_wrong_answers_to_different_questions_are_not_the_same_mistake(tmp_path):
    asked = {name: draw("se-neck", CODE, name).question for name in NAMES}
    first = asked[NAMES[0]]
    same, other = ([name for name in NAMES if (asked[name] == first) is is_same][:2] for is_same in (True, False))
    rows = {
        name: [row("se-neck", 1, solved="", answers=[" 12" if name in same else "12.0"], student=name)]
        for name in (*same, other[0])
    }
    (hard,) = hardest(small(tmp_path, **rows))
    assert [(mistake.words, mistake.question, count) for mistake, count in hard.mistakes] == [("12", first, 2)]


def test_one_mistake_is_counted_once_although_each_student_has_another_number(tmp_path):
    rows = {name: [row("macro-deeper", 1, solved="", student=name)] for name in NAMES[:12]}
    assert len({rows[name][0][9] for name in rows}) > 1
    (hard,) = hardest(small(tmp_path, **rows))
    assert all(mistake.question == "" for mistake, _ in hard.mistakes)
    assert sum(count for _, count in hard.mistakes) == 12


def test_those_need_help_who_are_stuck_or_have_not_begun(tmp_path):
    names = [*MAKERS][:6]
    fine = [row(name) for name in names]
    stuck = [row(name, 2, solved="") for name in names[:3]] + [row(name) for name in names[3:]]
    overview = small(tmp_path, a=fine, b=fine, c=stuck, d=fine[:2], e=[*fine[:5], row(names[5], 2, solved="")])
    found = {each.student.name: (each.stuck, each.missing) for each in who_needs_help(overview)}
    assert found == {"c": (tuple(names[:3]), ()), "d": ((), tuple(names[2:]))}


def test_the_same_tries_and_answers_of_two_students_are_noted(tmp_path):
    names = [*MAKERS][:6]
    same = [row(name, 2) for name in names]
    overview = small(tmp_path, anna=same, ben=same, carl=[row(name) for name in names])
    notes = {each.name: " ".join(each.notes) for each in overview.students}
    assert notes == {
        "anna": "The same tries, hints and answers as ben in all exercises.",
        "ben": "The same tries, hints and answers as anna in all exercises.",
        "carl": "",
    }


def test_with_a_class_code_only_its_work_counts_and_the_rest_is_noted(tmp_path):
    (tmp_path / "anna.csv").write_text(table([row("se-neck"), row("se-share", code="8a")]), encoding="utf-8")
    (student,) = look_over(read_folder(tmp_path), "9B-spring ").students
    assert list(student.work) == ["se-neck"]
    assert student.notes == ("Work with other class codes is not counted: 1 row (8a).",)


def test_without_one_the_furthest_of_each_exercise_counts(tmp_path):
    rows = [row("se-neck", 3, solved="", code="8a"), row("se-neck")]
    (tmp_path / "anna.csv").write_text(table(rows), encoding="utf-8")
    (student,) = look_over(read_folder(tmp_path)).students
    assert student.work["se-neck"].outcome == "alone"


def test_of_some_lessons_only_their_exercises_count(tmp_path):
    (tmp_path / "anna.csv").write_text(table([row("se-neck"), row("macro-deeper", 0), row("gates-at-one")]), "utf-8")
    html, csv_file = tmp_path / "c.html", tmp_path / "c.csv"
    command = ["class", str(tmp_path), "--html", str(html), "--csv", str(csv_file)]
    assert main([*command, "--lessons", "5,8"]) == 0
    (line,) = csv.DictReader(io.StringIO(csv_file.read_text("utf-8")))
    asked = [*LESSONS["05_squeeze_and_excitation"], *LESSONS["08_gates"]]
    assert (line["Grade"], line["Maximum grade"], line["problems"]) == ("2", str(len(asked)), "")
    assert [name for name in line if name in MAKERS] == asked
    assert [name for name in line if " (of " in name] == ["05_squeeze_and_excitation (of 5)", "08_gates (of 4)"]
    page = BeautifulSoup(html.read_text("utf-8"), "html.parser")
    assert len(page.select(".matrix .name")) == len(asked)
    assert "9 exercises of lessons 5, 8" in page.get_text()
    assert main([*command, "--lessons", "1"]) == 2


def test_class_codes_are_named_and_who_used_another_one_is(tmp_path):
    names = [*MAKERS][:6]
    others = {name: [row(each, code="9b-autumn") for each in names[:2]] for name in ("Nora",)}
    overview = small(tmp_path, **{f"s{index}": [row(each) for each in names] for index in range(5)}, **others)
    page = BeautifulSoup(class_page(overview), "html.parser")
    assert "Class codes: 9b-spring (5 students); 9b-autumn (1 student: Nora)." in page.get_text()
    assert page.select_one(".help tbody th").get_text() == "Nora code 9b-autumn"


def test_names_are_sorted_as_in_a_list_of_names_whatever_accents_they_have(tmp_path):
    names = ["Zoe", "\u00c7elik", "Cem", "Dora", "\u00d8rsted", "Otto", "\u0141ukasz", "Mia", "\u00c5sa"]
    rows = {f"s{at}": [row("se-neck", student=name, answers=[])] for at, name in enumerate(names)}
    shown = [each.name for each in small(tmp_path, **rows).students]
    assert shown == ["\u00c5sa", "\u00c7elik", "Cem", "Dora", "\u0141ukasz", "Mia", "\u00d8rsted", "Otto", "Zoe"]


def test_the_page_has_a_cell_for_each_exercise_and_student_with_words(page, overview):
    matrix = page.select_one("table.matrix")
    rows = matrix.select("tbody tr")
    assert len(rows) == 62
    for tr, student in zip(rows, overview.students, strict=True):
        cells = tr.select("td:not(.sum)")
        assert len(cells) == len(MAKERS)
        for name, cell in zip(MAKERS, cells, strict=True):
            words = cell.select_one(".hidden").get_text()
            is_untouched = name not in student.work and name not in student.contradicted
            assert (words == "untouched") is is_untouched
    assert [span.get_text() for span in matrix.select(".name span")] == [f"{NUMBERS[name]} {name}" for name in MAKERS]
    assert [int(th["colspan"]) for th in matrix.select(".lessons th")] == [len(each) for each in LESSONS.values()]


def test_the_page_names_every_problem_and_says_what_it_proves(page, overview):
    text = page.get_text(" ", strip=True)
    assert all(name in text for name in overview.others)
    assert "proves neither who solved" in text
    assert page.title.get_text() == f"Class {CODE}"


def test_the_page_needs_no_other_file_and_runs_nothing(page):
    assert page.select("script, img, iframe") == []
    assert [link["href"] for link in page.select("link")] == ["data:,"]


def test_names_and_answers_of_students_are_text_on_the_page(tmp_path):
    evil = "<script>x</script>"
    rows = [row("se-neck", 1, solved="", answers=[evil], student=evil)]
    (tmp_path / "a.csv").write_text(table(rows), encoding="utf-8")
    (tmp_path / "<b>.txt").write_text("")
    html = class_page(look_over(read_folder(tmp_path)))
    assert "<script" not in html
    assert "<b>.txt" not in html


def test_an_empty_folder_gives_a_page_that_says_so(tmp_path):
    assert "0 students" in class_page(look_over(read_folder(tmp_path)))


def test_grades_have_a_row_per_student_and_columns_for_platforms(overview):
    rows = list(csv.DictReader(io.StringIO(grades_csv(overview))))
    assert len(rows) == 62
    assert {"id", "Identifier", "Grade", "Last modified (grade)", *MAKERS} <= set(rows[0])
    for student, line in zip(overview.students, rows, strict=True):
        assert line["id"] == student.name
        marks = [line[name] for name in MAKERS]
        assert set(marks) <= {"", "0", "1"}
        assert int(line["Grade"]) == marks.count("1")
        assert int(line["tried"]) == len(student.work) + len(student.contradicted) == len(marks) - marks.count("")
        assert line["problems"] == " ".join(problems(student))
        assert sum(int(line[name]) for name in line if " (of " in name) == int(line["Grade"])


def test_grades_run_no_formula_and_know_moodles_participants(tmp_path):
    place = tmp_path / "Anna_4711_assignsubmission_file"
    place.mkdir()
    (place / "x.csv").write_text(table([row("se-neck", student="=cmd()")]), encoding="utf-8")
    (line,) = csv.DictReader(io.StringIO(grades_csv(look_over(read_folder(tmp_path)))))
    assert (line["id"], line["Identifier"]) == ("'=cmd()", "Participant 4711")


def test_grades_run_no_formula_if_a_spreadsheet_splits_them_at_semicolons(tmp_path):
    rows = [row("se-neck", student="Anna;=1+1;", code='9b;"=2+2;')]
    (tmp_path / "x.csv").write_text(table(rows), encoding="utf-8")
    cells = chain(*csv.reader(io.StringIO(grades_csv(look_over(read_folder(tmp_path)))), delimiter=";"))
    assert not [cell for cell in cells if cell.startswith("=")]


def test_problems_of_students_with_the_same_name_are_all_on_the_page(tmp_path):
    for folder, exercise in (("a", "se-neck"), ("b", "se-share")):
        (tmp_path / folder).mkdir()
        rows = [row(exercise, 0, student="Anna")]
        (tmp_path / folder / "x.csv").write_text(table(rows), encoding="utf-8")
    text = BeautifulSoup(class_page(look_over(read_folder(tmp_path))), "html.parser").get_text()
    assert "Anna (a/x.csv): Another file has the same name" in text
    assert "Anna (b/x.csv): Another file has the same name" in text
    assert text.count("Solved without a try") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, names of files are Unicode")
def test_a_file_whose_name_cannot_be_encoded_does_not_stop_the_command(tmp_path):
    """An archive from Windows, unpacked on Linux, has such names."""
    Path(os.fsdecode(bytes(tmp_path) + b"/J\xfcrgen.csv")).write_text(table([row("se-neck")]), encoding="utf-8")
    html, table_file = tmp_path / "class.html", tmp_path / "class.csv"
    assert main(["class", str(tmp_path), "--html", str(html), "--csv", str(table_file)]) == 0
    assert "J?rgen" in html.read_text(encoding="utf-8")


def test_the_command_writes_both_files_names_problems_and_can_be_run_again(folder, tmp_path, capsys):
    html, table_file = tmp_path / "class.html", folder / "class.csv"
    for _ in range(2):
        assert main(["class", str(folder), "--html", str(html), "--csv", str(table_file)]) == 0
        said = capsys.readouterr()
        assert said.out.startswith("62 students: ")
        assert "shopping.csv: It is not a table of results" in said.err
        assert "class.csv:" not in said.err
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    table_file.unlink()


def test_the_command_does_not_overwrite_what_a_student_handed_in(tmp_path, capsys):
    its = tmp_path / "anna.csv"
    its.write_text(table([row("se-neck")]), encoding="utf-8")
    before = its.read_bytes()
    assert main(["class", str(tmp_path), "--html", str(tmp_path / "c.html"), "--csv", str(its)]) == 2
    assert "exists" in capsys.readouterr().err
    assert its.read_bytes() == before


def test_the_command_says_that_a_folder_has_no_hand_ins(tmp_path, capsys):
    assert main(["class", str(tmp_path), "--html", str(tmp_path / "c.html"), "--csv", str(tmp_path / "c.csv")]) == 1
    assert capsys.readouterr().out.startswith("0 students")
