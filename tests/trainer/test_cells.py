"""The Trainer's cell when it is run again, and what is stored of it."""

from dataclasses import replace

from messages import VIEW
from panel_driver import ask, well_formed
from runs import SE_20, checkpointed

from senet_lab import Architecture, Explorer, Trainer
from senet_lab.drawing.html import STORED
from senet_lab.trainer import widget as trainer_module
from senet_lab.training.runs.run import Run
from senet_lab.widgets.cells import REPLACED


def test_cell_that_is_run_again_restores_the_state_and_ends_the_old_panel(folder, monkeypatch):
    monkeypatch.setattr(trainer_module, "cell", lambda: "cell 1")
    first = Trainer(folder=folder)
    ask(first, epochs=7, drawn=["a"])
    second = Trainer(folder=folder)
    epochs = next(control for control in second.form["controls"] if control["name"] == "epochs")
    assert epochs["value"] == "7"
    assert ['data-draw="a"' in row for row in second.table.split("<tr") if 'checked=""' in row] == [True]
    assert ask(first, seed=1)["error"] == REPLACED
    assert ask(second, seed=1)["error"] == ""
    second.close()


def test_panel_whose_cell_was_run_again_says_so_and_does_nothing_else(folder, monkeypatch):
    monkeypatch.setattr(trainer_module, "cell", lambda: "cell 3")
    checkpointed(Run(folder / "a"))
    first = Trainer(folder=folder)
    ask(first, focus="a", gates=True)
    lens = first.lens
    second = Trainer(folder=folder)
    assert (first.lens, lens.comm) == (None, None)
    before = first.form["controls"]
    for number, moves in enumerate(({"hello": True}, {"gates": True}, {"epochs": 7}, {"start": True}), 2):
        form = ask(first, **moves)
        assert (form["answered"], form["error"], form["reasons"]) == ({VIEW: number}, REPLACED, {})
    assert (first.lens, first.form["controls"], first.failure) == (None, before, None)
    assert not first._follower.is_alive
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c"]
    assert ask(second, gates=True)["error"] == ""
    assert repr(second.lens) == "GateLens(a)"
    second.close()


def test_cell_with_another_network_shows_it_and_restores_the_old_one_later(folder, monkeypatch):
    monkeypatch.setattr(trainer_module, "cell", lambda: "cell 2")
    first = Trainer(folder=folder)
    ask(first, network="cifar_resnet20")
    large = Architecture.preset("cifar_resnet56")
    second = Trainer(large, folder)
    assert second.architecture == large
    assert ask(first, seed=1)["error"] == REPLACED
    explorer = Explorer(replace(SE_20, ratio=8))
    third = Trainer(explorer, folder)
    assert third.architecture == replace(SE_20, ratio=8)
    explorer.architecture = replace(SE_20, ratio=4)
    assert Trainer(Explorer(SE_20), folder).architecture == SE_20  # the Explorer's cell was run again
    explorer.architecture = replace(SE_20, ratio=2)
    assert third.architecture == replace(SE_20, ratio=4)
    fifth = Trainer(folder=folder)
    assert fifth.architecture == Architecture.preset("cifar_resnet20")
    network = fifth.form["controls"][0]
    assert network["value"] in network["stops"]
    assert ask(second, seed=1)["error"] == REPLACED


def test_notebook_output_is_a_widget_a_page_and_a_line(trainer):
    data, _ = trainer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == "Trainer(SE-ResNet-20, modern recipe, 10 epochs, sample)"
    page = well_formed(data["text/html"].partition("</style>")[2])
    assert page.findall(".//{http://www.w3.org/2000/svg}svg")
    assert not page.findall(".//input")
    assert data["text/html"].count(STORED) == 1
