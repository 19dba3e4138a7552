"""Write the code that builds one part of a network: its call with its values, and the functions that it uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import flag, instance, listed, quoted
from senet_lab.export.forms import Name, call_text, network_lines
from senet_lab.export.polish import polish
from senet_lab.export.simplify import callees
from senet_lab.export.source import MAIN
from senet_lab.export.specialise import run, specialise
from senet_lab.export.text import source_text, wrap_lines
from senet_lab.export.trees import Program, parameters
from senet_lab.nets.sketch import Sketch, place

# The functions that are parts themselves: the code of another part calls them without repeating them.
BLOCKS = ("identity_block", "projection_block")
MODULES = ("squeeze_excite_block", "eca_block", "cbam_block", "scse_block")
PARTS = ("stem", "learner", "group", *BLOCKS, *MODULES, "classifier", MAIN)
Part = tuple[str, str, bool]  # group, block, whether it is the squeeze-excite, or other attention, in it


def part_code(architecture: Architecture, group: str = "", block: str = "", se: bool = False) -> str:
    """Return the code of one part: the whole network, the stem, a group, a block, its squeeze-excite or the classifier.

    Args:
        group, block: as in the ledger: "stem", "group1" and so on, "classifier"; "block1"; "" for the whole network.
        se: whether to return the squeeze-excite of the block.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: there is no such part.
    """
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    instance("group", group, str, "'group1'")
    instance("block", block, str, "'block1'")
    return _part_code(architecture, group, block, flag("se", se))


@lru_cache(maxsize=256)
def _part_code(architecture: Architecture, group: str, block: str, se: bool) -> str:
    program, calls = _program_and_calls(architecture)
    if not group:
        functions = ["learner"]
        call = "\n".join(network_lines(architecture, program))
    elif (group, block, se) not in calls:
        part = " ".join(filter(None, (group, block, "squeeze-excite" if se else "")))
        raise ValueError(f"There is no part {quoted(part)}; try one of {listed(dict.fromkeys(g for g, *_ in calls))}.")
    else:
        name, call = calls[group, block, se]
        functions = [name]
    for name in functions:  # the list grows during the loop
        left_out = functions if name in MODULES else (*PARTS, *functions)  # scSE repeats squeeze-excite
        functions += [each for each in callees(program[name], program) if each not in left_out]
    callers_first = [name for name in reversed(program) if name in functions]
    return wrap_lines(call) + "".join(f"\n\n{source_text(program[name])}\n" for name in callers_first)


@lru_cache(maxsize=8)
def _program_and_calls(architecture: Architecture) -> tuple[Program, dict[Part, tuple[str, str]]]:
    """Return the functions of a network, and the call that creates each of its parts."""
    program = polish(specialise(architecture))
    calls: dict[Part, tuple[str, str]] = {}

    def wrap(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def record(*args: Any, **kwargs: Any) -> Any:
            y = function(*args, **kwargs)
            if name in PARTS and name not in (MAIN, "learner"):
                names = zip(parameters(program[name]), args, strict=False)
                values = [Name(each) if isinstance(value, Sketch) else value for each, value in names]
                calls[_part(name, y)] = name, f"x = {call_text(name, *values, **kwargs)}"
            return y

        return record

    run(program, architecture, wrap)
    return program, calls


def _part(function: str, y: Sketch) -> Part:
    """Return which part a call created, judging by the name of the last layer that it wrote."""
    group, block = place(y.written[-1].name)
    return group, "" if function == "group" else block, function in MODULES
