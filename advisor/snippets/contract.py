"""What a snippet is made from and what it is: planned changes of one hop in, files to paste out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

Value = float | bool | str | None


class Change(NamedTuple):
    """
    One planned change of one setting; durations are in seconds, sizes in bytes, rates per second.

    Attributes:
        setting: The stack's own full name ("Transport.IdleConnTimeout"), or the property where no setting holds it
            ("caller.retry_budget").

        kind: duration, size, count, rate, share, ratio, flag or text.

        now: The value that stands; None where it is not set or not known.

        planned: The value to write; None to unset it.

        was: What stood before and where, for people: "90s (checkout.yaml:16:24)".

        rules: Slugs of the rules that ask for it.

        because: Sentences with the arithmetic.

        effect: When it takes effect: at once, new connections, reload, restart, at listen, or "".

        extra: What else the target should say, such as {"scope": "netns", "k8s": "unsafe"} of a sysctl.
    """

    setting: str
    kind: str
    now: Value
    planned: Value
    was: str
    rules: tuple[str, ...]
    because: tuple[str, ...]
    effect: str
    extra: Mapping[str, str]


class Target(NamedTuple):
    """
    What changes on one side of one hop.

    Attributes:
        hop: The hop's name.

        stack: Its stack's slug; "linux" for a host.

        title: The stack's name for people.

        version: The stack's version, None where it is not known.

        side: caller, callee, host, process or middlebox.

        instances: How many there are, None where it is not known.

        peer: Name of the other end.

        changes: What the plan changes here.

        value: Planned effective value of any property or setting of this hop; None where it is not known.

        source: The document's file name.
    """

    hop: str
    stack: str
    title: str
    version: str | None
    side: str
    instances: float | None
    peer: str
    changes: tuple[Change, ...]
    value: Callable[[str], Value]
    source: str


class Snippet(NamedTuple):
    """A file to write: its relative path, its text, the text's language, how to check, apply and undo it, and whose it is."""

    path: str
    text: str
    language: str
    check: str
    apply: str
    undo: str
    hop: str = ""
