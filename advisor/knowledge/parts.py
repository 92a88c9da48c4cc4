"""What is known, in one object: properties, profiles, rules, causes, symptoms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from advisor.errors import Place, Problem, nearest, shown
from advisor.expressions import Expression
from advisor.facts import Given, Hook, Source, Store, Subject
from advisor.properties import Properties
from advisor.rules import Rule, Sign, sign_expressions
from advisor.stacks import ErrorText, Profile
from advisor.values import choose


class SysctlRow(NamedTuple):
    """A row of the folklore table: what is said against one kernel setting, and when."""

    name: str
    when: Expression | None
    since: str
    until: str
    harm: str
    says: str
    source: str

    def facts(self, host: Subject, store: Store, fact: Given) -> dict[str, Given]:
        """Return the facts of a stated sysctl that this row speaks of."""
        text = Source("none", fact.source.place)
        harm: Any = self.harm if self.when is None else Hook(self._harm, host, store, fact.value)
        return {
            "name": Given(self.name, fact.source), "value": Given(fact.source.text or str(fact.value), fact.source),
            "harm": Given(harm, text),
            "says": Given(self.says, text), "since": Given(self.since, text), "until": Given(self.until, text),
        }  # fmt: skip

    def _harm(self, env: Any) -> Any:
        assert self.when is not None
        return choose(self.when.run(env), lambda: self.harm, lambda: "none")


class Cause(NamedTuple):
    """A documented cause, and the group of causes that it belongs to."""

    slug: str
    title: str
    group: str


class SymptomClass(NamedTuple):
    """A class of error texts: what it proves, what it does not, and the patterns no stack owns."""

    name: str
    title: str
    means: str
    outside: bool
    tells_apart: str
    texts: tuple[str, ...]


class OutsideCause(NamedTuple):
    """
    A cause outside configuration: no setting mends it, so it gets no tuning advice.

    Attributes:
        same: The rules that are this cause where the path tells of it.
    """

    slug: str
    title: str
    explains: tuple[str, ...]
    weight: float
    signs: tuple[Sign, ...]
    look_for: str
    same: tuple[str, ...] = ()


class Knowledge:
    """
    Everything loaded from ``rules/`` and from rule packs.

    Attributes:
        profiles: By name; those of the cache are unpacked when they are asked for.

        errors: Every error text with the name of the stack that prints it.

        added: What packs added or replaced: kind and name ("rule", slug) to the pack's directory.

        templates: The directories of packs that hold snippets.
    """

    def __init__(self, properties: Properties) -> None:
        self.properties = properties
        self.rules: dict[str, Rule] = {}
        self.profiles: Mapping[str, Profile] = {}
        self.aliases: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.causes: dict[str, Cause] = {}
        self.symptoms: dict[str, SymptomClass] = {}
        self.sysctls: dict[str, list[SysctlRow]] = {}
        self.errors: list[tuple[str, ErrorText]] = []
        self.outside: dict[str, OutsideCause] = {}
        self.added: dict[tuple[str, str], str] = {}
        self.templates: tuple[str, ...] = ()

    def profile(self, name: str) -> Profile | None:
        """Return a stack's profile by its name or another name it has."""
        return self.profiles.get(self.aliases.get(name, name))

    def stack_names(self) -> list[str]:
        """Return the names and other names of all stacks, sorted."""
        return sorted({*self.profiles, *self.aliases})

    def no_stack(self, name: str, place: Place) -> Problem:
        """Return what is to be said of a stack's name that nobody knows."""
        near = nearest(name, self.stack_names())
        hint = f"did you mean {near}?  (advisor stacks list shows all)" if near else "advisor stacks list shows all"
        return Problem(place, f'no stack "{shown(name)}"; {hint}')

    def sysctl_rows(self, name: str) -> list[SysctlRow]:
        """Return what the folklore table says of one kernel setting."""
        return self.sysctls.get(name, [])

    def expressions(self) -> Iterator[Expression]:
        """Yield the expressions of everything but the profiles, which hold their own."""
        yield from self.properties.expressions()
        for rule in self.rules.values():
            yield from rule.expressions()
        for rows in self.sysctls.values():
            yield from (row.when for row in rows if row.when is not None)
        for cause in self.outside.values():
            yield from sign_expressions(cause.signs)
