"""The path for a Markdown page: a Mermaid flowchart, and the same in plain text for where that is not drawn."""

from __future__ import annotations

from advisor.render import words
from advisor.render.marks import Marked, fenced, label
from advisor.render.terminal import cells as columns
from advisor.render.terminal import padded
from advisor.report.parts import HopView, LegView, PathView

_WORDS = {True: "ok", False: "too long", None: "not judged"}


def flowchart(path: PathView) -> Marked:
    """Return the path as a Mermaid block; a leg that is not in order is red."""
    names = {hop.name: f"h{index}" for index, hop in enumerate(path.hops)}
    lines = ["flowchart LR"]
    for hop in path.hops:
        text = "<br/>".join(label(part) for part in (hop.name, _stack(hop), *hop.notes) if part)
        lines.append(f'  {names[hop.name]}' + (f'{{{{"{text}"}}}}' if hop.kind == "middlebox" else f'["{text}"]'))
    wrong = []
    legs = [leg for leg in path.legs if leg.caller in names and leg.callee in names]
    for index, leg in enumerate(legs):
        text = label(f"{words.keeps(leg)}, {words.closes(leg)}: {_WORDS[leg.ok]}")
        lines.append(f'  {names[leg.caller]} -->|"{text}"| {names[leg.callee]}')
        if leg.ok is False:
            wrong.append(str(index))
    for leg in legs:
        for box in leg.boxes:
            if box.name in names:
                text = label(f"{words.forgets(box)}: {_WORDS[box.ok]}")
                lines.append(f'  {names[box.name]} -.-|"{text}"| {names[leg.callee]}')
    if wrong:
        lines.append(f"  linkStyle {','.join(wrong)} stroke:#c00,stroke-width:2px")
    return fenced("mermaid", lines)


def _stack(hop: HopView) -> str:
    stack = "" if hop.title == hop.name and not hop.version else f"{hop.title} {hop.version}".strip()
    return f"{stack} x{hop.instances}".strip() if hop.instances.isdigit() and hop.instances != "1" else stack


def lines(path: PathView) -> Marked:
    """Return the path as text, a line a leg."""
    callers = max((columns(leg.caller) for leg in path.legs), default=0)
    callees = max((columns(leg.callee) for leg in path.legs), default=0)
    keeps = max((columns(words.keeps(leg)) for leg in path.legs), default=0)
    closes = max((columns(words.closes(leg)) for leg in path.legs), default=0)
    found = []
    for leg in path.legs:
        arrow = "─" * (2 + keeps - columns(words.keeps(leg)))
        line = f"{padded(leg.caller, callers)} ──{words.keeps(leg)}{arrow}▶ {padded(leg.callee, callees)} "
        found.append(f"{line}{padded(words.closes(leg), closes)}   {_judged(leg)}")
    return fenced("", found or [" -> ".join(hop.name for hop in path.hops)])


def _judged(leg: LegView) -> str:
    word = _WORDS[leg.ok].upper() if leg.ok is False else _WORDS[leg.ok]
    boxes = [f"through {box.name}, {words.forgets(box)}: {_WORDS[box.ok]}" for box in leg.boxes]
    return f"{word}   ({'; '.join(boxes)})" if boxes else word
