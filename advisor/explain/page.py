"""A page of explanation: sections of paragraphs, rows and drawings; and the same as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from advisor.render.marks import fenced, inline, source
from advisor.render.terminal import cells, padded, wrapped

_SIGNS = str.maketrans({
    "─": "-", "│": "|", "▶": ">", "◀": "<", "→": "->", "·": "|", "…": "...", "\u00d7": "x", "√": "sqrt", "÷": "/",
    "\u2212": "-", "\u2013": "-",
    "≤": "<=", "≥": ">=", "²": "^2", "λ": "lambda", "µ": "u", "\u2019": "'", "“": '"', "”": '"', "✓": "ok", "✗": "x",
})  # fmt: skip
_WIDEST_CELL = 44


class Rows(NamedTuple):
    """Lines of cells below each other; the last cell of a line is wrapped."""

    rows: Sequence[Sequence[str]]


class Drawing(NamedTuple):
    """Lines that are shown as they are."""

    text: str


Block = str | Rows | Drawing


class Section(NamedTuple):
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]


class Page(NamedTuple):
    """What there is to say of one thing: its name, a few words aside, a sentence, and sections in order."""

    name: str
    aside: str
    sentence: str
    sections: Sequence[Section]


def section(title: str, *blocks: Block | None) -> list[Section]:
    """Return the section of what there is among *blocks*: one, or none."""
    held = [b for b in blocks if b and (not isinstance(b, Rows) or b.rows)]
    return [Section(title, held)] if held else []


def text(pages: Iterable[Page], width: int = 100, *, ascii_only: bool = False) -> str:
    """Return *pages* as text of at most *width* columns; only ASCII characters if that is wanted."""
    shown = "\n\n".join("\n".join(_page(page, width)) for page in pages) + "\n"
    return shown.translate(_SIGNS).encode("ascii", "replace").decode() if ascii_only else shown


def markdown(pages: Iterable[Page]) -> str:
    """Return *pages* as Markdown: a heading of the first level a page, tables for rows."""
    return "\n\n".join("\n".join(_markdown(page)) for page in pages).rstrip() + "\n"


def _markdown(page: Page) -> Iterator[str]:
    yield f"# {inline(page.name)}"
    if page.aside:
        yield from ("", f"*{inline(page.aside)}*")
    if page.sentence:
        yield from ("", prose(page.sentence))
    for part in page.sections:
        yield from ("", f"## {inline(part.title)}")
        for block in part.blocks:
            yield ""
            if isinstance(block, Drawing):
                yield fenced("", block.text.rstrip().splitlines())
            elif isinstance(block, Rows):
                yield from _table(block.rows)
            else:
                yield prose(block)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as a table without a head; of one column as a list."""
    wide = max(map(len, rows))
    if wide == 1:
        yield from (f"- {source(plain(row[0]))}" for row in rows)
        return
    yield from (f"|{' |' * wide}", f"|{'---|' * wide}")
    yield from (f"| {' | '.join(inline(plain(cell)) for cell in (*row, *[''] * (wide - len(row))))} |" for row in rows)


def prose(text: str) -> str:
    """Return a text that is Markdown itself, on one line, with what would be taken for a tag outside of code written out."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)


def _page(page: Page, width: int) -> list[str]:
    gap = width - cells(page.name) - cells(page.aside)
    lines = [f"{page.name}{' ' * gap}{page.aside}"] if gap > 1 and page.aside else [page.name, *filter(None, [page.aside])]
    lines += wrapped(plain(page.sentence), width) if page.sentence else []
    for part in page.sections:
        lines += ["", part.title.upper()]
        for i, block in enumerate(part.blocks):
            if i and isinstance(block, str) and isinstance(part.blocks[i - 1], str):
                lines.append("")
            lines += [f"  {line}".rstrip() for line in _block(block, width - 2)]
    return lines


def _block(block: Block, width: int) -> list[str]:
    if isinstance(block, Drawing):
        lines = block.text.rstrip().splitlines()
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        return [line[margin:] for line in lines]
    if isinstance(block, Rows):
        return _rows(block.rows, width)
    return _wrapped(plain(block), width)


def _rows(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    count = max(map(len, rows))
    shown = [[plain(cell) for cell in row] for row in rows]
    widths = [max((cells(r[i]) for r in shown if len(r) > i + 1 and cells(r[i]) <= _WIDEST_CELL), default=0)
              for i in range(count - 1)]  # fmt: skip
    start = sum(w + 2 for w in widths if w)
    lines: list[str] = []
    for row in shown:
        head = ""
        for cell, wide in zip(row[:-1], widths, strict=False):
            # A cell that is wider than its column has the line to itself; the rest goes on below.
            if cells(cell) > wide:
                lines.append((head + cell).rstrip())
                head = " " * (cells(head) + wide + 2)
            elif wide:
                head += padded(cell, wide) + "  "
        room = max(24, width - start)
        for piece in _wrapped(row[-1], room):
            if cells(piece) > room and head.strip():  # an address that finds no room has the line to itself
                lines.append(head.rstrip())
                head = ""
            lines.append(piece if cells(piece) > room else (padded(head, start) + piece).rstrip())
            head = ""
    return lines


def _wrapped(line: str, width: int) -> list[str]:
    """Return *line* in lines of *width* columns; an address stays whole, so that it can be copied."""
    if " " not in line:
        return [line]
    parts = re.split(rf"(\S*://\S{{{max(0, width - 8)},}})", line)
    return [piece for part in parts if part.strip() for piece in ([part] if " " not in part else wrapped(part.strip(), width))]


def plain(markdown: str) -> str:
    """Return a knowledge file's text without the marks of Markdown, on one line."""
    return re.sub(r"\*\*(.+?)\*\*|`([^`]+)`", lambda m: m[1] or m[2], " ".join(markdown.split()))


def paragraphs(markdown: str) -> list[tuple[str, str]]:
    """Return the paragraphs of a knowledge file's text, each with the heading in bold that it begins with, or ""."""
    found = []
    for part in re.split(r"\n\s*\n", markdown.strip()):
        match = re.fullmatch(r"\*\*(.+?)[.:]\*\*\s*(.*)", part.strip(), re.DOTALL)
        found.append((match[1], match[2]) if match else ("", part))
    return found
