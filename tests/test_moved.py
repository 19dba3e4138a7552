"""The names that modules had before: each leads to the module of today, with a warning, and no other name does."""

import importlib
import sys

import pytest

from senet_lab.moved import HOMES


@pytest.fixture
def forgotten():
    """Modules of old names are loaded anew, and leave no trace."""
    old = [f"senet_lab.{name}" for name in HOMES]
    for name in old:
        sys.modules.pop(name, None)
    yield
    for name in old:
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("name", [name for name, home in HOMES.items() if home])
def test_an_old_name_leads_to_the_module_of_today_with_a_warning(name):
    home = importlib.import_module(f"senet_lab.{HOMES[name]}")
    with pytest.warns(DeprecationWarning, match=rf"is now senet_lab\.{HOMES[name]}; import that"):
        old = importlib.import_module(f"senet_lab.{name}")
    public = [each for each in vars(home) if not each.startswith("_")]
    assert all(getattr(old, each) is getattr(home, each) for each in public)


@pytest.mark.usefixtures("forgotten")
def test_panels_are_still_had_from_where_they_were():
    from senet_lab import GateLens

    panels = importlib.import_module("senet_lab.panels")
    with pytest.warns(DeprecationWarning, match=r"senet_lab\.panels is now senet_lab; import that"):
        assert panels.GateLens is GateLens


@pytest.mark.parametrize("name", ["senet_lab.nothing", "senet_lab.views.nothing", "nothing_at_all"])
@pytest.mark.filterwarnings("ignore:senet_lab:DeprecationWarning")
def test_any_other_name_is_as_unknown_as_ever(name):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


@pytest.mark.usefixtures("forgotten")
@pytest.mark.filterwarnings("ignore:senet_lab:DeprecationWarning")
def test_a_name_that_the_module_of_today_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError):
        importlib.import_module("senet_lab.published").nothing  # noqa: B018 - what is asked for
