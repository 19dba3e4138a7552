"""What the Trainer reads of a folder of runs: the newest first, each file once, and damaged ones by name."""

import time

from panel_driver import well_formed
from runs import made

from senet_lab.trainer import folder as folder_module
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer.folder import read_folder
from senet_lab.trainer.results import histories_of, results_table
from senet_lab.trainer.snapshot import Snapshot
from senet_lab.trainer.state import initial_state
from senet_lab.training.runs.run import Status


def test_folder_is_read_newest_first_and_unchanged_runs_are_not_read_again(folder, monkeypatch):
    snapshot = read_folder(folder)
    assert [record.key for record in snapshot.records] == ["c", "b", "a"]
    monkeypatch.setattr(folder_module, "_read", lambda *_: 1 / 0)
    assert read_folder(folder, snapshot) == snapshot


def test_folder_with_damaged_missing_or_too_many_runs_is_read(folder, monkeypatch):
    (folder / "b" / "config.json").write_text('{"architecture": "senet9~x"}')
    (folder / "c" / "metrics.csv").write_text("nonsense")
    (folder / "notes.txt").write_text("")
    (folder / "empty").mkdir()
    snapshot = read_folder(folder)
    assert ([record.key for record in snapshot.records], list(snapshot.errors)) == (["c", "a"], ["b"])
    assert snapshot.records[0].rows == ()
    assert read_folder(folder / "nowhere").records == ()
    monkeypatch.setattr(folder_module, "MAX_RECORDS", 1)
    assert (len(read_folder(folder).records), read_folder(folder).older) == (
        0,
        2,
    )  # the newest one is the one that cannot be read
    table = trainer_pages.table(initial_state(), snapshot)
    assert "could not be read: b" in table
    well_formed(table)


def test_trail_within_an_epoch_is_thinned_and_stays_after_a_stop(tmp_path):
    run = made(tmp_path, "a", epochs=1)
    snapshot = Snapshot()
    for step in range(1, 301):
        run.tell(
            Status("paused", epoch=1, epochs=10, step=step, steps=300, loss=2 - step / 300, accuracy=0.3, process=1)
        )
        snapshot = read_folder(tmp_path, snapshot)
    trail = snapshot.records[0].trail
    assert len(trail) <= folder_module.MAX_TRAIL_POINTS
    assert (trail[0][0], trail[-1][0]) == (1 + 1 / 300, 2.0)
    assert list(trail) == sorted(trail)
    run.tell(run.status()._replace(state="stopped", at=time.time()))
    history = histories_of(read_folder(tmp_path, snapshot).records)[0]
    assert (history.epochs, history.training("loss")[-1]) == (2, (2.0, 1.0))  # what was drawn stays


def test_results_table_has_the_figures_of_the_runs(folder):
    table = well_formed(results_table(read_folder(folder).records, ["a"], "a", interactive=True))
    cells = [["".join(cell.itertext()) for cell in row] for row in table.findall(".//tbody/tr")]
    assert [cell[2:] for cell in cells][-1] == ["274.49 k", "40.82 M", "50.0%", "50.0%", "610", "finished"]
    assert "ratio 4, original recipe, 10 epochs" in cells[1][1]
    assert cells[-1][0] == "A"
