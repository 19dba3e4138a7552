"""What the Trainer reads of a folder of runs: the newest first, each file once, and damaged ones by name."""

import time

from panel_driver import well_formed
from runs import made

from senet_lab.trainer import folder as watching
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer.folder import look
from senet_lab.trainer.results import courses_of, results_table
from senet_lab.trainer.state import begun
from senet_lab.training.runs.run import Status


def test_a_folder_is_seen_newest_first_and_what_has_not_changed_is_not_read_again(folder, monkeypatch):
    seen = look(folder)
    assert [record.key for record in seen.records] == ["c", "b", "a"]
    monkeypatch.setattr(watching, "_read", lambda *_: 1 / 0)
    assert look(folder, seen) == seen


def test_what_is_damaged_missing_or_too_much_ends_nothing(folder, monkeypatch):
    (folder / "b" / "config.json").write_text('{"architecture": "senet9~x"}')
    (folder / "c" / "metrics.csv").write_text("nonsense")
    (folder / "notes.txt").write_text("")
    (folder / "empty").mkdir()
    seen = look(folder)
    assert ([record.key for record in seen.records], list(seen.reasons)) == (["c", "a"], ["b"])
    assert seen.records[0].rows == ()
    assert look(folder / "nowhere").records == ()
    monkeypatch.setattr(watching, "LISTED", 1)
    assert (len(look(folder).records), look(folder).older) == (0, 2)  # the newest one is the one that cannot be read
    table = trainer_pages.table(begun(), seen)
    assert "not readable: b" in table
    well_formed(table)


def test_the_way_within_an_epoch_is_kept_and_thinned(tmp_path):
    run = made(tmp_path, "a", epochs=1)
    seen = None
    for step in range(1, 301):
        run.tell(
            Status("paused", epoch=1, epochs=10, step=step, steps=300, loss=2 - step / 300, accuracy=0.3, process=1)
        )
        seen = look(tmp_path, seen)
    trail = seen.records[0].trail
    assert len(trail) <= watching.TRAIL
    assert (trail[0][0], trail[-1][0]) == (1 + 1 / 300, 2.0)
    assert list(trail) == sorted(trail)
    run.tell(run.status()._replace(state="stopped", at=time.time()))
    course = courses_of(look(tmp_path, seen).records)[0]
    assert (course.epochs, course.training("loss")[-1]) == (2, (2.0, 1.0))  # what was drawn stays


def test_the_table_of_results_says_what_the_runs_say(folder):
    table = well_formed(results_table(look(folder).records, ["a"], "a", interactive=True))
    cells = [["".join(cell.itertext()) for cell in row] for row in table.findall(".//tbody/tr")]
    assert [cell[2:] for cell in cells][-1] == ["274.49 k", "40.82 M", "50.0 %", "50.0 %", "610", "finished"]
    assert "ratio 4, original recipe, 10 epochs" in cells[1][1]
    assert cells[-1][0] == "A"
