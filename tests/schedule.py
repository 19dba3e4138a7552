"""Schedule: which tests need a browser, which files run first, and what the whole run cost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# The files that take longest, the longest first: one that began last would keep the other processes waiting. The
# summary of a whole run prints them in the order in which they belong here.
LONGEST_FIRST = (
    "tests/web/test_site_browser.py",
    "tests/explorer/test_app.py",
    "tests/widgets/test_panels_browser.py",
    "tests/weights/test_timm_weights.py",
    "tests/trainer/test_trainer_browser.py",
    "tests/sweeps/test_driver.py",
    "tests/course/test_lessons_browser.py",
    "tests/training/test_survival.py",
    "tests/gatelens/test_gatelens_browser.py",
    "notebooks/05_squeeze_and_excitation.ipynb",
    "tests/explorer/test_explorer_browser.py",
    "tests/ledger/test_keras_models.py",
    "tests/training/test_devices.py",
    "notebooks/guides/adding_squeeze_excite.ipynb",
    "tests/weights/test_against_timm.py",
    "tests/wheel/test_light_core.py",
    "notebooks/07_training.ipynb",
    "tests/training/test_runs.py",
    "tests/nets/test_jax.py",
    "tests/export/test_export.py",
    "notebooks/guides/own_models.ipynb",
    "notebooks/08_gates.ipynb",
    "tests/wheel/test_command.py",
    "tests/test_hostile.py",
    "tests/nets/test_keras_model.py",
    "tests/export/test_model_files.py",
    "notebooks/guides/inspecting_gates.ipynb",
    "tests/gates/test_gates.py",
    "tests/weights/test_pretrained.py",
    "tests/explorer/test_model_browser.py",
    "tests/sweepboard/test_sweepboard_browser.py",
    "notebooks/guides/published_weights.ipynb",
    "tests/nets/test_acceleration.py",
)
NEEDS_BROWSER = {"browser", "chromium"}
N_SHOWN = 20


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and put the longest files first; a file stays together and in its order."""
    for item in items:
        if NEEDS_BROWSER & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(name_of(item.path), len(order)))


def name_of(path: Path) -> str:
    """Return the path of a file of tests within the repository."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seconds of all tests, and of the files that took longest."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    if seconds:
        terminalreporter.section(f"{seconds.total():.0f} s of tests, in all processes; the slowest {N_SHOWN} files")
        for name, duration in seconds.most_common(N_SHOWN):
            terminalreporter.write_line(f"{duration:7.1f} s {name}")
