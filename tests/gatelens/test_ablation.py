"""Ablation in the GateLens: gates that are held, and what is said of it on every tab."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from panel_driver import ask, page

from senet_lab.gatelens import jobs as lens_jobs
from senet_lab.gatelens import tabs as lens_tabs
from senet_lab.gatelens.scene import required_keys
from senet_lab.gatelens.state import HELD_AT, IMAGE, NEED, TABS, WHICH
from senet_lab.gatelens.views.ablation import twin_words


@pytest.fixture(scope="module")
def switched(model):
    """The network with its switches, traced once for all that is held by hand."""
    from senet_lab.gates.ablation import switchable

    return switchable(model)


@pytest.mark.slow
@pytest.mark.parametrize("how", HELD_AT)
def test_holding_a_gate_measures_what_ablation_measures(lens, switched, how):
    from senet_lab.gates.ablation import ablation

    ask(lens, tab=NEED, how=how, hold={"group2/block1": True})
    work = lens._work
    found = work.results["ablation", how, ("group2/block1",)]
    by_hand = ablation(switched, work.loaded.images, work.reading.labels, ["group2/block1"], how)
    assert (found.after, found.flipped) == (by_hand.after, by_hand.flipped)
    assert f"{100 * by_hand.after:.1f}%" in page(lens)["said"]
    assert "sn-cross" in page(lens)["strip"]
    assert (lens_tabs.HELD_AT_ONE in page(lens)["body"]) == (how == "one")
    ask(lens, free=True, how="one")


def test_what_is_held_is_not_measured_twice(lens, monkeypatch):
    ask(lens, tab=NEED, how="one")
    monkeypatch.setitem(lens_jobs.JOBS, "ablation", lambda *_: pytest.fail("measured again"))
    ask(lens, tab=WHICH)
    assert ask(lens, tab=NEED, how="one")["error"] == ""


def test_what_held_gates_do_is_said_on_every_tab_in_the_words_of_ablation(lens, monkeypatch):
    """Measured wherever the gate is held; until then it says so, and where it cannot be, that."""
    said = {}
    for tab in TABS:
        shown = ask(lens, tab=tab, how="mean", hold={"group1/block1": True})
        said[tab] = re.search(r'sn-effect">(.*?)</p>', shown["side"])[1]
        assert shown["doing"] == said[tab]
    assert len(set(said.values())) == 1
    effect = said[WHICH]
    assert re.fullmatch(
        r"group 1 . block 1 held at the mean: accuracy [\d.]+.% . [\d.]+.% \(.?[\d.]+( . [\d.]+)? points\)", effect
    )
    assert ask(lens, tab=NEED)["said"].startswith(f"G{effect[1:]}")
    scene = replace_scene(lens.scene, tab=IMAGE, image=1)
    at = [key[0] for key in required_keys(scene)]
    assert at.index("image") < at.index("ablation") < at.index("untrained")
    monkeypatch.setitem(lens_jobs.JOBS, "ablation", lambda *_: (_ for _ in ()).throw(ValueError("cannot be had")))
    two = ("group1/block1", "group2/block1")  # which nobody has measured together
    fresh = replace_scene(lens.scene, how="shuffled", held=two)
    assert fresh.effect.endswith("held shuffled: being measured \u2026")
    shown = ask(lens, tab=WHICH, how="shuffled", hold={"group2/block1": True})
    assert "held shuffled: not measured" in shown["side"]
    assert shown["error"] == "cannot be had"
    monkeypatch.undo()
    assert 'sn-effect">No gate is held.' in ask(lens, free=True, how="one")["side"]


def replace_scene(scene, **changes):
    return scene._replace(state=replace(scene.state, **changes))


def test_the_twin_without_squeeze_excite_stands_beside_what_holding_gates_loses(lens, monkeypatch):
    card = SimpleNamespace(name="se", accuracy=0.90, images=10_000)
    words = twin_words(card, SimpleNamespace(name="bare", accuracy=0.885, images=10_000))
    assert words == (
        "Its twin bare, trained from the start without squeeze-excite, classifies 88.50% of the same 10,000 test "
        "images correctly, and this network 90.00%. Each was trained once; differences of up to 0.9 points may be "
        "due to chance."
    )
    for accuracy in (0.9001, 0.8999, 0.902):
        words_of_both = twin_words(card, SimpleNamespace(name="bare", accuracy=accuracy, images=10_000))
        assert f"classifies {100 * accuracy:.2f}% of" in words_of_both
    monkeypatch.setitem(lens._work.results, ("load",), replace(lens._work.loaded, twin=words))
    assert words in ask(lens, tab=NEED)["body"]
