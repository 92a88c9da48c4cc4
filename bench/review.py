"""The review of many documents with one change, against parsing all of them once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from advisor.diff import compare
from advisor.knowledge import Knowledge
from bench import documents

CHANGED = "0050.yaml"  # a path of the longest shape


def write(directory: str, count: int) -> tuple[str, str]:
    """Write *count* documents twice below *directory*, one of them with other timeouts; return both directories."""
    sides = os.path.join(directory, "old"), os.path.join(directory, "new")
    for side in sides:
        os.mkdir(side)
        documents.write(side, count)
    path = os.path.join(sides[1], CHANGED)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    changed = re.sub(r"IdleConnTimeout: \d+s", "IdleConnTimeout: 300s", text)
    assert changed != text
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)
    return sides


def review(old: str, new: str, count: int, knowledge: Knowledge) -> None:
    """Compare the two, and see that one document was judged and its change was found."""
    found = compare(old, new, knowledge=knowledge, today="2026-01-01")
    assert found.counts.documents == count - 1
    assert any(moved.name == "IdleConnTimeout" for moved in found.moved)


def texts(directory: str) -> Iterator[str]:
    """Yield the text of each document of *directory*."""
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            yield file.read()
