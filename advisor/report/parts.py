"""
What an output may show: sorted, phrased, with units. A renderer adds nothing but layout.

Texts here are plain: text of the reader's stands in them as it was written, and each renderer quotes it for its target.
Sequences are in the order to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from advisor.errors import Problem


class FactView(NamedTuple):
    """
    One fact with its source.

    Attributes:
        hop: The subject's name ("checkout", "workload", "checkout -> aws-alb").

        name: What the stack calls it ("IdleConnTimeout"), else the property.

        property: The advisor's name ("caller.idle_timeout").

        value: Shown with its unit ("90s", "2 to 6s" for a range, "unknown").

        raw: In base units; None where unknown or a range.

        source: stated, captured, estimated, default, unverified, behaviour, derived, effective, none, otherwise, assumed,
            planned or unknown.

        words: The source in words: "stated", "default of node 18", "derived: Little's law at peak", "go has none".

        place: "file:line:column" or "".
    """

    hop: str
    name: str
    property: str
    value: str
    raw: float | bool | str | None
    kind: str
    source: str
    words: str
    place: str
    reference: str
    means: str


class ChangeView(NamedTuple):
    """
    One planned value.

    Attributes:
        setting: The stack's own name, as its user writes it ("keepAliveTimeout").

        now, planned: Shown with unit; "not set" and "unknown" in words.

        was: "5s (stated, checkout.yaml:37:34)".

        effect: When it acts: at once, new connections, reload, restart, at listen, deploy (it is in a program's code), or "".

        step: The step of the roll-out it belongs to, from 1.

        because: The arithmetic of the bounds behind it, a sentence each.

        place: "file:line:column" of the value as stated or captured, else of what has the setting, or "".

        written: What stands at *place* where the document states it and *planned* can stand there instead, else "".
    """

    hop: str
    side: str
    setting: str
    full_name: str
    property: str
    now: str
    planned: str
    was: str
    effect: str
    rules: Sequence[str]
    step: int
    because: Sequence[str] = ()
    place: str = ""
    written: str = ""


class NumberView(NamedTuple):
    """A number that a finding costs: what, its value with unit, and its arithmetic."""

    what: str
    value: str
    arithmetic: str
    after: str


class Finding(NamedTuple):
    """
    A violated rule, on one subject or on several with the same knob.

    Attributes:
        where: The subjects ("edge -> pricing"), first the one shown in full.

        summary, message: The headline and the why.

        changes: What the plan changes for it; empty where it is left open.

        instead: The other ways to mend it, in words.

        do: Actions in code or operations, in words.

        open: Why the plan leaves it, in sentences; empty where it is resolved.

        explains: Indices of the symptoms that it explains.

        mended_by: Rules for which the plan changes what mends this one too; empty where it has changes of its own.
    """

    rule: str
    severity: str
    confidence: str
    cause: str
    where: Sequence[str]
    title: str
    summary: str
    message: str
    evidence: Sequence[FactView]
    numbers: Sequence[NumberView]
    changes: Sequence[ChangeView]
    instead: Sequence[str]
    do: Sequence[str]
    risk: Sequence[str]
    verify: Sequence[str]
    open: Sequence[str]
    explains: Sequence[int]
    references: Sequence[str]
    proof: str
    place: str
    resolved: bool
    mended_by: Sequence[str] = ()


class Missing(NamedTuple):
    """A fact that would decide: whose, its name, what it is, how to get it."""

    hop: str
    name: str
    means: str
    ask: str


class Unassessed(NamedTuple):
    """Rules that could not be decided for want of the same facts; *threshold* says from where on of one it is a finding."""

    rule: str
    where: Sequence[str]
    title: str
    severity: str
    missing: Sequence[Missing]
    threshold: str = ""


class CauseView(NamedTuple):
    """
    A cause that a symptom may have, the most likely first.

    Attributes:
        rule: The rule's slug, or that of a cause outside configuration.

        where: The subject ("edge -> pricing"); empty for a cause outside configuration.

        state: violated, unknown (some facts are missing) or outside.

        weight: What it was ranked by; a plain number.

        missing: Facts that would decide it. asks: circumstances (``symptoms.when``) that would weigh.
    """

    rule: str
    title: str
    where: str
    state: str
    weight: str
    speaks_for: Sequence[str]
    speaks_against: Sequence[str]
    missing: Sequence[Missing]
    asks: Sequence[str]
    look_for: str


class SymptomView(NamedTuple):
    """
    What was seen, and what it says.

    Attributes:
        classes: Titles of the classes it belongs to; empty where the text is not known.

        means: What it proves and what it does not.

        outside: No setting causes it.

        explained_by: Rules of this report's findings that explain it, most likely first.

        look_for: What would tell more.

        causes: The causes it may have, the most likely first.
    """

    text: str
    place: str
    hop: str
    classes: Sequence[str]
    class_names: Sequence[str]
    means: str
    outside: bool
    explained_by: Sequence[str]
    look_for: str
    causes: Sequence[CauseView] = ()


class IgnoredView(NamedTuple):
    """A violated outcome that the document accepts: why, and the last day."""

    rule: str
    where: str
    reason: str
    until: str
    place: str


class OutcomeView(NamedTuple):
    """
    What became of one rule on one subject; where it does not apply there is none.

    Attributes:
        service: The path that the subject is on, or the report's service where it is on several.

        where: The subject ("edge -> pricing").

        status: violated, ignored, met or unknown.

        summary: The headline where it is violated or ignored, else empty.

        reason: Why it is not decided, or why the document accepts it, in a sentence; else empty.

        missing: The facts that would decide.

        place: Of the first fact that decides and is written somewhere, else of the subject, or "".
    """

    rule: str
    service: str
    where: str
    status: str
    severity: str
    summary: str
    reason: str
    missing: Sequence[Missing]
    place: str


class RuleView(NamedTuple):
    """A rule in general: *why* and *leave* (when it may stay as it is) are Markdown of the rule's author."""

    slug: str
    title: str
    severity: str
    confidence: str
    cause: str
    why: str
    leave: str
    references: Sequence[str]
    proof: str


class HopView(NamedTuple):
    """One hop for the picture of the path: *kind* is end or middlebox; *notes* are short ("2 kept idle")."""

    name: str
    title: str
    version: str
    instances: str
    kind: str
    notes: Sequence[str]


class BoxView(NamedTuple):
    """A middlebox on a leg and what it forgets when; *ok* is None where that is not known."""

    name: str
    forgets: str
    ok: bool | None


class LegView(NamedTuple):
    """A leg for the picture: how long the caller keeps an idle connection, when the callee closes it, whether that is in order."""

    caller: str
    callee: str
    keeps: str
    closes: str
    ok: bool | None
    boxes: Sequence[BoxView]


class PathView(NamedTuple):
    """The picture of one path."""

    service: str
    file: str
    hops: Sequence[HopView]
    legs: Sequence[LegView]


class Step(NamedTuple):
    """One step of the roll-out: the hop, its changes, how to roll out, when to go on, how to go back."""

    number: int
    hop: str
    changes: Sequence[ChangeView]
    roll_out: str
    go_on_when: Sequence[str]


class PlanView(NamedTuple):
    """
    The plan.

    Attributes:
        left: Rule slugs with subject that stay, with reason.

        again: One sentence on the re-check ("Checked again: 8 findings resolved, none new, 2 left").
    """

    steps: Sequence[Step]
    ordered: bool
    resolved: int
    left: Sequence[str]
    new: int
    again: str


class GroupView(NamedTuple):
    """One group of documented causes: state is checked, in part or not."""

    slug: str
    title: str
    state: str
    checked: Sequence[str]
    unchecked: Sequence[str]


class Counts(NamedTuple):
    """
    Findings by severity, and the other outcomes by kind.

    Attributes:
        known: Findings that a baseline makes known, *known_errors* of them errors; no other number counts them.
    """

    error: int
    warning: int
    note: int
    met: int
    unknown: int
    ignored: int
    not_applicable: int
    known: int = 0
    known_errors: int = 0


class SnippetView(NamedTuple):
    """A file to write below a report's directory: how to check, apply and undo it."""

    path: str
    text: str
    language: str
    check: str
    apply: str
    undo: str
    hop: str


class Report(NamedTuple):
    """
    One system: one document, or several that share hops.

    Attributes:
        outcomes, rules: What became of every rule on every subject, and those rules; empty where details were not asked for.
    """

    service: str
    files: Sequence[str]
    digests: Mapping[str, str]
    verdict: str
    paths: Sequence[PathView]
    symptoms: Sequence[SymptomView]
    findings: Sequence[Finding]
    first: Sequence[str]
    plan: PlanView
    unassessed: Sequence[Unassessed]
    ignored: Sequence[IgnoredView]
    met: Sequence[str]
    coverage: Sequence[GroupView]
    counts: Counts
    facts: Sequence[FactView]
    snippets: Sequence[SnippetView]
    notes: Sequence[str]
    outcomes: Sequence[OutcomeView] = ()
    rules: Sequence[RuleView] = ()


class Run(NamedTuple):
    """Everything a call found: a report a system, what was wrong with the input, and what went wrong in us (a sentence each)."""

    reports: Sequence[Report]
    problems: Sequence[Problem]
    today: str
    version: str
    faults: Sequence[str] = ()

    def worst(self) -> str | None:
        """Return the highest severity among the findings, or None."""
        for severity in ("error", "warning", "note"):
            if any(f.severity == severity for r in self.reports for f in r.findings):
                return severity
        return None
