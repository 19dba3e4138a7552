"""What Explorer is called with in Python, and what its address says where it is an app."""

import pytest
from panel_driver import ask

from senet_lab import Architecture, Explorer
from senet_lab.explorer.state import FIRST_MESSAGE


@pytest.mark.parametrize("wrong", ["resnet50", None, 50])
def test_a_value_that_is_no_architecture_is_refused(explorer, wrong):
    with pytest.raises(TypeError, match=r"`architecture` must be an Architecture, not .*; try Architecture.preset\('"):
        explorer.architecture = wrong
    assert explorer.architecture == Architecture("resnext", 50)
    if wrong:
        with pytest.raises(TypeError, match="must be an Architecture"):
            Explorer(wrong)


def test_an_unknown_attribute_is_refused_with_a_suggestion(explorer):
    with pytest.raises(AttributeError, match=r"try explorer.architecture = dataclasses.replace\(.*, ratio=8\)"):
        explorer.ratio = 8
    with pytest.raises(AttributeError, match="An Explorer has no attribute `pined`; try 'pinned'"):
        explorer.pined = Architecture()
    explorer.layout = {"width": "50%"}  # a trait of every widget
    explorer.layout.width = "60%"
    assert explorer.layout.width == "60%"


def test_the_app_shows_the_network_of_its_address(monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "token=secret&network=senet1~family=resnext~ratio=8%2Cnone&network=twice")
    assert Explorer().architecture == Architecture("resnext", 50)  # in a notebook nobody asks for it
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    monkeypatch.setenv("QUERY_STRING", "theme=dark&network=senet1~family=resnext~ratio=8&token=secret")
    linked = Explorer()
    assert linked.architecture == Architecture("resnext", 50, ratio=8)
    assert (linked.shown["error"], linked.shown["undo"], linked.shown["said"]) == ("", False, FIRST_MESSAGE)
    assert Explorer(Architecture()).architecture == Architecture()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "network=senet1~ratio=0",
            "Couldn\u2019t open the network in the address: Ratio (0) must be at least 1; try 1.",
        ),
        ("network=senet1%7Edepht=50", "try 'depth'"),
        ("network=" + "x" * 9000, f"Token ({'x' * 40}\u2026) must begin with 'senet1'"),
        ("network=%3Cscript%3E", "Token (<script>) must begin with 'senet1'"),
        ("network=&network=", ""),
        ("%%%", ""),
    ],
)
def test_an_address_without_a_valid_network_is_explained_and_the_default_is_shown(monkeypatch, query, words):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    monkeypatch.setenv("QUERY_STRING", query)
    explorer = Explorer()
    assert explorer.architecture == Architecture("resnext", 50)
    assert words in explorer.shown["error"]
    assert ask(explorer, ratio=8)["error"] == ""
    assert ask(explorer, reset=True)["error"] == ""


def test_the_page_in_voila_mentions_no_notebook_and_no_variable(explorer, monkeypatch):
    assert "explorer.model" in ask(explorer, tab="Build")["body"]
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    shown = ask(explorer, path="group2")["body"]
    assert "explorer.model" not in shown
    assert "notebook" not in shown
