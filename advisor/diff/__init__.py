"""
The pre-deploy review: two states of the documents, and what the change between them makes better or worse.

`compare` is the way in; it prints nothing. What is the same on both sides is not judged.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

from advisor import __version__
from advisor.api import checks, day_of
from advisor.diff.comparing import Comparer
from advisor.diff.judging import SomeBuilder, judge_side
from advisor.diff.matching import Pairs, document_ids, renamed
from advisor.diff.moved import Facts
from advisor.diff.parts import Diff, DiffCounts, DocumentChange, Moved, OutcomeChange, ValueView
from advisor.diff.reading import Selection, select
from advisor.document import Document
from advisor.errors import InputError, Place, Problem, shown
from advisor.knowledge import Knowledge, load_knowledge
from advisor.revisions import State, states
from advisor.source import LIMITS

__all__ = ["Diff", "DiffCounts", "DocumentChange", "Moved", "OutcomeChange", "ValueView", "compare"]


def compare(
    old: str, new: str | None = None, *, today: str | None = None, sets: Sequence[str] = (), packs: Sequence[str] = (),
    max_size: int = LIMITS.size, knowledge: Knowledge | None = None) -> Diff:  # fmt: skip
    """
    Judge what differs between two states of documents, and compare the outcomes.

    Args:
        old: A file, a directory, ``REV:PATH``, a git revision, or a range of two (``main..HEAD``).

        new: The like, without a range. None beside a range, or where only *sets* make the difference. Beside a range, a path
            to keep to.

        today: The day versions and ignores are judged by, as YYYY-MM-DD; both sides by the same one.

        sets: What if, on the new side: ``HOP.SETTING=VALUE`` or ``HOP.version=VALUE``.

        packs: Directories of rules beside the advisor's own.

        max_size: Bytes over which a file is refused.

        knowledge: What is known; None loads it.

    Raises:
        InputError: Where a side is not there, or the call is wrong otherwise.

        KnowledgeError: Where a rule or a profile is wrong.
    """
    known = knowledge or load_knowledge(packs)
    day = day_of(today)
    with tempfile.TemporaryDirectory(prefix="advisor-") as scratch:
        before, after = states(old, new, os.path.realpath(scratch))
        builders = SomeBuilder(known, day), SomeBuilder(known, day)
        every = tuple(checks(known, builder) for builder in builders)
        selection = select(before, after, LIMITS._replace(size=max_size), (every[0], every[1]), [s.partition(".")[0] for s in sets])
        _need_something(before, after, selection)
        one = judge_side(selection.old, builders[0], known, day, plans=False)
        two = judge_side(selection.new, builders[1], known, day, sets=sets, plans=True)
        names = _Names(selection, (before, after))
        pairs = Pairs(one.judged, two.judged, names.ids)
        facts = Facts(one.judged, pairs, 0, before), Facts(two.judged, pairs, 1, after)
        comparer = Comparer(one.judged, two.judged, pairs, facts)
        changes = comparer.changes()
        counts = DiffCounts(**{k: comparer.counts[k] for k in DiffCounts._fields[:-1]}, documents=selection.same)
        problems = [[_labelled(p, state) for p in found] for state, found in ((before, one.problems), (after, two.problems))]
        faults = [state.label(f) for state, found in ((before, one.faults), (after, two.faults)) for f in found]
        title = f"{after.title} with {', '.join(sets)}" if sets else after.title
        return Diff(before.title, title, changes, comparer.comparison.all(), names.changes, counts, problems[1], problems[0],
                    faults, day, __version__)  # fmt: skip


def _labelled(problem: Problem, state: State) -> Problem:
    return Problem(problem.place._replace(file=state.label(problem.place.file)), state.label(problem.message))


def _need_something(before: State, after: State, selection: Selection) -> None:
    """Refuse two sides that hold no document at all."""
    read = (selection.old, selection.new)
    if not selection.same and not any(side.documents or side.problems for side in read):
        sides = " and ".join(dict.fromkeys(shown(s.title) for s in (before, after)))
        raise InputError([Problem(Place("advisor"), f'no document in {sides} (looked for *.yaml, *.yml with "path:")')])


class _Names:
    """Which document is which: *ids* by `id`, and *changes* for those that a side has alone or by another name."""

    def __init__(self, selection: Selection, states_: tuple[State, State]) -> None:
        by_file = [self._by_file(side.documents, state) for side, state in
                   zip((selection.old, selection.new), states_, strict=True)]  # fmt: skip
        moved = renamed({n: by_file[0][n] for n in selection.removed}, {n: by_file[1][n] for n in selection.added})
        pairs = selection.pairs | moved
        rows = [(pairs.get(name, name), d) for name, group in by_file[0].items() for d in group]
        self.ids = document_ids(rows) | document_ids((name, d) for name, group in by_file[1].items() for d in group)
        self.changes = [
            *(DocumentChange("added", n, "", _services(by_file[1][n])) for n in selection.added if n not in moved.values()),
            *(DocumentChange("removed", n, "", _services(by_file[0][n])) for n in selection.removed if n not in moved),
            *(DocumentChange("renamed", a, b, _services(by_file[1][a])) for b, a in sorted(moved.items())),
        ]  # fmt: skip

    @staticmethod
    def _by_file(documents: Sequence[Document], state: State) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {}
        for document in documents:
            name = os.path.relpath(document.file, state.root or ".").replace(os.sep, "/")
            found.setdefault(name, []).append(document)
        return found


def _services(documents: Sequence[Document]) -> str:
    return ", ".join(str(d.service.value) if d.service else d.path[-1].name if d.path else "" for d in documents)
