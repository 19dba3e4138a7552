"""The note of a lesson's page says which of its panels are live, and which play recordings."""

import pytest
from lesson_note import NO_CELLS, TO_TRAIN, lesson_note


def note(*kinds):
    return lesson_note("".join(f'<div data-panel="{kind}"></div>' for kind in kinds))


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["explorer"], f"The Explorer on this page is live. {NO_CELLS}"),
        (["explorer", "explorer"], f"The Explorers on this page are live. {NO_CELLS}"),
        (
            ["drawing", "explorer", "exercise", "drawing"],
            "The Explorer and the exercises on this page are live; each drawing can be opened in the Explorer. "
            f"{NO_CELLS}",
        ),
        (["gates"], f"The GateLens plays recordings. {NO_CELLS} {TO_TRAIN}"),
        (["sweep"], f"The SweepBoard plays recordings. {NO_CELLS} {TO_TRAIN}"),
        (
            ["exercise", "trainer", "gates"],
            f"The exercises on this page are live; the Trainer and the GateLens play recordings. {NO_CELLS} {TO_TRAIN}",
        ),
        ([], NO_CELLS),
    ],
)
def test_note_names_the_panels_that_are_live_apart_from_those_that_play_recordings(kinds, words):
    assert note(*kinds) == f'<p class="sn-lesson-note">{words}</p>'
