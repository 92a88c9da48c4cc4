"""Reads ``sysctl -a`` and the files that ``sysctl -p`` and systemd-sysctl read (sysctl.conf, sysctl.d)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from advisor.captures.lines import Captured, Problems, numbered, quoted
from advisor.errors import Place, Problem

DUMP_KEYS = 100
"""From so many keys on, and without comments, the text is a dump: nobody writes so many by hand."""

# Keys that can't be set: only the kernel prints them.
_PRINTED = frozenset({"fs.file-nr", "fs.inode-nr", "kernel.osrelease", "kernel.ostype", "kernel.random.boot_id"})

_KEY = re.compile(r"[A-Za-z0-9_][^\s=#]*")
_OTHER_SYSTEM = re.compile(r"(?:kern|net|vm|hw|machdep|security)\.[\w.]+: ")


class Sysctls(NamedTuple):
    """
    What a text sets or shows.

    Attributes:
        values: By dotted key, as ``sysctl -a`` prints it; white space in a value is one space. The last one holds.

        dump: Whether it is what a kernel has (``sysctl -a``), and not a file that a person wrote.
    """

    values: dict[str, Captured[str]]
    dump: bool


def canonical_key(key: str) -> str:
    """
    Return a key as ``sysctl -a`` prints it: dots between parts, slashes for dots inside a part.

    ``net/ipv4/conf/eth0.100/rp_filter`` and ``/proc/sys/net/…`` are ways to write it; the first separator decides.
    """
    key = key.removeprefix("/proc/sys/")
    first = re.search(r"[./]", key)
    return key.translate(_SWAPPED) if first and first[0] == "/" else key


_SWAPPED = str.maketrans("./", "/.")


def read_sysctl(source: str | Iterable[str], file: str) -> tuple[Sysctls, list[Problem]]:
    """
    Read the output of ``sysctl -a``, or a file with settings.

    Args:
        source: The text, or its lines.

        file: Its name, for places.
    """
    problems = Problems(file)
    odd = Problems(file)
    values: dict[str, Captured[str]] = {}
    written = False
    for number, line in numbered(source, problems):
        text = line.strip()
        if not text or text.startswith("sysctl: "):  # sysctl's own errors, such as "permission denied on key"
            continue
        if text[0] in "#;" or text.startswith("* Applying "):  # the latter is printed by sysctl --system
            written = True
            continue
        key, equals, value = text.partition("=")
        ignoring = key.startswith("-")  # "errors don't matter"; without a value: "leave this key out"
        key = key.removeprefix("-").strip()
        if not _KEY.fullmatch(key) or not equals:
            if not ignoring or equals:
                odd.add(number, _what_is_wrong(text))
            continue
        column = line.index(key) + 1
        values[canonical_key(key)] = Captured(_value(value), Place(file, number, column))
    dump = (len(values) >= DUMP_KEYS and not written) or not _PRINTED.isdisjoint(values)
    # In a dump such lines are the further lines of a value.
    return Sysctls(values, dump), problems.found + ([] if dump else odd.found)


def _value(text: str) -> str:
    """Return a value with single spaces; the kernel reads one or more numbers and passes over a comment behind them."""
    words = text.split()
    numbers = 0
    while numbers < len(words) and words[numbers].lstrip("-").isdigit():
        numbers += 1
    if 0 < numbers < len(words) and words[numbers].startswith("#"):
        words = words[:numbers]
    return " ".join(words)


def _what_is_wrong(text: str) -> str:
    if _OTHER_SYSTEM.match(text):
        return f"{quoted(text)} is how BSD and macOS print it; a capture of a Linux host is needed"
    return f"{quoted(text)} is no setting; write key = value, comments on lines of their own"
