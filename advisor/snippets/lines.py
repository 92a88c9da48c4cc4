"""A planned change as the line of a file: its name and value in the target's language, and the comment beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from advisor.snippets.contract import Change, Target, Value
from advisor.snippets.quoting import CannotWrite, comment, literal
from advisor.snippets.targets import Output

_EFFECTS = {
    "at listen": "when the program listens anew; a reload keeps the old value, so restart it",
    "at once": "at once",
    "new connections": "on new connections",
    "reload": "after a reload",
    "restart": "after a restart",
}


class Unfit(Exception):
    """No change of these lines can be written by this template."""


class Line(NamedTuple):
    """
    One setting in a file.

    Attributes:
        key: The setting as the registry calls it.

        name: What is written: the part of the key after its last point.

        group: The part before it, or the block it stands in.

        text: The value as the language writes it; "" where the line is to be left out.

        before: The same for what stood before; "" where that is not known, not set, or cannot be written.

        tag: The comment "[rules] was: …", or "unchanged".

        because: More lines of comment.

        change: The planned change; None where the line is only kept.

        spec: The registry's entry.
    """

    key: str
    name: str
    group: str
    text: str
    before: str
    tag: str
    because: tuple[str, ...]
    change: Change | None
    spec: Mapping[str, Any]

    @property
    def effect(self) -> str:
        """When it takes effect, for a comment."""
        effect = self.change.effect if self.change else ""
        return _EFFECTS.get(effect, comment(effect))


    @property
    def block(self) -> str:
        """The block or section it stands in, "" for none."""
        return str(self.spec.get("block", ""))

    @property
    def of(self) -> str:
        """The directive or resource it is a part of, "" for none."""
        return str(self.spec.get("of", ""))


def changed(change: Change, output: Output, key: str) -> Line:
    """
    Return the line that *output* has for *change*, under *key*.

    Raises:
        CannotWrite: Where the language has no form for the planned value.
    """
    spec = output.settings.get(key, {})
    text = "" if change.planned is None else literal(change.planned, change.kind, output.language, spec)
    try:
        before = "" if change.now is None else literal(change.now, change.kind, output.language, spec)
    except CannotWrite:
        before = ""
    name, group = _names(key, spec)
    return Line(key, name, group, text, before, tag(change), tuple(filter(None, map(comment, change.because))), change, spec)


def kept(target: Target, output: Output, lines: Iterable[Line]) -> list[Line]:
    """Return the lines of *output* that are written unchanged, as a constructor would otherwise lose them."""
    taken = {str(line.spec.get("as", line.key)) for line in lines}
    found = []
    for key, spec in output.settings.items():
        written, keep = str(spec.get("as", key)), spec.get("keep", False)
        if not keep or written in taken or (isinstance(keep, str) and not (keep in taken or known(target, keep))):
            continue
        value, said = known(target, key), "unchanged"
        if value is None:
            value, said = spec.get("otherwise"), output.usual
        if value is None:
            continue
        try:
            text = literal(value, spec["kind"], output.language, spec)
        except CannotWrite:
            continue
        if text != str(spec.get("same")):  # what the constructor takes by itself
            found.append(Line(key, *_names(key, spec), text, text, said, (), None, spec))
            taken.add(written)
    return found


def known(target: Target, name: str) -> Value:
    """Return the planned effective value of *name*; None where it is not known or no value of a setting."""
    value = target.value(name)
    return None if isinstance(value, float) and value != value else value


def tag(change: Change) -> str:
    """Return the comment that each changed line carries."""
    return comment(f"[{', '.join(change.rules)}] was: {change.was}")


def _names(key: str, spec: Mapping[str, Any]) -> tuple[str, str]:
    if "terraform" in spec:  # an attribute's name has points of its own
        return key, ""
    group, _, name = str(spec.get("as", key)).rpartition(".")
    return name, str(spec.get("block", group))
