"""
Lines of ``conntrack -S``, /proc/net/stat/nf_conntrack, /proc/net/softnet_stat and /proc/net/sockstat.

The kernel has no names for these beside the file's own, so they are called by it: ``conntrack_drop``,
``softnet_dropped``, ``sockstat_tcp_orphan``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

TABLES = frozenset({"conntrack", "softnet", "sockstat"})
"""What the names begin with, up to the first ``_``."""

_SOFTNET = ("processed", "dropped", "time_squeeze")  # the first columns, the same in all versions
_HEX = re.compile(r"[0-9a-f]{8}")
_CPU = re.compile(r"cpu=\d+")
_FIELD = re.compile(r"([a-z_]+)=(\d{1,15})")
_SOCKSTAT = re.compile(r"(TCP6?|UDP6?|sockets):")


class Tables:
    """Reads lines of these files, one after another."""

    def __init__(self) -> None:
        self.columns: Sequence[str] = ()  # of /proc/net/stat/nf_conntrack

    def take(self, words: Sequence[str]) -> dict[str, int]:
        """Return what one line counts, by name: of one CPU where the file has a line for each; nothing of any other line."""
        if _CPU.fullmatch(words[0]):
            return {f"conntrack_{field[1]}": int(field[2]) for word in words[1:] if (field := _FIELD.fullmatch(word))}
        if words[0] == "entries" and "insert_failed" in words:
            self.columns = words
            return {}
        if (table := _SOCKSTAT.fullmatch(words[0])) and all(_count(word) is not None for word in words[2::2]):
            return {f"sockstat_{table[1].lower()}_{name}": int(n) for name, n in zip(words[1::2], words[2::2], strict=False)}
        if len(words) < 9 or not all(map(_HEX.fullmatch, words)):
            return {}
        if len(words) == len(self.columns):  # "entries" is the whole table's, on each CPU's line
            counts = zip(self.columns[1:], words[1:], strict=True)
            return {f"conntrack_{name}": int(count, 16) for name, count in counts}
        return {f"softnet_{name}": int(count, 16) for name, count in zip(_SOFTNET, words, strict=False)}


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else None
