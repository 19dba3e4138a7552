"""Hand-ins: files of students, whole, damaged, saved again by spreadsheet programs, or from somewhere else."""

import struct
import tracemalloc
import warnings
import zipfile

import pytest
from class_files import CODE, COLUMNS, row, table

from senet_lab.classroom.archive import MAX_ARCHIVE_BYTES, MAX_FILES, MAX_UNPACKED_BYTES
from senet_lab.classroom.hand_in import MAX_BYTES, SEEN, TRIED, read_files, read_folder, read_hand_in
from senet_lab.classroom.misconceptions import doubts
from senet_lab.exercises.hand_in import hand_in_file_name
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS


def read(text, name="anna.csv"):
    return read_hand_in(name, text.encode())


def test_what_a_learner_hands_in_is_read_as_it_was_done(tmp_path):
    learner = Learner(CODE)
    learner.check("se-neck", "1")
    learner.hint("se-neck")
    learner.check("se-neck", learner.task("se-neck").answer)
    learner.reveal("se-share")
    learner.check("macro-deeper", learner.task("macro-deeper").answer)
    learner.hand_in(tmp_path / "Anna.csv")
    (found,) = read_folder(tmp_path).hand_ins
    assert (found.student, found.notes) == ("Anna", ())
    outcomes = {work.exercise: (work.outcome, work.tries, work.hints, work.code) for work in found.work}
    assert outcomes == {
        "macro-deeper": (ALONE, 1, 0, CODE),
        "se-neck": (WITH_HINTS, 2, 1, CODE),
        "se-share": (SEEN, 0, 0, CODE),
    }


@pytest.mark.parametrize(
    ("solved", "hints", "seen", "tries", "outcome"),
    [
        ("alone", 0, False, 1, ALONE),
        ("with hints", 2, False, 3, WITH_HINTS),
        ("after the solution", 0, True, 0, AFTER),
        ("without the solution", 0, False, 1, ALONE),  # as earlier versions wrote it
        ("without the solution", 1, False, 1, WITH_HINTS),
        ("", 1, True, 2, TRIED),
        ("", 1, False, 0, SEEN),
    ],
)
def test_an_outcome_tells_help_from_none(solved, hints, seen, tries, outcome):
    (work,) = read(table([row("se-neck", tries, hints, seen, solved, answers=[])])).work
    assert work.outcome == outcome


def test_the_table_of_an_earlier_version_has_neither_students_nor_answers():
    kept = [at for at, name in enumerate(COLUMNS) if name not in ("student", "own numbers", "answers")]
    rows = [[row("se-neck")[at] for at in kept]]
    found = read(table(rows, [COLUMNS[at] for at in kept]), f"senet_lab_{CODE}_Ben-K.csv")
    assert (found.student, found.work[0].answers) == ("Ben-K", ())


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"senet_lab_{CODE}_Ben.csv", "Ben"),
        (f"senet_lab_{CODE}_Ben (2).csv", "Ben"),
        ("senet_lab_Ben.csv", "Ben"),
        (f"senet_lab_{CODE}_Ben_K.csv", "Ben_K"),
        ("anna_k.csv", "anna_k"),
        ("Anna Muster_4711_assignsubmission_file_/results.csv", "Anna Muster"),
        ("Anna Muster_4711_assignsubmission_file_results.csv", "Anna Muster"),
    ],
)
def test_without_a_name_in_the_file_it_is_that_of_the_folder_or_of_the_file(name, student):
    found = read(table([row("se-neck")]), name)
    assert found.student == student
    assert found.identifier == ("4711" if "4711" in name else "")


def test_a_name_in_the_file_counts_more_than_its_own():
    assert read(table([row("se-neck", student="=Anna")]).replace("=Anna", "'=Anna"), "ben.csv").student == "=Anna"


@pytest.mark.parametrize("code", ["9b.spring", "9b spring", "9b_spring", "\u7ea7" * 60])
def test_a_file_that_is_named_for_class_and_student_gives_the_name_of_the_student(code):
    assert read(table([row("se-neck", code=code)]), hand_in_file_name("Anna", code)).student == "Anna"


def test_a_name_that_was_entered_after_the_work_is_in_the_file_and_the_numbers_are_those_of_the_class(tmp_path):
    learner = Learner(CODE)
    learner.check("se-neck", learner.task("se-neck").answer)
    learner.class_code(CODE, "Anna")
    learner.hand_in(tmp_path / "results.csv")
    (found,) = read_folder(tmp_path).hand_ins
    assert found.student == "Anna"
    assert [(work.exercise, work.student) for work in found.work] == [("se-neck", "")]
    assert doubts(found.work[0]) == []


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "cp1252"), (";", "cp1252")]
)
def test_a_table_saved_by_a_spreadsheet_program_is_read(delimiter, encoding):
    text = table([row("se-neck", student="Jürgen")], delimiter=delimiter).replace("False", "FALSE")
    found = read_hand_in("x.csv", text.replace("\n", "\r\n").encode(encoding))
    assert (found.student, found.work[0].outcome, found.notes) == ("Jürgen", ALONE, ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty, or larger than 200 KB"),
        (b"x" * 200_001, "empty, or larger than 200 KB"),
        (b"milk,2\n", "no column 'exercise'"),
        (table([], COLUMNS[:4]).encode(), "no column 'tries'"),
        (bytes(range(256)), "not text"),
        (b'"exercise","class code', "damaged table: unexpected end of data"),
    ],
)
def test_a_file_from_somewhere_else_is_refused_with_the_reason(content, reason):
    with pytest.raises(ValueError, match=reason):
        read_hand_in("x.csv", content)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("se-neck", "se-nek", "there is no exercise 'se-nek'"),
        ("alone", "easily", "cannot be solved 'easily'"),
        ("False", "Perhaps", "'Perhaps' is neither True nor False"),
        (",1,0,", ",-1,0,", "'-1' is not a number of tries"),
        ('"[""', '"[', "its answers are damaged"),
    ],
)
def test_a_damaged_row_is_noted_and_the_others_count(before, after, reason):
    good = row("macro-deeper")
    text = table([row("se-neck")]).replace(before, after) + table([good], ()).lstrip()
    found = read(text)
    assert [work.exercise for work in found.work] == ["macro-deeper"]
    assert found.notes == (f"Row 2 is not counted: {reason}.",) or reason in found.notes[0]


@pytest.mark.parametrize("end", [b'"', b'"[', b'"[""\xc3'], ids=["quote", "bracket", "within a character"])
def test_of_a_file_that_was_cut_within_its_last_cell_the_whole_rows_count(end):
    text = table([row("se-neck"), row("se-share", student="J\u00fcrgen"), row("macro-deeper")])
    found = read_hand_in("x.csv", text[: text.rindex('"[')].encode() + end)
    assert [work.exercise for work in found.work] == ["se-neck", "se-share"]
    assert found.student == "J\u00fcrgen"
    assert found.notes == ("Row 4 is not counted: unexpected end of data.",)


def test_a_row_that_is_no_csv_is_noted_and_the_others_count():
    first, *others = table([row("se-neck"), row("se-share"), row("macro-deeper")]).splitlines()[1:]
    text = "\n".join([",".join(COLUMNS), first.replace('"[', '"["x"'), *others])
    found = read(text)
    assert [work.exercise for work in found.work] == ["se-share", "macro-deeper"]
    assert [note[:22] for note in found.notes] == ["Row 2 is not counted: "]


@pytest.mark.parametrize(
    ("no", "yes"), [("FALSCH", "WAHR"), ("FAUX", "VRAI"), ("FALSO", "VERDADERO"), ("ONWAAR", "WAAR"), ("0", "1")]
)
def test_true_and_false_are_read_in_other_languages_and_as_numbers(no, yes):
    text = table([row("se-neck"), row("se-share", seen=True, solved="after the solution", student="Anna")])
    found = read(text.replace("False", no).replace("True", yes))
    assert [(work.revealed, work.student) for work in found.work] == [(False, ""), (True, "anna")]
    assert found.notes == ()


def test_a_class_code_or_a_name_that_nobody_can_enter_is_noted():
    found = read(
        table([row("se-neck", code="9" * 61), row("se-share", student="A" * 31, answers=[]), row("macro-deeper")])
    )
    assert [work.exercise for work in found.work] == ["macro-deeper"]
    assert [note[:30] for note in found.notes] == ["2 rows (2, 3) are not counted:"]
    assert found.student == "anna"


def test_a_name_that_is_longer_in_the_form_in_which_it_is_compared_is_read():
    name = "Friedrich-Wilhelm Gro\u00dfkreuz-Au"
    found = read(table([row("se-neck", student=name)]))
    assert (len(name), len(found.work[0].student), found.notes) == (30, 31, ())
    assert doubts(found.work[0]) == []


def test_answers_are_as_long_as_in_a_record_and_can_be_written():
    (work,) = read(table([row("se-neck", 2, solved="", answers=["1" * 5000, "\ud800"])])).work
    assert work.answers == ("1" * 100, "?")


def test_of_many_rows_that_are_not_counted_the_first_ten_are_noted():
    found = read(table([("", f"milk {index // 2}", *[""] * 8) for index in range(500)]))
    assert len(found.notes) == 11
    assert found.notes[0].startswith("2 rows (2, 3) are not counted: there is no exercise 'milk 0'")
    assert found.notes[-1] == "480 more rows are not counted."


def test_rows_that_are_not_counted_for_one_reason_share_a_sentence():
    (note,) = read(table([("", "milk", *[""] * 8)] * 500)).notes
    assert note.startswith("500 rows (2, 3, 4, 5, 6\u2026) are not counted: there is no exercise 'milk'")


def test_students_with_the_same_name_are_told_apart_by_their_folders():
    rows = {11: "se-neck", 22: "se-neck", 33: "se-share"}
    files = {
        f"Anna_{number}_assignsubmission_file_/senet_lab_Anna.csv": table([row(name, student="Anna")]).encode
        for number, name in rows.items()
    }
    folder = read_files(files)
    assert [(each.student, each.identifier) for each in folder.hand_ins] == [
        (f"Anna (Anna_{number}_assignsubmission_file_/senet_lab_Anna.csv)", str(number)) for number in rows
    ]
    assert folder.others == {}


def test_a_copy_counts_once_and_two_files_of_one_student_are_both_listed(tmp_path):
    for name, exercise in (("a", "se-neck"), ("a (1)", "se-neck"), ("b", "se-share")):
        (tmp_path / f"{name}.csv").write_text(table([row(exercise, student="Anna")]), encoding="utf-8")
    found = read_folder(tmp_path)
    assert [each.student for each in found.hand_ins] == ["Anna (a (1).csv)", "Anna (b.csv)"]
    assert list(found.others) == ["a.csv"]
    assert "same rows" in found.others["a.csv"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    for name in ("none", "none.zip"):
        with pytest.raises(FileNotFoundError, match="no folder"):
            read_folder(tmp_path / name)


def write_archive(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive, warnings.catch_warnings(action="ignore"):  # names used twice
        for name, text in files:
            archive.writestr(name, text)


def test_the_archive_of_all_submissions_is_read_directly_and_in_a_folder(tmp_path):
    archive = tmp_path / "submissions.zip"
    write_archive(archive, [(f"{name}_{number}_assignsubmission_file_/x.csv", table([row(exercise)]))
                            for name, number, exercise in (("Anna", 11, "se-neck"), ("J\u00fcrgen", 22, "se-share"))])  # fmt: skip
    for place in (archive, tmp_path):
        found = read_folder(place)
        assert [(each.student, each.identifier) for each in found.hand_ins] == [("Anna", "11"), ("J\u00fcrgen", "22")]
        assert found.hand_ins[0].file == "submissions.zip/Anna_11_assignsubmission_file_/x.csv"
        assert found.others == {}


def test_no_name_in_an_archive_leads_out_of_it_and_none_is_lost(tmp_path):
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    names = ["../../evil.csv", "/evil.csv", "twice.csv", "twice.csv", ".hidden.csv", "__MACOSX/._twice.csv"]
    write_archive(place / "x.zip", [(name, table([row("se-neck", 1 + at)])) for at, name in enumerate(names)])
    found = read_folder(place)
    assert sorted([*(each.file for each in found.hand_ins), *found.others]) == [
        "x.zip/../../evil.csv", "x.zip//evil.csv", "x.zip/4/twice.csv", "x.zip/twice.csv",
    ]  # fmt: skip
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [place / "x.zip"]


def test_of_an_archive_no_more_is_read_than_the_limit_whatever_it_states(tmp_path):
    write_archive(tmp_path / "bomb.zip", [("zeros.csv", "0" * 50_000_000), ("anna.csv", table([row("se-neck")]))])
    content = (tmp_path / "bomb.zip").read_bytes()
    assert len(content) < MAX_BYTES
    tracemalloc.start()
    found = read_files({"bomb.zip": lambda: content.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 9))})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [each.student for each in found.hand_ins] == ["anna"]
    assert list(found.others) == ["bomb.zip/zeros.csv"]
    found = read_files({"bomb.zip": lambda: content})
    assert found.others == {"bomb.zip/zeros.csv": "It is empty, or larger than 200 KB."}
    assert peak < 10_000_000


def test_of_an_archive_whose_tables_are_too_large_in_total_the_first_count_and_the_others_are_named(tmp_path):
    zeros = "0" * MAX_BYTES
    large = [(f"{number}.csv", zeros) for number in range(MAX_UNPACKED_BYTES // MAX_BYTES)]
    write_archive(
        tmp_path / "x.zip", [("anna.csv", table([row("se-neck")])), *large, ("ben.csv", table([row("se-neck")]))]
    )
    found = read_folder(tmp_path)
    assert [each.student for each in found.hand_ins] == ["anna"]
    assert found.others["x.zip/ben.csv"] == "The archive has more than 10 MB of tables."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is empty, or larger than 20 MB."),
        (bytes(MAX_ARCHIVE_BYTES + 1), "It is empty, or larger than 20 MB."),
        (b"PK\3\4" + bytes(99), "It is a damaged archive"),
    ],
    ids=["empty", "too large", "damaged"],
)
def test_an_archive_that_cannot_be_read_is_named_with_the_reason(tmp_path, content, reason):
    (tmp_path / "x.zip").write_bytes(content)
    for place in (tmp_path, tmp_path / "x.zip"):
        assert read_folder(place).others["x.zip"].startswith(reason)


def test_files_in_an_archive_that_cannot_be_read_are_named_and_the_others_count(tmp_path):
    good = table([row("se-neck")])
    write_archive(
        tmp_path / "x.zip", [("anna.csv", good), ("ben.csv", good + "#" * 99), ("photo.jpg", ""), ("in.zip", "")]
    )
    content = bytearray((tmp_path / "x.zip").read_bytes())
    content[content.index(b"ben.csv") + 20] ^= 255  # its packed bytes
    (tmp_path / "x.zip").write_bytes(content)
    write_archive(tmp_path / "y.zip", [("carl.csv", good)], zipfile.ZIP_BZIP2)
    write_archive(tmp_path / "z.zip", [(f"{number}.csv", "") for number in range(MAX_FILES + 1)])
    found = read_folder(tmp_path)
    assert [each.student for each in found.hand_ins] == ["anna"]
    assert found.others["x.zip/ben.csv"].startswith("It is damaged: ")
    assert found.others["x.zip/photo.jpg"] == found.others["x.zip/in.zip"] == "It is not a CSV file."
    assert found.others["y.zip/carl.csv"] == "It is encrypted, or compressed in an unusual way."
    assert found.others["z.zip"] == f"It has more than {MAX_FILES} files."
