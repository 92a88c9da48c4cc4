"""What the loaders share: keys that a mapping of a knowledge file may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from advisor.errors import Problem, nearest
from advisor.reading import Entry


def unknown_keys(plain: Any, known: Iterable[str], entry: Entry, *path: str | int) -> list[Problem]:
    """Return a problem for each key of the mapping at *path* that is not *known*, or that has no value."""
    at = entry.place(*path)
    if not isinstance(plain, Mapping):
        return [Problem(at, f"{path[-1] if path else 'the file'} is no mapping")]
    problems = []
    for key, value in plain.items():
        if key not in known:
            meant = nearest(str(key), known)
            hint = f"; did you mean {meant}?" if meant else f"; known: {', '.join(sorted(known))}"
            problems.append(Problem(entry.place(*path, key), f'unknown key "{key}"{hint}'))
        elif value is None:
            problems.append(Problem(entry.place(*path, key), f'"{key}" has no value'))
    return problems
