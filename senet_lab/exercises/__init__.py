"""Exercises: predict, then check. Each has hints and a worked solution, computed from the ledger.

check("ratio-4-params", "1.23 M")  # feedback in words: right, nearly or not yet; never an exception
hint("ratio-4-params")            # the next hint
reveal("ratio-4-params")          # the worked solution with your numbers
class_code("9B-spring")           # other numbers, the same for a whole class
class_code("9B-spring", "Anna K.")  # a student's own numbers
results()                         # a table of your results
hand_in("name.csv")               # writes your results of all lessons for the teacher, with name and answers
forget()                          # says what is recorded and where; forget(everything=True) deletes it
"""

from __future__ import annotations

from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import Reply
from senet_lab.exercises.record import Record, record_path

__all__ = ["LEARNER", "Learner", "Reply", "answers", "check", "class_code", "forget", "hand_in", "hint", "names",
           "question", "results", "reveal"]  # fmt: skip

# The learner on this computer; their record is shared by all lessons and kept in a file.
LEARNER = Learner(record=Record(record_path()))

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
