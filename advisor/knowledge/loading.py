"""Read the knowledge files, check them, and what stands between them; nothing is linked here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from advisor.data import templates_dir
from advisor.errors import InputError, KnowledgeError, Place, Problem, meant
from advisor.expressions import Kind, kind_of
from advisor.knowledge.language import expression_of
from advisor.knowledge.parts import Cause, Knowledge, SymptomClass, SysctlRow
from advisor.knowledge.profile_files import load_profile
from advisor.knowledge.property_files import load_properties
from advisor.knowledge.rule_files import check_rules, load_outside, load_rule
from advisor.knowledge.shapes import check, stops
from advisor.knowledge.tables import CAUSES, SYMPTOMS, SYSCTLS, TARGETS
from advisor.properties import Properties, PropertyScope
from advisor.reading import Entry, read_entries
from advisor.stacks import Profile

_ORDER = ("properties", "causes", "symptoms", "stack", "rule", "outside", "sysctls")
_ONE = ("properties", "causes", "symptoms", "outside", "sysctls", "counters")


class _Taken(NamedTuple):
    """Who has a name: where, of which pack ("" the advisor itself), and whether in another's place."""

    at: Place
    pack: str
    replaces: bool


class Loader:
    """Takes files one by one; :meth:`finish` checks them, and against each other."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.knowledge = Knowledge(Properties())
        self.profiles: dict[str, Profile] = {}
        self.files: dict[str, list[tuple[list[Entry], str]]] = {kind: [] for kind in _ORDER}
        self.taken: dict[tuple[str, str], _Taken] = {}
        self.broken: set[str] = set()

    def file(self, path: str, name: str, pack: str = "") -> None:
        """Take one file, which messages call *name*: below ``rules/`` where it is the advisor's own, else below its *pack*."""
        file = os.path.join(pack, name) if pack else f"rules/{name}"
        try:
            entries = read_entries(path, file)
        except InputError as error:
            self.problems += error.problems
            return
        base = os.path.basename(name).rpartition(".")[0]
        kind = base if base in _ONE else _kind(entries)
        if not entries:
            self.problems.append(Problem(Place(file, 1, 1), "the file is empty"))
        elif kind == "counters":
            pass  # read by the captures, when a text of netstat -s is met
        elif kind == "properties" and pack:
            self.problems.append(Problem(entries[0].place(), "a pack adds no properties; it speaks of those that there are"))
        elif kind in self.files:
            if kind in _ONE:
                self.problems += [Problem(e.place(), f"a second document; {base}.yaml has one") for e in entries[1:]]
            self.files[kind].append((entries, pack))
        else:
            self.problems.append(Problem(Place(file, 1, 1), "neither a rule, nor a stack, nor properties, causes or symptoms"))

    def templates(self, directory: str) -> None:
        """Take the directory of a pack's snippets, whose ``targets.yaml`` is checked here."""
        path = os.path.join(directory, "targets.yaml")
        try:
            entries = read_entries(path, path)
        except InputError as error:
            self.problems += error.problems
            return
        for entry in entries[:1]:
            found = check(TARGETS, entry.plain, entry)
            self.problems += found
            rows = [] if stops(found) else entry.plain
            places = (directory, os.path.join(templates_dir(), "snippets"))  # its own, or one of the advisor's
            for i, row in enumerate(rows):
                if not any(os.path.isfile(os.path.join(place, row["template"])) for place in places):
                    self.problems.append(Problem(entry.place(i, "template"), f"no template {row['template']} in {directory}"))
        self.knowledge.templates += (os.path.abspath(directory),)

    def finish(self) -> Knowledge:
        """Return all that was read; KnowledgeError with everything that is wrong."""
        knowledge = self.knowledge
        load = {"properties": self._properties, "causes": self._causes, "symptoms": self._symptoms, "stack": self._profile,
                "rule": self._rule, "outside": self._outside, "sysctls": self._sysctls}  # fmt: skip
        for kind in _ORDER:
            for entries, pack in self.files[kind]:
                load[kind](entries, pack)
        knowledge.profiles = dict(sorted(self.profiles.items()))
        knowledge.rules = dict(sorted(knowledge.rules.items()))
        self._names()
        rules = {**dict.fromkeys(self.broken), **knowledge.rules}
        self.problems += check_rules(knowledge.rules, knowledge.causes, knowledge.symptoms, rules)
        if self.problems:
            raise KnowledgeError(self.problems)
        return knowledge

    def _takes(self, kind: str, name: str, at: Place, plain: Mapping[str, Any], entry: Entry, path: tuple[str, ...],
               pack: str) -> bool:  # fmt: skip
        """Return whether *name* is free for the *kind*, or is somebody else's and ``replaces`` says so."""
        before, replaces = self.taken.get((kind, name)), plain.get("replaces")
        wrong = ""
        if replaces is not None and not pack:
            wrong = "replaces stands in packs only"
        elif replaces not in (None, name):
            wrong = f"replaces {replaces}, but is {name}; what replaces another has its name, so that all that name it go on"
        elif replaces is not None and before is None:
            wrong = f"replaces {name}, but there is none{meant(name, [n for k, n in self.taken if k == kind])}"
        elif before is not None and (replaces is None or before.replaces or before.pack == pack):
            may = pack and kind != "cause" and replaces is None and before.pack != pack
            hint = f"; to put this one in its place write replaces: {name}" if may else ""
            wrong = f"{kind} {name} stands in {before.at.file} too{hint}"
        if wrong:
            self.problems.append(Problem(entry.key(*path, "replaces") if "replaces" in plain else at, wrong))
            return False
        self.taken[kind, name] = _Taken(at, pack, replaces is not None)
        if pack:
            self.knowledge.added[kind, name] = pack
        return True

    def _properties(self, entries: list[Entry], pack: str) -> None:
        del pack
        self.knowledge.properties, found = load_properties(entries[0])
        self.problems += found

    def _causes(self, entries: list[Entry], pack: str) -> None:
        entry = entries[0]
        found = check(CAUSES, entry.plain, entry)
        self.problems += found
        if stops(found):
            return
        groups = self.knowledge.groups
        for group, plain in entry.plain.items():
            if "title" in plain and group in groups:
                self.problems.append(Problem(entry.key(group, "title"), f"{group} has the title {groups[group]}; leave this out"))
            elif "title" not in plain and group not in groups:
                self.problems.append(Problem(entry.key(group), f"the group {group} has no title"))
            groups.setdefault(group, plain.get("title", group))
            for slug, title in plain["causes"].items():
                if self._takes("cause", slug, entry.key(group, "causes", slug), {}, entry, (), pack):
                    self.knowledge.causes[slug] = Cause(slug, title, group)

    def _symptoms(self, entries: list[Entry], pack: str) -> None:
        entry = entries[0]
        found = check(SYMPTOMS, entry.plain, entry)
        self.problems += found
        if stops(found):
            return
        for name, plain in entry.plain.items():
            if self._takes("class", name, entry.key(name), plain, entry, (name,), pack):
                self.knowledge.symptoms[name] = SymptomClass(
                    name, plain.get("title", name), plain.get("means", ""), plain.get("outside", False),
                    plain.get("tells_apart", ""), tuple(plain.get("texts", ())))  # fmt: skip

    def _profile(self, entries: list[Entry], pack: str) -> None:
        entry = entries[0]
        profile, problems = load_profile(entries, self.knowledge.properties)
        self.problems += problems
        if profile is None:
            return
        at = entry.place("stack")
        if entry.file.rsplit("/", 1)[-1] != f"{profile.name}.yaml":
            wrong = f"stack {profile.name} stands in {entry.file.rsplit('/', 1)[-1]}; its file is {profile.name}.yaml"
            self.problems.append(Problem(at, wrong))
        if self._takes("stack", profile.name, at, entry.plain, entry, (), pack):
            self.profiles[profile.name] = profile
            for i, error in enumerate(profile.errors):
                if error.symptom not in self.knowledge.symptoms:
                    hint = meant(error.symptom, self.knowledge.symptoms)
                    where = entry.place("errors", i, "class")
                    self.problems.append(Problem(where, f'"{error.text}" has the unknown class {error.symptom}{hint}'))

    def _names(self) -> None:
        """Gather the other names of stacks and what they print; a name leads to one stack."""
        knowledge = self.knowledge
        for profile in knowledge.profiles.values():
            at = self.taken["stack", profile.name].at
            for name in profile.also:
                other = name if name in knowledge.profiles else knowledge.aliases.get(name)
                if other is not None and other != profile.name:
                    there = self.taken["stack", other].at.file
                    self.problems.append(Problem(at, f"{profile.name} is also {name}, which is {other} in {there}"))
                knowledge.aliases.setdefault(name, profile.name)
            knowledge.errors += [(profile.name, error) for error in profile.errors]

    def _rule(self, entries: list[Entry], pack: str) -> None:
        entry = entries[0]
        rule, problems = load_rule(entries, self.knowledge.properties)
        self.problems += problems
        if rule is None:
            self.broken.add(str(entry.plain["rule"]))
        elif self._takes("rule", rule.slug, rule.place, entry.plain, entry, (), pack):
            self.knowledge.rules[rule.slug] = rule

    def _outside(self, entries: list[Entry], pack: str) -> None:
        entry = entries[0]
        found, problems = load_outside(entry, self.knowledge.properties)
        self.problems += problems
        for slug, cause in found.items():
            if self._takes("outside cause", slug, entry.key(slug), entry.plain[slug], entry, (slug,), pack):
                self.knowledge.outside[slug] = cause
                self.problems += [Problem(entry.key(slug), f"no rule {name}{meant(name, self.knowledge.rules)}")
                                  for name in cause.same if name not in {*self.knowledge.rules, *self.broken}]  # fmt: skip

    def _sysctls(self, entries: list[Entry], pack: str) -> None:
        del pack
        entry = entries[0]
        found = check(SYSCTLS, entry.plain, entry)
        self.problems += found
        if stops(found):
            return
        linux = self.profiles.get("linux")
        extra = {n: s.kind for n, s in linux.aliases.items()} if linux else {}
        rows, path = (entry.plain["rows"], ("rows",)) if isinstance(entry.plain, dict) else (entry.plain, ())
        for i, plain in enumerate(rows):
            kind = _value_kind(linux, plain["name"])
            scope = PropertyScope(self.knowledge.properties, {"host": "host", "run": "run"}, True, {**extra, "value": kind})
            at = entry.place(*path, i, "when")
            when = expression_of(plain["when"], scope, at, asks=True) if "when" in plain else None
            if isinstance(when, Problem):
                self.problems.append(when)
            elif when is not None and when.kind.base != "flag":
                self.problems.append(Problem(at, f"{when.text} is no condition"))
            else:
                row = SysctlRow(plain["name"], when, plain.get("since", "0"), plain.get("until", "9999"),
                                plain["harm"], plain["says"], plain.get("source", ""))  # fmt: skip
                self.knowledge.sysctls.setdefault(row.name, []).append(row)


def _kind(entries: list[Entry]) -> str:
    """Return whether a file is a rule or a stack by its first key's name; "" where it is neither."""
    plain = entries[0].plain if entries else None
    return next((k for k in ("stack", "rule") if isinstance(plain, dict) and k in plain), "")


def _value_kind(linux: Profile | None, name: str) -> Kind:
    return linux.settings[name].kind if linux is not None and name in linux.settings else kind_of("ratio")
