"""
Text and values for a target language, such that nothing of the reader's can become a directive there.

Text goes only into comments that end with their line, so one line is all it must stay. Values are written by kind; what
a language cannot say raises `CannotWrite`, and the change goes to the list of settings instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from advisor.errors import shown
from advisor.units import show

_LIMIT = 500  # characters of one comment; HAProxy refuses lines from 2048
_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,78}[A-Za-z0-9]|[A-Za-z0-9]", re.ASCII)
_PER = {"s": 1, "ms": 1_000, "us": 1_000_000}
_PAGE = 4096

Spec = Mapping[str, object]


class CannotWrite(ValueError):
    """A value has no form in the target's language."""


def comment(text: str) -> str:
    """Return *text* as one line for a comment: control and direction characters escaped, cut at 500 characters."""
    line = shown(" ".join(text.split(" ")), _LIMIT).strip()
    # gofmt turns these pairs into curly quotes in some comments, and a file must leave it unchanged.
    line = re.sub(r"(['`])(?=\1)", r"\1 ", line)
    # Wherever it stands, Go's tools read "// +build" as a constraint, and gofmt moves it to the top.
    line = re.sub(r"^\+(?=build)", "+ ", line)
    # A comment never ends in a backslash: some formats would continue the line.
    return line + "." if line.endswith("\\") else line


def code_span(text: str) -> str:
    """Return *text* as a Markdown code span, in which nothing is markup."""
    return "`" + (comment(text).replace("`", "'") or " ") + "`"


def file_name(text: str, otherwise: str = "hop") -> str:
    """Return a file name of ``A-Z a-z 0-9 . _ -`` for *text*, without a leading dot; *otherwise* if nothing is left."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:60].rstrip("-._")
    if re.fullmatch(r"(?i:con|prn|aux|nul|com\d|lpt\d)(\..*)?", name):  # devices of Windows, whatever their ending
        return f"{otherwise}-{name}"
    return name or otherwise


def identifier(text: str, otherwise: str = "peer") -> str:
    """Return small letters and digits, a letter first, that no language here reserves; made from *text*."""
    name = re.sub(r"[^a-z0-9]", "", file_name(text, otherwise).lower())[:40]
    if not name or name in _RESERVED:
        return f"{otherwise}{name}"
    return name if name[0].isalpha() else f"{otherwise}{name}"


# Words of Go, and package names that its tools treat in a way of their own.
_RESERVED = frozenset({
    "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go", "goto", "if",
    "import", "interface", "map", "package", "range", "return", "select", "struct", "switch", "type", "var",
    "documentation", "internal", "main", "test", "vendor",
})  # fmt: skip


def literal(value: float | bool | str, kind: str, language: str, spec: Spec) -> str:
    """
    Return *value* as *language* writes it.

    Args:
        value: In base units.

        kind: Its kind.

        language: A key of the table below.

        spec: The setting's entry in targets.yaml: ``unit`` (of a bare number), ``unlimited`` (how it says no limit),
            ``words`` (how it says a text).

    Raises:
        CannotWrite: Where the language has no form for it.
    """
    if isinstance(value, str):
        words = spec.get("words")
        if isinstance(words, Mapping) and value in words:
            return str(words[value])
        if not _TEXT.fullmatch(value):
            raise CannotWrite(f"{shown(value)} holds characters that are not written here")
        return _TEXTS.get(language, str)(value)
    if isinstance(value, bool):
        return _FLAGS.get(language, ("true", "false"))[not value]
    if math.isnan(value) or value < 0:
        raise CannotWrite(f"{value} is no value of a setting")
    if math.isinf(value):
        if "unlimited" not in spec:
            raise CannotWrite(f"no word for {show(value, kind)}")
        return str(spec["unlimited"])
    if value == 0 and "zero" in spec:  # 0 would mean something else there
        raise CannotWrite(f"0 means {spec['zero']} there")
    if kind == "duration":
        return _DURATIONS.get(language, _bare)(value, spec)
    if kind == "size":
        return _size(value, language, spec)
    return _number(value) if kind in ("share", "ratio", "rate") else _whole(value)


def _whole(value: float) -> str:
    nearest = round(value)
    if abs(value - nearest) > 1e-6:
        raise CannotWrite(f"{value} is not a whole number of its unit")
    return str(nearest)


def _number(value: float) -> str:
    clean = float(f"{value:.9g}")
    return str(int(clean)) if clean.is_integer() else f"{clean:.12f}".rstrip("0")


def _bare(value: float, spec: Spec) -> str:
    return _whole(value * _PER[str(spec.get("unit", "s"))])


def _go_duration(value: float, _spec: Spec) -> str:
    for name, scale in (("Second", 1), ("Millisecond", 1_000), ("Microsecond", 1_000_000)):
        count = round(value * scale, 6)
        if count == round(count):
            return f"time.{name}" if count == 1 else f"{int(count)} * time.{name}" if count else "0"
    raise CannotWrite(f"{value} is finer than a microsecond")


def _suffixed(value: float, _spec: Spec) -> str:
    return f"{_whole(value)}s" if value == round(value) else f"{_whole(value * 1000)}ms"


def _grouped(value: float, spec: Spec) -> str:
    return f"{int(_bare(value, spec)):_}"


def _fraction(value: float, spec: Spec) -> str:
    return _bare(value, spec) if "unit" in spec else _number(value)


def _size(value: float, language: str, spec: Spec) -> str:
    if spec.get("unit") == "pages":
        return _whole(value / _PAGE)
    if language == "nginx" and value and value % 1024 == 0:
        return f"{int(value // 1024)}k"
    return _whole(value)


_DURATIONS: dict[str, Callable[[float, Spec], str]] = {
    "go": _go_duration,
    "haproxy": _suffixed,
    "javascript": _grouped,
    "nginx": _suffixed,
    "python": _fraction,
}
_FLAGS = {"gunicorn": ("True", "False"), "nginx": ("on", "off"), "python": ("True", "False"), "sysctl": ("1", "0")}
_TEXTS: dict[str, Callable[[str], str]] = {
    "go": '"{}"'.format,
    "gunicorn": '"{}"'.format,
    "hcl": '"{}"'.format,
    "javascript": "'{}'".format,
    "python": '"{}"'.format,
}
