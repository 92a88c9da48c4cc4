"""
Stack profiles: a stack's own settings, their defaults by version, and what they come to. Data in ``rules/stacks/``.

A profile maps settings to properties, gives properties that hang on several settings as expressions, and says which setting a
plan moves. ``docs/formats.md`` is the reference of the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from advisor.expressions import Expression
from advisor.reading import Entry, Late
from advisor.settings import UNSET, Row, Setting, alias, pick, text_of
from advisor.values import Unknown, older

__all__ = ["UNSET", "Behaviour", "Effective", "ErrorText", "Fault", "Implied", "Line", "Moves", "Part", "Profile", "Row", "Setting",
           "alias", "pick", "text_of"]  # fmt: skip


class Part(NamedTuple):
    """
    What a plan sets of one setting for the sake of a property.

    Attributes:
        name: A setting of the stack, or a property of its host: ``host.keepalive_time``.

        operator: at_least, at_most or to; "" for what is asked of the property.

        bound: The bound on it, in which ``bound`` is what is asked of the property; None: just that.

        flips: Whether a larger property wants a smaller setting.

        when: Where it does not hold as the system stands, the setting is right as it is.
    """

    name: str
    operator: str = ""
    bound: Expression | None = None
    flips: bool = False
    when: Expression | None = None


class Moves(NamedTuple):
    """The settings that a plan moves together for a property; *gives*: the one value that they bring about, None for any."""

    parts: tuple[Part, ...]
    gives: Any = None

    @property
    def setting(self) -> str:
        """The first of them."""
        return self.parts[0].name

    @property
    def bound(self) -> Expression | None:
        """The bound on the first of them."""
        return self.parts[0].bound


class Effective(NamedTuple):
    """A property that is a function of several settings."""

    value: Expression
    moves: Moves | None
    source: str
    verified: bool = True


class Behaviour(NamedTuple):
    """A property that no setting changes."""

    rows: tuple[Row, ...]
    source: str
    verified: bool = True
    gap: bool = False


class Implied(NamedTuple):
    """
    What a platform implies of what runs there.

    Attributes:
        limit: Whether it bounds what a stack does when nothing is set, so that the lower of the two holds.
    """

    value: Any
    source: str
    limit: bool = False
    verified: bool = True


class Line(NamedTuple):
    """A release line and its last day of support."""

    line: str
    end_of_life: str


class Fault(NamedTuple):
    """A known fault of connections, and the versions that have it; *end*: caller, callee, or "" for both."""

    title: str
    since: str
    fixed_in: str
    source: str
    end: str = ""


class ErrorText(NamedTuple):
    """A text that the stack prints: plain, ``…`` stands for anything."""

    text: str
    symptom: str
    end: str
    means: str


class Profile(Late):
    """A stack: see ``docs/formats.md``."""

    late = ("cases", "case_entry")

    def __init__(self, name: str) -> None:
        self.name = name
        self.title = name
        self.also: tuple[str, ...] = ()
        self.ends: tuple[str, ...] = ()
        self.owner = "us"
        self.notes = ""
        self.generic = False
        self.code = False
        self.versions: tuple[Line, ...] = ()
        self.versions_source = ""
        self.settings: dict[str, Setting] = {}
        self.gives: dict[str, Setting | Effective | Behaviour] = {}
        self.errors: tuple[ErrorText, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self.cases: list[Any] = []
        self.case_entry: Entry | None = None
        self.verified = True
        self.implies: dict[str, Implied] = {}
        self.middleboxes: dict[str, tuple[str, ...]] = {}
        self.instead_of: tuple[str, ...] = ()
        self.aliases: dict[str, Setting] = {}

    @property
    def is_middlebox(self) -> bool:
        """Whether it only watches connections pass."""
        return "middlebox" in self.ends

    def names(self, name: str, role: str | None = None) -> list[str]:
        """
        Return the settings that *name* can mean: a full name, its last part, or an advisor's property.

        *role* (caller or callee) leaves only the settings of that end.
        """
        wanted = name.split(".", 1)[1] if name.split(".", maxsplit=1)[0] in ("caller", "callee") else name
        if name in self.settings:
            return [name]
        parts = {s.part[0] for s in self.settings.values() if s.part}
        if name in parts:
            return [n for n, s in self.settings.items() if s.part and s.part[0] == name]
        found = [n for n in self.settings if n.endswith("." + wanted) or n == wanted]
        role = role or (name.split(".", maxsplit=1)[0] if wanted != name else None)
        if role:
            found = [n for n in found if self.serves(n, role)]
        if not found and "." in name:
            setting = self.gives.get(name)
            found = [setting.name] if isinstance(setting, Setting) else []
        return found

    def serves(self, setting: str, role: str) -> bool:
        """Return whether *setting* bears on the end *role*, or on none in particular."""
        roles = {p.split(".")[0] for p in self.settings[setting].properties}
        for name, given in self.gives.items():
            if isinstance(given, Effective) and alias(setting) in given.value.names:
                roles.add(name.split(".")[0])
        return not roles & {"caller", "callee"} or role in roles

    def end_of_life(self, version: str | None) -> str | Unknown:
        """Return the last day of support of *version*, as an ISO date."""
        fitting = [line for line in self.versions if version and _same_line(version, line.line)]
        if fitting and fitting[-1].end_of_life:
            return fitting[-1].end_of_life
        return Unknown()

    def speaks_for(self, role: str) -> bool:
        """Return whether what the profile does not give is not there: of an end that the stack has, and not of a generic one."""
        return not self.generic and (role not in ("caller", "callee") or not self.ends or role in self.ends)

    def is_supported(self, version: str | None) -> bool:
        """Return whether *version* belongs to a line that is listed without an end, or to one after the last."""
        if not version or not self.versions:
            return False
        fitting = [line for line in self.versions if _same_line(version, line.line)]
        if fitting:
            return not fitting[-1].end_of_life
        return older(self.versions[-1].line, version) is True

    def expressions(self) -> Iterator[Expression]:
        """Yield the expressions of the profile."""
        for given in self.gives.values():
            if isinstance(given, Effective):
                yield given.value
                for part in given.moves.parts if given.moves else ():
                    yield from (e for e in (part.bound, part.when) if e is not None)


def _same_line(version: str, line: str) -> bool:
    parts = line.split(".")
    return version.split(".")[: len(parts)] == parts
