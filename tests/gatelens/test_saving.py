"""Figures that the GateLens saves: beside the notebook, over nothing, and what is said of failures."""

import sys
import time

import pytest
from panel_driver import ask, page

from senet_lab.gatelens import saving as lens_saving
from senet_lab.gatelens.state import WHICH
from senet_lab.widgets.saving import free_name


def saved(lens, **moves):
    """What the page says once a figure was saved, or not."""
    ask(lens, **moves)
    while lens._figures.status.running:
        time.sleep(0.02)
    lens._render()
    return page(lens)


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_the_papers_figures_are_saved_beside_the_notebook_and_nothing_is_written_over(
    lens, suffix, start, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    stem = f"gates_{lens._state.network}"
    for figure in ("means", "deviations"):
        shown = saved(lens, figure=figure, save=suffix, classes=[2, 5])
        path = tmp_path / f"{stem}_{figure}{suffix}"
        assert (shown["doing"], shown["error"]) == (f"Saved as {path}", "")
        assert str(path) in shown["side"]
        assert path.read_bytes().startswith(start)
    assert saved(lens, save=suffix)["doing"] == f"Saved as {tmp_path / f'{stem}_deviations_2{suffix}'}"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_saved_figure_has_the_classes_and_stages_that_the_curves_have(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved(lens, figure="means", save=".svg", classes=[2, 5], path="group2/block1")
    words = next(tmp_path.iterdir()).read_text()
    drawn = {name for name in ("bird", "dog", "cat", "group 1, block 1", "group 2, block 1", "group 2, block 2")
             if f"<!-- {name} -->" in words}  # fmt: skip
    assert drawn == {"bird", "dog", "group 1, block 1", "group 2, block 1"}


def test_a_figure_that_cannot_be_saved_is_said_in_the_panel_and_leaves_nothing(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "choose at least one class that has images" in saved(lens, save=".png", classes=[])["error"]
    ask(lens, classes=[0, 1])
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert "The figure was not saved: " in saved(lens, save=".png")["error"]
    assert ask(lens, classes=[0, 1, 2])["error"] == ""
    assert "must be one of '.png', '.svg' or '.pdf'" in ask(lens, save=".jpg")["error"]
    assert list(tmp_path.iterdir()) == []
    monkeypatch.chdir(tmp_path)
    assert saved(lens, save=".png")["error"] == ""


def test_without_matplotlib_the_panel_shows_the_line_that_installs_it(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert 'pip install "senet-lab[lab]"' in saved(lens, save=".png", classes=[0, 1])["error"]
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_figures_that_are_asked_for_while_one_is_drawn_are_saved_too(lens, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask(lens, figure="means", classes=[2, 5])
    monkeypatch.setattr(lens_saving, "free_name", lambda *its: (time.sleep(0.3), free_name(*its))[1])
    for suffix in (".png", ".svg", ".pdf"):
        ask(lens, save=suffix)
    assert "Drawing 3 figures" in page(lens)["doing"]
    shown = saved(lens, tab=WHICH)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pdf", ".png", ".svg"]
    assert all(str(path) in shown["doing"] for path in tmp_path.iterdir())
