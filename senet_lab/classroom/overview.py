"""Overview: who solved which exercise, which exercises were hard, and who needs help. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from senet_lab.classroom.hand_in import OUTCOMES, SEEN, TRIED, Folder, HandIn, Work
from senet_lab.classroom.misconceptions import doubts, mistakes_of
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS
from senet_lab.exercises.task import normalize

STUCK = (AFTER, TRIED, SEEN)  # not solved by oneself, with hints or without
MIN_STUCK = 3  # a student who is stuck at fewer exercises is not listed for it
MIN_SAME = 5  # exercises with the same tries and answers that two students may share by chance
MAX_HARDEST, MAX_MISTAKES = 8, 3


@dataclass(frozen=True)
class Student:
    """A row of the overview: what a student did at each exercise; an exercise that is missing is untouched."""

    name: str
    identifier: str
    codes: tuple[str, ...]
    work: Mapping[str, Work]
    notes: tuple[str, ...] = ()

    def count(self, *outcomes: str) -> int:
        """Count the exercises with one of these outcomes."""
        return sum(work.outcome in outcomes for work in self.work.values())


@dataclass(frozen=True)
class Hard:
    """An exercise, by how many students tried it and did not solve it by themselves, and their common mistakes.

    Attributes:
        mistakes: each in words, with the number of students who made it, the most frequent first.
    """

    exercise: str
    tried: int
    stuck: int
    mean_tries: float
    mistakes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Needy:
    """A student who may need help, and the reasons in words."""

    student: Student
    stuck: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """The class: its students by name, and the files that are not counted, each with the reason."""

    code: str | None
    students: tuple[Student, ...]
    others: Mapping[str, str]

    @property
    def exercises(self) -> tuple[str, ...]:
        """Return all exercises of the course, in order, whether anybody has touched them or not."""
        return tuple(MAKERS)


def look_over(folder: Folder, code: str | None = None) -> Overview:
    """Return the overview of a class.

    Args:
        code: count only the work with this class code, "" for the standard numbers; None counts all, and of an exercise
            that a student did with several codes, the one with which they got furthest.
    """
    code = None if code is None else normalize(code)
    students = [_student(each, code) for each in folder.hand_ins]
    students = _note_twins(sorted(students, key=lambda each: (normalize(each.name), each.name)))
    return Overview(code, tuple(students), folder.others)


def _student(hand_in: HandIn, code: str | None) -> Student:
    counted = [work for work in hand_in.work if code is None or work.code == code]
    codes = tuple(sorted({work.code for work in hand_in.work}))
    furthest: dict[str, Work] = {}
    for work in sorted(counted, key=lambda each: (OUTCOMES.index(each.outcome), -each.tries)):
        furthest.setdefault(work.exercise, work)
    notes = [*hand_in.notes, *(words for work in counted for words in doubts(work))]
    if others := len(hand_in.work) - len(counted):
        words = ", ".join(name or "none" for name in codes if name != code)
        notes.append(f"Work with other class codes is not counted: {others} rows ({words}).")
    return Student(hand_in.student, hand_in.identifier, codes, furthest, tuple(notes))


def _note_twins(students: Sequence[Student]) -> list[Student]:
    """Note which students have the same tries and answers at all of many exercises."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for each in students:
        groups.setdefault(_pattern(each), []).append(each.name)
    noted = []
    for each in students:
        twins = [name for name in groups[_pattern(each)] if name != each.name]
        words = f"The same tries, hints and answers as {', '.join(twins)}."
        is_telling = twins and len(each.work) >= MIN_SAME and any(work.tries > 1 for work in each.work.values())
        notes = (*each.notes, words) if is_telling else each.notes
        noted.append(Student(each.name, each.identifier, each.codes, each.work, notes))
    return noted


def _pattern(student: Student) -> tuple[object, ...]:
    rows = [(name, work.tries, work.hints, work.solved, work.answers) for name, work in student.work.items()]
    return tuple(sorted(rows))


def hardest(overview: Overview) -> list[Hard]:
    """Return the exercises at which the largest share of those who tried them were stuck.

    One more student who was stuck and one who was not are added to each, so that an exercise that two students tried is
    not the hardest of all.
    """
    rated = [_rate(exercise, overview.students) for exercise in overview.exercises]
    rated = [each for each in rated if each.stuck]
    rated.sort(key=lambda each: (-(each.stuck + 1) / (each.tried + 2), -each.mean_tries))
    return rated[:MAX_HARDEST]


def _rate(exercise: str, students: Sequence[Student]) -> Hard:
    all_work = [work for student in students if (work := student.work.get(exercise))]
    kinds: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    for work in all_work:
        made = mistakes_of(work)
        kinds.update({mistake.kind for mistake in made})
        for mistake in made:
            words.setdefault(mistake.kind, Counter())[mistake.words] += 1
    common = [(words[kind].most_common(1)[0][0], count) for kind, count in kinds.most_common(MAX_MISTAKES)]
    tries = sum(work.tries for work in all_work) / max(1, len(all_work))
    stuck = sum(work.outcome in STUCK for work in all_work)
    return Hard(exercise, len(all_work), stuck, tries, tuple(common))


def who_needs_help(overview: Overview) -> list[Needy]:
    """Return the students who are stuck at several exercises, or have not begun what half of the class has.

    Those with the most such exercises come first.
    """
    counts = Counter(exercise for student in overview.students for exercise in student.work)
    reached = [name for name in overview.exercises if counts[name] * 2 >= len(overview.students) > 0]
    found = []
    for student in overview.students:
        stuck = tuple(name for name, work in student.work.items() if work.outcome in STUCK)
        missing = tuple(name for name in reached if name not in student.work)
        is_stuck = len(stuck) >= max(MIN_STUCK, len(student.work) / 2)
        is_behind = bool(missing) and len(missing) * 2 >= len(reached)
        if is_stuck or is_behind:
            found.append(Needy(student, stuck if is_stuck else (), missing if is_behind else ()))
    return sorted(found, key=lambda each: -len(each.stuck) - len(each.missing))


def count_solved(student: Student) -> int:
    """Count the exercises that a student solved by themselves, with hints or without."""
    return student.count(ALONE, WITH_HINTS)
