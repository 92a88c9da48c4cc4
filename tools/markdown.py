"""Markdown from text that was not written as Markdown: cells, tables, code, links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence


def cell(text: str) -> str:
    """Return *text* as it can stand in a cell of a table."""
    return prose(" ".join(text.split())).replace("|", "\\|")


def prose(text: str) -> str:
    """Return *text* with what would be taken for a tag outside of code written out."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)


def code(text: str) -> str:
    """Return *text* as code, on one line."""
    return f"`{' '.join(text.split())}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table and an empty one; nothing where there are no rows."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    if body:
        yield from (f"| {' | '.join(head)} |", "|---" * len(head) + "|", *body, "")


def link(reference: str) -> str:
    """Return a reference with its address, if it has one, in angle brackets, so that it can be followed."""
    return re.sub(r"(https?://[^\s,;()]+)", r"<\1>", reference)


def sentence(text: str) -> str:
    """Return *text* on one line, ended with a point. It may begin with a command, so its first letter stays as it is."""
    text = prose(" ".join(text.split()))
    return text + ("" if text.endswith((".", ":", "!", "?")) else ".")
