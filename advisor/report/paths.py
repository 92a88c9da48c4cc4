"""The picture of a path: hops with their versions, legs with the times that have to be in order."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from advisor.engine import MET, VIOLATED
from advisor.facts import Subject
from advisor.model import HopModel, PathModel
from advisor.report.parts import BoxView, HopView, LegView, PathView
from advisor.report.words import Words, shown

if TYPE_CHECKING:
    from advisor.report import Judged

_ORDER, _BOX = "idle-timeout-ordering", "middlebox-idle-timeout"


def path_views(judged: Judged, words: Words) -> list[PathView]:
    """Return the pictures of all paths of a system."""
    return [_path(path, judged, words) for path in judged.system.paths]


def _path(path: PathModel, judged: Judged, words: Words) -> PathView:
    return PathView(path.subject.name, path.document.file, [_hop(h, words) for h in path.hops],
                    [_leg(leg, judged, words) for leg in path.legs])  # fmt: skip


def _hop(hop: HopModel, words: Words) -> HopView:
    version = hop.raw.stack.version or "" if hop.raw.stack else ""
    title = hop.profile.name if hop.raw.stack else "unknown"
    instances = words.fact(hop.hop, "instances")
    notes = []
    outbound = hop.hop.lists.get("outbound") or []
    if hop.caller is not None and outbound:
        for name in ("max_idle_per_host", "max_idle"):
            fact = words.fact(hop.caller, name)
            if isinstance(fact.raw, float) and fact.raw < 1e6 and words.sheet.value(hop.caller, "reuses") is True:
                notes.append(f"{fact.value} kept idle")
                break
    return HopView(
        hop.name,
        title,
        version,
        instances.value if instances.raw else "",
        "middlebox" if hop.middlebox else "end",
        notes,
    )


def _leg(leg: Subject, judged: Judged, words: Words) -> LegView:
    caller, callee = leg.parts["caller"], leg.parts["callee"]
    boxes = [BoxView(m.name, shown(words.sheet.value(m, "idle_timeout"), "duration"), _holds(judged, leg, _BOX, m))
             for m in leg.lists["middleboxes"] or ()]  # fmt: skip
    reuses = words.sheet.value(caller, "reuses")
    keeps = shown(words.sheet.value(caller, "idle_timeout"), "duration") if reuses is not False else "no reuse"
    limit, holds = words.sheet.value(callee, "idle_timeout"), _holds(judged, leg, _ORDER, None)
    if words.sheet.value(callee, "reuses") is False or words.sheet.value(callee, "max_requests") == 1:
        return LegView(caller.name, callee.name, keeps, "closes after each answer", None, boxes)
    # Where the callee never closes, the order of the two is right whatever the caller does.
    in_order = True if limit == inf and reuses is not False and holds is None else holds
    return LegView(caller.name, callee.name, keeps, shown(limit, "duration"), in_order, boxes)


def _holds(judged: Judged, leg: Subject, cause: str, element: Subject | None) -> bool | None:
    """Return whether the rules of a cause hold on a leg; None where that is not known or none applies."""
    states = {o.status for o in judged.outcomes if o.instance.rule.cause == cause and o.instance.subject is leg
              and o.instance.element is element}  # fmt: skip
    return (
        False
        if VIOLATED in states
        else True
        if states == {MET} or (MET in states and "unknown" not in states)
        else None
    )
