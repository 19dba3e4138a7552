"""Exercises: predict, then check. Each has a ladder of hints and a worked solution, computed and never written down.

check("ratio-4-params", "10 M")   # right, nearly or wrong, in words; never an exception
hint("ratio-4-params")            # the next hint, one at a time
reveal("ratio-4-params")          # the solution, with the numbers put in
class_code("9B-spring")           # other numbers, the same for a whole class
results()                         # what was tried, as a table
hand_in("name.csv")               # the same for the teacher, of all lessons
forget()                          # says what is kept and where; forget(everything=True) lets it go
"""

from __future__ import annotations

from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import Reply
from senet_lab.exercises.record import Record, place

__all__ = ["LEARNER", "Learner", "Reply", "answers", "check", "class_code", "forget", "hand_in", "hint", "names",
           "question", "results", "reveal"]  # fmt: skip

# Who sits at this machine: what they have tried in one lesson counts in all, and tomorrow.
LEARNER = Learner(record=Record(place()))

names = LEARNER.names
question = LEARNER.question
check = LEARNER.check
hint = LEARNER.hint
reveal = LEARNER.reveal
class_code = LEARNER.class_code
results = LEARNER.results
hand_in = LEARNER.hand_in
forget = LEARNER.forget
answers = LEARNER.answers
