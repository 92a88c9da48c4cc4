"""
The spreadsheet of one system: every effective value as a cell, evaluated when asked for, once.

A sheet is the system as it stands (no moves) or under the moves of a plan. A cell remembers on which knobs it hangs, so that a
trial sheet takes over from its base all that its moves cannot change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

from advisor.expressions import Expression, Kind
from advisor.facts import UNKNOWN, Cell, Given, Hook, Knob, Source, Store, Subject
from advisor.moves import Circular, Conflict, Move, Target, grain, settle
from advisor.properties import Derivation, Properties, Property
from advisor.stacks import UNSET, Behaviour, Effective, Moves, Row, Setting, pick
from advisor.values import Leaf, Range, Unknown, known

_PATHS: dict[str, tuple[str, tuple[str, ...], str]] = {}  # names taken apart, once each


class Env(dict[str, Any]):
    """The names of one instance of an expression: looked up once, with the knobs that they hang on."""

    __slots__ = ("bind", "lets", "root", "sheet", "store", "used")

    def __init__(self, sheet: Sheet, bind: Mapping[str, Subject], lets: Mapping[str, Expression] | None = None,
                 store: Store | None = None, root: Env | None = None) -> None:  # fmt: skip
        self.sheet, self.bind, self.lets, self.store = sheet, bind, lets, store
        self.root = root or self
        self.used = 0

    def __missing__(self, name: str) -> Any:
        if self.lets and name in self.lets:
            value = self.lets[name].run(self)
        else:
            cell = self.cell(name)
            self.root.used |= cell.deps
            value = cell.value
        self[name] = value
        return value

    def cell(self, name: str) -> Cell:
        """Return the fact that *name* means here."""
        if self.store is not None and (setting := self.store.profile.aliases.get(name)):
            cell = self.sheet.setting(self.store, setting)
            if cell.value is UNSET:
                return Cell(_nothing(setting, self.store), cell.source, cell.deps, setting.name)
            return cell
        path = _PATHS.get(name)
        if path is None:
            first, *rest = name.split(".")
            path = _PATHS[name] = (first, tuple(rest[:-1]), rest[-1])
        subject = self.bind[path[0]]
        for part in path[1]:
            subject = subject.parts[part]
        return self.sheet.cell(subject, path[2])

    def child(self, item: str, element: Subject) -> Env:
        """Return the names of a fold's body, in which *item* is *element*."""
        return Env(self.sheet, {**self.bind, item: element}, self.lets, self.store, self.root)


class Sheet:
    """All cells of a system; with *moves*, as a plan would have it."""

    def __init__(self, properties: Properties, base: Sheet | None = None, moves: Iterable[Move] = (), *,
                 fixed: Mapping[Knob, Any] | None = None, assuming: bool = False,
                 given: Mapping[Leaf, Any] | None = None) -> None:  # fmt: skip
        self.properties, self.base, self.assuming = properties, base, assuming
        self.fixed: Mapping[Knob, Any] = {**(base.fixed if base else {}), **(fixed or {})}
        self.moves: dict[Knob, list[Move]] = {}
        for move in moves:
            self.moves.setdefault(move.knob, []).append(move)
        self.bits: dict[Knob, int] = base.bits if base else {}
        self.binds: dict[Subject, dict[str, Subject]] = base.binds if base else {}
        self.moved = 0
        for knob in (*self.moves, *(fixed or ())):
            self.moved |= self.bit(knob)
        self.seen: dict[tuple[Subject, str], Cell] = {}
        self._settings: dict[Knob, Cell] = {}
        for (owner, name), value in (given or {}).items():  # what if a fact were known
            bit = self.bit((owner, name))
            self.moved |= bit
            (self._settings if isinstance(owner, Store) else self.seen)[owner, name] = Cell(value, Source("assumed"), bit, name)
        self._open: set[Any] = set()
        self.bare: bool = base.bare if base else False
        self._twin: Sheet | None = self if assuming else None

    @property
    def twin(self) -> Sheet:
        """The same sheet with assumptions where facts are not known: it sizes what a plan moves."""
        if self._twin is None:
            base = self.base.twin if self.base else None
            every = [move for moves in self.moves.values() for move in moves]
            self._twin = Sheet(self.properties, base, every, fixed=self.fixed, assuming=True)
            self._twin.bits, self._twin.moved, self._twin.bare = self.bits, self.moved, self.bare
            self._twin.binds = self.binds
        return self._twin

    def target(self, subject: Subject, name: str) -> Target | str:
        """Return the first knob that a plan moves for the property *name* of *subject*, or why it cannot."""
        found = self.targets(subject, name)
        return found if isinstance(found, str) else found[0]

    def targets(self, subject: Subject, name: str) -> tuple[Target, ...] | str:
        """Return the knobs that a plan moves for the property *name* of *subject*, or why it cannot, as part of a sentence."""
        owner = subject if name in self.properties.all.get(subject.kind, {}) else subject.wide
        if owner is None:
            raise KeyError(name)
        prop = self.properties.all[owner.kind][name]
        words = prop.key or name.replace("_", " ")
        profile = owner.store.profile if owner.store else None
        gives = profile.gives.get(f"{owner.role}.{name}") if profile is not None and name not in owner.stated else None
        if gives is None or profile is None or owner.store is None:
            if profile is not None and owner.kind == "end" and not (profile.code or profile.generic or name in owner.stated):
                return f"{owner.name} ({profile.name}) has no setting for {words}"
            if prop.knob or self.bare or name in owner.stated:
                return (Target(owner, prop, (owner, name), None, None),)
            return f"{owner.name} has no setting for {words}"
        if isinstance(gives, Setting):
            return _stuck(owner, owner.store, gives) or (Target(owner, prop, (owner.store, gives.name), gives, None),)
        if isinstance(gives, Behaviour):
            return f"{owner.name} ({profile.name}) cannot change {words}"
        if gives.moves is None:
            return f"{words} of {owner.name} follows from several settings: {gives.value.text}"
        return self._together(owner, owner.store, prop, gives, gives.moves)

    def _together(self, owner: Subject, store: Store, prop: Property, through: Effective, moves: Moves) -> tuple[Target, ...] | str:
        """Return the knobs of all that *moves* sets, or why one of them cannot be changed."""
        found: list[Target] = []
        for part in moves.parts:
            setting = store.profile.settings.get(part.name)
            if setting is not None:
                if why := _stuck(owner, store, setting):
                    return why
                found.append(Target(owner, prop, (store, setting.name), setting, through, ((owner, part),)))
                continue
            host, _, name = part.name.rpartition(".")
            below = self.targets(self.bind(owner)[host], name) if host in self.bind(owner) else f"{owner.name} has no {host}"
            if isinstance(below, str):
                return below
            found += [t._replace(steps=((owner, part), *t.steps)) for t in below]
        return tuple(found)

    def env(self, subject: Subject) -> Env:
        """Return the names that expressions of the profile of *subject* read."""
        return Env(self, self.bind(subject), None, subject.store)

    def bit(self, knob: Knob) -> int:
        """Return the bit that stands for *knob* in a cell's dependencies."""
        found = self.bits.get(knob)
        if found is None:
            found = self.bits[knob] = 1 << len(self.bits)
        return found

    def cell(self, subject: Subject, name: str) -> Cell:
        """Return the fact *name* of *subject*."""
        key = (subject, name)
        found = self.seen.get(key)
        if found is not None:
            return found
        if self.base is not None:
            before = self.base.cell(subject, name)
            if not before.deps & self.moved:
                self.seen[key] = before
                return before
        if key in self._open:
            raise Circular(key)
        self._open.add(key)
        try:
            cell = self._compute(subject, name)
        finally:
            self._open.discard(key)
        self.seen[key] = cell
        return cell

    def value(self, subject: Subject, name: str) -> Any:
        """Return the value of a fact."""
        return self.cell(subject, name).value

    def fact(self, target: Target) -> Cell:
        """Return the fact that *target*'s knob is."""
        if target.setting is not None:
            return self.setting(target.knob[0], target.setting)
        return self.cell(target.knob[0], target.knob[1])

    def _compute(self, subject: Subject, name: str) -> Cell:
        prop = self.properties.all.get(subject.kind, {}).get(name)
        if prop is None:
            if subject.wide is None:
                raise KeyError(f"{subject.kind}.{name}")
            return self.cell(subject.wide, name)
        if prop.kind.base == "list":
            elements = subject.lists.get(name)
            return Cell(Unknown(((subject, name),)) if elements is None else elements, UNKNOWN, 0, name)
        cell = self._base(subject, prop)
        if prop.knob or self.bare or name in subject.stated:
            return self._planned((subject, name), cell, None, prop)
        return cell

    def _base(self, subject: Subject, prop: Property) -> Cell:
        """Return the fact as it is without a plan: stated, the profile's, derived, neutral, usual, or what its bounds leave."""
        given = subject.stated.get(prop.name)
        if given is not None:
            return self._stated(prop, given)
        store = subject.store
        if store is not None:
            gives = store.profile.gives.get(f"{subject.role}.{prop.name}")
            if gives is not None:
                return self._given(subject, store, prop, gives)
        best, passed = self._best_derived(subject, prop)
        if best is not None and known(best.value):
            return best
        if best is None and prop.neutral is not None and store is not None and store.profile.speaks_for(subject.role):
            return Cell(prop.neutral, Source("none", None, store.profile.name), passed, prop.name)
        if self.bare:  # a rule's case: what is not given is not known
            best = None
        elif prop.otherwise is not None and best is None:
            return Cell(prop.otherwise, Source("otherwise"), passed, prop.name)
        if self.assuming and prop.assume is not None:
            return Cell(prop.assume, Source("assumed"), passed, prop.name)
        return best or Cell(prop.unknown((subject, prop.name)), UNKNOWN, passed, prop.name)

    def _stated(self, prop: Property, given: Given) -> Cell:
        if type(given.value) is not Hook:
            return Cell(given.value, given.source, 0, prop.name)
        hook = given.value
        env = Env(self, self.bind(hook.subject), None, hook.store)
        env["value"] = hook.value
        return Cell(self._within(prop, hook.run(env)), given.source, env.used, prop.name)

    def _best_derived(self, subject: Subject, prop: Property) -> tuple[Cell | None, int]:
        """Return the first derivation whose inputs are known, else what is known of the first; and the knobs all hang on."""
        best: Cell | None = None
        passed = 0
        for way in prop.derive:
            derived = self._derived(subject, prop, way)
            if isinstance(derived, int):
                passed |= derived
                continue
            passed |= derived.deps
            if known(derived.value):
                derived.deps = passed
                return derived, passed
            best = best or derived
        if best is not None:
            best.deps = passed
        return best, passed

    def _derived(self, subject: Subject, prop: Property, way: Derivation) -> Cell | int:
        """Return what one derivation comes to, or the knobs on which it hangs that it does not hold here."""
        env = Env(self, self.bind(subject))
        try:
            if way.when is not None and way.when.run(env) is not True:
                return env.used
            value = way.value.run(env)
        except KeyError:
            return env.used  # the subject has no such part here: an end without a leg
        return Cell(self._within(prop, value), way.source, env.used, prop.name)

    def _within(self, prop: Property, value: Any) -> Any:
        if type(value) is Range:
            low, high = max(value.low, prop.low), min(value.high, prop.high)
            return low if low >= high else Range(low, high, value.leaves)
        return value

    def bind(self, subject: Subject) -> dict[str, Subject]:
        """Return the subjects that expressions about *subject* call by name; not to be changed."""
        found = self.binds.get(subject)
        if found is None:
            found = self.binds[subject] = self._bind(subject)
        return found

    @staticmethod
    def _bind(subject: Subject) -> dict[str, Subject]:
        bind = dict(subject.scopes)
        bind[subject.kind] = subject
        if subject.role:
            bind[subject.role] = subject
        if subject.wide is not None:
            bind.setdefault("hop", subject.wide)
        if "host" in subject.parts:
            bind.setdefault("host", subject.parts["host"])
        return bind

    def _given(self, subject: Subject, store: Store, prop: Property, gives: Any) -> Cell:
        if type(gives) is Setting:
            cell = self.setting(store, gives)
            if cell.value is UNSET:  # the stack says nothing: that is no default
                return Cell(self._within(prop, _nothing(gives, store)), UNKNOWN, cell.deps, prop.name)
            return Cell(self._within(prop, cell.value), cell.source, cell.deps, prop.name)
        if type(gives) is Behaviour:
            version = self.version(store)
            value, row = pick(gives.rows, version.value if known(version.value) else None, gap=gives.gap)
            if type(value) in (Range, Unknown):
                value = _hang(value, (store.hop or subject, "version"), prop.low, prop.high, prop.kind)
            reference = (row.source if row else "") or gives.source or _sources(gives.rows)
            source = Source("behaviour", store.place, _titled(store, version), reference)
            return Cell(value, source, version.deps, prop.name)
        env = self.env(subject)
        try:
            value = gives.value.run(env)
        except KeyError:
            return Cell(prop.unknown((subject, prop.name)), UNKNOWN, 0, prop.name)
        source = Source("effective", store.place, _titled(store, self.version(store)), gives.value.text)
        return Cell(self._within(prop, value), source, env.used, prop.name)

    def version(self, store: Store) -> Cell:
        """Return the version of the stack whose settings *store* holds."""
        if store.hop is None:
            return Cell(store.version or Unknown(), UNKNOWN)
        return self.cell(store.hop, "kernel" if store.hop.kind == "host" else "version")

    def setting(self, store: Store, setting: Setting) -> Cell:
        """Return the fact of one setting: planned, stated, captured, inherited or its default."""
        key = (store, setting.name)
        found = self._settings.get(key)
        if found is not None:
            return found
        if self.base is not None:
            before = self.base.setting(store, setting)
            if not before.deps & self.moved:
                self._settings[key] = before
                return before
        if key in self._open:
            raise Circular(key)
        self._open.add(key)
        try:
            cell = self._planned(key, self._unmoved(store, setting), setting, None)
        finally:
            self._open.discard(key)
        self._settings[key] = cell
        return cell

    def _unmoved(self, store: Store, setting: Setting) -> Cell:
        given = store.settings.get(setting.name)
        if given is not None:
            return self._meant(store, setting, given.value, given.source, 0)
        version = self.version(store)
        value, row = setting.default(version.value if known(version.value) else None)
        if value is UNSET and setting.inherits:
            above = self.setting(store, store.profile.settings[setting.inherits])
            return Cell(above.value, above.source, above.deps | version.deps, setting.name)
        if type(value) in (Range, Unknown):
            value = _hang(value, (store.hop, "version") if store.hop else (store, setting.name), 0.0, inf, setting.kind)
        reference = (row.source if row else "") or setting.source
        kind = "default" if setting.verified and store.profile.verified else "unverified"
        return self._meant(store, setting, value, Source(kind, store.place, _titled(store, version), reference), version.deps)

    def _meant(self, store: Store, setting: Setting, value: Any, source: Source, deps: int) -> Cell:
        """Translate the values by which a stack says never, off or somebody else's value; round up to its grain."""
        if type(value) is float:
            meaning = setting.special.get(value, setting.negative if value < 0 else None)
            if isinstance(meaning, dict):
                above = self.setting(store, store.profile.settings[meaning["as"]])
                return Cell(above.value, above.source if source.kind == "default" else source, above.deps | deps, setting.name)
            if meaning is not None:
                value = meaning
            elif setting.step and value < inf:
                value = grain(value, setting.step, up=True)
        elif type(value) is str and value in setting.special:
            value = setting.special[value]
        return Cell(value, source, deps, setting.name)

    def _planned(self, knob: Knob, cell: Cell, setting: Setting | None, prop: Property | None) -> Cell:
        """Return *cell* as the moves on its knob leave it. Values are computed in the twin, where nothing they need is open."""
        deps = cell.deps | self.bit(knob)
        if knob in self.fixed:
            cell = Cell(self.fixed[knob], _PLANNED, deps, cell.name)
        moves = self.moves.get(knob)
        if not moves:
            return Cell(cell.value, cell.source, deps, cell.name)
        if not self.assuming:
            planned = self.twin.setting(knob[0], setting) if setting else self.twin.cell(knob[0], knob[1])
            if planned.source is not _PLANNED:
                return Cell(cell.value, cell.source, deps | planned.deps, cell.name)
            return Cell(planned.value, _PLANNED, deps | planned.deps, cell.name)
        demands = []
        for move in moves:
            value, used = self._bound(move)
            deps |= used
            demands.append((value, move))
        value = settle(cell.value, demands, setting, prop)
        return Cell(value, cell.source if value is cell.value else _PLANNED, deps, cell.name)

    def _bound(self, move: Move) -> tuple[Any, int]:
        """Return a move's bound on its knob, at the safe end of what is known, and the knobs that it hangs on."""
        env = Env(self, move.bind, move.lets)
        env.update(move.override)
        value, used = move.bound.run(env), env.used
        for subject, part in move.target.steps:
            if part.bound is not None:
                inner = self.env(subject)
                inner["bound"] = value
                value = part.bound.run(inner)
                used = (0 if part.operator else used) | inner.used
            elif part.flips and type(value) is bool:
                value = not value
        if type(value) is Range and move.operator in ("at_most", "at_least"):
            value = value.low if move.operator == "at_most" else value.high
        if type(value) in (Range, Unknown) or (value in (inf, -inf) and move.operator != "to"):
            raise Conflict(move.knob, [move], "its bound is not known")
        return value, used


_PLANNED = Source("planned")


def _hang(value: Any, leaf: tuple[Any, str], low: float, high: float, kind: Kind) -> Any:
    """Return *value*, which a version would decide, hanging on *leaf*; a number of which nothing is known lies in low..high."""
    if type(value) is Range:
        return Range(value.low, value.high, (leaf,))
    if kind.base == "number":
        return Range(low, high, (leaf,))
    return Unknown((leaf,), value.options)


def _stuck(owner: Subject, store: Store, setting: Setting) -> str:
    """Return why a plan cannot change *setting*, as a sentence without its stop; nothing where it can."""
    if setting.fixed:
        return f"{setting.name} of {owner.name} ({store.profile.name}) cannot be changed"
    if setting.missing(store.version):
        return f"{owner.name} ({store.profile.name} {store.version}) has no {setting.name}, which came with {setting.since}"
    return ""


def _nothing(setting: Setting, store: Store) -> Any:
    leaf = (store, setting.name)
    if setting.kind.base == "number":
        return Range(0.0, inf, (leaf,))
    return Unknown((leaf,), frozenset((True, False)) if setting.kind.base == "flag" else None)


def _sources(rows: tuple[Row, ...]) -> str:
    """Return where the values of all rows are from: of a version that is not known each may be the one."""
    return "; ".join(dict.fromkeys(row.source for row in rows if row.source))


def _titled(store: Store, version: Cell) -> str:
    return f"{store.profile.name} {version.value}" if isinstance(version.value, str) else store.profile.name
