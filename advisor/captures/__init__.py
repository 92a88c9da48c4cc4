"""
Readers of what a host prints about its kernel: sysctls, socket tables, counters.

Each takes the text (or its lines) and the file's name, and returns what it read, every value with its place, and the
problems found; none raises for what the text holds.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping

from advisor.captures.counters import Counters, Difference, canonical_name, difference, read_counters
from advisor.captures.lines import Captured
from advisor.captures.sockets import Listener, Peer, Sockets, read_sockets
from advisor.captures.sysctl import Sysctls, canonical_key, read_sysctl
from advisor.errors import Place, Problem, shown

__all__ = [
    "Captured",
    "Counters",
    "Difference",
    "Listener",
    "Peer",
    "Reader",
    "Sockets",
    "Sysctls",
    "canonical_key",
    "canonical_name",
    "difference",
    "read_capture",
    "read_counters",
    "read_sockets",
    "read_sysctl",
    "recognise",
]

SIZE_LIMIT = 64 * 1024 * 1024
"""Largest capture, bytes: a table of half a million sockets has about 45 MB."""

_HEAD = 256 * 1024  # read to tell what a file is

Reader = Callable[[str | Iterable[str], str], tuple[Sysctls | Sockets | Counters, list[Problem]]]
"""From a text, or its lines, and the file's name to what it holds and the problems."""

_READERS: Mapping[str, Reader] = {
    "sysctl": read_sysctl,
    "sockets": read_sockets,
    "counters": read_counters,
}

_WHAT = {
    "sysctl": "the output of sysctl -a, or a sysctl.conf",
    "sockets": "the output of ss -tan or netstat -ant",
    "counters": "the output of nstat -az, netstat -s or conntrack -S, or /proc/net/netstat, softnet_stat or sockstat",
    "memory": "/proc/meminfo or the output of free",
}

_LINES = {
    "sockets": re.compile(
        r"(?:tcp6?\s+)?(?:ESTAB|LISTEN|(?:SYN|FIN|TIME|CLOSE)-[A-Z0-9-]+|LAST-ACK|CLOSING)\s+\d+\s+\d+\s"
        r"|tcp6?\s+\d+\s+\d+\s+\S+:\S+\s|(?:Netid\s+)?(?:State\s+)?Recv-Q\s+Send-Q\s|Proto\s+Recv-Q\s"
    ),
    "counters": re.compile(
        r"#kernel$|(?:Ip|Icmp|Tcp|Udp|MPTcp)(?:Ext|Lite|Msg)?6?(?:[A-Z]\w*\s+\d+(?:\s+[\d.]+)?$|:(?:\s|$))"
        r'|\s*\{?"?(?:kernel"\s*:\s*\{|(?:Ip|Tcp|TcpExt)[A-Z]\w*"\s*:\s*\d)'
        r"|cpu=\d+\s+\w+=\d|entries\s.*\sinsert_failed\s|(?:[0-9a-f]{8}\s+){8}|(?:TCP6?: inuse|sockets: used) \d"
    ),
    "sysctl": re.compile(r"-?(?:/proc/sys/)?(?:abi|crypto|debug|dev|fs|kernel|net|sunrpc|user|vm)[./][^\s=]+\s*="),
    "memory": re.compile(r"MemTotal:\s+\d+ kB|Mem:\s+\d"),
}


def recognise(text: str) -> str | None:
    """
    Return which capture a text is, by its first lines: sysctl, sockets, counters, memory; None for anything else.

    The kind that most lines speak for; the first as listed in doubt.
    """
    votes = dict.fromkeys(_LINES, 0)
    for line in text[:_HEAD].removeprefix("\ufeff").splitlines()[:1000]:
        for kind, pattern in _LINES.items():
            if pattern.match(line):
                votes[kind] += 1
                break
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] else None


def read_capture(
    kind: str, path: str, place: Place, base: str = ""
) -> tuple[Sysctls | Sockets | Counters | None, list[Problem]]:
    """
    Read a capture that a document names.

    Args:
        kind: sysctl, sockets or counters.

        path: As written in the document.

        place: Where the document names it; problems with the file as a whole are told there.

        base: Directory that the path starts at, the document's.

    Returns:
        What was read, None if that isn't possible, and the problems. Places in the file name it from *base* on.
    """
    name = os.path.join(base, path)
    try:
        status = os.stat(name)
        if not stat.S_ISREG(status.st_mode):
            return None, [Problem(place, f"{shown(path)}: no ordinary file; save the capture in one")]
        if status.st_size > SIZE_LIMIT:
            size = f"{status.st_size / 1024 / 1024:.1f} MiB, over the limit of {SIZE_LIMIT // 1024 // 1024} MiB"
            return None, [Problem(place, f"{shown(path)}: {size}")]
        with open(name, encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
            wrong = _unfit(kind, head)
            if wrong:
                return None, [Problem(place, f"{shown(path)}: {wrong}")]
            file.seek(0)
            data, problems = _READERS[kind](file, name)
    except (FileNotFoundError, NotADirectoryError):
        return None, [Problem(place, f"{shown(path)}: no such file; paths start at the document's directory")]
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return None, [Problem(place, f"{shown(path)}: cannot be read ({reason})")]
    if not problems and _empty(data):
        return None, [Problem(place, f"{shown(path)}: nothing in it to read; {kind} takes {_WHAT[kind]}")]
    return data, problems


def _unfit(kind: str, head: str) -> str | None:
    """Tell what is wrong with a whole file, by its beginning."""
    if "\0" in head:
        return f"not text (byte 0x00 at offset {len(head[: head.index(chr(0))].encode())})"
    found = recognise(head)
    if found is None or found == kind:
        return None
    if found in _READERS:
        return f"this is {_WHAT[found]}; write it under {found}, not {kind}"
    return f"this is {_WHAT[found]}; {kind} takes {_WHAT[kind]}"


def _empty(data: Sysctls | Sockets | Counters) -> bool:
    return not (data.states if isinstance(data, Sockets) else data.values)
