"""The sentences that the formats of a comparison share."""

from __future__ import annotations

from advisor.diff.parts import SEVERITIES, Diff, DocumentChange, Moved, OutcomeChange, ValueView
from advisor.report.shown import counted, listed

HEADINGS = {
    "worse": "Worse", "exposed": "No longer accepted", "known": "Newly known", "unknown": "Newly unknown", "better": "Better",
    "accepted": "Accepted from now on", "still": "Still there, with other values",
}  # fmt: skip


def verdict(diff: Diff) -> str:
    """Return what the change does in a sentence."""
    new = [sum(change.new == severity for change in diff.findings()) for severity in SEVERITIES]
    counts = [counted(count, f"new {severity}") for count, severity in zip(new, SEVERITIES, strict=True) if count]
    better = len(diff.of("better"))
    mended = f"{counted(better, 'outcome')} got better" if better else ""
    if counts:
        return f"{'Change before deploy' if new[0] else 'Worth a look'}: {listed(counts)}{f'; {mended}' if mended else ''}."
    if mended:
        return f"No new finding; {mended}."
    return "No new finding." if diff.changes or diff.moved or diff.documents else "Nothing changed."


def summary(diff: Diff, separator: str = "·") -> str:
    """Return how many outcomes of each kind there are, in a line."""
    counts = diff.counts
    parts = [f"{counts.worse} worse", f"{counts.better} better", f"{counts.unknown} newly unknown", f"{counts.known} newly known"]
    more = ((counts.exposed, "no longer accepted"), (counts.accepted, "newly accepted"), (counts.still, "with other values"),
            (counts.neutral, "neither good nor bad"))  # fmt: skip
    parts += [f"{count} {words}" for count, words in more if count]
    return f" {separator} ".join([*parts, f"{counts.unchanged} unchanged"])


def untouched(diff: Diff) -> str:
    """Return how many documents were not judged, as nothing in them or beside them changed; empty where there is none."""
    return f"{counted(diff.counts.documents, 'document')} did not change." if diff.counts.documents else ""


def was(change: OutcomeChange) -> str:
    """Return what an outcome was and is: "met -> error"; "new" and "gone" for what a side has not."""
    return f"{change.old or 'not there'} -> {change.new or 'not there'}"


def head(change: OutcomeChange) -> str:
    """Return the severity, of the side that has one, or the state."""
    return next((state for state in (change.new, change.old) if state in SEVERITIES), change.new or change.old)


def cause(change: OutcomeChange) -> list[Moved]:
    """Return the values that decided an outcome; where none did alone, those that moved."""
    return [moved for moved in change.moved if moved.decides] or list(change.moved)


def source(value: ValueView) -> str:
    """Return where a value comes from: "stated, path.yaml:43:34"."""
    return ", ".join(filter(None, (value.words, value.place)))


def values(moved: Moved) -> str:
    """Return both values: "75s -> 5s"."""
    return f"{moved.old.value if moved.old else 'none'} -> {moved.new.value if moved.new else 'none'}"


def sources(moved: Moved) -> str:
    """Return both sources; one of them where a side has no such value."""
    return " -> ".join(source(value) for value in (moved.old, moved.new) if value)


def document(change: DocumentChange) -> str:
    """Return what became of a document."""
    if change.kind == "renamed":
        return f"{change.old_name} is now {change.name}"
    return f"{change.name} is new" if change.kind == "added" else f"{change.name} is removed"
