"""Which values moved: facts that differ though nothing that they were computed from does."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from advisor.diff.judging import Node, PutBack, TracedSheet
from advisor.diff.matching import RUN, Pairs
from advisor.diff.parts import Moved, ValueView
from advisor.engine import VIOLATED, Instance, Outcome, evaluate, severity
from advisor.facts import Store, Subject
from advisor.report import Judged
from advisor.report.parts import FactView
from advisor.report.words import Words
from advisor.revisions import State
from advisor.values import VERSIONS

_TRIALS = 2000  # of a value put back: a millisecond each, and in a review of that many nobody asks which one of several it was
Key = tuple[Hashable, str]


class Facts:
    """The facts of one side by a key that both sides share."""

    def __init__(self, judged: Sequence[Judged], pairs: Pairs, number: int, state: State) -> None:
        self.pairs, self.subjects, self.state = pairs, pairs.subjects[number], state
        self.nodes: dict[Key, tuple[Node, TracedSheet]] = {}
        self.of_subject: dict[Any, TracedSheet] = {}
        for one in judged:
            sheet = one.sheet
            assert isinstance(sheet, TracedSheet)
            # What no rule asked on this side can be asked now: two documents' paths may share the leg that one of them made.
            self.of_subject |= dict.fromkeys((s for group in one.system.subjects.values() for s in group), sheet)
            for hop in one.system.hops:
                self.of_subject |= dict.fromkeys((*hop.stores, *([hop.host.store] if hop.host.store else ())), sheet)
            for node in (*sheet.inputs, *(n for group in sheet.inputs.values() for n in group), *sheet.seen):
                self.of_subject[node[0]] = sheet
                self.nodes.setdefault(self.key(node), (node, sheet))

    def key(self, node: Node) -> Key:
        """Return what stands for *node* on both sides."""
        return self.pairs.token(node[0]), node[1]

    def value(self, key: Key) -> Any:
        """Return the value of a fact, as it can be compared with the other side's; None where there is no such subject."""
        value = self.raw(key)
        if isinstance(value, list):
            return tuple(sorted(item.name for item in value if isinstance(item, Subject)))
        return value

    def raw(self, key: Key) -> Any:
        """Return the value of a fact; None where this side has no such subject."""
        found = self.nodes.get(key)
        if found is None:
            subject = self.subjects.get(key[0])
            sheet = self.of_subject.get(subject)
            if subject is None or sheet is None:
                return None
            found = self.nodes[key] = (subject, key[1]), sheet
        (subject, name), sheet = found
        try:
            if isinstance(subject, Store):
                return sheet.setting(subject, subject.profile.settings[name]).value
            return sheet.cell(subject, name).value
        except KeyError:
            return None

    def inputs(self, key: Key) -> list[Key]:
        """Return the facts that one was computed from."""
        found = self.nodes.get(key)
        return [self.key(node) for node in found[1].inputs.get(found[0], ())] if found else []

    def asked(self, instance: Instance, judged: Judged) -> list[Key]:
        """Return the facts that an outcome asked for."""
        sheet = judged.sheet
        assert isinstance(sheet, TracedSheet)
        nodes = sheet.of(instance)
        for node in nodes:
            self.nodes.setdefault(self.key(node), (node, sheet))
        return [self.key(node) for node in nodes]

    def view(self, key: Key) -> FactView | None:
        """Return a fact in words."""
        found = self.nodes.get(key)
        if found is None or self.value(key) is None:
            return None
        (subject, name), sheet = found
        words = Words(sheet)
        if isinstance(subject, Store):
            return words.setting(subject, subject.profile.settings[name])
        return words.fact(subject, name)


class Comparison:
    """Both sides' facts."""

    def __init__(self, old: Facts, new: Facts) -> None:
        self.old, self.new = old, new
        self._differs: dict[Key, bool] = {}
        self._trials = 0

    def outcome(self, old: tuple[Outcome, Judged], new: tuple[Outcome, Judged]) -> list[Moved]:
        """Return the values that moved, among all that an outcome hangs on; those that decide it first."""
        asked = [*self.old.asked(old[0].instance, old[1]), *self.new.asked(new[0].instance, new[1])]
        keys = self._roots(asked)
        before, after = ((o.status, severity(o) if o.status == VIOLATED else "") for o, _ in (old, new))
        deciding = {key for key in keys if before != after and self._decides(key, before, *new)}
        return self._shown(deciding, decides=True) + self._shown(key for key in keys if key not in deciding)

    def _decides(self, key: Key, before: tuple[str, str], new: Outcome, judged: Judged) -> bool:
        """Return whether the outcome would be what it was, had this one value not moved."""
        found, value = self.new.nodes.get(key), self.old.raw(key)
        if found is None or value is None or isinstance(value, list) or self._trials >= _TRIALS:
            return False
        self._trials += 1
        again = evaluate(new.instance, PutBack(judged.sheet, found[0], value))
        return before == (again.status, severity(again) if again.status == VIOLATED else "")

    def _roots(self, asked: Iterable[Key]) -> list[Key]:
        todo = list(dict.fromkeys(asked))
        direct = set(todo)
        seen: set[Key] = set()
        found: dict[Key, None] = {}
        versions: dict[Key, None] = {}
        while todo:
            key = todo.pop()
            if key in seen:
                continue
            seen.add(key)
            inputs = list(dict.fromkeys([*self.old.inputs(key), *self.new.inputs(key)]))
            todo += inputs
            if not self.differs(key):
                continue
            if key[1] in VERSIONS and key not in direct:
                versions[key] = None
            elif not any(self.differs(i) and i[1] not in VERSIONS for i in inputs):
                found[key] = None
        return list(found or versions)

    def all(self) -> list[Moved]:
        """Return every value that moved and that a rule looked at, and every default that another version gives."""
        both = [k for k in {**self.old.nodes, **self.new.nodes} if k[0] in self.old.subjects and k[0] in self.new.subjects]
        roots = self._roots([*both, *self._defaults()])
        return self._shown(k for k in roots if k[0] in self.old.subjects and k[0] in self.new.subjects)

    def _defaults(self) -> Iterator[Key]:
        for token, store in self.new.subjects.items():
            before = self.old.subjects.get(token)
            if isinstance(store, Store) and isinstance(before, Store) and store.hop is not None:
                version = "kernel" if store.hop.kind == "host" else "version"
                if self.differs((self.old.pairs.token(store.hop), version)):
                    yield from ((token, name) for name in store.profile.settings)

    def differs(self, key: Key) -> bool:
        """Return whether a fact has another value on the other side; one that a side has alone does."""
        known = self._differs.get(key)
        if known is None:
            known = self._differs[key] = key[0] != RUN and self.old.value(key) != self.new.value(key)
        return known

    def _shown(self, keys: Iterable[Key], *, decides: bool = False) -> list[Moved]:
        found: dict[Moved, None] = {}
        for key in keys:
            old, new = self.old.view(key), self.new.view(key)
            known = new or old
            if known is None:
                continue
            one, two = _value(old, self.old.state), _value(new, self.new.state)
            if one and two and one.value == two.value and one.words == two.words:
                continue
            if all(side is None or side.value == "unknown" for side in (one, two)):
                continue  # what was looked at on one side only, and was not known
            found[Moved(known.hop, known.name, known.property, one, two, decides)] = None
        return sorted(found, key=lambda m: (m.hop, m.name, m.property))


def _value(view: FactView | None, state: State) -> ValueView | None:
    return ValueView(view.value, view.words, state.label(view.place)) if view else None
