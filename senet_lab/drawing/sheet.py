"""Style sheets as values: parsed once, then asked what an element looks like and which rules some classes need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from senet_lab.assets import read_assets

# What a mark can say of its looks in attributes, which any style sheet overrules.
ATTRIBUTES = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
    "opacity", "font-size", "font-weight", "paint-order",
)  # fmt: skip
CLASS = re.compile(r"\.([a-z][\w-]*)")


class Selector(NamedTuple):
    """One selector of a rule, such as `.sn-drawing .sn-label`.

    Attributes:
        text: as it is in the sheet, `:is(...)` written out.
        classes: all classes that it names.
    """

    text: str
    classes: frozenset[str]

    @property
    def is_plain(self) -> bool:
        """Whether classes and tags alone decide, not attributes or what the pointer does."""
        return ":" not in self.text and "[" not in self.text


class Rule(NamedTuple):
    """A rule of a style sheet: its selectors, also as they are in the sheet, and what it declares."""

    prelude: str
    selectors: tuple[Selector, ...]
    declarations: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.prelude} {{{' '.join(f'{name}: {value};' for name, value in self.declarations)}}}"


class MarkRule(NamedTuple):
    """What a rule says of marks: of those with all the classes or, without any, of all texts."""

    classes: frozenset[str]
    style: tuple[tuple[str, str], ...]

    def fits(self, tag: str, classes: set[str]) -> bool:
        """Return whether an element of that tag and those classes is meant."""
        return self.classes <= classes if self.classes else tag == "text"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A style sheet of flat rules, without media queries."""

    rules: tuple[Rule, ...]

    @cached_property
    def variables(self) -> dict[str, str]:
        """The variables of the light theme by name, as they are declared."""
        return {
            name: value
            for rule in self.rules
            if rule.prelude == ".sn"
            for name, value in rule.declarations
            if name.startswith("--")
        }

    def resolve(self, value: str) -> str:
        """Return a value with the light theme's variables put in; of what JupyterLab's theme gives, the fallback."""
        while (start := value.find("var(")) >= 0:
            end = _closing(value, start + 4)
            name, _, fallback = value[start + 4 : end].partition(",")
            known = self.variables.get(name.strip()) or fallback.strip() or "currentColor"
            value = value[:start] + known + value[end + 1 :]
        return value

    def style(self, tag: str, classes: set[str]) -> dict[str, str]:
        """Return what the sheet says of a mark: `ATTRIBUTES` by name, in the light theme's colors."""
        return {name: value for rule in self._mark_rules if rule.fits(tag, classes) for name, value in rule.style}

    def excerpt(self, classes: set[str]) -> str:
        """Return the rules that are about these classes alone, as CSS."""
        kept = (rule for rule in self.rules if any(selector.classes <= classes for selector in rule.selectors))
        return "\n".join(map(str, kept))

    @cached_property
    def _mark_rules(self) -> tuple[MarkRule, ...]:
        """The rules about marks, the stronger ones last: a class, all texts of a drawing, a class in a drawing."""
        ranked = []
        for rule in self.rules:
            declared = dict(rule.declarations)
            style = tuple((name, self.resolve(declared[name])) for name in ATTRIBUTES if name in declared)
            for selector in rule.selectors if style else ():
                target = selector.text.removeprefix(".sn-drawing ")
                classes = frozenset(target.split(".")[1:])
                if target == "text" or (selector.is_plain and target.startswith(".") and " " not in target):
                    strength = (target != selector.text) + len(classes), bool(classes)
                    ranked.append((strength, MarkRule(classes, style)))
        return tuple(rule for _, rule in sorted(ranked, key=lambda pair: pair[0]))


@cache
def parse_sheet(css: str) -> Sheet:
    """Return the rules of a style sheet that has no media queries."""
    rules = []
    for block in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).split("}"):
        prelude, brace, body = block.partition("{")
        if brace:
            pairs = (declaration.partition(":") for declaration in body.split(";") if declaration.strip())
            declarations = tuple((name.strip(), " ".join(value.split())) for name, _, value in pairs)
            texts = (text for each in _alternatives(" ".join(prelude.split())) for text in _expanded(each))
            selectors = tuple(Selector(text, frozenset(CLASS.findall(text))) for text in texts)
            rules.append(Rule(prelude.strip(), selectors, declarations))
    return Sheet(tuple(rules))


@cache
def style_sheet() -> str:
    """Return the CSS of all drawings and pages."""
    return read_assets("drawing/senet.css")


def _expanded(selector: str) -> Iterator[str]:
    """Yield a selector with each alternative of its `:is(...)`."""
    before, found, _ = selector.partition(":is(")
    if not found:
        yield selector
        return
    start = len(before) + 4
    end = _closing(selector, start)
    for alternative in _alternatives(selector[start:end]):
        yield from _expanded(before + alternative + selector[end + 1 :])


def _alternatives(selectors: str) -> list[str]:
    """Return the parts between commas that are outside of parentheses."""
    parts, depth = [""], 0
    for character in selectors:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _closing(text: str, start: int) -> int:
    """Return where the parenthesis closes that was opened just before `start`."""
    depth = 1
    for index in range(start, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if not depth:
            return index
    raise ValueError(f"A parenthesis of {text!r} is not closed.")
