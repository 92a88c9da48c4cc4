"""Expressions of knowledge files: as the language reads them, and where each of its words may stand."""

from __future__ import annotations

import re

from advisor.errors import Place, Problem
from advisor.expressions import Expression
from advisor.parsing import Scope, parse

_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")


def expression_of(raw: str | bool | float, scope: Scope, place: Place, *, asks: bool = False) -> Expression | Problem:
    """
    Return the checked expression *raw*, as YAML read it, or what is wrong with it.

    *asks*: whether it stands in ``applies`` or ``when``, which alone may ask what is known: an outcome or a value that
    hangs on what the advisor happens to know would change where nothing on the path does.
    """
    text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    found = parse(text, scope, place)
    if asks or isinstance(found, Problem):
        return found
    asked = re.search(r"\bknown\s*\(", _TEXTS.sub(lambda m: "_" * len(m.group()), text))
    if asked is None:
        return found
    at = place._replace(column=place.column + asked.start()) if place.column else place
    return Problem(at, "known stands in applies and when only")
