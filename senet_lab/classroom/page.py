"""Page: the overview of a class as a page that needs no other file. Pure functions of the overview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from senet_lab.classroom.hand_in import OUTCOMES, SEEN, TRIED, Work
from senet_lab.classroom.misconceptions import Mistake
from senet_lab.classroom.overview import Hard, Needy, Overview, Student, count_solved, hardest, who_needs_help
from senet_lab.classroom.paper import counted, exercise_numbers, items, number_ranges, paper
from senet_lab.classroom.problems import problems
from senet_lab.exercises.answers import lesson_title
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS

# How each outcome is drawn, and the class of its cell; the shapes differ as well as the colors.
SIGNS = {ALONE: ("\u25cf", "alone"), WITH_HINTS: ("\u25d0", "hints"), AFTER: ("\u25cb", "after"),
         TRIED: ("\u2715", "tried"), SEEN: ("\u2013", "seen")}  # fmt: skip
WORDS = {
    ALONE: "solved alone",
    WITH_HINTS: "solved with hints",
    AFTER: "solved after the solution",
    TRIED: "tried, not solved",
    SEEN: "opened a hint or the solution, not tried",
}
CONTRADICTED = '<span class="sign doubt" aria-hidden=true>!</span> contradicts itself, not counted'
MAX_NAMED = 3  # students who are named next to a class code that few have used
PROOF = (
    "A file is text that its owner can edit, and exercises can be solved together. So it proves neither who solved an "
    "exercise nor that it was solved. The program marks the answers again, and does not count what contradicts itself; "
    "a careful edit goes unnoticed. Use this page to see what to explain again and whom to help. For a grade, ask: let "
    "students explain an answer, or set the worksheet with another class code in class."
)


def class_page(overview: Overview) -> str:
    """Return the page."""
    codes = [code for code in overview.codes if code] if overview.code is None else [overview.code]
    title = f"Class {codes[0]}".strip() if len(codes) == 1 else "Class"
    proof = f"<h2>What these files prove</h2><p>{escape(PROOF)}</p>"
    sections = (_summary(overview), _help(overview), _hardest(overview), proof, _matrix(overview), _problems(overview))
    return paper(title, f"<h1>{escape(title)}</h1>{''.join(sections)}", "class.css")


def _summary(overview: Overview) -> str:
    students, touched = overview.students, {name for each in overview.students for name in each.work}
    solved = sum(map(count_solved, students))
    mean = f"{solved / len(students):.1f}" if students else "0"
    return (
        f"<p>{counted(len(students), 'student')}, {len(overview.exercises)} exercises{_lessons(overview)}, of which "
        f"{len(touched)} were touched. On average, a student solved {mean} before seeing the solution.</p>"
        f"{_codes(overview)}"
    )


def _lessons(overview: Overview) -> str:
    if len(overview.lessons) == len(LESSONS):
        return ""
    numbers = [lesson_title(lesson).partition(" ")[0] for lesson in overview.lessons]
    return f" of {'lesson' if len(numbers) == 1 else 'lessons'} {', '.join(numbers)}"


def _codes(overview: Overview) -> str:
    """Return which class codes were used by how many students; who used one that few did is named."""
    if overview.code is not None:
        which = f"the class code {escape(overview.code)}" if overview.code else "no class code"
        return f"<p>Only work with {which} counts.</p>"
    used = []
    for code, names in overview.codes.items():
        who = f": {', '.join(names)}" if len(names) <= MAX_NAMED and len(overview.codes) > 1 else ""
        used.append(f"{code or 'none'} ({counted(len(names), 'student')}{who})")
    return f"<p>Class codes: {escape('; '.join(used))}.</p>" if used else ""


def _help(overview: Overview) -> str:
    needy = who_needs_help(overview)
    if not needy:
        return "<h2>Who needs help</h2><p>Nobody stands out.</p>"
    usual = next(iter(overview.codes), "")
    rows = "".join(_needy_row(each, usual) for each in needy)
    head = "<tr><th scope=col>Student</th><th scope=col>Stuck at</th><th scope=col>Not begun</th></tr>"
    note = (
        "Those who are stuck at half or more of what they tried, or have not begun half or more of what half of the "
        "class has begun. Stuck: not solved, or solved only after the solution was shown."
    )
    return f"<h2>Who needs help</h2><p class=muted>{note}</p>{_table('help', head, rows)}"


def _needy_row(needy: Needy, usual_code: str) -> str:
    """Return the row of a student; one whose class code is not the usual one may just have used the wrong one."""
    others = [code for code in needy.student.codes if code not in ("", usual_code)]
    codes = f" <small>code {escape(', '.join(others))}</small>" if others else ""
    student = f"<th scope=row>{escape(needy.student.name)}{codes}</th>"
    return f"<tr>{student}<td>{_listed(needy.stuck)}</td><td>{_listed(needy.missing)}</td></tr>"


def _listed(names: Sequence[str]) -> str:
    return f"<b>{len(names)}</b>: {number_ranges(names)}" if names else ""


def _hardest(overview: Overview) -> str:
    hard = hardest(overview)
    if not hard:
        return "<h2>Hardest exercises</h2><p>None stands out.</p>"
    head = (
        "<tr><th scope=col>Exercise</th><th scope=col>Stuck</th><th scope=col>Tries</th>"
        "<th scope=col>Most frequent wrong answers, by number of students</th></tr>"
    )
    note = "Where most students were stuck: how many, of those who tried, and the mean number of tries."
    rows = "".join(map(_hard_row, hard))
    return f"<h2>Hardest exercises</h2><p class=muted>{note}</p>{_table('hard', head, rows)}"


def _hard_row(hard: Hard) -> str:
    answers = items(_mistake(mistake, count) for mistake, count in hard.mistakes) if hard.mistakes else ""
    return (
        f"<tr><th scope=row>{exercise_numbers()[hard.exercise]} {escape(hard.exercise)}</th>"
        f"<td>{hard.stuck} of {hard.tried}</td><td>{hard.mean_tries:.1f}</td><td>{answers}</td></tr>"
    )


def _mistake(mistake: Mistake, count: int) -> str:
    question = f"<br><small>{escape(mistake.question)}</small>" if mistake.question else ""
    return f"{escape(mistake.words)} <b>({count})</b>{question}"


def _matrix(overview: Overview) -> str:
    key = "".join(f"<li>{_sign(outcome)} {WORDS[outcome]}</li>" for outcome in OUTCOMES)
    if any(student.contradicted for student in overview.students):
        key += f"<li>{CONTRADICTED}</li>"
    lessons = "".join(
        f'<th scope=colgroup colspan={len(LESSONS[lesson])} title="{escape(lesson_title(lesson))}">'
        f"{escape(lesson_title(lesson).partition(' ')[0])}</th>"
        for lesson in overview.lessons
    )
    numbers = exercise_numbers()
    columns = "".join(
        f"<th scope=col class=name><span><b>{numbers[name]}</b> {escape(name)}</span></th>"
        for name in overview.exercises
    )
    head = (
        f"<tr class=lessons><td></td>{lessons}<td></td></tr>"
        f"<tr><th scope=col>Student</th>{columns}<th scope=col class=sum>Solved</th></tr>"
    )
    rows = "".join(_student_row(each, overview.exercises) for each in overview.students)
    foot = _foot(overview)
    return (
        f"<h2 class=sheet>Exercise by student</h2><ul class=key>{key}<li><span class=sign></span> untouched</li></ul>"
        "<p class=muted>The number after a sign is the number of tries, if there was more than one. "
        "* means that the file has a problem, named below.</p>"
        f"<div class=wide tabindex=0 role=region aria-label='Exercise by student'>"
        f"<table class=matrix><thead>{head}</thead><tbody>{rows}</tbody><tfoot>{foot}</tfoot></table></div>"
    )


def _student_row(student: Student, exercises: Iterable[str]) -> str:
    cells = "".join(_cell(student, name) for name in exercises)
    mark = '<span title="See the notes below">*</span>' if problems(student) else ""
    name = escape(student.name)
    solved = count_solved(student)
    return f'<tr><th scope=row title="{name}">{name}{mark}</th>{cells}<td class=sum>{solved}</td></tr>'


def _cell(student: Student, name: str) -> str:
    if reason := student.contradicted.get(name):
        return _shown_cell("!", "doubt", f"{reason.lower()}, not counted")
    work = student.work.get(name)
    if not work:
        return "<td><span class=hidden>untouched</span></td>"
    return _work_cell(work)


def _work_cell(work: Work) -> str:
    sign, kind = SIGNS[work.outcome]
    words = f"{WORDS[work.outcome]}, {counted(work.tries, 'try')}, {counted(work.hints, 'hint')}"
    tries = f"<small>{work.tries}</small>" if work.tries > 1 else ""
    return _shown_cell(f"{sign}{tries}", kind, words)


def _shown_cell(sign: str, kind: str, words: str) -> str:
    shown = f"<span aria-hidden=true>{sign}</span><span class=hidden>{words}</span>"
    return f'<td class={kind} title="{words}">{shown}</td>'


def _foot(overview: Overview) -> str:
    solved = [
        sum(
            (work := each.work.get(name)) is not None and work.outcome in (ALONE, WITH_HINTS)
            for each in overview.students
        )
        for name in overview.exercises
    ]
    cells = "".join(f"<td>{count}</td>" for count in solved)
    return f"<tr><th scope=row>Students who solved it</th>{cells}<td class=sum>{sum(solved)}</td></tr>"


def _sign(outcome: str) -> str:
    sign, kind = SIGNS[outcome]
    return f'<span class="sign {kind}" aria-hidden=true>{sign}</span>'


def _problems(overview: Overview) -> str:
    lines = [
        f"<b>{escape(student.name)}</b>: {escape(' '.join(found))}"
        for student in overview.students
        if (found := problems(student))
    ]
    files = [f"<b>{escape(name)}</b>: {escape(reason)}" for name, reason in overview.others.items()]
    students = f"<h2>Files to look at</h2>{items(lines)}" if lines else ""
    return students + (f"<h2>Files that are not counted</h2>{items(files)}" if files else "")


def _table(kind: str, head: str, rows: str) -> str:
    return f"<table class={kind}><thead>{head}</thead><tbody>{rows}</tbody></table>"
