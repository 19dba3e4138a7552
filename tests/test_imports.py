"""Rooms: which module may import which; and what is not loaded by importing, counting and drawing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from senet_lab.extras import NAMES

PACKAGE = Path(__file__).parent.parent / "senet_lab"

# Each room may import those before it, and itself. A folder is a room.
ROOMS = [
    "moved", "checks", "extras", "files", "memory", "assets", "array_checks", "architecture", "papers", "nets", "ledger", "data", "gates",
    "training", "sweeps", "weights", "drawing", "export", "widgets", "explorer", "gatelens", "trainer", "sweepboard", "exercises", "classroom", "web", "serving", "cli", "__init__",
    "__main__",
]  # fmt: skip
# The one facade: architecture.ledger() and architecture.build() import what they need when they are called.
FACADE = {("architecture", "ledger"), ("architecture", "nets")}
# They subclass what Keras has, and are imported where Keras is loaded already.
NEED_KERAS = ("switches.py", "watch.py", "callback.py")
KNOW_KERAS = (
    "architecture", "array_checks", "nets", "data", "training", "weights", "gates", "export", "explorer", "gatelens", "trainer",
    "widgets",
)  # fmt: skip
KNOW_WIDGETS = ("widgets", "explorer", "trainer", "sweepboard", "gatelens", "exercises", "serving")
# Panels whose page loads nothing of `HEAVY` nor `PAGE_HEAVY`: a page is plain values made of a state.
LIGHT_PAGES = ("explorer", "trainer", "sweepboard", "gatelens", "exercises")
PAGE_HEAVY = ("numpy", "psutil", "anywidget", "ipywidgets", "traitlets", "IPython", "PIL")
HEAVY = ("tensorflow", "keras", "matplotlib", "pandas", "jax", "torch")


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py"))


def room_of(path):
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path):
    """(imported module, whether it happens when the module is imported) of each import statement."""
    tree = ast.parse(path.read_text())
    for node in tree.body:
        node.at_import = not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            late = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            child.at_import = getattr(node, "at_import", True) and not late if node is not tree else child.at_import
        if isinstance(node, ast.ImportFrom):
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "senet_lab" else [node.module]
            )
            yield from ((name, node.at_import) for name in names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.at_import) for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_upwards_in_the_list_of_rooms(path):
    room = room_of(path)
    for name, at_import in imports(path):
        if not name.startswith("senet_lab.") or (room == "__init__"):
            continue
        other = name.split(".")[1]
        if (room, other) in FACADE and not at_import:
            continue
        assert ROOMS.index(other) <= ROOMS.index(room), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_heavy_is_imported_before_it_is_needed(path):
    if path.name in NEED_KERAS:
        return
    assert not [name for name, at_import in imports(path) if at_import and name.split(".")[0] in HEAVY]


def unguarded(tree):
    """What is imported together with a module, except under `needed_by`."""
    for node in tree.body:
        is_guard = isinstance(node, ast.With) and ast.unparse(node.items[0]) == "needed_by(__name__)"
        if not is_guard and not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
            yield from (each for each in ast.walk(node) if isinstance(each, (ast.Import, ast.ImportFrom)))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_an_extra_brings_is_imported_by_a_module_with_the_line_that_installs_it(path):
    if path.parent.name == "worker":  # the package says it for all its modules
        return
    tree = ast.parse(path.read_text())
    for function in [each for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]:
        function.body = []  # what happens later is what `tests/wheel/test_light_core.py` calls
    names = [alias.name for each in unguarded(tree) if isinstance(each, ast.Import) for alias in each.names]
    names += [each.module for each in unguarded(tree) if isinstance(each, ast.ImportFrom)]
    assert not [name for name in names if name.split(".")[0] in NAMES]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_what_computes_knows_keras_and_only_panels_know_widgets(path):
    names = {name.split(".")[0] for name, _ in imports(path)}
    if room_of(path) not in KNOW_KERAS:
        assert "keras" not in names
    if room_of(path) not in KNOW_WIDGETS:
        assert not names & {"ipywidgets", "anywidget", "traitlets"}


def test_this_list_of_rooms_is_complete():
    assert {room_of(path) for path in modules()} == set(ROOMS)


def loaded_after(code):
    """The modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


@pytest.mark.parametrize(
    "code",
    [
        "import senet_lab",
        "from senet_lab import *; Architecture, GateLens, Trainer, accelerate, load, tune_tensorflow",
        "import senet_lab; senet_lab.Architecture('resnext', 152).ledger()",
        "import senet_lab; senet_lab.SEResNet.group(senet_lab.Sketch((32, 32, 3)), 16, 1, 4)",
        "from senet_lab.export import code, part_code; import senet_lab; a = senet_lab.Architecture('resnext'); "
        "[code(a, form) for form in ('procedural', 'composable', 'standalone')]; part_code(a, 'group1', 'block1')",
        "import senet_lab; t = senet_lab.Trainer(); t._handle_custom_msg({'view': 'a', 'number': 1, 'moves': {'epochs': 3}}, []); assert t.form['answered']; assert not t.failure; t._repr_mimebundle_()",
        "import senet_lab; e = senet_lab.Explorer(); e._handle_custom_msg({'view': 'a', 'number': 1, 'moves': {'ratio': 8}}, []); assert e.shown['answered']; assert not e.failure",
        "import senet_lab; p = senet_lab.Exercise('ratio-4-params'); p._handle_custom_msg({'view': 'a', 'number': 1, 'moves': {'check': '1'}}, []); assert p.shown['answered']; assert not p.failure",
    ],
)
def test_neither_tensorflow_nor_keras_nor_matplotlib_is_loaded_on_the_way_to_the_panels(code):
    assert not loaded_after(code) & set(HEAVY)


def test_the_panels_of_a_web_page_load_neither_numpy_nor_widgets_nor_anything_heavy():
    assert not loaded_after("import senet_lab.web.host, senet_lab.web.replay, senet_lab.web.sweeps") & {
        *HEAVY,
        *PAGE_HEAVY,
    }


@pytest.mark.parametrize("panel", LIGHT_PAGES)
def test_the_page_of_a_panel_loads_neither_numpy_nor_widgets_nor_anything_heavy(panel):
    assert not loaded_after(f"import senet_lab.{panel}.page") & {*HEAVY, *PAGE_HEAVY}


def test_what_the_package_offers_can_be_had_and_is_listed():
    import senet_lab

    assert set(senet_lab.__all__) <= set(dir(senet_lab))
    assert all(getattr(senet_lab, name) for name in senet_lab.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Explorers'"):
        _ = senet_lab.Explorers
