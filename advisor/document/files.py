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


class Unreadable(Exception):
    """What is not text of ours; says why."""


def read_file(file: str, limits: Limits) -> tuple[list[Node], list[Problem]]:
    """Return the YAML documents of a file, and what is wrong with it; never raises."""
    try:
        text = read_text(file, limits)
    except Unreadable as problem:
        return [], [Problem(Place(file), str(problem))]
    return parse_text(text, file, limits)


def find_files(directory: str, limits: Limits) -> Iterator[tuple[str, str]]:
    """
    Yield file and text of every YAML file below *directory* that may have a document of ours.

    Names that begin with a dot are passed over, and so is what is not text.
    """
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            file = os.path.join(folder, name)
            if name.startswith(".") or not name.endswith(_SUFFIXES) or not os.path.isfile(file):
                continue
            try:
                text = read_text(file, limits)
            except Unreadable:
                continue
            if names_path(text) or "{" in text[:4096]:  # a look at the text costs less than parsing it
                yield file, text


def names_path(text: str) -> bool:
    """Return whether a line of *text* sets the key ``path``, whatever else is wrong with it."""
    return _PATH_KEY.search(text) is not None


def is_ours(node: Node) -> bool:
    """Return whether a YAML document is one of ours: a mapping with the key ``path``."""
    return any(key == "path" for key, _, _ in node.items())


def read_text(file: str, limits: Limits) -> str:
    """Return the text of a file, or of standard input for ``-``; Unreadable says what is wrong with it."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(limits.size + 1)
        else:
            with open(file, "rb") as stream:
                data = stream.read(limits.size + 1)
                if len(data) > limits.size:
                    size = max(os.fstat(stream.fileno()).st_size, len(data))
                    raise Unreadable(too_large(size, limits))
    except FileNotFoundError:
        raise Unreadable("no such file; is the path right?") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(f"cannot be read ({shown(reason)}); see that it is a file you may read") from None
    zero = data.find(b"\0")
    if zero >= 0:
        raise Unreadable(f"not text (byte 0x00 at offset {zero})")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start})") from None
