"""What a plan changes, in words: what stood before, what comes, and the arithmetic behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.engine import Instance
from advisor.expressions import unit_kind
from advisor.facts import Knob
from advisor.moves import Target
from advisor.report.parts import ChangeView
from advisor.report.words import Words, shown
from advisor.rollout import Change
from advisor.sheet import Env
from advisor.units import UNITS, parse_quantity
from advisor.values import Range, known

if TYPE_CHECKING:
    from advisor.report import Judged

_OPERATORS = {"at_least": "at least ", "at_most": "at most "}


def change_views(judged: Judged, words: Words) -> dict[Knob, ChangeView]:
    """Return what the plan changes, by knob, in the order of the roll-out."""
    return {
        change.target.knob: _view(judged, words, change, number)
        for number, step in enumerate(judged.plan.steps, 1)
        for change in step
    }


def _view(judged: Judged, words: Words, change: Change, step: int) -> ChangeView:
    target = change.target
    store, prop, setting = target.subject.store, target.prop, target.setting
    side = target.subject.role or target.subject.kind
    fact = words.setting(store, setting) if setting and store else words.fact(target.subject, prop.name)
    if setting and fact.value == "not set":
        # What the stack makes of it tells more, and is what the evidence shows.
        effective = words.fact(target.subject, prop.name)
        fact = effective if effective.name == fact.name and effective.value != "unknown" else fact
    place = fact.place if fact.source in ("stated", "captured", "estimated") else ""
    where = ", ".join(filter(None, (fact.words, place)))
    because = dict.fromkeys(reason for owner in change.owners for reason in _because(judged, change, owner))
    planned = shown(change.value, unit_kind(setting.kind) if setting else unit_kind(prop.kind))
    cell = judged.sheet.setting(store, setting) if setting and store else judged.sheet.cell(target.subject, prop.name)
    written = cell.source.text if cell.source.kind in ("stated", "estimated") else ""
    return ChangeView(
        hop=target.subject.name,
        side=side,
        setting=fact.name,
        full_name=setting.name if setting else f"{side}.{prop.name}",
        property=f"{side}.{prop.name}",
        now=fact.value,
        planned=planned,
        was=f"{fact.value} ({where})" if where else fact.value,
        effect=_effect(target),
        rules=tuple(sorted({owner.rule.slug for owner in change.owners})),
        step=step,
        because=tuple(because),
        place=place or str((store.place if store else target.subject.place) or ""),
        written=written if _reads_back(change.value, planned, unit_kind(setting.kind if setting else prop.kind)) else "",
    )


def _effect(target: Target) -> str:
    """Return when a change acts: what stands in a program's code acts when the program is deployed."""
    store, end = target.subject.store, target.subject
    if store is not None and store.profile.code and end.kind != "host":
        return "deploy"
    return target.setting.effect if target.setting else ""


def _reads_back(value: Any, planned: str, kind: str) -> bool:
    """Return whether *planned* in a document means *value*: long figures are shown rounded."""
    if kind not in UNITS or not isinstance(value, float):
        return isinstance(value, (bool, str)) and planned == shown(value, kind)
    try:
        return parse_quantity(planned, kind, "") == value
    except ValueError:
        return False


def _because(judged: Judged, change: Change, owner: Instance) -> list[str]:
    """Return what the chosen fix of *owner* demands of the knob: "at least 26 = 6 √17.9"."""
    fix = judged.plan.chosen.get(owner)
    if fix is None:
        return []
    sheet = judged.plan.sheet.twin
    words, env = Words(sheet), Env(sheet, owner.bind, owner.rule.lets)
    found = []
    for name, operator, bound in fix.moves:
        if operator not in _OPERATORS:
            continue
        subject, prop = words.resolve(env.bind, name)
        target = sheet.target(subject, prop)
        if isinstance(target, str) or target.knob != change.target.knob:
            continue
        value: Any = bound.run(env)
        if type(value) is Range:
            value = value.low if operator == "at_most" else value.high
        if known(value):
            arithmetic = words.arithmetic(bound, env)
            amount = shown(value, unit_kind(target.prop.kind))
            if not arithmetic and amount == shown(change.value, unit_kind(target.prop.kind)):
                continue  # the planned value says it
            found.append(f"{_OPERATORS[operator]}{amount}" + (f" = {arithmetic}" if arithmetic and arithmetic != amount else ""))
    return found
