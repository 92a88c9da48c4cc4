"""Read the knowledge files, check them, and what stands between them; nothing is linked here."""

from __future__ import annotations

import os

from advisor.errors import InputError, KnowledgeError, Place, Problem
from advisor.expressions import Kind, kind_of
from advisor.knowledge.parts import Cause, Knowledge, SymptomClass, SysctlRow
from advisor.knowledge.profile_files import load_profile
from advisor.knowledge.property_files import load_properties
from advisor.knowledge.rule_files import check_rules, load_outside, load_rule
from advisor.parsing import parse
from advisor.properties import Properties, PropertyScope
from advisor.reading import Entry, read_entries
from advisor.stacks import Profile

_KINDS = frozenset(("rule", "stack"))


class Loader:
    """Takes files one by one; :meth:`finish` checks them against each other."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.knowledge = Knowledge(Properties())
        self.profiles: dict[str, Profile] = {}
        self.later: list[tuple[list[Entry], str]] = []

    def file(self, path: str, name: str, *, own: bool = True) -> None:
        """Take one file, which messages call *name*, below ``rules/`` where it is the advisor's own."""
        try:
            entries = read_entries(path, f"rules/{name}" if own and not os.path.isabs(name) else name)
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
        elif base == "outside.yaml":
            self.later.append((entries, name))
        elif base == "counters.yaml":
            pass  # read by the captures, when a text of netstat -s is met
        elif base == "sysctls.yaml" or (entries and isinstance(entries[0].plain, dict) and _KINDS & entries[0].plain.keys()):
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
        """Return all that was read; KnowledgeError with everything that is wrong."""
        knowledge = self.knowledge
        table: list[Entry] = []
        for entries, name in self.later:
            if name.endswith("sysctls.yaml"):
                table.append(entries[0])
            elif name.endswith("outside.yaml"):
                self._outside(entries[0])
            elif "stack" in entries[0].plain:
                self._profile(entries, name)
            else:
                self._rule(entries)
        self._table(table)
        knowledge.profiles = dict(sorted(self.profiles.items()))
        for profile in knowledge.profiles.values():
            knowledge.aliases.update(dict.fromkeys(profile.also, profile.name))
            for error in profile.errors:
                knowledge.errors.append((profile.name, error))
                if error.symptom not in knowledge.symptoms:
                    at = Place(f"rules/stacks/{profile.name}.yaml")
                    self.problems.append(Problem(at, f'"{error.text}" has the unknown class {error.symptom}'))
        self.problems += check_rules(knowledge.rules, knowledge.causes, knowledge.symptoms)
        if self.problems:
            raise KnowledgeError(self.problems)
        knowledge.rules = dict(sorted(knowledge.rules.items()))
        return knowledge

    def _profile(self, entries: list[Entry], name: str) -> None:
        profile, problems = load_profile(entries, self.knowledge.properties)
        self.problems += problems
        at = entries[0].place("stack")
        if profile.name in self.profiles:
            self.problems.append(Problem(at, f"two profiles are named {profile.name}"))
        if name.rsplit("/", 1)[-1] != f"{profile.name}.yaml":
            self.problems.append(Problem(at, f"stack {profile.name} stands in {name}; its file is {profile.name}.yaml"))
        self.profiles[profile.name] = profile

    def _rule(self, entries: list[Entry]) -> None:
        rule, problems = load_rule(entries, self.knowledge.properties)
        self.problems += problems
        if rule is None:
            return
        if rule.slug in self.knowledge.rules:
            self.problems.append(Problem(rule.place, f"two rules are named {rule.slug}"))
        self.knowledge.rules[rule.slug] = rule

    def _outside(self, entry: Entry) -> None:
        found, problems = load_outside(entry, self.knowledge.properties)
        self.problems += problems
        self.knowledge.outside.update(found)

    def _table(self, table: list[Entry]) -> None:
        linux = self.profiles.get("linux")
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
    def _value_kind(linux: Profile | None, name: str) -> Kind:
        if linux is not None and name in linux.settings:
            return linux.settings[name].kind
        return kind_of("ratio")
