"""What the kernel and its tools call a property: counters with and without their section, netstat's sentences, states of ss."""

from __future__ import annotations

import re

from advisor.captures.counters import canonical_name, section_of
from advisor.captures.sentences import SENTENCES
from advisor.captures.sockets import SS_STATES
from advisor.captures.tables import TABLES
from advisor.knowledge import Knowledge
from advisor.properties import Property


def find_kernel(what: str, knowledge: Knowledge) -> list[tuple[str, Property]]:
    """
    Return the properties of a host that *what* names as the kernel does, under the name a rule uses.

    ``TCPAbortOnClose``, ``TcpExtTCPAbortOnClose``, ``TIME-WAIT``, or a line of netstat -s with or without its number.
    """
    counters = {name.lower() for name in (what, canonical_name(what), *_said(what))}
    state = SS_STATES.get(what.upper(), "").lower()
    return [
        (f"host.{name}", prop)
        for name, prop in knowledge.properties.all["host"].items()
        if name == state or prop.counter.lower() in counters
    ]


def kernel_names(prop: Property) -> list[tuple[str, str]]:
    """Return what the kernel calls the counter that *prop* is, and what netstat -s does, each with what to call the name."""
    if not prop.counter:
        return []
    section = section_of(prop.counter)
    if section in TABLES:
        return [("in a capture", prop.counter)]
    told = next((text for text, name in SENTENCES.get(section, {}).items() if name == prop.counter), "")
    return [("counter", f"{section}{prop.counter.removeprefix(section)}"), ("netstat -s", told)]


def _said(line: str) -> set[str]:
    """Return the counters that a line of netstat -s tells."""
    text = line.rstrip(".")
    patterns = (re.sub(r"\b\d+\b", "N", text, count=1), f"N {text}")
    return {table[p] for table in SENTENCES.values() for p in patterns if p in table}
