"""Outcome by outcome: what it was, what it is, and what moved it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from advisor.baseline import where_of
from advisor.diff.matching import DocumentId, Pairs, Row, paired
from advisor.diff.moved import Comparison, Facts
from advisor.diff.parts import SEVERITIES, Moved, OutcomeChange
from advisor.engine import MET, NOT_APPLICABLE, VIOLATED, Instance, Outcome, severity
from advisor.report import Judged
from advisor.report.assessed import missing_view
from advisor.report.changes import change_views
from advisor.report.findings import FindingWriter
from advisor.report.parts import Finding
from advisor.report.words import Words

IGNORED, UNKNOWN = "ignored", "not assessed"
_ORDER = ("worse", "exposed", "known", "unknown", "better", "accepted", "still")


def kind_of(old: str, new: str) -> str:
    """
    Return the kind of a change between two states.

    A state is a severity, met, not applicable, not assessed, ignored, or "" for none. "unchanged" and "neutral" are no
    changes to tell.
    """
    if old == new:
        return "unchanged"
    if old == IGNORED:
        return "exposed" if new in SEVERITIES else "unknown" if new == UNKNOWN else "better" if new else "neutral"
    if new == IGNORED:
        return "accepted" if old in SEVERITIES else "known" if old == UNKNOWN else "worse" if old else "neutral"
    if old in SEVERITIES and new in SEVERITIES:
        return "worse" if SEVERITIES.index(new) < SEVERITIES.index(old) else "better"
    if old == UNKNOWN:
        return "known" if new else "neutral"
    if new == UNKNOWN:
        return "unknown" if old else "neutral"
    return "worse" if new in SEVERITIES else "better" if old in SEVERITIES else "neutral"


class Comparer:
    """Compares the outcomes of two sides."""

    def __init__(self, old: Sequence[Judged], new: Sequence[Judged], pairs: Pairs, facts: tuple[Facts, Facts]) -> None:
        self.sides, self.pairs, self.facts = (old, new), pairs, facts
        self.comparison = Comparison(*facts)
        self.home = {o.instance: judged for side in self.sides for judged in side for o in judged.outcomes}
        self.fixes: dict[tuple[str, str], Finding] = {}
        for judged in new:
            words = Words(judged.sheet)
            for finding in FindingWriter(judged, words, change_views(judged, words), {}).findings():
                self.fixes |= {(finding.rule, where): finding for where in finding.where}
        self.counts: Counter[str] = Counter()

    def changes(self) -> list[OutcomeChange]:
        """Return what changed, those of one kind together, the worst first; what did not is counted in ``counts``."""
        found = [*self._outcomes(), *self._lapsed()]
        rank = {severity: i for i, severity in enumerate(SEVERITIES)}
        found.sort(key=lambda c: (_ORDER.index(c.kind), rank.get(c.new, rank.get(c.old, 9)), c.rule, c.where, c.documents))
        return found

    def _outcomes(self) -> Iterator[OutcomeChange]:
        for old, new in self.pairs.outcomes(*self.sides):
            one, two = self._state(old), self._state(new)
            kind = kind_of(one, two)
            moved: list[Moved] | None = None
            if kind == "unchanged" and two in SEVERITIES:
                moved = self._moved(old, new)
                kind = "still" if moved else kind
            self.counts[kind] += 1
            if kind not in ("unchanged", "neutral"):
                yield self._change(kind, (old, one), (new, two), self._moved(old, new) if moved is None else moved)

    def _state(self, outcome: Outcome | None) -> str:
        if outcome is None:
            return ""
        if outcome.status == VIOLATED:
            ignored = outcome.instance in self.home[outcome.instance].ignored
            return IGNORED if ignored else severity(outcome)
        return outcome.status if outcome.status in (MET, NOT_APPLICABLE) else UNKNOWN

    def _moved(self, old: Outcome | None, new: Outcome | None) -> list[Moved]:
        if old is None or new is None:
            return []
        return self.comparison.outcome((old, self.home[old.instance]), (new, self.home[new.instance]))

    def _change(
        self, kind: str, before: tuple[Outcome | None, str], after: tuple[Outcome | None, str], moved: list[Moved]
    ) -> OutcomeChange:
        (old, one), (new, two) = before, after
        earlier = new is None or (new.status != VIOLATED and one in SEVERITIES)
        shown, facts = (old, self.facts[0]) if earlier else (new, self.facts[1])
        assert shown is not None
        instance = shown.instance
        where = where_of(instance)
        summary, message = instance.rule.title, ""
        judged = self.home[instance]
        words = Words(judged.sheet)
        if shown.status == VIOLATED and shown.env is not None:
            summary = words.sentence(instance.rule.summary, shown.env)
        finding = self.fixes.get((instance.rule.slug, where)) if two in SEVERITIES else None
        missing = []
        if new is not None and two == UNKNOWN:
            views = [missing_view(leaf, Words(self.home[new.instance].sheet)) for leaf in new.missing]
            missing = list(dict.fromkeys(f"{view.hop} {view.name}".strip() for view in views))
        place = finding.place if finding else str(instance.subject.place or "")
        documents = sorted({file for file, _ in self._documents(instance)})
        return OutcomeChange(kind, instance.rule.slug, where, documents, one, two, summary, finding.message if finding else message,
                             facts.state.label(place), moved, self._because(old, new, one, two), missing,
                             _fix(finding) if finding else "")  # fmt: skip

    def _documents(self, instance: Instance) -> frozenset[DocumentId]:
        return self.pairs.documents.get(instance.subject, frozenset())

    def _because(self, old: Outcome | None, new: Outcome | None, one: str, two: str) -> str:
        for number, state, words in ((0, one, "no entry of ignore accepts it any more"), (1, two, "accepted by ignore")):
            outcome = (old, new)[number]
            if state == IGNORED and outcome is not None:
                view = self.home[outcome.instance].ignored[outcome.instance]
                place = self.facts[number].state.label(view.place)
                until = f", until {view.until}" if view.until else ""
                reason = f": {view.reason}" if view.reason and number else ""
                return f"{words} ({place}{until}){reason}"
        return ""

    def _lapsed(self) -> Iterator[OutcomeChange]:
        """Yield the entries of ``ignore`` that are no good on one side only."""
        sides = [[Row((f.rule, f.where, f.title), f) for j in judged for f in j.ignore_faults] for judged in self.sides]
        for old, new in paired(*sides):
            one, two = old.severity if old else "", new.severity if new else ""
            kind = kind_of(one, two)
            self.counts[kind] += 1
            if kind != "unchanged":
                side = 0 if new is None else 1
                finding = new or old
                assert finding is not None
                place = self.facts[side].state.label(finding.place)
                yield OutcomeChange(kind, finding.rule, ", ".join(finding.where), (), one, two, finding.summary, finding.message,
                                    place, (), "", (), "")  # fmt: skip


def _fix(finding: Finding) -> str:
    moves = [f"{c.hop} {c.setting} {c.now} -> {c.planned}" for c in finding.changes]
    return "; ".join(moves) or next((do for do in finding.do if do), "")
