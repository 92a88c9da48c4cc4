"""
The path as a picture: a column a hop, a row a leg, and where it does not fit, a line a leg.

    checkout            [aws-nat-gateway]   aws-alb
    go 1.22 x12
    keeps idle 90s ───▶ forgets at 350s ──▶ closes at 60s   ✗
"""

from __future__ import annotations

from collections.abc import Sequence

from advisor.render import words
from advisor.render.terminal import Page, cells, padded
from advisor.report.parts import BoxView, HopView, LegView, PathView


def draw(page: Page, path: PathView) -> None:
    """Add the picture of *path* to *page*."""
    places = {hop.name: column for column, hop in enumerate(path.hops)}
    legs = [leg for leg in path.legs if places.get(leg.caller, 9**9) < places.get(leg.callee, -1)]
    widths = _widths(page, path, places) if len(legs) == len(path.legs) else None
    if widths is None:
        _listed(page, path)
        return
    starts = [sum(widths[:column]) for column in range(len(widths))]
    page.write(_spread([_name(hop) for hop in path.hops], starts))
    page.write(_spread([_version(hop) for hop in path.hops], starts))
    for leg in legs:
        page.write(_colored(page, _leg(page, leg, places, starts, widths)))
    _notes(page, path.hops, starts)


def _name(hop: HopView) -> str:
    return f"[{hop.name}]" if hop.kind == "middlebox" else hop.name


def _version(hop: HopView) -> str:
    # A hop without a name of its own bears its stack's; that is not said twice.
    title = "" if hop.title == hop.name and not hop.version else f"{hop.title} {hop.version}".strip()
    count = hop.instances if hop.instances in ("", "1") or hop.instances.startswith("x") else f"x{hop.instances}"
    return f"{title} {count}".strip() if count != "1" else title


def _forgets(page: Page, box: BoxView) -> str:
    return words.forgets(box) + (f" {page.sign('✗')}" if box.ok is False else "")


def _closes(page: Page, leg: LegView) -> str:
    # Where nothing is reused there is no order to judge.
    judged = words.keeps(leg).startswith("keeps") and words.closes(leg) != leg.closes
    sign = page.sign("✓" if leg.ok else "✗") if leg.ok is not None else "?" if judged else ""
    return f"{words.closes(leg)}   {sign}".rstrip()


def _widths(page: Page, path: PathView, places: dict[str, int]) -> list[int] | None:
    """Return the width of each column: alike if that fits, else each its own; None if the picture does not fit."""
    needed = [max(cells(_name(hop)), cells(_version(hop))) + 2 for hop in path.hops]
    end = [0] * len(needed)
    for leg in path.legs:
        needed[places[leg.caller]] = max(needed[places[leg.caller]], cells(words.keeps(leg)) + 5)
        end[places[leg.callee]] = max(end[places[leg.callee]], cells(_closes(page, leg)))
        for box in leg.boxes:
            if box.name in places:
                needed[places[box.name]] = max(needed[places[box.name]], cells(_forgets(page, box)) + 5)
    for widths in ([max(needed)] * len(needed), needed):
        if all(sum(widths[:i]) + max(end[i], needed[i] - 2) <= page.width for i in range(len(needed))):
            return widths
    return None


def _spread(texts: Sequence[str], starts: Sequence[int]) -> str:
    line = ""
    for text, start in zip(texts, starts, strict=True):
        line = padded(line, start) + text
    return line


def _leg(page: Page, leg: LegView, places: dict[str, int], starts: Sequence[int], widths: Sequence[int]) -> str:
    first, last = places[leg.caller], places[leg.callee]
    boxes = {places[box.name]: _forgets(page, box) for box in leg.boxes if box.name in places}
    line = " " * starts[first]
    for column in range(first, last):
        text = words.keeps(leg) if column == first else boxes.get(column, "")
        dashes = widths[column] - cells(text) - 2 - bool(text)
        line += text + " " * bool(text) + page.sign("─") * dashes + page.sign("▶") + " "
    return line + _closes(page, leg)


def _colored(page: Page, line: str) -> str:
    sign = page.sign("✗")
    return line[: -len(sign)] + page.painted(sign, "wrong") if line.endswith(f" {sign}") else line


def _notes(page: Page, hops: Sequence[HopView], starts: Sequence[int]) -> None:
    """Add each hop's notes below it, in the first row where there is room."""
    rows: list[str] = []
    for start, hop in zip(starts, hops, strict=True):
        for note in hop.notes:
            column = max(0, min(start, page.width - cells(note)))
            row = next((i for i, line in enumerate(rows) if not line or cells(line) + 2 <= column), len(rows))
            if row == len(rows):
                rows.append("")
            rows[row] = padded(rows[row], column) + note
    for line in rows:
        page.text(line)


def _listed(page: Page, path: PathView) -> None:
    for hop in path.hops:
        page.text("  ".join(filter(None, (_name(hop), _version(hop), *hop.notes))), hang=4)
    page.gap()
    arrow = page.sign("─") * 2 + page.sign("▶")
    for leg in path.legs:
        boxes = "".join(f", through {box.name}: {_forgets(page, box)}" for box in leg.boxes)
        page.text(f"{leg.caller} {words.keeps(leg)} {arrow} {leg.callee} {_closes(page, leg)}{boxes}", hang=4)
