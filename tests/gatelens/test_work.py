"""The GateLens's work beside its threads: what is read when, who sends it, and what is let go of."""

import contextvars
import gc
import sys
import threading
import weakref
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from ipykernel.comm.comm import BaseComm
from messages import VIEW, post
from panel_driver import ask, page

from senet_lab import GateLens
from senet_lab.gatelens import jobs as lens_jobs
from senet_lab.gatelens import widget as lens_module
from senet_lab.gatelens import work as lens_work
from senet_lab.gatelens.sources import source as lens_sources
from senet_lab.gatelens.state import IMAGE, NEED, WHICH
from senet_lab.gates import observe as gates
from senet_lab.widgets.cells import REPLACED
from senet_lab.widgets.follower import reply_where_sent


def test_nothing_heavy_happens_on_the_thread_that_makes_the_panel(model, monkeypatch):
    threads = []
    observed = gates.observed
    monkeypatch.setattr(
        gates, "observed", lambda *args, **kw: threads.append(threading.current_thread()) or observed(*args, **kw)
    )
    lens = GateLens(model)
    assert page(lens)["busy"] or not lens._work.busy
    lens.wait(300)
    assert threads
    assert threading.main_thread() not in threads


def test_what_was_read_while_weights_moved_is_of_no_network_and_not_kept(monkeypatch):
    fits = [0]
    work = lens_work.Work(lens_sources.Source("net", lambda: "loaded", weights_version=lambda: fits[-1]))

    def found(keys):
        work.aim(keys)
        work.wait(20)
        return dict(work.results), dict(work.failed)

    load, read = ("load",), ("read",)
    monkeypatch.setitem(lens_jobs.JOBS, "read", lambda *_: fits.append(1) or "of two")
    assert found([load, read]) == ({load: "loaded"}, {})
    monkeypatch.setitem(lens_jobs.JOBS, "read", lambda *_: fits.append(2) or 1 / 0)
    assert found([read]) == ({load: "loaded"}, {})
    monkeypatch.setitem(lens_jobs.JOBS, "read", lambda *_: "whole")
    assert found([read]) == ({load: "loaded", read: "whole"}, {})
    assert not work.is_outdated
    fits.append(None)
    assert work.is_outdated
    assert found([("image", 0, "")])[0] == {load: "loaded", read: "whole"}


def test_whatever_thread_sends_does_so_as_an_answer_to_the_page(lens):
    """See Follower: else the page's next message waits for the cell that is busy."""
    who, heard = contextvars.ContextVar("who", default="the cell"), []

    def note(_):
        heard.append(who.get())

    lens.observe(note, "body")
    contextvars.copy_context().run(lambda: (who.set("the page"), ask(lens, tab=WHICH)))
    lens._state = replace(lens._state, tab=IMAGE)
    thread = threading.Thread(target=lens._follow)
    thread.start()
    thread.join()
    lens.unobserve(note, "body")
    assert len(heard) >= 2  # more if what the first tab lacked has arrived meanwhile
    assert {*heard} == {"the page"}


def test_a_page_that_two_threads_draw_is_sent_last_as_it_is_last(lens, monkeypatch):
    """While one thread sends an older page, another one draws a newer one: the newer one must arrive after it."""
    ask(lens, tab=WHICH)
    arrivals, others, send_state = [], [], lens.send_state

    def send(key=None):
        value = lens.shown["tab"] if key == "shown" else None
        if value == IMAGE:
            lens._state = replace(lens._state, tab=NEED)
            others.append(threading.Thread(target=lens._follow))
            others[0].start()
            others[0].join(1)
        if value:
            arrivals.append(value)
        send_state(key)

    monkeypatch.setattr(lens, "send_state", send)
    ask(lens, tab=IMAGE)
    others[0].join()
    assert arrivals[-1] == lens.shown["tab"] == NEED


def test_messages_of_the_page_go_to_the_subshell_that_they_are_sent_to_whoever_published_last():
    comm = BaseComm(comm_id="x", target_name="jupyter.widget")
    comm._reply_subshell_id = None  # as ipykernel notes with each message that the cell's thread sends
    assert comm._reply_subshell_for({}, "subshell") is None
    reply_where_sent(comm)
    assert comm._reply_subshell_for({}, "subshell") == "subshell"


@pytest.mark.slow
def test_a_cell_that_is_run_again_ends_its_panel_which_lets_go_of_all_that_it_held(model, monkeypatch):
    monkeypatch.setattr(lens_module, "cell", lambda: "cell 1")
    pictures = np.zeros((20, 32, 32, 3), "uint8")
    first = GateLens(model, pictures, np.arange(20) % 10).wait(300)
    held = [weakref.ref(each) for each in (first._work, first._work.loaded, first._work.reading, first._work.untrained)]
    second = GateLens(model, pictures, np.arange(20) % 10).wait(300)
    gc.collect()
    assert [each() for each in held] == [None] * 4
    assert (post(first, {"tab": WHICH}), first.shown["answered"]) == (1, {VIEW: 1})
    assert first.shown["error"] == REPLACED
    held = weakref.ref(second._work)
    second.close()
    gc.collect()
    assert held() is None
    assert (first.failure, second.failure) == (None, None)


def test_a_panel_that_was_ended_hears_no_more_of_a_watch_nor_of_work_that_others_share(model):
    from senet_lab.gates.watch import GateWatch

    watch = GateWatch(np.zeros((10, 32, 32, 3)), np.arange(10))
    lens = GateLens(model, watch=watch)
    work = lens._work
    assert (len(watch._listeners), len(work._listeners)) == (1, 1)
    lens.close()
    assert (watch._listeners, work._listeners) == ([], [])
    work.wait(300)


def test_choosing_another_network_while_keras_is_being_imported_works(monkeypatch):
    """A module that is half imported has no `config` yet."""
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    work = lens_work.Work(lens_sources.Source("net", lambda: "loaded"))
    work.aim([("load",)])
    work.wait(10)
    assert work.loaded == "loaded"
