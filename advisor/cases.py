"""
The cases of rules and profiles, run: what a rule says of given facts, what a profile makes of given settings.

In a rule's case every property that is not given is unknown: there is no stack, so no default and no neutral
value. Each alternative that can be planned has to mend each violated case, or it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from advisor.engine import MET, NOT_APPLICABLE, VIOLATED, Instance, Outcome, evaluate, instances
from advisor.errors import Place
from advisor.expressions import Kind, kind_of, unit_kind
from advisor.facts import Given, Source, Store, Subject
from advisor.knowledge import Knowledge
from advisor.moves import Circular, Conflict, Move
from advisor.properties import PARTS, Properties, read
from advisor.rules import Fix, Rule
from advisor.sheet import Sheet
from advisor.stacks import Profile, Setting
from advisor.units import show
from advisor.values import Leaf, Range, Unknown, bounds, counter, known

_CASE = Source("stated", text="case")


class Result(NamedTuple):
    """One case and what is wrong with it; nothing where it passes."""

    owner: str
    case: str
    place: Place
    faults: tuple[str, ...]


class _Bare:
    """A rule's subjects with nothing known but what a case gives."""

    def __init__(self, properties: Properties, rule: Rule) -> None:
        self.properties, self.rule = properties, rule
        kinds = ("leg", "end", "hop", "host", "workload", "path", "run", "middlebox")
        self.subjects = {k: Subject(k, k) for k in kinds if k != "end"}
        self.subjects["caller"] = self._end("caller", self.subjects["leg"])
        self.subjects["callee"] = self._end("callee", self.subjects["leg"])
        self._wire(self.subjects["leg"], self.subjects["caller"], self.subjects["callee"])
        self.subjects["hop"].parts["host"] = self.subjects["host"]
        for name, subject in self.subjects.items():
            subject.label = name
            subject.scopes = {k: s for k, s in self.subjects.items() if k != name}

    def _end(self, role: str, leg: Subject) -> Subject:
        end = Subject("end", role, role=role, wide=Subject("hop", role))
        end.parts["host"] = Subject("host", f"{role}.host")
        end.parts["host"].label = f"{role}.host"
        assert end.wide is not None
        end.wide.parts["host"] = end.parts["host"]
        end.wide.label = role
        end.scopes = {"leg": leg, role: end, **{k: s for k, s in self.subjects.items() if k != role}}
        return end

    def _wire(self, leg: Subject, caller: Subject, callee: Subject) -> None:
        leg.parts = {"caller": caller, "callee": callee}
        leg.scopes = {**leg.scopes, "caller": caller, "callee": callee, "leg": leg}

    def give(self, name: str, raw: Any) -> None:
        first, *rest = name.split(".")
        subject = self.subjects.get(first)
        if subject is None or not rest:
            raise ValueError(f"{name} names nothing that a case can give")
        for part in rest[:-1]:
            subject = subject.parts[part]
        self.state(subject, rest[-1], raw)

    def state(self, subject: Subject, name: str, raw: Any) -> None:
        prop = self.properties.find(subject.kind, name)
        if prop is None:
            raise ValueError(f"no property {subject.kind}.{name}")
        owner = subject if name in self.properties.all[subject.kind] else subject.wide
        assert owner is not None
        if prop.kind.base == "list":
            owner.lists[name] = [self.element(prop.kind.of, item, f"{name}[{i}]") for i, item in enumerate(raw)]
            return
        owner.stated[name] = Given(_value(raw, prop.kind, (subject, name)), _CASE)

    def element(self, kind: str, facts: Mapping[str, Any], name: str) -> Subject:
        element = Subject(kind, str(facts.get("name", facts.get("title", name))))
        element.label = self.rule.each[0] if self.rule.each else name
        if kind == "leg":
            self._wire(element, self._end("caller", element), self._end("callee", element))
            for role, end in element.parts.items():
                end.label = f"{element.label}.{role}"
        element.scopes = {k: s for k, s in self.subjects.items() if k != kind} | element.scopes
        for key, raw in facts.items():
            subject, *rest = _follow(element, key)
            self.state(subject, rest[0], raw)
        return element


def _follow(subject: Subject, key: str) -> tuple[Subject, str]:
    *parts, last = key.split(".")
    for part in parts:
        if part not in PARTS.get(subject.kind, {}):
            raise ValueError(f"{key} names nothing that a case can give")
        subject = subject.parts[part]
    return subject, last


def _value(raw: Any, kind: Kind, leaf: Leaf) -> Any:
    if kind.base != "counter":
        return read(raw, kind, None)
    total = float(raw["total"]) if "total" in raw else Range(0.0, inf, (leaf,))
    rate, grown = read(raw.get("rate"), kind_of("rate"), None), read(raw.get("grown"), kind_of("count"), None)
    return counter(total, leaf, rate=rate, grown=grown)


def rule_cases(rule: Rule, knowledge: Knowledge) -> Iterator[Result]:
    """Run the cases of *rule*."""
    for i, case in enumerate(rule.cases):
        place = rule.case_entry.place("cases", i)
        try:
            faults = tuple(_rule_case(rule, case, knowledge.properties))
        except (ValueError, KeyError, TypeError) as error:
            faults = (str(error),)
        yield Result(rule.slug, str(case.get("name", i)), place, faults)


def _rule_case(rule: Rule, case: Mapping[str, Any], properties: Properties) -> Iterator[str]:
    bare = _Bare(properties, rule)
    for name, raw in case.get("given", {}).items():
        bare.give(name, raw)
    sheet = Sheet(properties)
    sheet.bare = True
    scope = rule.scope
    subject = bare.subjects[scope]
    subject.scopes[scope] = subject
    found = instances([rule], {scope: [subject]})
    outcomes = [evaluate(instance, sheet) for instance in found]
    status, outcome = _overall(outcomes)
    if status != case["expect"]:
        yield f"{status}, not {case['expect']}"
        return
    if "missing" in case and outcome is not None:
        missing = sorted({leaf_name(leaf) for leaf in outcome.missing})
        if missing != sorted(case["missing"]):
            yield f"missing {', '.join(missing) or 'nothing'}, not {', '.join(sorted(case['missing']))}"
    if status == VIOLATED and outcome is not None:
        yield from _fixes(rule, case, outcome, sheet)


def leaf_name(leaf: tuple[Any, str]) -> str:
    """Return how a rule writes a leaf: ``caller.host.somaxconn``."""
    return f"{leaf[0].label}.{leaf[1]}"


def _overall(outcomes: list[Outcome]) -> tuple[str, Outcome | None]:
    for status in (VIOLATED, "unknown", MET):
        for outcome in outcomes:
            if outcome.status == status:
                return status, outcome
    return NOT_APPLICABLE, None


def _fixes(rule: Rule, case: Mapping[str, Any], outcome: Outcome, sheet: Sheet) -> Iterator[str]:
    wanted = case.get("fix")
    mended = False
    for fix in rule.fixes:
        if not fix.moves or any(len(name.split(".")) == 1 for name, _, _ in fix.moves):
            continue
        if fix.when is not None and outcome.env is not None and fix.when.run(outcome.env) is not True:
            continue
        after, values, why = _apply(fix, outcome.instance, sheet)
        if after in (MET, NOT_APPLICABLE):
            if not mended and wanted:
                yield from _planned(wanted, values)
            mended = True
        elif not case.get("stays"):
            yield f"the fix {', '.join(n for n, _, _ in fix.moves)} leaves it {after}{f' ({why})' if why else ''}"
    if wanted and not mended:
        yield "no fix mends it"


def _apply(fix: Fix, instance: Instance, sheet: Sheet) -> tuple[str, dict[str, Any], str]:
    moves = []
    for name, operator, bound in fix.moves:
        first, *rest = name.split(".")
        subject = instance.bind[first]
        for part in rest[:-1]:
            subject = subject.parts[part]
        target = sheet.target(subject, rest[-1])
        if isinstance(target, str):
            return "not planned", {}, target
        moves.append(Move(operator, bound, instance.bind, instance.rule.lets, instance, target))
    trial = Sheet(sheet.properties, sheet, moves)
    try:
        outcome = evaluate(instance, trial)
        values = {name: (trial.cell(*m.knob).value, unit_kind((m.target.setting or m.target.prop).kind))
                  for (name, _, _), m in zip(fix.moves, moves, strict=True)}  # fmt: skip
    except Conflict as conflict:
        return "open", {}, conflict.why
    except Circular as circular:
        return "open", {}, f"the bound on {circular.knob[1]} hangs on itself"
    return outcome.status, values, ""


def _planned(wanted: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what differs; *values* are what a plan sets, with the family of units that each is shown in."""
    for name, raw in wanted.items():
        value, unit = values.get(name, (None, "text"))
        shown = show(value, unit) if isinstance(value, (float, bool, str)) else "nothing"
        try:
            if isinstance(value, float):
                kinds = ("duration", "count", "size", "rate", "ratio", "share")
                if not any(_same(raw, value, kind) for kind in kinds):
                    yield f"{name} is planned as {shown}, not {raw}"
            elif value is None or str(value).lower() != str(raw).lower():
                yield f"{name} is planned as {shown}, not {raw}"
        except ValueError as error:
            yield str(error)


def _same(raw: Any, value: float, kind: str) -> bool:
    try:
        return bool(abs(read(raw, kind_of(kind), None) - value) <= 1e-9 * max(1.0, abs(value)))
    except ValueError:
        return False


def profile_cases(profile: Profile, knowledge: Knowledge) -> Iterator[Result]:
    """Run the cases of *profile*."""
    for i, case in enumerate(profile.cases):
        place = profile.case_entry.place("cases", i) if profile.case_entry else Place(profile.name)
        try:
            faults = tuple(_profile_case(profile, case, knowledge))
        except (ValueError, KeyError) as error:
            faults = (str(error),)
        yield Result(profile.name, str(case.get("name", i)), place, faults)


def _profile_case(profile: Profile, case: Mapping[str, Any], knowledge: Knowledge) -> Iterator[str]:
    properties = knowledge.properties
    subjects = _hop(profile, case.get("version"))
    store = subjects["hop"].store or subjects["host"].store
    assert store is not None
    for name, raw in case.get("given", {}).items():
        names = profile.names(name)
        if names:
            for found in names:
                setting: Setting = profile.settings[found]
                text = str(raw).lower() if isinstance(raw, bool) else str(raw)
                part = text.split()[setting.part[1]] if setting.part and len(text.split()) > setting.part[1] else text
                store.settings[found] = Given(setting.read(part), _CASE)
            continue
        first, *rest = name.split(".")
        if first not in subjects or not rest:
            raise ValueError(f"{profile.name} has no setting {name}")
        prop = properties.find(subjects[first].kind, rest[-1])
        if prop is None:
            raise ValueError(f"no property {name}")
        owner = subjects[first]
        if rest[-1] not in properties.all[owner.kind] and owner.wide is not None:
            owner = owner.wide
        owner.stated[rest[-1]] = Given(_value(raw, prop.kind, (owner, rest[-1])), _CASE)
    for name, implied in profile.implies.items():
        role, _, rest = name.partition(".")
        subjects[role].stated.setdefault(rest, Given(implied.value, _CASE))
    sheet = Sheet(properties)
    for name, raw in case["expect"].items():
        first, *rest = name.split(".")
        value = sheet.value(subjects[first], rest[-1])
        prop = properties.find(subjects[first].kind, rest[-1])
        assert prop is not None
        if not _is(value, raw, prop.kind):
            yield f"{name} is {_shown(value, prop.kind)}, not {raw}"


def _hop(profile: Profile, version: Any) -> dict[str, Subject]:
    """Return a hop of *profile* in every role, with an unknown hop on either side."""
    host = Subject("host", "host", role="host")
    store = Store(profile, profile.name, None if version is None else str(version), None)
    hop = Subject("hop", profile.name, role="hop", store=store)
    store.hop = host if "host" in profile.ends else hop
    if store.hop is host:
        host.store = store
        hop.store = None
    if version is not None:
        store.hop.stated["kernel" if store.hop is host else "version"] = Given(str(version), _CASE)
    leg, workload = Subject("leg", "leg"), Subject("workload", "workload")
    subjects = {"hop": hop, "host": host, "leg": leg, "workload": workload, "run": Subject("run", "run")}
    for role in ("caller", "callee"):
        subjects[role] = Subject("end", profile.name, role=role, store=store, wide=hop)
    other = Subject("end", "other", wide=Subject("hop", "other"))
    subjects["middlebox"] = Subject("middlebox", profile.name, role="middlebox", store=store, wide=hop)
    for name, subject in subjects.items():
        subject.parts["host"] = host
        subject.scopes = {k: s for k, s in subjects.items() if k != name and k not in ("middlebox", "hop", "host")}
    # As a caller the stack faces some callee, as a callee some caller: properties of the other side are given there.
    subjects["caller"].scopes["callee"] = subjects["callee"].scopes["caller"] = other
    other.parts["host"] = Subject("host", "other")
    subjects["other"] = other
    leg.parts = {"caller": subjects["caller"], "callee": other}
    leg.scopes["callee"] = other
    return subjects


def _is(value: Any, raw: Any, kind: Kind) -> bool:
    if raw == "unknown":
        return not known(value)
    if isinstance(raw, list):
        if kind.base != "number":
            return type(value) is Unknown and value.options == frozenset(raw)
        low, high = (read(r, kind, None) for r in raw)
        return bounds(value) == (low, high)
    wanted = read(raw, kind, None)
    if isinstance(wanted, float) and isinstance(value, float):
        return value == wanted or abs(value - wanted) <= 1e-9 * max(1.0, abs(wanted))
    return bool(value == wanted)


def _shown(value: Any, kind: Kind) -> str:
    if type(value) is Range:
        return f"{show(value.low, unit_kind(kind))} to {show(value.high, unit_kind(kind))}"
    return show(value, unit_kind(kind)) if isinstance(value, (float, bool, str)) else repr(value)
