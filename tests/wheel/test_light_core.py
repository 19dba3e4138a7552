"""The wheel without extras: what works in it, how little it brings, and which line each of the rest asks to type."""

import json
import re

import pytest
from answering import answering

from senet_lab import exercises
from senet_lab.extras import EXTRAS, NAMES

pytestmark = pytest.mark.slow

MAX_BYTES = 100e6
SESSION = """
import json, sys
from senet_lab import *
from senet_lab import data, exercises, gates, pictures, pretrained
from senet_lab.export import code, save
architecture = Architecture.preset("se_resnext50_32x4d")
"""
ASKED = f"""{SESSION}
from contextlib import redirect_stdout
from io import StringIO
for line in sys.stdin:
    (asked,) = json.loads(line)
    with redirect_stdout(StringIO()) as printed:
        exec(asked, dict(globals()))
    print(json.dumps(printed.getvalue()), flush=True)
"""
# What each needs more than the core, and the extra that it asks for.
NEEDS = {
    "architecture.build()": "keras",
    "SEResNet(50).model": "keras",
    "SEResNet.group(object(), 2, 64, 16)": "keras",
    "se_resnet.classifier(object(), 10)": "keras",
    "accelerate(object())": "keras",
    "accelerations(object())": "keras",
    "load('network.keras')": "keras",
    "save(architecture, 'network.keras')": "keras",
    "save(architecture, 'network.onnx')": "export",
    "save(architecture, 'network.tflite')": "keras",
    "save(architecture, 'network.xml')": "export",
    "pretrained.load('cifar_se_resnet20')": "keras",
    "pretrained.load('timm/seresnet50.ra2_in1k')": "keras",
    "pretrained.prepared([], pretrained.card('cifar_se_resnet20'))": "keras",
    "gates.gates(object(), [])": "keras",
    "gates.observed(object(), [])": "keras",
    "gates.untrained(object())": "keras",
    "gates.specificity([[0.5]], [1])": "keras",
    "gates.most_specific([[0.5]], [1], 1)": "keras",
    "__import__('senet_lab.gates.ablation').gates.ablation.switchable(object())": "keras",
    "__import__('senet_lab.training.optimizers').training.optimizers.compiled(object())": "keras",
    "__import__('senet_lab.nets.on_keras.grouped').nets.on_keras.grouped.fastest_path()": "keras",
    "data.cifar10(sys.executable)": "keras",
    "data.named('gate-task')": "keras",
    "data.sample()": "train",
    "data.folder('.')": "train",
    "pictures.picture(b'')": "train",
    "GateLens()": "train",
    "GateLens.of_run('runs/mine')": "train",
    "Trainer()": "train",
    "SweepBoard('sweeps/ratio')": "sweep",
    "run.start()": "train",
    "run.model()": "keras",
    "__import__('senet_lab.training.runs.spare_process').training.runs.spare_process.warm()": "train",
    "architecture.ledger().to_frame()": "lab",
    "__import__('senet_lab.ledger.ledger').ledger.ledger.beside({'one': architecture})": "lab",
    "exercises.results()": "lab",
    "exercises.answers()": "lab",
    "__import__('senet_lab.gatelens.views.figures').gatelens.views.figures.save_figure(object(), 'x.png')": "lab",
    "__import__('senet_lab.training.kernels').training.kernels.register([])": "lab",
    "__import__('senet_lab.weights.timm.hub').weights.timm.hub.fetch('seresnet50.ra2_in1k')": "hub",
}
IMPORT_ALL = """
import importlib, json, pkgutil, warnings, senet_lab
warnings.simplefilter("ignore", DeprecationWarning)
failed = {}
for module in pkgutil.walk_packages(senet_lab.__path__, "senet_lab.", onerror=lambda name: None):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except Exception as error:
            failed[module.name] = type(error).__name__, str(error)
print(json.dumps(failed))
"""
EXERCISES = """
import json
from senet_lab.exercises import Learner
learner, verdicts = Learner(), {}
for name in learner.names():
    task = learner.task(name)
    wrong = next((each for each in task.choices if each != task.answer), -12345)
    verdicts[name] = learner.check(name, wrong).verdict, learner.check(name, task.answer).verdict
learner.hand_in("mine.csv")
print(json.dumps([verdicts, open("mine.csv").read()]))
"""


@pytest.fixture(scope="module")
def session(core):
    """A function that runs code in a process of the core which has done `SESSION`, and returns what it printed."""
    command = [core.python, "-c", ASKED]
    with answering(command, core.folder / "log", cwd=core.folder, env=core.variables) as run:
        yield run


def extra_in(message):
    """The extra that a message asks to install."""
    return re.search(r'pip install "senet-lab\[(\w+)\]"', message)[1]


def test_the_core_brings_none_of_the_extras_and_takes_less_than_100_mb(core):
    script = f"import importlib.util as u, json; print(json.dumps([n for n in {[*NAMES]} if u.find_spec(n)]))"
    assert set(json.loads(core.run(script))) <= {"psutil"}  # which IPython may bring
    sizes = [path.stat().st_size for path in core.site_packages.rglob("*") if path.is_file()]
    assert sum(sizes) < MAX_BYTES
    assert (core.site_packages / "senet_lab" / "py.typed").exists()


def test_the_core_counts_a_network(session):
    counts = session("print(architecture.ledger().params, architecture.ledger().macs)")
    assert counts.split() == ["27543848", "4232994816"]


def test_the_core_moves_a_slider_of_the_explorer_even_where_nothing_brought_psutil(core):
    moved = core.run(f"""
import sys
sys.modules["psutil"] = None
{SESSION}
explorer = Explorer(architecture)
html = explorer._repr_mimebundle_()[0]["text/html"]
explorer._handle_custom_msg({{"view": "a", "number": 1, "moves": {{"ratio": 8}}}}, [])
assert not explorer.failure, explorer.failure
print(explorer.shown["answered"], explorer.architecture.ratio, "<svg" in html)
""")
    assert moved.strip() == "{'a': 1} 8 True"


def test_the_core_marks_every_exercise(session):
    verdicts, table = json.loads(session(EXERCISES))
    assert set(verdicts) == set(exercises.names())
    assert {right for _, right in verdicts.values()} == {"Right"}
    assert {wrong for wrong, _ in verdicts.values()} <= {"Not yet", "Nearly"}
    assert len(table.splitlines()) == 1 + len(verdicts)


def test_the_core_writes_code_and_files(session):
    script = """
forms = [code(architecture, form) for form in ("procedural", "composable", "standalone")]
files = [save(architecture, f"network{suffix}") for suffix in (".py", ".csv", ".svg", ".txt")]
print(json.dumps([len(set(forms)), [path.stat().st_size > 10 for path in files]]))
"""
    assert json.loads(session(script)) == [3, [True] * 4]


def test_every_module_can_be_imported_in_the_core_or_says_which_extra_it_needs(core):
    for name, (kind, message) in json.loads(core.run(IMPORT_ALL)).items():
        assert kind == "MissingExtraError", name
        assert extra_in(message) in EXTRAS, name


def test_what_needs_an_extra_says_so_with_the_line_to_type(session):
    script = f"""
from senet_lab.training.runs.run import Run
run, asked = Run.create(Architecture.preset("cifar_se_resnet20")), {{}}
for call in {[*NEEDS]}:
    try:
        eval(call)
    except BaseException as error:
        asked[call] = type(error).__name__, str(error)
print(json.dumps(asked))
"""
    asked = json.loads(session(script))
    assert {call: kind for call, (kind, _) in asked.items()} == dict.fromkeys(NEEDS, "MissingExtraError")
    assert {call: extra_in(message) for call, (_, message) in asked.items()} == NEEDS


def test_a_build_in_the_explorer_of_the_core_shows_the_line_to_type(session):
    shown = session("""
explorer = Explorer(architecture)
explorer._handle_custom_msg({"view": "a", "number": 1, "moves": {"tab": "Build", "build": True}}, [])
assert not explorer.failure, explorer.failure
print(json.dumps(explorer.shown))
""")
    assert "Not built: Keras is not installed, and building a network needs it." in shown
    assert extra_in(shown.replace("&quot;", '"').replace('\\"', '"')) == "keras"


def test_importing_the_package_changes_no_import_error_of_others(session):
    script = """
try:
    import numpy
except ImportError as error:
    print(type(error).__name__, error.name)
"""
    assert session(script).split() == ["ModuleNotFoundError", "numpy"]


@pytest.mark.parametrize(
    ("extra", "brought", "left_out"),
    [
        ("keras", {"keras", "tensorflow", "safetensors", "psutil"}, {"pandas", "matplotlib", "jupyterlab", "pillow"}),
        ("app", {"voila"}, {"keras", "tensorflow", "pandas"}),
        ("hub", {"huggingface-hub"}, {"keras", "tensorflow", "pandas"}),
        ("export", {"keras", "tensorflow", "onnx", "openvino"}, {"pandas", "jupyterlab", "pillow"}),
        ("all", {"keras", "pillow", "pandas", "voila", "huggingface-hub"}, {"openvino"}),
    ],
)
def test_an_extra_would_install_what_it_is_for_and_no_more(core, wheel, extra, brought, left_out):
    listed = core.install(wheel, extra, "--dry-run")
    names = {*re.findall(r"^ \+ ([\w.-]+)", listed, re.MULTILINE), "psutil"}
    assert brought <= names
    assert not left_out & names


def test_the_extra_lab_has_tables_and_figures_without_keras(lab):
    script = f"""{SESSION}
print(len(architecture.ledger().to_frame()), len(exercises.results()))
from senet_lab.gatelens.views.figures import activation_figure, save_figure
import numpy as np
figure = activation_figure({{"group1/block1": np.ones((2, 4))}}, np.array([0, 1]), ["cat", "dog"])
print(save_figure(figure, "gates.svg"), "keras" in sys.modules)
try:
    architecture.build()
except ImportError as error:
    print(error)
"""
    rows, _, figure, no_keras, *message = core_words = lab.run(script).split()
    assert (int(rows) > 100, figure, no_keras) == (True, "gates.svg", "False"), core_words
    assert extra_in(" ".join(message)) == "keras"


def test_the_extra_train_builds_a_network_and_reads_its_gates(train):
    script = f"""{SESSION}
tune_tensorflow()
model = Architecture("resnet", groups=((8, 1),), input_shape=(32, 32, 3), classes=10).build()
images = pretrained.prepared(data.sample().x_test[:8], pretrained.card("cifar_se_resnet20"))
observed = gates.observed(model, images)
print(*next(iter(observed.gates.values())).shape, observed.predictions.shape)
try:
    architecture.ledger().to_frame()
except ImportError as error:
    print(error)
"""
    images, channels, *rest = train.run(script).split()
    assert (int(images), int(channels) > 0) == (8, True)
    assert extra_in(" ".join(rest)) == "lab"
