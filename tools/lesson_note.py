"""Write the note below the title of a lesson on the site, whose readers cannot run its cells."""

from __future__ import annotations

import re

NO_CELLS = "Cells cannot be run on this page; they show their stored output."
TO_TRAIN = "To train a network or inspect your own, install senet_lab."
PLAYERS = {"trainer": "Trainer", "gates": "GateLens", "sweep": "SweepBoard"}


def lesson_note(body: str) -> str:
    """Return HTML that says which panels of a page are live and which play recordings.

    Args:
        body: the page; the attribute `data-panel` marks each panel.
    """
    kinds = re.findall(r'data-panel="(\w+)"', body)
    explorers = ["Explorer" if kinds.count("explorer") == 1 else "Explorers"] * ("explorer" in kinds)
    live = explorers + ["exercises"] * ("exercise" in kinds)
    played = [name for kind, name in PLAYERS.items() if kind in kinds]
    clauses = [f"the {_listed(live)} on this page {'is' if live == ['Explorer'] else 'are'} live"] * bool(live)
    clauses += [f"the {_listed(played)} {'plays' if len(played) == 1 else 'play'} recordings"] * bool(played)
    clauses += ["each drawing can be opened in the Explorer"] * ("drawing" in kinds)
    panels = "; ".join(clauses)
    sentences = [f"{panels[:1].upper()}{panels[1:]}."] * bool(panels) + [NO_CELLS] + [TO_TRAIN] * bool(played)
    return f'<p class="sn-lesson-note">{" ".join(sentences)}</p>'


def _listed(names: list[str]) -> str:
    return " and the ".join(names)
