"""Notebooks: each has outputs to compare, short cells, prose first; and can be read without a kernel."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from lesson_files import read_copy, read_lesson
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary
from servers import ROOT

from senet_lab.serving.notebooks import WIDGET, copy_notebooks, list_notebooks

NOTEBOOKS = list_notebooks()


def drawings(html):
    """Of each drawing its words, and each mark with its attributes."""
    found = BeautifulSoup(html, "html.parser").select("svg.sn-drawing, svg.sn-line-key")
    return [(each.get_text(), [(mark.name, mark.attrs) for mark in (each, *each.find_all())]) for each in found]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_first_notebook_is_there():
    assert "01_explore.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_has_outputs_to_compare_and_none_of_an_error(path):
    notebook = read_lesson(path)
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert len(outputs) >= 0.8 * len(code_cells(notebook))
    assert not [output for output in outputs if output.output_type in ("error", "stream")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_stored_notebook_shows_pictures_and_no_dead_widgets(path):
    notebook = nbformat.read(path, as_version=4)
    assert "widgets" not in notebook.metadata
    data = [output.get("data", {}) for cell in code_cells(notebook) for output in cell.outputs]
    assert not any(WIDGET in each for each in data)
    assert path.stem == "answers" or any("<svg" in each.get("text/html", "") for each in data)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_drawing_is_where_others_show_a_notebook_what_it_is_here(path):
    """GitHub and nbviewer convert with nbconvert, which takes text/html before image/svg+xml, and inline an SVG of either
    kind (nbviewer issue 1037); GitHub takes away style sheets, `style` and `id` (nbviewer issue 450).
    """
    notebook = nbformat.read(path, as_version=4)
    data = [output.get("data", {}) for cell in code_cells(notebook) for output in cell.outputs]
    stored = drawings(" ".join(each.get("text/html", "") for each in data))
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert drawings(page) == stored
    for _, ((_, head), ground, *marks) in stored:
        assert {"viewbox", "font-family"} <= set(head)
        assert {"width": "100%", "height": "100%", "fill": "#ffffff"}.items() <= ground[1].items()
        for kind, attributes in marks:
            assert kind not in ("style", "use", "image", "foreignobject")
            assert not {"style", "id", "href"} & set(attributes)
            assert "url(" not in str(attributes)
    assert not any("image/svg+xml" in each for each in data)  # beside text/html nobody would see it


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_prose_comes_first_and_cells_are_short(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.metadata.kernelspec.name == "python3"
    lengths = [len(cell.source.splitlines()) for cell in code_cells(notebook)]
    assert max(lengths) <= 15
    assert sum(lengths) / len(lengths) <= (8 if path.parent.name == "guides" else 6)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder for copies, of somebody who has trusted nothing yet."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "mine"


def widget_output():
    data = {"text/html": "<p>A picture</p>", "text/plain": "Panel()", WIDGET: {"model_id": "gone"}}
    return nbformat.v4.new_output("execute_result", data, execution_count=1)


def test_copies_to_work_in_are_made_once_without_answers_and_users_lose_only_dead_widgets(mine):
    copy_notebooks(mine)
    path, original = mine / "01_explore.ipynb", ROOT / "notebooks/01_explore.ipynb"
    assert nbformat.read(path, as_version=4) == read_copy(original)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "My own words."
    code_cells(notebook)[0].outputs = [widget_output()]
    nbformat.write(notebook, path)
    (mine / "broken.ipynb").write_text("{")
    copy_notebooks(mine)
    again = nbformat.read(path, as_version=4)
    assert again.cells[0].source == "My own words."
    assert list(code_cells(again)[0].outputs[0].data) == ["text/html", "text/plain"]
    assert (mine / "broken.ipynb").read_text() == "{"


def test_plans_and_answers_are_copied_for_teachers_only_with_their_outputs(mine):
    copy_notebooks(mine)
    assert not (mine / "teacher").exists()
    copy_notebooks(mine, teacher=True)
    for name in ("plans", "answers"):
        original = read_lesson(ROOT / f"notebooks/teacher/{name}.ipynb")
        assert nbformat.read(mine / f"teacher/{name}.ipynb", as_version=4) == original


@pytest.mark.slow
def test_only_our_own_copies_are_trusted_and_what_was_trusted_stays_so(mine):
    """What somebody has sent lies beside them, and its scripts would run as soon as it is opened."""
    copy_notebooks(mine, teacher=True)
    path = mine / "01_explore.ipynb"
    sent = nbformat.read(path, as_version=4)
    code_cells(sent)[0].outputs = [widget_output()]
    code_cells(sent)[0].outputs[0].data["text/html"] = "<script>sent()</script>"
    nbformat.write(sent, mine / "sent.ipynb")
    copy_notebooks(mine)
    with NotebookNotary(data_dir=str(mine.parent / "data")) as notary:
        assert notary.check_signature(nbformat.read(path, as_version=4))
        assert notary.check_signature(nbformat.read(mine / "teacher/plans.ipynb", as_version=4))
        assert not notary.check_signature(nbformat.read(mine / "sent.ipynb", as_version=4))
        owned = nbformat.read(path, as_version=4)
        code_cells(owned)[0].outputs = [widget_output()]
        nbformat.write(owned, path)
        notary.sign(owned)  # as JupyterLab does when its owner has run it
    copy_notebooks(mine)
    with NotebookNotary(data_dir=str(mine.parent / "data")) as notary:
        owned = nbformat.read(path, as_version=4)
        assert WIDGET not in code_cells(owned)[0].outputs[0].data
        assert notary.check_signature(owned)
