"""
Quantities: read with their unit, kept in base units, shown as a person writes them.

Inside the advisor a duration is in seconds, a size in bytes, a rate per second, a bandwidth in bytes per second, a
share a part of one. ``never`` and ``unlimited`` are ``math.inf``.

Sizes are binary (B KiB MiB GiB TiB); kB, MB, GB and TB are read as the decimal units they are. KB is neither, and
refused. Bandwidths count bits and are decimal (bit/s kbit/s Mbit/s Gbit/s).
"""

from __future__ import annotations

from advisor.units.figures import nice_down, nice_up
from advisor.units.reading import (
    UNITS,
    parse,
    parse_date,
    parse_flag,
    parse_quantity,
    parse_version,
    version_key,
)
from advisor.units.showing import UNBOUNDED, Value, show

__all__ = [
    "UNBOUNDED", "UNITS", "Value", "nice_down", "nice_up", "parse", "parse_date", "parse_flag", "parse_quantity",
    "parse_version", "show", "version_key",
]  # fmt: skip
