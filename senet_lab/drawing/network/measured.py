"""Draw what a network costs by count next to what it takes on a machine, by kind of layer."""

from __future__ import annotations

from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.svg import Drawing, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import percent, short, tied
from senet_lab.ledger.profile import Measured, Profile

NAMES, COLUMN, BAR, LINE = 130, 320, 180, 21  # widths of names, of a measure, of its longest bar; height of a row


def measured_by_kind(profile: Profile) -> Html:
    """Return a sentence, bars of both shares and a table."""
    words = f'<p class="sn-finding">{tied(compare_time_and_count(profile))}</p>'
    return html(words, _draw(profile), behind("kinds", _table(profile)))


def compare_time_and_count(profile: Profile) -> str:
    """Return in a sentence which kind takes far more time than its multiply-adds suggest, and what has none."""
    kinds, (macs, ms) = profile.by_kind(), _sums(profile)
    if not ms:
        return "No layer takes long enough to be measured; try a larger batch."
    uncounted = sum(each.ms for each in kinds if not each.macs)
    without = f"{percent(uncounted, ms)} of the time goes to layers without multiply-adds"
    counted = [each for each in kinds if each.macs and each.ms]
    if not counted:
        return f"{without}."
    slowest = max(counted, key=lambda each: each.ms / each.macs if each.ms > 0.01 * ms else 0)
    count = f"Layers of kind \u201c{slowest.name}\u201d have {percent(slowest.macs, macs)} of the multiply-adds"
    return f"{count} and take {percent(slowest.ms, ms)} of the time; {without}."


def _sums(profile: Profile) -> tuple[int, float]:
    return sum(row.macs for row in profile.rows), sum(row.ms for row in profile.rows)


def _draw(profile: Profile) -> Drawing:
    """Draw the shares of each kind in multiply-adds and in time, on one scale, the slowest kind first."""
    kinds, (macs, ms) = profile.by_kind(), _sums(profile)
    shares = [share for each in kinds for share in (each.macs / (macs or 1), each.ms / (ms or 1))]
    scale = BAR / (max(shares) or 1)
    marks: list[Mark] = [
        *_heading(NAMES, f"Multiply-adds {short(macs)}", "counted, per image"),
        *_heading(NAMES + COLUMN, f"Time {ms:,.1f} ms", f"measured, per batch of {profile.batch}"),
    ]
    for at, each in enumerate(kinds):
        y = 44 + at * LINE
        marks.append(svg.text(NAMES - 12, y + 12, each.name, anchor="end"))
        for x, value, whole, amount, kind in (
            (NAMES, each.macs, macs, short(each.macs), "bar-macs"),
            (NAMES + COLUMN, each.ms, ms, f"{each.ms:,.1f} ms", "bar-rest"),
        ):
            words = f"{percent(value, whole)} \u00b7 {amount}" if value else "0"
            marks += _bar(x, y, scale * value / (whole or 1), words, kind)
    return svg.Drawing(44 + len(kinds) * LINE + 8, f"Counted and measured. {compare_time_and_count(profile)}", marks)


def _heading(x: float, name: str, unit: str) -> list[Mark]:
    return [svg.text(x, 14, name, "label", "start"), svg.text(x, 30, unit, "note", "start")]


def _bar(x: float, y: float, width: float, words: str, kind: str) -> list[Mark]:
    return [svg.rect(x, y + 2, width, 13, kind, 0), svg.text(x + width + 6, y + 12, words, anchor="start")]


def _table(profile: Profile) -> str:
    rows = [_cells(each, profile.batch) for each in profile.by_kind()]
    head = ("Kind", "Multiply-adds", "ms", "G multiply-adds per second")
    note = f"multiply-adds per image; ms per batch of {profile.batch}, each layer called separately"
    return listing("Counted and measured", head, rows, note=note)


def _cells(each: Measured, batch: int) -> list[str]:
    speed = f"{batch * each.macs / each.ms / 1e6:,.1f}" if each.macs and each.ms else ""
    return [each.name, f"{each.macs:,}", f"{each.ms:,.2f}", speed]
