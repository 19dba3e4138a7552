"""The Explorer's tabs and the paths within them, code, downloads and the batch."""

import re

import pytest
from panel_driver import ask

from senet_lab import Architecture
from senet_lab.explorer.state import TABS
from senet_lab.export import FORMS, text_of

WITHIN = {
    "Network": "sn-drawing",
    "Layers": "sn-layers",
    "Breakdown": "By group",
    "Trade-offs": "ratio",
    "Compare": "Pin as A",
    "Published": "Hu et al. 2018",
    "Code": "sn-code",
    "Build": "Build Keras model",
}


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_shows_its_own_view_of_the_network(explorer, tab):
    shown = ask(explorer, tab=tab)
    assert (shown["tab"], shown["error"]) == (tab, "")
    assert WITHIN[tab] in shown["body"]
    before = shown["body"], shown["layers"]
    after_ = ask(explorer, ratio=8)
    assert ((after_["body"], after_["layers"]) == before) == (tab in ("Compare", "Build"))


def test_a_part_that_a_move_removes_is_replaced_until_it_exists_again(explorer):
    assert "group 3 \u00b7 block 6 \u00b7 " in ask(explorer, path="group3/block6/se")["body"]
    assert "group 3 \u00b7 block 6</h3>" in ask(explorer, ratio=None)["body"]
    assert "group 3 \u00b7 block 3" in ask(explorer, preset="cifar_se_resnet20")["body"]
    assert "group 3 \u00b7 block 6 \u00b7 " in ask(explorer, preset="se_resnext50_32x4d")["body"]


@pytest.mark.parametrize("path", ["", "nonsense", "group9/block9/se", "/", "group1/block1/se/se", "classifier", 5])
def test_a_path_to_no_part_selects_the_nearest_one(explorer, path):
    assert ask(explorer, path=path)["error"] == ""
    assert "<h3>" in explorer.shown["body"]


def test_the_source_of_a_part_is_shown_on_request(explorer):
    assert "<pre" not in explorer.shown["body"]
    assert "<pre" in ask(explorer, source=True, path="group2/block1")["body"]
    assert "<pre" not in ask(explorer, source=False)["body"]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_the_code_is_shown_and_saved(explorer, form):
    shown = ask(explorer, tab="Code", form=form)
    assert re.search(rf'data-value="{form}" aria-pressed="true"', shown["body"])
    download = ask(explorer, save=".py")["download"]
    assert download["text"] == text_of(explorer.architecture, ".py", form=form)
    assert download["name"] == f"se_resnext_50_32x4d_{form}.py"


@pytest.mark.parametrize("suffix", [".py", ".csv", ".svg", ".txt"])
def test_a_file_to_save_is_in_the_answer_to_its_request_alone(explorer, suffix):
    download = ask(explorer, save=suffix)["download"]
    assert download["name"] == f"se_resnext_50_32x4d{'_procedural' if suffix == '.py' else ''}{suffix}"
    assert download["name"] in explorer.shown["said"]
    assert download["text"] == text_of(explorer.architecture, suffix, **{"form": FORMS[0]} if suffix == ".py" else {})
    assert {download["view"]: download["number"]} == explorer.shown["answered"]
    assert ask(explorer, ratio=8)["download"] == {}
    explorer.architecture = Architecture()
    assert explorer.shown["download"] == {}


def test_the_batch_multiplies_the_activations_alone(explorer):
    one, many = (re.findall("<strong>(.*?)</strong>", ask(explorer, batch=batch)["heading"]) for batch in (1, 64))
    assert [old == new for old, new in zip(one, many, strict=True)] == [True, True, False, True, True, True]
    assert "batch 64, float32" in explorer.shown["heading"]


def test_going_up_focuses_the_part_that_was_left(explorer):
    ask(explorer, path="group3/block2/se")
    for path, left in (("group3/block2", "group3/block2/se"), ("group3", "group3/block2"), ("", "group3")):
        card = ask(explorer, path=path)["body"].split('class="sn-card"')[1]
        assert f'tabindex="0" data-path="{left}"' in card
    card = ask(explorer, path="group2/block1")["body"].split('class="sn-card"')[1]
    assert 'tabindex="0" data-path' not in card.partition("</svg>")[0]  # the first of the block, a convolution
