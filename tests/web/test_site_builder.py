"""The builder of the site: which files Python in a browser receives."""

from servers import ROOT
from site_builder import archive_names


def test_an_archive_has_modules_and_no_bytecode_nor_what_is_not_yet_complete_of_it():
    module, cache = ROOT / "senet_lab" / "extras.py", ROOT / "senet_lab" / "__pycache__"
    used = [module, cache / "extras.cpython-311.pyc", cache / "extras.cpython-311.pyc.140123944591280"]
    assert archive_names(map(str, used)) == {"senet_lab/extras.py": module}
