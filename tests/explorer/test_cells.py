"""The Explorer's cell when it is run again, and what is stored of it."""

import pytest


@pytest.mark.slow
def test_a_cell_that_runs_again_keeps_its_state_and_another_cell_does_not():
    """A real kernel, told the cells' names as JupyterLab tells them."""
    from jupyter_client.manager import start_new_kernel

    cells = [
        "from senet_lab import Architecture, Explorer\nexplorer = Explorer()\nexplorer",
        "moves = {'ratio': 8, 'tab': 'Code', 'pin': True}\n"
        "explorer._handle_custom_msg({'view': 'a', 'number': 1, 'moves': moves}, [])",
        "explorer.architecture.ratio, explorer.shown['tab'], explorer.pinned is None",
        "explorer.architecture = Architecture(depth=18)",
        "from senet_lab.explorer.widget import CELLS\nlen(CELLS)",
        "explorer._session.building.model, explorer._session.building.architecture = 'built', explorer.architecture\nexplorer.model",
        "explorer.model, explorer._session.building.on_change == explorer._show_build",
        "from senet_lab import Ledger\nrows = Architecture(depth=18).ledger().rows\nfunction = 'gelu'",
        "ledger = Ledger(tuple(row._replace(function=function) for row in rows))\nexplorer = Explorer(ledger)\nexplorer",
        "explorer._session.state.model.ledger is ledger, explorer.shown['tab']",
        "explorer._handle_custom_msg({'view': 'a', 'number': 1, 'moves': {'tab': 'Layers'}}, [])",
        "function = 'relu'",
    ]
    make, move, tell, put, count, build, built, rows, show, shown, turn, other = enumerate(cells)
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        for cell in (make, move, make):
            run_cell(client, *cell)
        assert run_cell(client, *tell) == "(8, 'Code', False)"
        for cell in (put, make):
            run_cell(client, *cell)
        assert run_cell(client, *tell) == "(16, 'Code', False)"
        run_cell(client, *build)
        run_cell(client, *make)
        assert run_cell(client, *built) == "('built', True)"
        run_cell(client, "another", make[1])
        assert run_cell(client, *built) == "(None, True)"
        assert run_cell(client, *tell) == "(16, 'Network', True)"
        run_cell(client, *move)
        assert run_cell(client, *count) == "2"
        for cell in (rows, show, turn, show):
            run_cell(client, *cell)
        assert run_cell(client, *shown) == "(False, 'Layers')"  # an equal one
        run_cell(client, *other)
        run_cell(client, *show)
        assert run_cell(client, *shown) == "(True, 'Network')"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(client, name, code):
    """As JupyterLab runs it, with the name of the cell; what it returns, as text."""
    message = client.session.msg("execute_request", {"code": code, "silent": False, "store_history": True})
    message["metadata"]["cellId"] = str(name)
    client.shell_channel.send(message)
    told = ""
    while True:
        reply = client.get_iopub_msg(timeout=60)
        if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        assert reply["msg_type"] != "error", reply["content"]
        told = reply["content"].get("data", {}).get("text/plain", told)
        if reply["content"].get("execution_state") == "idle":
            return told


def test_the_stored_output_has_the_widget_a_picture_and_a_line(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == "Explorer(SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.233 G multiply-adds)"
    assert "<svg" in data["text/html"]
