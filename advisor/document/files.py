"""The reader's files: found in directories, read within limits, decoded."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from advisor.errors import Place, Problem, shown
from advisor.source import Limits, Node, parse_text, too_large

_SUFFIXES = (".yaml", ".yml")
_PATH_KEY = re.compile(r"^(['\"]?)path\1\s*:", re.MULTILINE)


def read_file(file: str, limits: Limits, stdin: str | None = None) -> tuple[list[Node], list[Problem]]:
    """Return the YAML documents of a file, or of standard input for ``-``, and what is wrong with it; never raises."""
    if file == "-" and stdin is not None:
        return parse_text(stdin, file, limits)
    try:
        text = _text(file, limits)
    except _Unreadable as problem:
        return [], [Problem(Place(file), str(problem))]
    return parse_text(text, file, limits)


def read_directory(directory: str, limits: Limits) -> Iterator[tuple[str, list[Node], list[Problem]]]:
    """
    Yield file, documents and problems of every YAML file below *directory* that has a document of ours.

    A document of ours is a mapping with the key ``path``. Other YAML files are passed over, sound or not, and so are
    names that begin with a dot.
    """
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            file = os.path.join(folder, name)
            if name.startswith(".") or not name.endswith(_SUFFIXES) or not os.path.isfile(file):
                continue
            try:
                text = _text(file, limits)
            except _Unreadable:
                continue
            if not _PATH_KEY.search(text) and "{" not in text[:4096]:  # a look at the text costs less than parsing it
                continue
            nodes, problems = parse_text(text, file, limits)
            ours = [n for n in nodes if any(key == "path" for key, _, _ in n.items())]
            if ours or (problems and _PATH_KEY.search(text)):
                yield file, ours, problems


class _Unreadable(Exception):
    pass


def _text(file: str, limits: Limits) -> str:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(limits.size + 1)
        else:
            with open(file, "rb") as stream:
                data = stream.read(limits.size + 1)
                if len(data) > limits.size:
                    size = max(os.fstat(stream.fileno()).st_size, len(data))
                    raise _Unreadable(too_large(size, limits))
    except FileNotFoundError:
        raise _Unreadable("no such file; is the path right?") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _Unreadable(f"cannot be read ({shown(reason)}); see that it is a file you may read") from None
    zero = data.find(b"\0")
    if zero >= 0:
        raise _Unreadable(f"not text (byte 0x00 at offset {zero})")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unreadable(f"not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start})") from None
