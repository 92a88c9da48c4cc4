"""
Text quoted for Markdown as GitHub reads it, and for a Mermaid label.

`Marked` is text that is Markdown already. All other text is quoted when a template shows it, so none can be forgotten.
"""

from __future__ import annotations

import re
import unicodedata

# What makes a list, a quote or a line below a heading of a text that begins with it.
_LEADS = re.compile(r"(|\d+(?=[.)](?:\s|$)))([-+=>.)])")
# What acts inside a line. A ">" does not: no tag is open, as every "<" is quoted.
_ACTS = re.compile(r"[\\`*_\[\]<|#~&$]|:(?=//)|(?i:(?<=\bwww)\.)")
_LINK = re.compile(r"(https?://[A-Za-z0-9._~/?#=&%+:@,;-]+?)([.,;:]?)(?=\s|$)(.*)", re.DOTALL)


class Marked(str):
    """Text that is Markdown already."""

    __slots__ = ()


def quoted(text: str) -> Marked:
    """
    Return *text*, one line, as Markdown that shows it: no mark-up, no HTML, no link, no mention of a person.

    A mention cannot be escaped, as it is sought after the mark-up is gone; an empty comment parts it.
    """
    lead = _LEADS.match(text)
    if lead:
        return Marked(f"{lead[1]}\\{lead[2]}{_quoted(text[lead.end():])}")
    return Marked(_quoted(text))


def inline(text: str) -> Marked:
    """Return *text* as `quoted` does, for where it never begins a line: a heading, a cell, a link."""
    return Marked(_quoted(text))


def _quoted(text: str) -> str:
    return re.sub(r"@(?=\w)", "@<!-- -->", _ACTS.sub(r"\\\g<0>", text))


def code(text: str) -> Marked:
    """Return *text*, one line, as a code span; an empty text stays empty."""
    if not text.strip():
        return Marked("")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return Marked(f"{ticks}{pad}{text}{pad}{ticks}")


def cell(text: str) -> Marked:
    """Return *text* as a code span in a table, where a bar ends the cell even in code: such a text is no code then."""
    return inline(text) if "|" in text else code(text)


def fenced(language: str, lines: list[str]) -> Marked:
    """Return a block of code, fenced such that no line of it ends the block."""
    text = "\n".join(lines)
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return Marked(f"{ticks}{language}\n{text}\n{ticks}")


def source(text: str) -> Marked:
    """Return a reference, "https://… (what)" or words, with its address as a link."""
    found = _LINK.match(text)
    if not found:
        return inline(text)
    return Marked(f"<{found[1]}>{_quoted(found[2] + found[3])}")


def reference(text: str) -> Marked:
    """Return what a fact rests on, for a table: an address as a link, a formula or a file as code."""
    return source(text) if _LINK.match(text) else cell(text)


def label(text: str) -> str:
    """Return *text* for a quoted label of Mermaid: what is no letter, digit or plain sign is an entity there."""
    return "".join(c if c.isalnum() or c in " .,:/()+-_=" else f"#{ord(c)};" for c in text)


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading of this text, when it is the first of it on the page."""
    kept = (c for c in heading.strip().lower() if c in " -" or unicodedata.category(c)[0] in "LM" or
            unicodedata.category(c) in ("Nd", "Pc"))  # fmt: skip
    return "".join(kept).replace(" ", "-")
