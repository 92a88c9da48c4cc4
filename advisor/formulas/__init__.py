"""
Formulas that the rules' language has no words for; pure, total, in base units.

``pools`` holds connection pools and queues, ``timers`` what the kernel and retrying callers wait for, ``tables`` the
sizes of tables and windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from advisor.formulas import pools, tables, timers
from advisor.formulas.formula import REGISTERED, Formula

FORMULAS: Mapping[str, Formula] = MappingProxyType(REGISTERED)
"""All formulas by name."""

__all__ = ["FORMULAS", "Formula", "pools", "tables", "timers"]
