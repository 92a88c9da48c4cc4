"""One side judged, with a record of which fact every outcome and every fact hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from advisor.api import apply_sets, judge_system, sound
from advisor.diff.reading import Side
from advisor.document import Document
from advisor.engine import Instance, evaluate
from advisor.errors import Problem
from advisor.facts import UNKNOWN, Cell, Store, Subject
from advisor.knowledge import Knowledge
from advisor.model import Builder, System
from advisor.report import Judged
from advisor.sheet import Sheet
from advisor.stacks import Setting

Node = tuple[Any, str]
"""A fact: a subject and a property, or a store and a setting."""


class TracedSheet(Sheet):
    """
    A sheet that remembers what each of its facts was computed from.

    Attributes:
        inputs: The facts that a fact asked for, in the order asked.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.inputs: dict[Node, dict[Node, None]] = {}
        self._asking: list[Node] = []

    def cell(self, subject: Subject, name: str) -> Cell:
        """Return the fact *name* of *subject*."""
        self._ask((subject, name))
        try:
            return super().cell(subject, name)
        finally:
            self._asking.pop()

    def setting(self, store: Store, setting: Setting) -> Cell:
        """Return the fact of one setting."""
        self._ask((store, setting.name))
        try:
            return super().setting(store, setting)
        finally:
            self._asking.pop()

    def _ask(self, node: Node) -> None:
        if self._asking:
            self.inputs.setdefault(self._asking[-1], {})[node] = None
        self._asking.append(node)

    def of(self, instance: Instance) -> list[Node]:
        """Return the facts that the outcome of *instance* asks for itself."""
        node = (instance, "")
        if node not in self.inputs:
            self.inputs[node] = {}
            self._asking.append(node)
            evaluate(instance, self)
            self._asking.pop()
        return list(self.inputs[node])


class PutBack(Sheet):
    """A sheet on which one fact has another value."""

    def __init__(self, sheet: Sheet, node: Node, value: Any) -> None:
        super().__init__(sheet.properties)
        self._node, self._value = node, value

    def cell(self, subject: Subject, name: str) -> Cell:
        """Return the fact *name* of *subject*."""
        return Cell(self._value, UNKNOWN, 0, name) if (subject, name) == self._node else super().cell(subject, name)

    def setting(self, store: Store, setting: Setting) -> Cell:
        """Return the fact of one setting."""
        if (store, setting.name) == self._node:
            return Cell(self._value, UNKNOWN, 0, setting.name)
        return super().setting(store, setting)


class Result(NamedTuple):
    """What the engine found of one side: *judged* a system each."""

    judged: list[Judged]
    problems: list[Problem]
    faults: list[str]


class SomeBuilder(Builder):
    """Builds the systems that are to be judged, of documents that may share hops with others."""

    def some(self, documents: Sequence[Document], side: Side) -> list[System]:
        """Return the systems that a file of *side* is part of."""
        groups = [[documents[number] for number in group] for group in self.join(documents)]
        return [self.system(group) for group in groups if any(d.file in side.files for d in group)]


def judge_side(
    side: Side, builder: SomeBuilder, knowledge: Knowledge, day: str, *, sets: Sequence[str] = (), plans: bool
) -> Result:
    """Return what the engine finds of the files of *side*; only the new side needs *plans*."""
    systems = builder.some(side.documents, side)
    good = sound(systems, side.documents, builder.problems)
    apply_sets(sets, good, builder)
    faults: list[str] = []
    judged = [judge_system(s, knowledge, day, faults, TracedSheet(knowledge.properties), plans=plans) for s in good]
    return Result(judged, sorted({*side.problems, *builder.problems}), faults)

