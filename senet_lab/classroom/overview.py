"""Overview: who solved which exercise, which exercises were hard, and who needs help. Pure functions."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from senet_lab.classroom.hand_in import OUTCOMES, SEEN, TRIED, Folder, HandIn, Work
from senet_lab.classroom.misconceptions import CONTRADICTIONS, Mistake, changed_exercises, doubts, draw, mistakes_of
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS
from senet_lab.exercises.task import normalize

STUCK = (AFTER, TRIED, SEEN)  # not solved by oneself, with hints or without
MIN_STUCK = 3  # a student who is stuck at fewer exercises is not listed for it
MIN_SAME = 5  # exercises with the same tries and answers that two students may share by chance
MAX_HARDEST, MAX_MISTAKES = 8, 3
# An exercise is hard if so many students, or such a part of the class, were stuck at it; fewer are no pattern.
MIN_STUCK_STUDENTS, MIN_STUCK_PART = 2, 10
BASE_LETTERS = str.maketrans(
    {"\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i", "\u00e6": "ae", "\u0153": "oe"}
)


@dataclass(frozen=True)
class Student:
    """A row of the overview: what a student did at each exercise; an exercise that is missing is untouched.

    Attributes:
        work: what counts.
        doubts: exercises by what is wrong with their rows, in words.
        contradicted: for each exercise whose rows all contradict themselves, so that none counts, what is wrong.
        notes: what else is wrong with the file.
    """

    name: str
    identifier: str
    codes: tuple[str, ...]
    work: Mapping[str, Work]
    doubts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    contradicted: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def count(self, *outcomes: str) -> int:
        """Count the exercises with one of these outcomes."""
        return sum(work.outcome in outcomes for work in self.work.values())


@dataclass(frozen=True)
class Hard:
    """An exercise, by how many students tried it and did not solve it by themselves, and their common mistakes.

    Attributes:
        mistakes: each with the number of students who made it, the most frequent first. They have a question if the
            mistake is not known and students had different questions.
    """

    exercise: str
    tried: int
    stuck: int
    mean_tries: float
    mistakes: tuple[tuple[Mistake, int], ...]


@dataclass(frozen=True)
class Needy:
    """A student who may need help, and the reasons in words."""

    student: Student
    stuck: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """The class: its students by name, and the files that are not counted, each with the reason.

    Attributes:
        code: the class code whose work counts; None if all work does.
        lessons: those that are looked over.
    """

    code: str | None
    students: tuple[Student, ...]
    others: Mapping[str, str]
    lessons: tuple[str, ...]

    @property
    def exercises(self) -> tuple[str, ...]:
        """Return all exercises of the lessons, in order, whether anybody has touched them or not."""
        return tuple(name for lesson in self.lessons for name in LESSONS[lesson])

    @property
    def codes(self) -> dict[str, list[str]]:
        """Return who used each class code, the most frequent first; that of the standard numbers, "", comes last."""
        users: dict[str, list[str]] = {}
        for student in self.students:
            for code in student.codes:
                users.setdefault(code, []).append(student.name)
        return dict(sorted(users.items(), key=lambda each: (not each[0], -len(each[1]), each[0])))


def look_over(folder: Folder, code: str | None = None, lessons: Sequence[str] = ()) -> Overview:
    """Return the overview of a class.

    Args:
        code: count only the work with this class code, "" for the standard numbers; None counts all, and of an exercise
            that a student did with several codes, the one with which they got furthest.
        lessons: the names of the lessons to look over; empty for all.
    """
    code = None if code is None else normalize(code)
    lessons = tuple(lesson for lesson in LESSONS if lesson in lessons or not lessons)
    changed = changed_exercises(each.work for each in folder.hand_ins)
    students = [_student(each, code, lessons, changed) for each in folder.hand_ins]
    students = _note_twins(sorted(students, key=lambda each: (_alphabetic(each.name), each.name)))
    return Overview(code, tuple(students), folder.others, lessons)


def _alphabetic(name: str) -> str:
    """Return a name by which to sort, so that \u00c7elik is between Brown and Dubois, and not after Z."""
    letters = unicodedata.normalize("NFKD", normalize(name))
    return "".join(each for each in letters if not unicodedata.combining(each)).translate(BASE_LETTERS)


def _student(
    hand_in: HandIn, code: str | None, lessons: Sequence[str], changed: Collection[tuple[str, bool]]
) -> Student:
    asked = {name for lesson in lessons for name in LESSONS[lesson]}
    handed_in = [work for work in hand_in.work if work.exercise in asked]
    counted = [work for work in handed_in if code is None or work.code == code]
    codes = tuple(sorted({work.code for work in handed_in}))
    notes = [*hand_in.notes]
    if others := len(handed_in) - len(counted):
        words = ", ".join(name or "none" for name in codes if name != code)
        rows = f"{others} {'row' if others == 1 else 'rows'}"
        notes.append(f"Work with other class codes is not counted: {rows} ({words}).")
    return _weigh(Student(hand_in.student, hand_in.identifier, codes, {}, notes=tuple(notes)), counted, changed)


def _weigh(student: Student, rows: Sequence[Work], changed: Collection[tuple[str, bool]]) -> Student:
    """Return a student with what counts of these rows, of each exercise the furthest, and the doubts about them."""
    work: dict[str, Work] = {}
    doubtful: dict[str, list[str]] = {}
    contradicted: dict[str, str] = {}
    for row in sorted(rows, key=lambda each: (OUTCOMES.index(each.outcome), -each.tries)):
        reasons = doubts(row, changed)
        for reason in reasons:
            doubtful.setdefault(reason, []).append(row.exercise)
        if wrong := [reason for reason in reasons if reason in CONTRADICTIONS]:
            contradicted.setdefault(row.exercise, wrong[0])
        else:
            work.setdefault(row.exercise, row)
    contradicted = {name: reason for name, reason in contradicted.items() if name not in work}
    return replace(student, work=work, doubts=doubtful, contradicted=contradicted)


def _note_twins(students: Sequence[Student]) -> list[Student]:
    """Note which students have the same tries and answers at all of many exercises."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for each in students:
        groups.setdefault(_pattern(each), []).append(each.name)
    noted = []
    for each in students:
        twins = [name for name in groups[_pattern(each)] if name != each.name]
        words = f"The same tries, hints and answers as {', '.join(twins)} in all exercises."
        is_telling = twins and len(each.work) >= MIN_SAME and any(work.tries > 1 for work in each.work.values())
        notes = (*each.notes, words) if is_telling else each.notes
        noted.append(replace(each, notes=notes))
    return noted


def _pattern(student: Student) -> tuple[object, ...]:
    rows = [(name, work.tries, work.hints, work.solved, work.answers) for name, work in student.work.items()]
    return tuple(sorted(rows))


def hardest(overview: Overview) -> list[Hard]:
    """Return the exercises at which most students were stuck."""
    enough = max(MIN_STUCK_STUDENTS, ceil(len(overview.students) / MIN_STUCK_PART))
    rated = [_rate(exercise, overview.students) for exercise in overview.exercises]
    rated = [each for each in rated if each.stuck >= enough]
    rated.sort(key=lambda each: (-each.stuck, each.tried, -each.mean_tries))
    return rated[:MAX_HARDEST]


def _rate(exercise: str, students: Sequence[Student]) -> Hard:
    all_work = [work for student in students if (work := student.work.get(exercise))]
    questions = {draw(exercise, work.code, work.student).question for work in all_work}
    tries = sum(work.tries for work in all_work) / max(1, len(all_work))
    stuck = sum(work.outcome in STUCK for work in all_work)
    return Hard(exercise, len(all_work), stuck, tries, _common_mistakes(all_work, are_mixed=len(questions) > 1))


def _common_mistakes(all_work: Sequence[Work], are_mixed: bool) -> tuple[tuple[Mistake, int], ...]:
    """Return the mistakes that most students made at an exercise, each with their number.

    Args:
        are_mixed: whether the students had different questions. Then an answer whose mistake is not known comes with
            its question, and only if two students gave it.
    """
    students: Counter[tuple[str, str]] = Counter()
    answers: dict[tuple[str, str], Counter[Mistake]] = {}
    for work in all_work:
        made = mistakes_of(work)
        students.update({mistake.kind for mistake in made})
        for mistake in made:
            answers.setdefault(mistake.kind, Counter())[mistake] += 1
    common = [(_most_common(answers[kind]), count) for kind, count in students.most_common()]
    if are_mixed:
        common = [(mistake, count) for mistake, count in common if count > 1 or not mistake.question]
    else:
        common = [(mistake._replace(question=""), count) for mistake, count in common]
    return tuple(common[:MAX_MISTAKES])


def _most_common(answers: Counter[Mistake]) -> Mistake:
    """Return one of the answers that a mistake has given, marked as one of several."""
    mistake = answers.most_common(1)[0][0]
    is_one = len(answers) == 1 or mistake.question
    return mistake if is_one else mistake._replace(words=f"such as {mistake.words}")


def who_needs_help(overview: Overview) -> list[Needy]:
    """Return the students who are stuck at several exercises, or have not begun what half of the class has.

    Those with the most such exercises come first.
    """
    counts = Counter(exercise for student in overview.students for exercise in student.work)
    reached = [name for name in overview.exercises if counts[name] * 2 >= len(overview.students) > 0]
    found = []
    for student in overview.students:
        stuck = tuple(name for name, work in student.work.items() if work.outcome in STUCK)
        missing = tuple(name for name in reached if name not in student.work and name not in student.contradicted)
        is_stuck = len(stuck) >= max(MIN_STUCK, len(student.work) / 2)
        is_behind = bool(missing) and len(missing) * 2 >= len(reached)
        if is_stuck or is_behind:
            found.append(Needy(student, stuck if is_stuck else (), missing if is_behind else ()))
    return sorted(found, key=lambda each: -len(each.stuck) - len(each.missing))


def count_solved(student: Student) -> int:
    """Count the exercises that a student solved by themselves, with hints or without."""
    return student.count(ALONE, WITH_HINTS)
