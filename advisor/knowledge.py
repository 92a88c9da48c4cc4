"""
All that is known: properties, profiles, rules, causes, symptoms; loaded once, checked, and kept compiled between runs.

Reading and checking the files takes a second; what comes of it is a few hundred kilobytes of plain data and one code object
an expression list. It is kept in the user's cache directory under a key made of the files' sizes and times, Python's and our own
version, with the trust that Python gives to its own ``.pyc`` files: owner only, and rebuilt when anything differs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from advisor.data import rules_dir
from advisor.errors import InputError, KnowledgeError, Place, Problem
from advisor.expressions import Expression, link, parse
from advisor.facts import Given, Hook, Source, Store, Subject
from advisor.properties import Properties, PropertyScope, load_properties
from advisor.reading import Entry, read_entries
from advisor.rules import Rule, check_rules, load_rule
from advisor.stacks import Profile, load_profile


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
            "name": Given(self.name, fact.source), "value": Given(fact.source.text or str(fact.value), fact.source), "harm": Given(harm, text),
            "says": Given(self.says, text), "since": Given(self.since, text), "until": Given(self.until, text),
        }  # fmt: skip

    def _harm(self, env: Any) -> Any:
        from advisor.values import choose

        assert self.when is not None
        return choose(self.when.run(env), lambda: self.harm, lambda: "none")


class Cause(NamedTuple):
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


class Knowledge:
    """Everything loaded from ``rules/`` and from rule packs."""

    def __init__(self, properties: Properties) -> None:
        self.properties = properties
        self.rules: dict[str, Rule] = {}
        self.profiles: dict[str, Profile] = {}
        self.aliases: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.causes: dict[str, Cause] = {}
        self.symptoms: dict[str, SymptomClass] = {}
        self.sysctls: dict[str, list[SysctlRow]] = {}

    def profile(self, name: str) -> Profile | None:
        """Return a stack's profile by its name or another name it has."""
        return self.profiles.get(self.aliases.get(name, name))

    def stack_names(self) -> list[str]:
        return sorted({*self.profiles, *self.aliases})

    def sysctl_rows(self, name: str) -> list[SysctlRow]:
        """Return what the folklore table says of one kernel setting."""
        return self.sysctls.get(name, [])

    def expressions(self) -> Iterator[Expression]:
        yield from self.properties.expressions()
        for rule in self.rules.values():
            yield from rule.expressions()
        for profile in self.profiles.values():
            yield from profile.expressions()
        for rows in self.sysctls.values():
            yield from (row.when for row in rows if row.when is not None)


def load_knowledge(packs: Iterable[str] = (), directory: str | None = None) -> Knowledge:
    """
    Return all knowledge: the advisor's own, then each rule pack's directory.

    Raises:
        KnowledgeError: With everything that is wrong with the files.
    """
    root = directory or rules_dir()
    loader = _Loader(root)
    for path, name in _files(root):
        loader.file(path, name)
    for pack in packs:
        if not os.path.isdir(pack):
            raise InputError([Problem(Place(pack), "no such directory of rules")])
        for path, name in _files(pack):
            loader.file(path, os.path.join(pack, name))
    return loader.finish()


def _files(root: str) -> list[tuple[str, str]]:
    found = []
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")):
                path = os.path.join(folder, name)
                found.append((path, os.path.relpath(path, root).replace(os.sep, "/")))
    return sorted(found, key=lambda f: (f[1] != "properties.yaml", f[1]))


class _Loader:
    def __init__(self, root: str) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.knowledge = Knowledge(Properties())
        self.later: list[tuple[list[Entry], str]] = []

    def file(self, path: str, name: str) -> None:
        try:
            entries = read_entries(path, f"rules/{name}" if not os.path.isabs(name) else name)
        except InputError as error:
            self.problems += error.problems
            return
        base = name.rsplit("/", 1)[-1]
        if base == "properties.yaml":
            self.knowledge.properties, found = load_properties(entries[0])
            self.problems += found
        elif base == "causes.yaml":
            self._causes(entries[0])
        elif base == "symptoms.yaml":
            self._symptoms(entries[0])
        elif base == "counters.yaml":
            pass  # read by the captures, when a text of netstat -s is met
        elif (entries and isinstance(entries[0].plain, dict) and {"rule", "stack"} & entries[0].plain.keys()) or base == "sysctls.yaml":
            self.later.append((entries, name))
        else:
            self.problems.append(
                Problem(Place(name, 1, 1), "neither a rule, nor a stack, nor properties, causes or symptoms")
            )

    def _causes(self, entry: Entry) -> None:
        for group, plain in entry.plain.items():
            self.knowledge.groups[group] = plain["title"]
            for slug, title in plain["causes"].items():
                if slug in self.knowledge.causes:
                    self.problems.append(
                        Problem(entry.place(group, "causes", slug), f"cause {slug} stands in two groups")
                    )
                self.knowledge.causes[slug] = Cause(slug, title, group)

    def _symptoms(self, entry: Entry) -> None:
        for name, plain in entry.plain.items():
            self.knowledge.symptoms[name] = SymptomClass(
                name, plain.get("title", name), plain.get("means", ""), bool(plain.get("outside", False)),
                plain.get("tells_apart", ""), tuple(map(str, plain.get("texts", ()))))  # fmt: skip

    def finish(self) -> Knowledge:
        knowledge = self.knowledge
        table: list[Entry] = []
        for entries, name in self.later:
            if name.endswith("sysctls.yaml"):
                table.append(entries[0])
            elif "stack" in entries[0].plain:
                self._profile(entries, name)
            else:
                self._rule(entries)
        self._table(table)
        for profile in knowledge.profiles.values():
            for other in profile.also:
                knowledge.aliases[other] = profile.name
        for profile in knowledge.profiles.values():
            self.problems += [Problem(Place(f"rules/stacks/{profile.name}.yaml"), f'"{e.text}" has the unknown class {e.symptom}')
                              for e in profile.errors if knowledge.symptoms and e.symptom not in knowledge.symptoms]  # fmt: skip
        self.problems += check_rules(knowledge.rules, knowledge.causes, knowledge.symptoms)
        if self.problems:
            raise KnowledgeError(self.problems)
        knowledge.rules = dict(sorted(knowledge.rules.items()))
        link(knowledge.expressions())
        return knowledge

    def _profile(self, entries: list[Entry], name: str) -> None:
        profile, problems = load_profile(entries, self.knowledge.properties)
        self.problems += problems
        at = entries[0].place("stack")
        if profile.name in self.knowledge.profiles:
            self.problems.append(Problem(at, f"two profiles are named {profile.name}"))
        if name.rsplit("/", 1)[-1] != f"{profile.name}.yaml":
            self.problems.append(Problem(at, f"stack {profile.name} stands in {name}; its file is {profile.name}.yaml"))
        self.knowledge.profiles[profile.name] = profile

    def _rule(self, entries: list[Entry]) -> None:
        rule, problems = load_rule(entries, self.knowledge.properties)
        self.problems += problems
        if rule is None:
            return
        if rule.slug in self.knowledge.rules:
            self.problems.append(Problem(rule.place, f"two rules are named {rule.slug}"))
        self.knowledge.rules[rule.slug] = rule

    def _table(self, table: list[Entry]) -> None:
        linux = self.knowledge.profiles.get("linux")
        extra = {n: s.kind for n, s in linux.aliases.items()} if linux else {}
        for entry in table:
            rows = entry.plain["rows"] if isinstance(entry.plain, dict) else entry.plain
            path: tuple[str, ...] = ("rows",) if isinstance(entry.plain, dict) else ()
            for i, plain in enumerate(rows):
                kind = self._value_kind(linux, plain["name"])
                scope = PropertyScope(
                    self.knowledge.properties, {"host": "host", "run": "run"}, True, {**extra, "value": kind}
                )
                when = parse(str(plain["when"]).lower() if isinstance(plain["when"], bool) else plain["when"], scope,
                             entry.place(*path, i, "when")) if "when" in plain else None  # fmt: skip
                if isinstance(when, Problem):
                    self.problems.append(when)
                    continue
                row = SysctlRow(plain["name"], when, str(plain.get("since", "0")), str(plain.get("until", "9999")),
                                plain["harm"], plain["says"], str(plain.get("source", "")))  # fmt: skip
                self.knowledge.sysctls.setdefault(row.name, []).append(row)

    @staticmethod
    def _value_kind(linux: Profile | None, name: str) -> Any:
        from advisor.expressions import kind_of

        if linux is not None and name in linux.settings:
            return linux.settings[name].kind
        return kind_of("ratio")
