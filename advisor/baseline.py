"""
Findings that are known: counted, and no reason to fail. What is not in the baseline is new.

A finding is known by its rule, its subject and the knob that would mend it, never by a line or a value: neither an edit
above it nor another number makes it new. The file is JSON with a finding a line, sorted, so that it merges well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from advisor.engine import VIOLATED, Instance, Outcome, severity
from advisor.errors import InputError, Place, Problem, meant, shown
from advisor.facts import Subject
from advisor.moves import Target
from advisor.report.parts import IgnoredView, Report
from advisor.rules import SEVERITIES
from advisor.sheet import Sheet
from advisor.source import Node, load_text

FORMAT = "advisor/baseline/v1"
_ABOUT = "Findings that are known: advisor check --baseline counts them and does not fail. Written by --write-baseline."
_KEYS = ("rule", "subject", "knob", "count")
_MOST_BYTES = 16 * 2**20


class Identity(NamedTuple):
    """What a finding is known by: *subject* as findings name it, *knob* as "hop.setting", or "" where nothing mends it."""

    rule: str
    subject: str
    knob: str


class Hidden(IgnoredView):
    """A finding that a baseline makes known; its *reason* is its severity."""

    __slots__ = ()


class Baseline:
    """
    The known findings, and what a run says to them.

    Attributes:
        file: Where they were read; empty where there are none.

        found: The severities of each finding of the run, known or not.

        subjects: Names of all subjects of the run.
    """

    def __init__(self, file: str = "", known: Iterable[tuple[Identity, int, Place]] = ()) -> None:
        self.file = file
        self.known: Counter[Identity] = Counter()
        self.places: dict[Identity, Place] = {}
        for identity, count, place in known:
            self.known[identity] += count
            self.places.setdefault(identity, place)
        self.found: dict[Identity, list[str]] = {}
        self.subjects: set[str] = set()

    def take(self, outcomes: Iterable[Outcome], ignored: Collection[Instance], sheet: Sheet) -> dict[Instance, Hidden]:
        """Return the violated outcomes that are known; of a finding that is there more often than it was, the first ones."""
        hidden: dict[Instance, Hidden] = {}
        for outcome in outcomes:
            instance = outcome.instance
            self.subjects.add(where_of(instance))
            if outcome.status != VIOLATED or instance in ignored:
                continue
            identity = identity_of(instance, sheet)
            level = severity(outcome)
            levels = self.found.setdefault(identity, [])
            levels.append(level)
            if len(levels) <= self.known[identity]:
                hidden[instance] = Hidden(identity.rule, identity.subject, level, "", str(self.places[identity]))
        return hidden

    def mended(self) -> list[Identity]:
        """Return the known findings that the run has no more, or not as often."""
        return sorted(identity for identity, count in self.known.items() if len(self.found.get(identity, ())) < count)

    def remarks(self, rules: Collection[str]) -> list[Problem]:
        """Return what the baseline names and nobody knows: rules that there are not, subjects that no document has."""
        problems = []
        for identity in self.mended():
            place = self.places[identity]
            if identity.rule not in rules:
                hint = meant(identity.rule, rules, "--write-baseline takes it out")
                problems.append(Problem(place, f'no rule "{shown(identity.rule)}"{hint}'))
            elif identity.subject not in self.subjects:
                hint = meant(identity.subject, self.subjects, "--write-baseline takes it out")
                problems.append(Problem(place, f"nothing here is named {shown(identity.subject)}{hint}"))
        return problems

    def levels(self) -> list[str]:
        """Return the severities of all findings of the run."""
        return [level for levels in self.found.values() for level in levels]

    def text(self) -> str:
        """Return the file that makes all findings of the run known."""
        import json

        rows = []
        for identity, levels in sorted(self.found.items()):
            row = dict(zip(_KEYS, (*identity, len(levels)), strict=True))
            if len(levels) == 1:
                del row["count"]
            rows.append(f"  {json.dumps(row)}")
        body = ",\n".join(rows)
        findings = f"[\n{body}\n ]" if rows else "[]"
        return f'{{\n "schema": "{FORMAT}",\n "about": {json.dumps(_ABOUT)},\n "findings": {findings}\n}}\n'


def without_hidden(report: Report, hidden: Collection[Hidden], file: str) -> Report:
    """Return *report*, built with the *hidden* findings as ignored ones, with these as known ones: counted and said."""
    if not hidden:
        return report
    said = f"{counted(view.reason for view in hidden)} known from {shown(file, 200)}, not shown here."
    errors = sum(view.reason == "error" for view in hidden)
    kept = report.counts._replace(ignored=report.counts.ignored - len(hidden), known=len(hidden), known_errors=errors)
    ignored = [view for view in report.ignored if not isinstance(view, Hidden)]
    return report._replace(ignored=ignored, counts=kept, notes=[*report.notes, said])


def counted(levels: Iterable[str]) -> str:
    """Return how many findings there are of each severity: "2 errors and 1 note"."""
    counts = Counter(levels)
    parts = [f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in SEVERITIES if counts[level]]
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:]))) or "no finding"


def where_of(instance: Instance) -> str:
    """Return what an outcome is about, as findings name it: the subject, with the element in parentheses."""
    element = instance.element
    return instance.subject.name + (f" ({element.name})" if element is not None and element.name != instance.subject.name else "")


def identity_of(instance: Instance, sheet: Sheet) -> Identity:
    """Return what a finding is known by. Its knob is the first that its rule would move, whatever the values are."""
    first = ""
    for fix in instance.rule.fixes:
        for name, _, _ in fix.moves:
            subject, prop = _resolved(instance, name)
            if subject is None:
                continue
            first = first or f"{subject.name}.{prop}"
            try:
                target = sheet.target(subject, prop)
            except KeyError:
                continue
            if isinstance(target, Target):
                knob = target.setting.name if target.setting else target.prop.name
                return Identity(instance.rule.slug, where_of(instance), f"{subject.name}.{knob}")
    return Identity(instance.rule.slug, where_of(instance), first)


def _resolved(instance: Instance, name: str) -> tuple[Subject | None, str]:
    first, *rest = name.split(".")
    subject = instance.bind.get(first)
    for part in rest[:-1]:
        subject = subject.parts.get(part) if subject is not None else None
    return (subject, rest[-1]) if rest else (None, "")


def read_baseline(file: str) -> Baseline:
    """
    Return the baseline that *file* holds.

    Raises:
        InputError: Where it cannot be read, or is no baseline; with every problem.
    """
    try:
        with open(file, "rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise InputError([Problem(Place(file), f"over {_MOST_BYTES // 2**20} MiB; no baseline is so large")])
        text = data.decode()
    except UnicodeDecodeError:
        raise InputError([Problem(Place(file), "not text; write it with advisor check --write-baseline")]) from None
    except OSError as error:
        reason = "no such file; advisor check --write-baseline makes it" if isinstance(error, FileNotFoundError) else error.strerror
        raise InputError([Problem(Place(shown(file, 200)), str(reason))]) from None
    nodes = load_text(text, file)
    problems: list[Problem] = []
    found = list(_entries(nodes[0], problems)) if len(nodes) == 1 else []
    if len(nodes) != 1:
        problems.append(Problem(Place(file), f"no {FORMAT}; write it with advisor check --write-baseline"))
    if problems:
        raise InputError(problems)
    return Baseline(file, found)


def _entries(node: Node, problems: list[Problem]) -> Iterable[tuple[Identity, int, Place]]:
    """Yield what the lines of a baseline make known; *problems* takes what is wrong with them."""
    held = {key: value for key, _, value in node.items()}
    schema = held["schema"].text if "schema" in held else ""
    if schema != FORMAT:
        what = f"schema {shown(schema)}" if schema else "no schema"
        problems.append(Problem(node.place, f"{what}; a baseline of this version is {FORMAT}"))
        return
    if "findings" not in held or held["findings"].kind != "list":
        problems.append(Problem(node.place, "findings is no list; write it with advisor check --write-baseline"))
        return
    for element in held["findings"].elements():
        row = {key: value for key, _, value in element.items()}
        wrong = [key for key in row if key not in _KEYS]
        wrong += [key for key in _KEYS[:3] if key not in row or row[key].kind != "scalar"]
        count = row["count"].text if "count" in row else "1"
        if wrong or not re.fullmatch(r"[1-9][0-9]{0,8}", count):
            what = f"{shown(wrong[0])} is missing or not known" if wrong else f'count "{shown(count)}" is no number'
            problems.append(Problem(element.place, f"{what}; a finding has rule, subject and knob"))
            continue
        yield Identity(*(row[key].text for key in _KEYS[:3])), int(count), element.place
