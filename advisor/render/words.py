"""The sentences that several formats share."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.report.parts import (
    BoxView,
    ChangeView,
    Counts,
    Finding,
    GroupView,
    LegView,
    NumberView,
    PlanView,
    Report,
    SymptomView,
)
from advisor.report.shown import counted, listed

SEVERITIES = ("error", "warning", "note")


def found(counts: Counts) -> str:
    """Return what was found: "2 errors, 1 note" or "no findings"."""
    parts = [counted(getattr(counts, s), s) for s in SEVERITIES if getattr(counts, s)]
    return ", ".join(parts) or "no findings"


def summary(counts: Counts, separator: str = "·") -> str:
    """Return all five outcomes in a line, each also where there is none of it."""
    return f" {separator} ".join((
        found(counts),
        f"{counts.met} met",
        f"{counts.unknown} not assessed",
        f"{counts.ignored} ignored",
        f"{counts.not_applicable} not applicable",
        *([known(counts)] if counts.known else []),
    ))  # fmt: skip


def known(counts: Counts) -> str:
    """Return how many findings a baseline makes known, and how many errors it hides."""
    return f"{counts.known} known" + (f" ({counted(counts.known_errors, 'error')} among them)" if counts.known_errors else "")


def moved(change: ChangeView) -> str:
    """Return what one change says in few words: "pricing keepAliveTimeout 5s -> 65s"."""
    return f"{change.hop} {change.setting} {change.now} -> {change.planned}"


def reckoned(number_: NumberView) -> str:
    """Return a number with its arithmetic: "TIME_WAIT an instance: 7832 (131/s x 60s)"."""
    text = f"{number_.what}: {number_.value}"
    return f"{text} ({number_.arithmetic})" if number_.arithmetic else text


def mended(finding: Finding) -> str:
    """Return the first change that mends a finding, and how many more do; nothing where no setting does."""
    if not finding.changes:
        return f"the change for {listed(finding.mended_by)}" if finding.mended_by else ""
    rest = len(finding.changes) - 1
    return moved(finding.changes[0]) + (f", {counted(rest, 'more change')}" if rest else "")


def coverage(groups: Sequence[GroupView]) -> str:
    """Return how many groups of causes were checked, naming the ones that were not."""
    full, part = (sum(group.state == state for group in groups) for state in ("checked", "in part"))
    none = [group.title for group in groups if group.state == "not"]
    if full == len(groups):
        return f"all {counted(full, 'group')} of causes checked"
    text = f"{full} of {counted(len(groups), 'group')} of causes checked"
    text += f", {part} in part" if part else ""
    return f"{text}, {len(none)} not ({', '.join(none)})" if none else text


def planned(plan: PlanView) -> str:
    """Return the plan in a line: how many changes in which order, and what the check of it gave."""
    changes = sum(len(step.changes) for step in plan.steps)
    if not changes:
        return f"No change. {plan.again}".strip()
    hops = list(dict.fromkeys(step.hop for step in plan.steps if step.hop))
    order = ", then ".join(hops[:6]) + (f", then {len(hops) - 6} more" if len(hops) > 6 else "")
    if not plan.ordered:
        order += "; every order has a step that makes a finding of its own for a while"
    return f"{counted(changes, 'change')} in {counted(len(plan.steps), 'step')}: {order}. {plan.again}".strip()


def besides(report: Report) -> list[str]:
    """Return the planned changes that no finding shows: they mend what another change would bring about."""
    told = {change for finding in report.findings for change in finding.changes}
    untold = [c for step in report.plan.steps for c in step.changes if c not in told]
    return [f"{moved(c)} ({listed(list(c.rules))})" if c.rules else moved(c) for c in untold]


def by_rule(left: Sequence[str]) -> str:
    """Return the rules of what a plan leaves ("rule: subject"), each once, with how often."""
    rules = [one.partition(":")[0] for one in left]
    return listed([f"{rule} ({rules.count(rule)})" if rules.count(rule) > 1 else rule for rule in dict.fromkeys(rules)])


def files(report: Report) -> str:
    """Return the names of a report's documents."""
    return ", ".join(dict.fromkeys(report.files))


def mended_by(finding: Finding) -> str:
    """Return which findings' changes mend this one, where it has none of its own; else nothing."""
    return f"Mended by the change for {listed(finding.mended_by)}." if finding.mended_by and not finding.changes else ""


def keeps(leg: LegView) -> str:
    """Return how long the caller keeps an idle connection: "keeps idle 90s"."""
    return _timed(leg.keeps, "keeps idle {}", "keeps idle without limit")


def closes(leg: LegView) -> str:
    """Return when the callee closes an idle connection: "closes at 60s"."""
    return _timed(leg.closes, "closes at {}", "never closes")


def forgets(box: BoxView) -> str:
    """Return when a middlebox forgets a silent connection: "forgets at 350s"."""
    return _timed(box.forgets, "forgets at {}", "never forgets")


def _timed(value: str, known: str, never: str) -> str:
    if value in ("never", "unlimited"):
        return never
    # What is no time ("no reuse") is said in place of it.
    return known.format("?" if value == "unknown" else value) if value[:1].isdigit() or value == "unknown" else value


_CAUSES = 3
_STATES = {"violated": "found below", "unknown": "not assessed", "outside": "outside configuration"}


def explained(symptom: SymptomView, where: str) -> str:
    """Return which findings explain a symptom, or what is known in place of one; they stand *where*: here or below."""
    if symptom.explained_by:
        return f"Explained by {listed(symptom.explained_by)}{', below' if where == 'below' else ''}."
    if not symptom.class_names:
        return "No stack's error texts hold this one, so no cause can be named."
    return "No setting causes it." if symptom.outside else f"No finding {where} explains it."


def causes(symptom: SymptomView) -> list[str]:
    """Return the causes that a symptom may have, a sentence each, the most likely first; none where there is no choice."""
    if len(symptom.causes) < 2 and not any(c.speaks_for or c.speaks_against for c in symptom.causes):
        return []
    found = []
    for cause in symptom.causes[:_CAUSES]:
        where = f" on {cause.where}" if cause.where else ""
        said = [f"{cause.rule}{where}: {_STATES.get(cause.state, cause.state)}."]
        said += [f"For it: {text}" for text in cause.speaks_for[:2]]
        said += [f"Against it: {text}" for text in cause.speaks_against[:2]]
        if cause.state == "outside" and cause.look_for:
            said.append(f"Look for {cause.look_for}.")
        elif cause.state == "unknown" and cause.missing:
            said.append(f"It needs {listed(list(dict.fromkeys(f'{m.hop} {m.name}' for m in cause.missing[:3])))}.")
        found.append(" ".join(said))
    return found


def apart(symptom: SymptomView) -> str:
    """Return which circumstances, not told yet, would separate the likely causes."""
    asks = dict.fromkeys(ask.split(":")[0] for cause in symptom.causes[:_CAUSES] for ask in cause.asks)
    return listed(list(asks)[:4])
