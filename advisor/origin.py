"""Where a value came from."""

from __future__ import annotations

from typing import NamedTuple

from advisor.errors import Place


class Source(NamedTuple):
    """
    Where a value came from.

    Attributes:
        kind: stated, captured, estimated, default, behaviour, derived, none (the stack has no such thing), implied, planned,
            assumed or unknown.

        detail: The stack and version of a default, the title of a formula, the rules behind a planned value.

        reference: A default's source; the expression of a derived value.

        text: What was written or captured.
    """

    kind: str
    place: Place | None = None
    detail: str = ""
    reference: str = ""
    text: str = ""


UNKNOWN = Source("unknown")
