"""
Reads kernel counters: ``nstat -az`` (plain and JSON), ``netstat -s``, /proc/net/netstat, snmp and snmp6, and tables.

A counter's name is the kernel's, without its section (``ListenOverflows``), for TcpExt, Tcp, Ip, IpExt and Udp; others
keep their section (``Udp6InErrors``), as nstat prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from advisor.captures.lines import Captured, Reading, quoted
from advisor.captures.sentences import SENTENCES
from advisor.captures.tables import TABLES, Tables
from advisor.errors import Place, Problem

# Sections as the kernel names them; the longer of two that fit is meant.
SECTIONS = (
    "MPTcpExt", "UdpLite6", "IcmpMsg", "UdpLite", "TcpExt", "Icmp6", "IpExt", "Sctp", "Icmp", "Udp6", "Ip6",
    "Tcp", "Udp", "Ip",
)  # fmt: skip

# Sections whose names stand without them; what these short ones do not have is TcpExt's.
_BARE_NAMES = {
    "Tcp": "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs "
           "RetransSegs InErrs OutRsts InCsumErrors",
    "Ip": "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers "
          "OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates "
          "OutTransmits",
    "IpExt": "InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets InMcastOctets "
             "OutMcastOctets InBcastOctets OutBcastOctets InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts ReasmOverlaps",
    "Udp": "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors IgnoredMulti MemErrors",
}  # fmt: skip
_BARE = frozenset({"TcpExt", *_BARE_NAMES})
_SECTION_OF = {name: section for section, names in _BARE_NAMES.items() for name in names.split()}
# A name of several bare sections belongs to the first, whatever the order in the text.
_SHARED = {"InCsumErrors": "Tcp"}

GAUGES = frozenset({"CurrEstab", "DefaultTTL", "Forwarding", "MaxConn", "RtoAlgorithm", "RtoMax", "RtoMin"})
"""What stands among the counters and is none: it may fall. So are all of /proc/net/sockstat."""

_WRAPS = frozenset({"softnet_processed"})  # 32 bits a CPU: an hour of a million packets a second

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PAIR = re.compile(r'"(\w+)"\s*:\s*(-?\d+(?:\.\d+)?)')
_PREFIXED = re.compile(rf"({'|'.join(SECTIONS)})([A-Z]\w*)")
_HEADING = re.compile(rf"({'|'.join(SECTIONS)}|\w+):")
_IN_SENTENCE = re.compile(r"(?<!\S)\d+(?!\S)")


class Counters(NamedTuple):
    """
    Counters of one host at one time, since its boot (in truth: since its network namespace was made).

    Attributes:
        values: By canonical name.

        zeros_left_out: Sections of which the text leaves out counters that are 0, so that one that is missing is 0:
            those that ``netstat -s`` lists, and all the kernel's for nstat without ``-z``.
    """

    values: dict[str, Captured[float]]
    zeros_left_out: frozenset[str]

    def told(self, name: str) -> float | None:
        """Return the value of a counter by its canonical name; None where the text does not tell it."""
        if name in self.values:
            return self.values[name].value
        return 0.0 if section_of(name) in self.zeros_left_out else None


class Difference(NamedTuple):
    """
    What was counted between two captures.

    Attributes:
        counts: Increments by name, at the place of the second capture. Empty if any counter fell.

        seconds: Time between the captures.

        fell: Counters that are lower in the second capture: the host was restarted between, or the order is wrong. The
            kernel never sets one back alone, so then none of the increments is known.
    """

    counts: dict[str, Captured[float]]
    seconds: float
    fell: tuple[str, ...]

    def rate(self, name: str) -> float | None:
        """Return the increments per second of a counter; None where it isn't known."""
        counted = self.counts.get(name)
        return counted.value / self.seconds if counted and self.seconds > 0 else None


def canonical_name(name: str) -> str:
    """Return the name used here for a counter's name with or without its section."""
    split = _PREFIXED.fullmatch(name)
    return _named(split[1], split[2]) if split else name


def section_of(name: str) -> str:
    """Return the section of a canonical name, or the table that it comes from (``conntrack``)."""
    table = name.partition("_")[0]
    if table in TABLES:
        return table
    split = _PREFIXED.fullmatch(name)
    if split and (split[1] not in _BARE or split[2] in _SHARED):
        return split[1]
    return _SECTION_OF.get(name, "TcpExt")


def _named(section: str, name: str) -> str:
    if section in _BARE and _SHARED.get(name, section) == section:
        return name
    return name if name.startswith(section) else section + name


def read_counters(source: str | Iterable[str], file: str) -> tuple[Counters, list[Problem]]:
    """
    Read counters in any of the forms that a Linux host prints them in.

    Args:
        source: The text, or its lines.

        file: Its name, for places.
    """
    reading = _Reading(file)
    problems = reading.read(source)
    # nstat that was asked for some counters only says nothing of the others; one that was not has packets to tell of.
    whole = reading.zeros is False and ("InReceives" in reading.values or "Ip6InReceives" in reading.values)
    return Counters(reading.values, frozenset(SECTIONS if whole else reading.headings)), problems


def difference(first: Counters, second: Counters, seconds: float) -> Difference:
    """
    Return what was counted from the first capture to the second.

    A counter that one of them lacks is 0 there if it leaves zeros out, else not part of the result.

    Args:
        first, second: The captures, in order.

        seconds: Time between them.
    """
    counts: dict[str, Captured[float]] = {}
    fell = []
    names = sorted((first.values.keys() | second.values.keys()) - GAUGES)
    for name in names:
        before, after = first.told(name), second.told(name)
        if before is None or after is None or name.startswith("sockstat_"):
            continue
        if after >= before and name in second.values:
            counts[name] = Captured(after - before, second.values[name].place)
        elif after < before and name not in _WRAPS:
            fell.append(name)
    return Difference({} if fell else counts, seconds, tuple(fell))


class _Reading(Reading):
    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.tables = Tables()
        self.values: dict[str, Captured[float]] = {}
        self.section = ""
        self.names: list[str] = []  # of the line before, in /proc/net/netstat
        self.headings: set[str] = set()  # of netstat -s
        self.zeros: bool | None = None  # whether nstat shows them

    def put(self, section: str, name: str, value: str, number: int) -> None:
        """Keep a value under its canonical name."""
        self.values[_named(section, name)] = Captured(float(value), Place(self.file, number, 1))

    def take(self, number: int, line: str) -> None:
        """Take in one line."""
        words = line.split()
        if not words or words[0].startswith("#"):
            return
        if len(words) in (2, 3) and (split := _PREFIXED.fullmatch(words[0])) and _NUMBER.fullmatch(words[1]):
            self.row(split[1], split[2], words[1], number)
        elif counts := self.tables.take(words):
            for name, count in counts.items():
                sum_so_far = self.values.get(name) or Captured(0.0, Place(self.file, number, 1))
                self.values[name] = sum_so_far._replace(value=sum_so_far.value + count)
        elif line[0] not in " \t" and (heading := _HEADING.fullmatch(words[0])):
            self.block(number, line, heading[1], words[1:])
        elif '"' in line:
            for pair in _PAIR.finditer(line):
                if split := _PREFIXED.fullmatch(pair[1]):
                    self.row(split[1], split[2], pair[2], number)
        elif self.section and line[0] in " \t":
            self.sentence(number, line.strip())

    def row(self, section: str, name: str, value: str, number: int) -> None:
        """Take a row of nstat."""
        self.zeros = self.zeros or float(value) == 0
        self.put(section, name, value, number)

    def block(self, number: int, line: str, section: str, words: list[str]) -> None:
        """Take a section's heading (netstat -s), or one of its two lines (/proc/net/netstat)."""
        self.section = section
        if not words:
            self.headings |= {section} & set(SECTIONS)
        elif not _NUMBER.fullmatch(words[0]):
            self.names = words
        elif self.names:
            if len(words) != len(self.names):
                self.problems.add(number, f"{quoted(line)} has {len(words)} numbers for {len(self.names)} names above")
            for name, value in zip(self.names, words):  # noqa: B905
                if _NUMBER.fullmatch(value):
                    self.put(section, name, value, number)
            self.names = []

    def sentence(self, number: int, text: str) -> None:
        """Take a line below a heading of netstat -s: a known sentence, or a raw name with its value."""
        name, colon, value = text.partition(": ")
        if colon and _NUMBER.fullmatch(value) and name[:1].isupper() and name.isidentifier():
            self.put(self.section, name, value, number)
            return
        found = _IN_SENTENCE.search(text)
        if found:
            pattern = f"{text[: found.start()]}N{text[found.end() :]}".rstrip(".")
            known: Mapping[str, str] = SENTENCES.get(self.section, {})
            if pattern in known:
                self.put(self.section, known[pattern], found[0], number)
