"""Files of a run that are damaged: each is named with the reason, and nothing else stops or waits for it."""

import json
import os
import re
import shutil
import socket
import time

import numpy as np
import pytest
from runs import TINY

from senet_lab import Trainer
from senet_lab.cli import main
from senet_lab.data.pictures import picture
from senet_lab.files import DamagedFileError, read_json, read_text
from senet_lab.gatelens.sources.run_list import RunList
from senet_lab.trainer import page as trainer_pages
from senet_lab.trainer.folder import read_folder
from senet_lab.trainer.state import initial_state
from senet_lab.training import rates
from senet_lab.training.batches import FILE as SCALE
from senet_lab.training.batches import Scale, load_scale
from senet_lab.training.devices import Placement
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import checkpoint, metrics
from senet_lab.training.runs.data_fit import fit_to_data, must_fit
from senet_lab.training.runs.inventory import find_damage, list_runs
from senet_lab.training.runs.run import COLUMNS, Run, Status

NESTED = "[" * 100_000
ROW = dict.fromkeys(COLUMNS, 1.0)


@pytest.fixture
def folder(tmp_path):
    """Three runs that have trained an epoch."""
    for name in ("a", "b", "c"):
        run = Run.create(TINY, folder=tmp_path / name)
        metrics.append_row(run.folder / "metrics.csv", ROW)
        checkpoint.write_newest(run.folder / "checkpoints", 1, [np.ones(3)], {"epoch": 1})
        run.tell(Status("stopped", "it was asked to", 1, 10))
        run.ask("stop")
    return tmp_path


def put(path, content):
    """Put something in the place of a file: text, bytes, "a folder", "a named pipe", "a device", or more than fits."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if content == "a folder":
        path.mkdir()
    elif content == "a named pipe":
        os.mkfifo(path)
    elif content == "a socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(os.path.relpath(path))
    elif content == "a device":
        path.symlink_to("/dev/zero")
    elif content == "a huge file":
        with path.open("wb") as file:
            file.truncate(2**33)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def config(**changes):
    """A config.json with other fields; None takes one away."""
    fields = {"architecture": TINY.token(), "recipe": Recipe().to_dict(), "data": "sample", **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


ANYWHERE = [
    ("a folder", "it is a folder and not a file"),
    ("a named pipe", "it is a named pipe and not a file"),
    ("a socket", "it is a socket and not a file"),
    ("a device", "it is a device and not a file"),
]
TEXTS = [
    ("a huge file", "it has more than"),
    (b"\xff\xfe\x00", "it is not text"),
]
JSONS = [
    ("", "it is empty"),
    ("{", "it is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
    (NESTED, "it is nested too deeply"),
    ("1" * 5000, "it is not JSON (Exceeds the limit"),
]
CONFIGS = [
    ("[]", "it must hold an object, not []"),
    ("{}", "it has no `architecture`"),
    (config(recipe=None), "it has no `recipe`; put back a copy of it, or create a new run"),
    (config(data=None), "it has no `data`"),
    (config(architecture=3), "`architecture` must be a text, not 3"),
    (config(architecture="senet9~x"), "its `architecture` cannot be read: "),
    (config(recipe=[1]), "`recipe` must be an object, not [1]"),
    (config(recipe={"epochs": 0}), "its `recipe` cannot be read: `epochs` (=0) must be at least 1; try 1"),
    (
        config(recipe={"epoch": 3}),
        "its `recipe` cannot be read: `field of a recipe` (='epoch') must be one of 14 names; try 'epochs'",
    ),
    (config(recipe={"learning_rate": float("nan")}), "its `recipe` cannot be read: `learning_rate` (=nan) must be"),
    (config(recipe={"learning_rate": 10**400}), "its `recipe` cannot be read: `learning_rate` (="),
    (config(placement={"hosts": 3}), "its `placement` cannot be read: `hosts` must be addresses with ports, not 3"),
    (config(placement={"host": "a"}), "its `placement` cannot be read: "),
    (config(data={}), "`data` must be a text, not {}"),
    (config(suffixes=".png"), "`suffixes` must be an array of texts, not '.png'"),
    (config(suffixes=5), "`suffixes` must be an array of texts, not 5"),
    (config(suffixes=[".png", 5]), "`suffixes` must be an array of texts, not ['.png', 5]"),
    (config(skip_bad="no"), "`skip_bad` must be true or false, not 'no'; put back a copy of it"),
    (config(versions=[]), "`versions` must be an object, not []"),
]
STATUSES = [
    ("[]", "it must hold an object, not []"),
    ("{}", "`state` must be one of"),
    ('{"state": "asleep"}', "`state` (='asleep') must be one of"),
    ('{"state": "stopped", "epoch": "3"}', "`epoch` must be a whole number, not '3'; try 3"),
    ('{"state": "stopped", "process": -1}', "`process` (=-1) must be at least 0"),
    ('{"state": "stopped", "process": 1' + "0" * 40 + "}", "`process` (=1e+40) must be"),
    ('{"state": "stopped", "loss": "low"}', "`loss` must be a number, not 'low'"),
    ('{"state": "stopped", "loss": Infinity}', "`loss` (=inf) must be at least 0 and finite; try 1e+308"),
    ('{"state": "stopped", "loss": ' + "1" * 400 + "}", "`loss` (=1.11e+399) must be at least 0 and finite"),
    ('{"state": "stopped", "reason": 3}', "`reason` must be a string, not 3"),
]
GATES = [
    ("{}", "it must hold an array, not {}"),
    ("[3]", "each moment must have `epoch`, `mean` and `specificity`, unlike 3"),
    ('[{"epoch": 1, "mean": 3, "specificity": {}}]', "`mean` must be a dict, not 3"),
    ('[{"epoch": 1, "mean": {"group1/block1": "x"}, "specificity": {}}]', "`group1/block1` must be a number, not 'x'"),
    ('[{"epoch": 1, "mean": {"group1/block1": NaN}, "specificity": {}}]', "`group1/block1` (=nan) must be"),
    ('[{"epoch": -1, "mean": {}, "specificity": {}}]', "`epoch` (=-1) must be at least 0"),
]
DAMAGE = [
    *(("config.json", *each) for each in (*ANYWHERE, *TEXTS, *JSONS, *CONFIGS)),
    *(("status.json", *each) for each in (*ANYWHERE, *TEXTS, *JSONS, *STATUSES)),
    *(("gates.json", *each) for each in (*ANYWHERE, *TEXTS, *JSONS, *GATES)),
    *(("skipped.json", *each) for each in (*ANYWHERE, *TEXTS, *JSONS)),
    ("skipped.json", "[]", "it must hold an object, not []; put back a copy of it, or create a new run"),
    ("skipped.json", '{"cats/1.jpg": 3}', "`cats/1.jpg` must be a string, not 3"),
    *(("metrics.csv", *each) for each in (*ANYWHERE, TEXTS[0])),
    ("metrics.csv", b"\xff\xfe\x00", "its first line must name the columns, epoch,step,seconds..."),
    *(("wanted", *each) for each in (*ANYWHERE, *TEXTS)),
    ("wanted", "halt", "it must hold 'run', 'pause' or 'stop', not 'halt'; write 'run', 'pause' or 'stop' into it"),
    *(("checkpoints/best.npz", *each) for each in ANYWHERE),
    ("checkpoints/best.npz", "PK", "it is truncated, or not a checkpoint"),
    ("checkpoints", "", "it must be a folder; delete it, and resume the run from the start"),
    ("log.txt", "a named pipe", "it is a named pipe and not a file"),
]


@pytest.mark.parametrize(("name", "content", "reason"), DAMAGE, ids=lambda value: str(value)[:40])
def test_list_names_a_damaged_file_with_the_reason_and_lists_the_other_runs(folder, name, content, reason, capfd):
    path = folder / "b" / name
    put(path, content)
    began = time.monotonic()
    assert main(["runs", str(folder)]) == 1
    assert time.monotonic() - began < 1
    out, err = capfd.readouterr()
    others = ["a", "c"] if name == "config.json" else ["a", "b", "c"]
    assert [line.partition(":")[0] for line in out.splitlines()] == others
    assert re.fullmatch(rf"'{re.escape(str(path))}' is damaged: {re.escape(reason)}.*\.\n", err)
    assert len(err) < 600


@pytest.mark.parametrize(("name", "content", "reason"), DAMAGE, ids=lambda value: str(value)[:40])
def test_page_of_the_trainer_shows_the_other_runs_whatever_is_damaged(folder, name, content, reason):
    put(folder / "b" / name, content)
    snapshot = read_folder(folder)
    assert {"a", "c"} <= {record.key for record in snapshot.records}
    if name == "config.json" and "placement" not in reason:  # without which a run can be shown
        assert reason.partition(";")[0][:40] in snapshot.errors["b"]
        assert f"could not be read: b (config.json: {reason.partition(';')[0][:20]}" in table(snapshot)
    assert read_folder(folder, snapshot).errors == snapshot.errors
    trainer_pages.now(initial_state(), snapshot, None)
    trainer_pages.picture(initial_state(), snapshot)


def table(snapshot):
    return trainer_pages.table(initial_state(), snapshot).replace("&#x27;", "'").replace("&quot;", '"')


def test_many_damaged_runs_are_named_as_far_as_there_is_room(folder):
    for at in range(8):
        shutil.copytree(folder / "a", folder / f"x{at}")
        put(folder / f"x{at}" / "config.json", NESTED)
    assert re.search(
        r"could not be read: x7 \(config\.json: it is nested too deeply\), .* and 3 more", table(read_folder(folder))
    )


def test_a_run_with_a_damaged_status_waits_and_says_why(folder):
    put(folder / "a" / "status.json", NESTED)
    run = Run(folder / "a")
    assert run.status().state == "waiting"
    assert run.status().warning == (
        f"'{folder}/a/status.json' is damaged: it is nested too deeply; the run's next status replaces it, so resume "
        "it, or delete the file."
    )


def test_a_loss_that_was_no_number_is_read_as_none(folder):
    """Of a training that has failed by it."""
    run = Run(folder / "a")
    run.tell(Status("failed", "the loss is no number", loss=float("nan"), accuracy=0.5))
    assert (run.status().loss, run.status().accuracy) == (None, 0.5)


@pytest.mark.parametrize("name", ["status.json", "metrics.csv", "gates.json", "wanted", "log.txt"])
@pytest.mark.parametrize("what", ["a folder", "a named pipe"])
def test_a_run_is_not_started_where_something_else_lies_in_the_place_of_a_file(folder, name, what):
    put(folder / "a" / name, what)
    with pytest.raises(DamagedFileError, match=rf"{name}' is damaged: it is {what} and not a file; delete it\.$"):
        Run(folder / "a").start()


def test_a_run_is_not_started_where_its_checkpoints_would_go_into_a_file(folder):
    put(folder / "a" / "checkpoints", "")
    with pytest.raises(
        DamagedFileError, match="checkpoints' is damaged: it must be a folder; delete it, and resume the run"
    ):
        Run(folder / "a").start()


@pytest.mark.parametrize("what", ["a folder", "a named pipe", "a socket"])
def test_a_run_is_not_started_where_something_else_lies_in_the_place_of_its_skipped_files(folder, what):
    put(folder / "a" / "skipped.json", what)
    with pytest.raises(DamagedFileError, match=rf"it is {what} and not a file; put back a copy of it, or create a new"):
        Run(folder / "a").start()


@pytest.mark.parametrize("text", ["pause\n", "  pause  ", "pause\r\n", "\tpause"])
def test_request_that_ends_in_a_newline_or_spaces_is_read(folder, text):
    (folder / "a" / "wanted").write_text(text)
    assert Run(folder / "a").asked() == "pause"
    assert read_folder(folder).record("a").request == "pause"
    assert not find_damage(Run(folder / "a"))


@pytest.mark.parametrize("row", [
    "nan,1,1,1,1,1,1,1,1", "inf,1,1,1,1,1,1,1,1", "0,1,1,1,1,1,1,1,1", "2.5,1,1,1,1,1,1,1,1", "3,1,1,1,1,nan,1,1,1",
    "3,1,1,1,1,1,1,inf,1", "\x00", '3,"1,1,1,1,1,1,1,1', f"3,{'1' * 200_000},1,1,1,1,1,1,1",
])  # fmt: skip
def test_impossible_row_of_metrics_is_left_out_and_the_next_one_is_not(folder, row):
    path = folder / "a" / "metrics.csv"
    path.write_text(f"{path.read_text()}{row}\n")
    metrics.append_row(path, {**ROW, "epoch": 2, "val_loss": float("nan"), "val_accuracy": float("nan")})
    assert [each["epoch"] for each in Run(folder / "a").metrics()] == [1, 2]


@pytest.mark.parametrize("about", [{"epoch": "x"}, {"epoch": None}, {"step": -1}, {"loss": []}, [], 3])
def test_checkpoint_with_impossible_progress_gives_way_to_the_one_before(tmp_path, about):
    checkpoint.write_newest(tmp_path, 1, [np.ones(3)], {"epoch": 1})
    told = json.dumps({"arrays": 1, **about} if isinstance(about, dict) else about)
    np.savez(tmp_path / "000000002.npz", about=np.frombuffer(told.encode(), "uint8"), v00000=np.ones(3))
    assert checkpoint.read_newest(tmp_path)[1] == {"epoch": 1}
    assert (tmp_path / "000000002.damaged").is_file()


@pytest.mark.parametrize("what", ["a folder", "a named pipe"])
def test_folder_or_pipe_in_the_place_of_a_checkpoint_gives_way_to_the_one_before(tmp_path, what):
    checkpoint.write_newest(tmp_path, 1, [np.ones(3)], {"epoch": 1})
    put(tmp_path / "000000002.npz", what)
    _, about, damaged = checkpoint.read_newest(tmp_path)
    assert (about, damaged) == ({"epoch": 1}, [f"'000000002.npz' is damaged: it is {what} and not a file"])


@pytest.mark.parametrize("text", [NESTED, "[]", '{"mean": 3}', '{"mean": ["x"], "deviation": [1]}', "{}",
                                  '{"mean": [0.5], "deviation": [0.1, 0.2]}', '{"mean": [0.5], "deviation": [0]}'])  # fmt: skip
def test_damaged_scale_is_ignored(folder, text):
    put(folder / "a" / SCALE, text)
    assert load_scale(folder / "a", "sample") == Scale()
    with pytest.raises(ValueError, match="The scale of the images of 'a' is computed when the run starts"):
        load_scale(folder / "a", "elsewhere")


def test_file_without_permission_is_reported(tmp_path, monkeypatch):
    """As root, who runs these tests in a container, one may read everything."""

    def refused(path, _):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(
        DamagedFileError, match=r"config\.json' is damaged: it cannot be read \(Permission denied\); ask"
    ):
        read_json(tmp_path / "config.json", dict, "ask")


def test_a_file_that_is_not_there_is_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_text(tmp_path / "none", "")
    assert list_runs(tmp_path / "nowhere") == []


def test_config_of_an_older_version_gets_default_fields(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    put(run.folder / "config.json", config())
    assert (run.config["versions"], run.placement, run.recipe) == ({}, Placement(), Recipe())
    assert (run.config["suffixes"], run.skips_bad) == (None, False)


def test_changing_a_config_that_was_read_leaves_the_next_one_as_it_is(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "a")
    put(run.folder / "config.json", config())
    run.config["versions"]["keras"] = "1"
    assert run.config["versions"] == {}


def test_a_run_that_becomes_readable_is_read_again(folder, monkeypatch):
    """A change of permissions leaves the time of the last writing as it is."""
    path, read = folder / "b" / "config.json", os.open

    def refused(file, *rest):
        if file == path:
            raise PermissionError(13, "Permission denied", str(file))
        return read(file, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        snapshot = read_folder(folder)
        assert snapshot.errors == {"b": "config.json: it cannot be read (Permission denied)"}
        path.chmod(0o600)
    assert read_folder(folder, snapshot).record("b")


def test_run_whose_checkpoints_are_all_damaged_says_what_to_do(folder):
    for path in (folder / "a" / "checkpoints").glob("*.npz"):
        put(path, "PK")
    words = "all of them are damaged; put back a copy of one, or remove 'checkpoints' to train from the start."
    with pytest.raises(ValueError, match=rf"^'a' has no checkpoint that can be read: {re.escape(words)}$"):
        Run(folder / "a").model()


@pytest.mark.parametrize("call", [
    lambda path: must_fit(TINY, path), lambda path: fit_to_data(TINY, path), lambda path: Run.create(TINY, data=path),
    lambda path: Trainer(folder=path), RunList, picture,
])  # fmt: skip
def test_a_path_in_the_home_of_nobody_is_refused_by_its_name(call):
    with pytest.raises(ValueError, match=r"^`(data|folder|source)` \(='~nosuchuser/x'\) .*; try '"):
        call("~nosuchuser/x")


def test_the_home_of_nobody_in_the_environment_remembers_no_rates(monkeypatch, caplog):
    monkeypatch.setenv(rates.VARIABLE, "~nosuchuser/x")
    assert rates.load_rates() == []
    rates.record_rate(TINY, Recipe(), 1.0)
    assert "`SENET_LAB_CACHE` (='~nosuchuser/x')" in caplog.text
