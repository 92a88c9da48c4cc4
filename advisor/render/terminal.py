"""A page of a terminal: lines of bounded width, wrapped at words, coloured at the end."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.render.options import Options

_WIDEST, _NARROWEST = 100, 50
_COLORS = {"error": "1;31", "warning": "1;33", "note": "1;34", "strong": "1", "wrong": "31"}
# What a sign is in a terminal that has only ASCII.
_SIGNS = {"✓": "ok", "✗": "x", "─": "-", "▶": ">", "·": "|", "…": "..."}


def cells(text: str) -> int:
    """Return how many columns *text* takes: wide characters take two, marks that sit on another none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int, right: bool = False) -> str:
    """Return *text* filled with blanks to *width* columns."""
    blanks = " " * max(0, width - cells(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, width: int, first: int | None = None) -> list[str]:
    """Return *text* in lines of at most *width* columns (the first of *first*), broken at words; a wider word is cut."""
    body = text.lstrip(" ")
    head, *rest = body.split(" ")
    room = width if first is None else first
    lines, line = [], ""
    for whole in (" " * min(len(text) - len(body), room - 1) + head, *rest):
        word = whole
        if line and cells(line) + 1 + cells(word) > room:
            lines.append(line)
            line, room = "", width
        while cells(word) > room:
            cut = _fitting(word, room)
            lines.append(word[:cut])
            word, room = word[cut:], width
        line = f"{line} {word}" if line else word
    return [*lines, line] if line or not lines else lines


def _fitting(text: str, width: int) -> int:
    taken = 0
    for index, char in enumerate(text):
        taken += cells(char)
        if taken > width:
            return max(1, index)
    return len(text)


class Page:
    """The lines written so far. Texts given to it are already visible."""

    def __init__(self, options: Options) -> None:
        self.width = max(_NARROWEST, min(options.width, _WIDEST))
        self.lines: list[str] = []
        self._color, self._ascii = options.color, options.ascii

    def sign(self, char: str) -> str:
        """Return one of our signs, as the terminal can show it."""
        return _SIGNS[char] if self._ascii else char

    def painted(self, text: str, color: str) -> str:
        """Return *text* in a colour, where colours are wanted."""
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self._color and text else text

    def write(self, line: str = "", head: str = "", color: str = "strong") -> None:
        """Add a line as it is; *head*, its beginning, is shown in *color*."""
        line = line.rstrip()
        self.lines.append(self.painted(head, color) + line[len(head) :] if head and line.startswith(head) else line)

    def gap(self) -> None:
        """Add an empty line, unless one stands there or the page is empty."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def text(self, text: str, first: str = "", hang: int | None = None, head: str = "", color: str = "strong") -> None:
        """Add *text* after *first*, the further lines indented by *hang* columns (by *first*'s width if not given)."""
        hang = cells(first) if hang is None else hang
        lines = wrapped(text, self.width - hang, self.width - cells(first))
        self.write(first + lines[0], head, color)
        for line in lines[1:]:
            self.write(" " * hang + line)

    def rows(self, rows: Sequence[Sequence[str]], first: str, right: Sequence[int] = (), most: int = 40) -> None:
        """
        Add a table without lines. The last column is wrapped.

        Args:
            rows: Cells, the same number in each row.

            first: What each row begins with.

            right: Indices of columns to align to the right.

            most: A column is at most so wide; a wider cell stands out, and its row goes on in a line of its own.
        """
        count = len(rows[0]) if rows else 0
        widths = [min(most, max(cells(row[i]) for row in rows)) for i in range(count - 1)]
        start = cells(first) + sum(width + 2 for width in widths if width)
        for row in rows:
            line = first
            for i, width in enumerate(widths):
                if not width:
                    continue
                line += padded(row[i], width, i in right) + "  "
                if cells(row[i]) > width and i == 0 and cells(row[i]) + 30 > self.width:
                    self.text(line.strip(), " " * 2)
                    line = " " * (cells(first) + width + 2)
            self._last(line, row[-1], start, cells(first) + 4)

    def _last(self, line: str, text: str, start: int, hang: int) -> None:
        room = self.width - max(start, cells(line))
        if cells(text) <= room or (room >= 24 and cells(text) <= 2 * room) or room >= 48:
            self.text(text, line, max(start, cells(line)))
        else:
            self.text(line.rstrip(), "", hang)
            if text:
                self.text(text, " " * hang)

    def done(self) -> str:
        """Return the page, ending with a line break unless it is empty."""
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return "".join(f"{line}\n" for line in self.lines)
