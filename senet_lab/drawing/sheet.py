"""Parse style sheets into values that return the style of a mark and the rules that given classes need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from senet_lab.assets import read_assets

# The properties that can also be attributes of a mark; any style sheet overrides these.
ATTRIBUTES = (
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
    "opacity", "font-size", "font-weight", "paint-order",
)  # fmt: skip
CLASS = re.compile(r"\.([a-z][\w-]*)")


class Selector(NamedTuple):
    """One selector of a rule, such as `.sn-drawing .sn-label`, and the classes that it names."""

    text: str
    classes: frozenset[str]

    @property
    def is_plain(self) -> bool:
        """Whether the selector depends only on classes and tags, not on attributes or the pointer."""
        return ":" not in self.text and "[" not in self.text

    def fits(self, tag: str, classes: set[str]) -> bool:
        """Return whether the selector matches a mark with this tag and these classes."""
        names = self.classes - {"sn-drawing"}
        return names <= classes if names else self.text == f".sn-drawing {tag}"


class Rule(NamedTuple):
    """A rule of a style sheet: its selectors as written, the same one by one, and its declarations."""

    prelude: str
    selectors: tuple[Selector, ...]
    declarations: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.prelude} {{{' '.join(f'{name}: {value};' for name, value in self.declarations)}}}"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A style sheet without media queries, whose rules for marks are plain."""

    rules: tuple[Rule, ...]

    @cached_property
    def variables(self) -> dict[str, str]:
        """The variables of the light theme and their declared values, by name."""
        declared = [pair for rule in self.rules if rule.prelude == ".sn" for pair in rule.declarations]
        return {name: value for name, value in declared if name.startswith("--")}

    def resolve(self, value: str) -> str:
        """Return a value with the light theme's variables substituted, and JupyterLab's replaced by their fallbacks."""
        while "var(" in value:
            before, _, rest = value.partition("var(")
            inside, _, after = rest.partition(")")
            name, _, fallback = inside.partition(",")
            value = before + (self.variables.get(name) or fallback.strip() or "currentColor") + after
        return value

    def style(self, tag: str, classes: set[str]) -> dict[str, str]:
        """Return the style of a mark: `ATTRIBUTES` by name, in the light theme's colors."""
        return {name: value for selector, style in self._styles if selector.fits(tag, classes) for name, value in style}

    def excerpt(self, classes: set[str]) -> str:
        """Return, as CSS, the rules with a selector whose classes are all among these."""
        used = (rule for rule in self.rules if any(s.classes and s.classes <= classes for s in rule.selectors))
        return "\n".join(map(str, used))

    @cached_property
    def _styles(self) -> tuple[tuple[Selector, tuple[tuple[str, str], ...]], ...]:
        """The styles of marks, by ascending strength: a class, all texts of a drawing, a class in a drawing."""
        styles = []
        for rule in self.rules:
            declared = dict(rule.declarations)
            style = tuple((name, self.resolve(declared[name])) for name in ATTRIBUTES if name in declared)
            for selector in rule.selectors if style else ():
                mark = selector.text.removeprefix(".sn-drawing ")
                if mark == "text" or (selector.is_plain and mark.startswith(".") and " " not in mark):
                    strength = (len(selector.classes), mark != "text")
                    styles.append((strength, selector, style))
        return tuple((selector, style) for _, selector, style in sorted(styles, key=lambda each: each[0]))


@cache
def parse_sheet(css: str) -> Sheet:
    """Return the rules of a style sheet that has no media queries."""
    rules = []
    for block in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).split("}"):
        prelude, brace, body = block.partition("{")
        if brace:
            pairs = (declaration.partition(":") for declaration in body.split(";") if declaration.strip())
            texts = (" ".join(selector.split()) for selector in prelude.split(","))
            # What a mark must not have is no class that it needs.
            selectors = tuple(
                Selector(text, frozenset(CLASS.findall(re.sub(r":not\([^()]*\)", "", text)))) for text in texts
            )
            declarations = tuple((name.strip(), " ".join(value.split())) for name, _, value in pairs)
            rules.append(Rule(prelude.strip(), selectors, declarations))
    return Sheet(tuple(rules))


@cache
def style_sheet() -> str:
    """Return the CSS of all drawings and pages."""
    return read_assets("drawing/senet.css")
