"""Aliases: names from earlier versions for conventions and recipes; "seed" is called "original" now.

A token never contains the word: it leaves out what has its default. So `senet1~convention=seed`, typed by hand, is
the only one that needs the alias, and today's tokens open in earlier versions.
"""

from __future__ import annotations

from typing import Any, TypeVar

ALIASES = {"seed": "original"}
T = TypeVar("T")


class AliasDict(dict[str, T]):
    """A dictionary that also takes aliases; it does not list them."""

    def __missing__(self, name: str) -> T:
        return self[ALIASES[name]]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(current_name(name))

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name or an alias."""
        return super().get(current_name(name), default)


def current_name(name: Any) -> Any:
    """Return the current name for an alias; anything else as it is, for a check to refuse.

    >>> current_name("seed"), current_name("timm")
    ('original', 'timm')
    """
    return ALIASES.get(name, name) if isinstance(name, str) else name
