"""From a plan to snippets: the changes of each side of each hop, and what the templates may ask of the planned system."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from advisor.expressions import unit_kind
from advisor.facts import Store, Subject
from advisor.report.parts import ChangeView, Report, SnippetView
from advisor.rollout import Change as Planned
from advisor.snippets import Change, Target, all_snippets
from advisor.stacks import UNSET

if TYPE_CHECKING:
    from advisor.report import Judged


def snippet_views(
    judged: Judged, changes: dict[Any, ChangeView], report: Report, packs: tuple[str, ...] = ()
) -> list[SnippetView]:
    """Return the snippets of a plan, one file a target and hop, in the order of the path; *packs* hold further templates."""
    groups: dict[tuple[str, str], list[Planned]] = {}
    for change in judged.plan.changes:
        subject = change.target.subject
        side = "process" if subject.kind == "hop" else subject.role or subject.kind
        groups.setdefault((subject.name, side), []).append(change)
    order = {h.name: i for i, h in enumerate(judged.system.hops)}
    targets = [_target(judged, changes, report, side, group)
               for (_, side), group in sorted(groups.items(), key=lambda g: (order.get(g[0][0], 0), g[0][1]))]  # fmt: skip
    return [SnippetView(s.path, s.text, s.language, s.check, s.apply, s.undo, s.hop) for s in all_snippets(targets, packs)]


def _target(judged: Judged, changes: dict[Any, ChangeView], report: Report, side: str, group: list[Planned]) -> Target:
    subject = group[0].target.subject
    store = subject.store
    hop = subject.wide or subject
    sheet = judged.plan.sheet
    instances = sheet.value(hop, "instances") if hop.kind == "hop" else None
    version = sheet.version(store).value if store else None
    return Target(
        hop=subject.name, stack=store.profile.name if store else "unknown", title=store.profile.title if store else "unknown",
        version=version if isinstance(version, str) else None, side=side,
        instances=instances if isinstance(instances, float) else None, peer=_peer(judged, subject, side),
        changes=tuple(_change(changes[c.target.knob], c, report) for c in group),
        value=_asker(judged, subject), source=", ".join(report.files))  # fmt: skip


def _change(view: ChangeView, change: Planned, report: Report) -> Change:
    setting = change.target.setting
    because = dict.fromkeys((*(f.summary for f in report.findings if view in f.changes), *view.because))
    kind = unit_kind(setting.kind if setting else change.target.prop.kind)
    return Change(view.full_name, kind, _plain(change.now.value), _plain(change.value), view.was, tuple(view.rules),
                  tuple(because), setting.effect if setting else "", dict(setting.extra) if setting else {})  # fmt: skip


def _plain(value: Any) -> float | bool | str | None:
    if value is UNSET or not isinstance(value, (float, bool, str)) or (isinstance(value, float) and isnan(value)):
        return None
    return value


def _peer(judged: Judged, subject: Subject, side: str) -> str:
    legs = {leg for path in judged.system.paths for leg in path.legs}
    for leg in sorted(legs, key=lambda found: found.name):
        if side == "caller" and leg.parts["caller"].name == subject.name:
            return leg.parts["callee"].name
        if side == "callee" and leg.parts["callee"].name == subject.name:
            return leg.parts["caller"].name
    return ""


def _asker(judged: Judged, subject: Subject) -> Any:
    sheet = judged.plan.sheet

    def value(name: str) -> float | bool | str | None:
        store: Store | None = subject.store
        if store is not None and name in store.profile.settings:
            return _plain(sheet.setting(store, store.profile.settings[name]).value)
        first, *rest = name.split(".")
        owner = sheet.bind(subject).get(first) or (subject if first in (subject.role, subject.kind) else None)
        if owner is None or not rest:
            return None
        try:
            return _plain(sheet.value(owner, rest[-1]))
        except KeyError:
            return None

    return value
