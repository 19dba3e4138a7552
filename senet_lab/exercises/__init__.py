"""Exercises: predict, then check. Each has a ladder of hints and a worked solution, computed and never written down.

check("ratio-4-params", "10 M")   # right, nearly or wrong, in words; never an exception
hint("ratio-4-params")            # the next hint, one at a time
reveal("ratio-4-params")          # the solution, with the numbers put in
class_code("9B-spring")           # other numbers, the same for a whole class
results()                         # what was tried, as a table for the teacher
"""

from __future__ import annotations

from senet_lab.exercises.learner import Learner
from senet_lab.exercises.marking import Reply

__all__ = ["LEARNER", "Learner", "Reply", "answers", "check", "class_code", "hint", "names", "question", "results",
           "reveal"]  # fmt: skip

# Who sits at this kernel. What they have tried has to be kept somewhere, and a notebook's cells share nothing else.
LEARNER = Learner()

names = LEARNER.names
question = LEARNER.question
check = LEARNER.check
hint = LEARNER.hint
reveal = LEARNER.reveal
class_code = LEARNER.class_code
results = LEARNER.results
answers = LEARNER.answers
