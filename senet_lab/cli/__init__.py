"""The command `senet-lab`, which is also `python -m senet_lab`."""

from __future__ import annotations

import importlib
import sys

from senet_lab.cli.arguments import SERVERS, parser
from senet_lab.extras import MissingExtraError, require


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status; print an error as one line."""
    own, passed_on = _split(sys.argv[1:] if arguments is None else arguments)
    top = parser()
    namespace, unknown = top.parse_known_args(own)
    if unknown:
        server = SERVERS.get(namespace.command)
        advice = f"; put {server}'s options after --" if server else ""
        top.error(f"unrecognized arguments: {' '.join(unknown)}{advice}")
    namespace.passed_on = passed_on
    module, function = namespace.do
    try:
        require(*namespace.needs, by=f"`senet-lab {namespace.command}`", otherwise=namespace.otherwise)
        return int(getattr(importlib.import_module(f"senet_lab.cli.{module}"), function)(namespace))
    except (ValueError, TypeError, OSError, RuntimeError, MissingExtraError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return our own arguments, and those after `--`, which `lab` and `app` pass on.

    argparse would take the first argument after `--` for FOLDER.
    """
    if arguments[:1] and arguments[0] in SERVERS and "--" in arguments:
        at = arguments.index("--")
        return arguments[:at], arguments[at + 1 :]
    return arguments, []
