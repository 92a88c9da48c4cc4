"""Judge: every rule on every subject it is about, with an outcome each. Pure: same sheet, same outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.facts import Subject
from advisor.rules import Rule
from advisor.sheet import Env, Sheet
from advisor.values import VERSIONS, Leaf, Truth, Unknown, both, leaves_of

VIOLATED, MET, UNKNOWN, NOT_APPLICABLE, FAULT = "violated", "met", "unknown", "not applicable", "fault"


class Instance:
    """One rule on one subject, and one element of its list where the rule has ``each``."""

    __slots__ = ("bind", "element", "index", "missing_list", "rule", "subject")

    def __init__(self, rule: Rule, subject: Subject, bind: Mapping[str, Subject], index: int,
                 element: Subject | None = None, missing_list: Leaf | None = None) -> None:  # fmt: skip
        self.rule, self.subject, self.bind, self.index = rule, subject, bind, index
        self.element, self.missing_list = element, missing_list

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it from run to run: rule, subject and element by name."""
        return (self.rule.slug, self.subject.name, self.element.name if self.element else "")

    def __repr__(self) -> str:
        return f"<{' '.join(filter(None, self.key))}>"


class Outcome:
    """
    What became of an instance.

    Attributes:
        status: violated, met, unknown or not applicable.

        missing: The leaves that would decide an unknown one.

        failed: Indices of the parts of ``require`` that do not hold.

        env: The values it was decided by.

        deps: The knobs it hangs on.

        fault: What went wrong in us, of a "fault".
    """

    __slots__ = ("deps", "env", "failed", "fault", "instance", "missing", "status")

    def __init__(self, instance: Instance, status: str, env: Env | None, deps: int, missing: tuple[Leaf, ...] = (),
                 failed: tuple[int, ...] = (), fault: str = "") -> None:  # fmt: skip
        self.instance, self.status, self.env, self.deps = instance, status, env, deps
        self.missing, self.failed, self.fault = missing, failed, fault


def instances(rules: Iterable[Rule], subjects: Mapping[str, list[Subject]]) -> list[Instance]:
    """Return every rule on every subject of its scope, in the order of the rules and of the subjects on the path."""
    found: list[Instance] = []
    for rule in rules:
        for subject in subjects[rule.scope]:
            bind = {**subject.scopes, rule.scope: subject}
            if "host" in subject.parts:
                bind["host"] = subject.parts["host"]
            if rule.each is None:
                found.append(Instance(rule, subject, bind, len(found)))
                continue
            item, name = rule.each
            first, *rest = name.split(".")
            owner = bind[first]
            for part in rest[:-1]:
                owner = owner.parts[part]
            elements = owner.lists.get(rest[-1])
            if elements is None:
                found.append(Instance(rule, subject, bind, len(found), None, (owner, rest[-1])))
            for element in elements or ():
                found.append(Instance(rule, subject, {**bind, item: element}, len(found), element))
    return found


def evaluate(instance: Instance, sheet: Sheet) -> Outcome:
    """Return the outcome of *instance* on *sheet*."""
    if instance.missing_list is not None:
        return Outcome(instance, UNKNOWN, None, 0, (instance.missing_list,))
    rule = instance.rule
    env = Env(sheet, instance.bind, rule.lets)
    applies: Truth = rule.applies.run(env) if rule.applies is not None else True
    if applies is False:
        return Outcome(instance, NOT_APPLICABLE, env, env.used)
    parts = [part.run(env) for part in rule.require]
    holds: Truth = True
    for part in parts:
        holds = both(holds, lambda part=part: part)  # type: ignore[misc]
    if holds is True:
        return Outcome(instance, MET, env, env.used)
    if type(applies) is Unknown or type(holds) is Unknown:
        missing = _telling(leaves_of(applies, holds), sheet) or _partial_versions(instance, env)
        return Outcome(instance, UNKNOWN, env, env.used, missing)
    return Outcome(instance, VIOLATED, env, env.used, (), tuple(i for i, part in enumerate(parts) if part is False))


def _telling(leaves: tuple[Leaf, ...], sheet: Sheet) -> tuple[Leaf, ...]:
    """Return what to ask for: facts that have an assumption only where nothing else is missing."""

    def assumed(leaf: Leaf) -> bool:
        prop = sheet.properties.find(leaf[0].kind, leaf[1]) if isinstance(leaf[0], Subject) else None
        return prop is not None and prop.assume is not None

    return tuple(leaf for leaf in leaves if not assumed(leaf)) or leaves


def _partial_versions(instance: Instance, env: Env) -> tuple[Leaf, ...]:
    """Return the versions that are known too roughly to decide: ``20`` where 20.18 is asked for."""
    rule = instance.rule
    names = rule.leaves(*rule.require, *((rule.applies,) if rule.applies else ()))
    found = []
    for name in names:
        first, *rest = name.split(".")
        if rest and rest[-1] in VERSIONS:
            subject = env.bind[first]
            for part in rest[:-1]:
                subject = subject.parts[part]
            found.append((subject, rest[-1]))
    return tuple(found)


def judge(todo: Iterable[Instance], sheet: Sheet, base: list[Outcome] | None = None) -> list[Outcome]:
    """Return the outcomes of all instances, taking over from *base* those that the sheet's moves cannot change."""
    if base is None:
        return [_guarded(instance, sheet) for instance in todo]
    moved = sheet.moved
    return [evaluate(o.instance, sheet) if o.deps & moved else o for o in base]


def _guarded(instance: Instance, sheet: Sheet) -> Outcome:
    """Evaluate, or say that the rule is at fault: the other rules still run."""
    try:
        return evaluate(instance, sheet)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one rule must not cost the reader the others
        return Outcome(instance, FAULT, None, 0, fault=f"{type(error).__name__}: {error}")


def severity(outcome: Outcome) -> str:
    """Return the severity of a violated outcome, softened where its rule says so and that is decided."""
    rule = outcome.instance.rule
    if rule.soften is not None and outcome.env is not None and rule.soften[1].run(outcome.env) is True:
        return rule.soften[0]
    return rule.severity
