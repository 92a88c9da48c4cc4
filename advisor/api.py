"""The whole run as one function: documents in, a typed result out, nothing printed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from advisor import __version__
from advisor.baseline import Baseline, Hidden, without_hidden
from advisor.document import Document, Documents, Ignore, StackRef
from advisor.engine import FAULT, VIOLATED, Instance, Outcome, instances, judge
from advisor.errors import InputError, Place, Problem, meant, nearest, shown
from advisor.knowledge import Knowledge, load_knowledge
from advisor.model import Builder, System
from advisor.plan import Plan, Planner
from advisor.report import Judged, build_report
from advisor.report.parts import Finding, IgnoredView, Report, Run
from advisor.sheet import Sheet
from advisor.source import LIMITS
from advisor.units import parse_date

__all__ = ["Run", "Stream", "check"]


def check(  # noqa: PLR0913 (a call has its options)
    paths: Sequence[str], *, stdin: str | None = None, today: str | None = None, sets: Sequence[str] = (),
          packs: Sequence[str] = (), max_size: int = LIMITS.size, details: bool = True, snippets: bool = False,
          baseline: Baseline | None = None, knowledge: Knowledge | None = None) -> Run:  # fmt: skip
    """
    Judge the documents of files and directories, and plan the remedy.

    Args:
        paths: Files, directories (all documents below), ``-`` for standard input.

        stdin: What ``-`` holds; None reads standard input.

        today: The day versions and ignores are judged by, as YYYY-MM-DD; None takes SOURCE_DATE_EPOCH, else the day.

        sets: What if: ``HOP.SETTING=VALUE``, ``HOP.caller.SETTING=VALUE`` or ``HOP.version=VALUE``.

        packs: Directories of rules beside the advisor's own.

        max_size: Bytes over which a file is refused.

        details: Whether reports list every fact.

        snippets: Whether reports hold the snippets of their plans.

        baseline: What is known already; it takes down what was found.

        knowledge: What is known; None loads it.

    Returns:
        The reports of the documents that are right, and the problems of the others.

    Raises:
        InputError: Where the call itself is wrong: a date, a pack, a ``sets`` that names no hop or setting.

        KnowledgeError: Where a rule or a profile is wrong.
    """
    stream = Stream(paths, stdin=stdin, today=today, sets=sets, packs=packs, max_size=max_size, details=details,
                    snippets=snippets, baseline=baseline, knowledge=knowledge)  # fmt: skip
    return stream.run(list(stream))


class Stream:
    """
    The reports of a call, one at a time: a document is judged when its turn comes, and forgotten after.

    Attributes:
        problems: What is wrong with the input; complete when the last report has been taken.

        faults: What went wrong in us, likewise.

    Raises:
        InputError, KnowledgeError: When made, as :func:`check`; it takes the same arguments.
    """

    def __init__(  # noqa: PLR0913 (as above)
        self, paths: Sequence[str], *, stdin: str | None = None, today: str | None = None, sets: Sequence[str] = (),
                 packs: Sequence[str] = (), max_size: int = LIMITS.size, details: bool = True, snippets: bool = False,
                 baseline: Baseline | None = None, knowledge: Knowledge | None = None) -> None:  # fmt: skip
        self.knowledge = knowledge or load_knowledge(packs)
        self.today = day_of(today)
        self.faults: list[str] = []
        self.details, self.snippets, self.baseline = details, snippets, baseline
        self._builder = Builder(self.knowledge, self.today)
        self._documents = Documents(paths, stdin=stdin, max_size=max_size, **checks(self.knowledge, self._builder))
        self._groups = self._builder.join(self._documents.check())
        self._systems: Iterable[System] = self._built()
        if sets:  # what a --set names is looked for in all documents before the first is judged
            self._systems = [system for system in self._systems if self._sound(system)]
            apply_sets(sets, self._systems, self._builder)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the input, sorted by place."""
        return sorted({*self._documents.problems, *self._builder.problems})

    def run(self, reports: Sequence[Report] = ()) -> Run:
        """Return *reports*, if they were kept, and what there is to say beside them."""
        return Run(reports, self.problems, self.today, __version__, self.faults)

    def __iter__(self) -> Iterator[Report]:
        for system in self._systems:
            if not self._sound(system):
                continue
            try:
                yield self._judge(system)
            except Exception as error:
                if os.environ.get("ADVISOR_DEBUG"):
                    raise
                files = ", ".join(dict.fromkeys(path.document.file for path in system.paths))
                said = f"{type(error).__name__}: {error}"
                self.faults.append(f"internal error in {files}: {said}; the other documents were judged")

    def _built(self) -> Iterator[System]:
        for numbers in self._groups:
            documents = self._documents.again(numbers)
            if len(documents) == len(numbers):  # else a file is not what it was, which is a problem of its own
                yield self._builder.system(documents)

    def _sound(self, system: System) -> bool:
        return bool(sound([system], [path.document for path in system.paths], self._builder.problems))

    def _judge(self, system: System) -> Report:
        sheet = Sheet(self.knowledge.properties)
        judged = judge_system(system, self.knowledge, self.today, self.faults, sheet, baseline=self.baseline)
        files = dict.fromkeys(path.document.file for path in system.paths) if self.details else ()
        digests = {file: self._documents.digest(file) for file in files}
        report = build_report(judged, self.knowledge, digests, details=self.details, snippets=self.snippets)
        hidden = [view for view in judged.ignored.values() if isinstance(view, Hidden)]
        return without_hidden(report, hidden, self.baseline.file) if self.baseline is not None else report


def checks(known: Knowledge, builder: Builder) -> dict[str, Any]:
    """Return what a reader of documents asks of the knowledge, as its arguments."""
    return {
        "check_stack": lambda ref: check_stack(ref, known),
        "check_hop": builder.check_settings,
        "is_middlebox": lambda name: (p := known.profile(name)) is not None and p.is_middlebox,
        "known_rules": known.rules,
    }


def sound(systems: Sequence[System], documents: Sequence[Document], problems: Sequence[Problem]) -> list[System]:
    """Return the systems of which no document has one of *problems*, in it or in a capture that it names."""
    wrong = {p.place.file for p in problems} | {_owner(p, documents) for p in problems}
    return [s for s in systems if not any(p.document.file in wrong for p in s.paths)]


def _owner(problem: Problem, documents: Sequence[Document]) -> str:
    """Return the document to which a problem in a capture belongs."""
    for document in documents:
        for hop in (*document.path, *(h for b in document.split for h in b.path)):
            for kind in ("sysctl", "sockets", "counters"):
                captures = getattr(hop.host, kind, ()) if hop.host else ()
                if isinstance(captures, list) and any(problem.place.file.endswith(c.path) for c in captures):
                    return document.file
    return problem.place.file


def check_stack(ref: StackRef, knowledge: Knowledge) -> Problem | None:
    """Return what is wrong with a stack's name or version, or None."""
    profile = knowledge.profile(ref.name)
    if profile is None:
        return knowledge.no_stack(ref.name, ref.place)
    if ref.version is None or not profile.versions:
        return None
    if not ref.version[0].isdigit():
        lines = f"{profile.versions[0].line} to {profile.versions[-1].line}"
        return Problem(
            ref.place, f'{profile.name} version "{shown(ref.version)}" has no number; write one such as {lines}'
        )
    newest, major = _major(profile.versions[-1].line), _major(ref.version)
    if major > newest + 10 and newest < 1000:
        lines = f"{profile.versions[0].line} to {profile.versions[-1].line}"
        return Problem(
            ref.place,
            f"no {profile.name} {shown(ref.version)} is known ({lines}); leave the version out if it is not known",
        )
    return None


def _major(version: str) -> int:
    digits = "".join(takewhile(str.isdigit, version))
    return int(digits[:9] or "0")


def day_of(today: str | None) -> str:
    """Return the day to judge on, as YYYY-MM-DD; InputError where *today* is none."""
    if today is not None:
        try:
            return parse_date(today, "today")
        except ValueError as error:
            raise InputError([Problem(Place("--today"), str(error))]) from None
    from datetime import UTC, date, datetime

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date().isoformat() if epoch.isdigit() else date.today().isoformat()  # noqa: DTZ011 (the reader's day)


def apply_sets(sets: Sequence[str], systems: Sequence[System], builder: Builder) -> None:
    """Set what --set says on every hop of that name."""
    problems = []
    for text in sets:
        name, equals, value = text.partition("=")
        hop_name, dot, setting = name.partition(".")
        hops = [h for s in systems for h in s.hops if h.name == hop_name]
        at = Place(f"--set {shown(text)}")
        if not equals or not dot:
            problems.append(Problem(at, "write HOP.SETTING=VALUE, such as edge.keepalive_timeout=75s"))
            continue
        if not hops and systems:
            problems.append(Problem(at, f"no hop {shown(hop_name)}{meant(hop_name, {h.name for s in systems for h in s.hops})}"))
        for hop in hops:
            found = builder.settings.set(hop, setting, value.strip(), at)
            problems += [found] if found else []
    if problems:
        raise InputError(problems)


def judge_system(
    system: System, knowledge: Knowledge, day: str, faults: list[str], sheet: Sheet, *, plans: bool = True,
    baseline: Baseline | None = None) -> Judged:  # fmt: skip
    """
    Return what the engine finds of *system* on a fresh *sheet*, with the plan if *plans*; adds faults of rules to *faults*.

    What *baseline* knows is among the ignored.
    """
    outcomes = judge(instances(knowledge.rules.values(), system.subjects), sheet)
    faults += [f"internal error in rule {o.instance.rule.slug} on {o.instance.subject.name}: {o.fault}; the other rules ran"
               for o in outcomes if o.status == FAULT]  # fmt: skip
    ignored, lapsed = _ignored(system, outcomes, day, knowledge.rules)
    if baseline is not None:
        ignored = {**ignored, **baseline.take(outcomes, ignored, sheet)}
    positions = {hop.name: i for path in system.paths for i, hop in enumerate(path.hops)}
    none = Plan(sheet, (), True, (), (), outcomes, {}, 0)
    plan = Planner(sheet, outcomes, ignored, positions).plan() if plans else none
    return Judged(system, sheet, outcomes, plan, ignored, lapsed)


def _ignored(
    system: System, outcomes: Sequence[Outcome], day: str, known: Collection[str]
) -> tuple[Mapping[Instance, IgnoredView], list[Finding]]:
    """Return the violated outcomes that a document accepts, and findings for what it accepts in vain or no more."""
    ignored: dict[Instance, IgnoredView] = {}
    faults: list[Finding] = []
    for document in {id(p.document): p.document for p in system.paths}.values():
        mine = {h.hop for p in system.paths if p.document is document for h in p.hops}
        for entry in document.ignore:
            found = [o.instance for o in outcomes if o.status == VIOLATED and o.instance.rule.slug == entry.rule
                     and _at(o.instance, entry, mine)]  # fmt: skip
            if entry.rule not in known:
                near = nearest(entry.rule, known)
                hint = f"Did you mean {near}?" if near else "advisor rules list shows all; --rules names a pack."
                said = f"no rule {shown(entry.rule)} is known; the ignore has no use"
                faults.append(_fault(entry, "ignore-unknown-rule", said, hint))
            elif entry.until and entry.until < day:
                faults.append(_fault(entry, "ignore-expired", f"the ignore of {entry.rule} ended on {entry.until}",
                                     "Mend the finding, or give the entry a new date and a reason that still holds."))  # fmt: skip
            elif not found:
                faults.append(_fault(entry, "ignore-unused", f"nothing here violates {entry.rule}; the ignore has no use",
                                     "Take the entry out: it would hide the next finding of this rule."))  # fmt: skip
            for instance in found if not (entry.until and entry.until < day) else ():
                ignored[instance] = IgnoredView(
                    entry.rule, _name(instance), entry.reason or "", entry.until or "", str(entry.place)
                )
    return ignored, faults


def _at(instance: Instance, entry: Ignore, mine: Iterable[object]) -> bool:
    names = set()
    for subject in instance.bind.values():
        if subject.kind in ("end", "hop", "middlebox", "host"):
            names.add(subject.name)
    if entry.at is not None and entry.at not in names:
        return False
    hops = {s.wide or s for s in instance.bind.values() if s.kind in ("end", "hop", "middlebox")}
    return bool(hops & set(mine)) or instance.subject.kind in ("path", "host")


def _name(instance: Instance) -> str:
    return instance.subject.name


def _fault(entry: Ignore, rule: str, summary: str, message: str) -> Finding:
    """Return what is wrong with an entry of ``ignore`` as a finding."""
    return Finding(
        rule=rule, severity="warning", confidence="high", cause="", where=(entry.at or "all hops",), title=summary,
        summary=summary, message=message, evidence=(), numbers=(), changes=(), instead=(), do=(), risk=(), verify=(), open=(),
        explains=(), references=(), proof="none, it is read off the document", place=str(entry.place), resolved=False,
    )  # fmt: skip
