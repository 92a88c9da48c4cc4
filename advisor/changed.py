"""Which values of a rule a change can have altered."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.document import Change
from advisor.engine import Instance
from advisor.facts import Store, Subject
from advisor.rules import Rule
from advisor.settings import Row, pick
from advisor.stacks import Behaviour, Effective, Setting

Rows = tuple[Row, ...]
"""The values that something has by version."""


def can_have_changed(change: Change, by_version: Sequence[Rows]) -> bool:
    """Return whether a change can have changed a value: one of the version does where the two versions differ in it."""
    if not by_version or change.from_ is None or change.to is None:
        return True
    return any(repr(pick(rows, change.from_)[0]) != repr(pick(rows, change.to)[0]) for rows in by_version)


def values_by_change(instance: Instance, rule: Rule) -> dict[str, list[Rows]]:
    """
    Return the values that *rule* reads here, as ``changes`` calls them: hop.setting, in lower case.

    With the name of a version come the values that differ by it; with any other name nothing.
    """
    found: dict[str, list[Rows]] = {}
    for name in rule.leaves(*rule.require, *((rule.applies,) if rule.applies else ())):
        first, *rest = name.split(".")
        subject = instance.bind.get(first)
        for part in rest[:-1]:
            subject = subject.parts.get(part) if subject is not None else None
        if subject is None or not rest:
            continue
        for called, rows in _called(subject, rest[-1]).items():
            found.setdefault(called.lower(), []).extend(rows)
    return found


def _called(subject: Subject, prop: str) -> dict[str, list[Rows]]:
    names: dict[str, list[Rows]] = {f"{subject.name}.{prop}": [], f"{subject.name}.{subject.role}.{prop}": []}
    store = subject.store
    if isinstance(store, Store):
        gives = store.profile.gives.get(f"{subject.role}.{prop}")
        settings = [gives] if isinstance(gives, Setting) else []
        if isinstance(gives, Effective):
            settings += [store.profile.aliases[n] for n in gives.value.names if n in store.profile.aliases]
        for setting in settings:
            names |= {f"{subject.name}.{setting.name}": [], f"{subject.name}.{setting.name.rsplit('.', 1)[-1]}": []}
        if gives is not None:
            rows = [gives.rows] if isinstance(gives, Behaviour) else [s.rows for s in settings]
            names |= {f"{subject.name}.stack": [], f"{subject.name}.version": rows}
    return names
