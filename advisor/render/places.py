"""Where findings stand and how they are known again, for forms that other programs read."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence

from advisor.errors import Place
from advisor.report.parts import Finding, Report

_PLACE = re.compile(r"(.*?)(?::(\d{1,9})(?::(\d{1,9}))?)?", re.DOTALL)


def located(place: str) -> Place:
    """Return the place that *place* ("file:line:column", "file:line" or "file") tells."""
    found = _PLACE.fullmatch(place)
    assert found is not None  # all its parts but the first may be missing, and that takes any text
    return Place(found[1], int(found[2] or 0), int(found[3] or 0))


def target(report: Report, finding: Finding) -> Place:
    """Return where the fact to change stands, or where it is to be stated; else where what shows the finding stands."""
    changes = sorted(finding.changes, key=lambda c: not c.written)
    return located(next(filter(None, [*(c.place for c in changes), finding.place, *report.files]), ""))


def below(file: str) -> str | None:
    """Return *file* as a path below the working directory with "/" between its parts, or None where it is not below it."""
    path = os.path.normpath(os.path.relpath(file)) if os.path.isabs(file) else os.path.normpath(file)
    return None if path.split(os.sep)[0] == os.pardir else path.replace(os.sep, "/")


class Identities:
    """
    Tells the findings of one run apart, alike from run to run.

    A finding is known by its rule, its service, its subjects and the settings that mend it, never by a line or a value.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, report: Report, rule: str, where: Sequence[str], knobs: Sequence[tuple[str, str]] = ()) -> str:
        """Return 32 hexadecimal digits; *knobs* are (hop, setting). The same again gives other digits, for its number."""
        services = {path.service for path in report.paths}
        # On several paths at once it is known by its subjects alone: another document beside it changes nothing.
        service = next((o.service for o in report.outcomes if o.rule == rule and o.where in where and o.service in services), "")
        return self.plain([rule, service or (report.service if len(services) == 1 else ""), sorted(where), sorted(knobs)])

    def plain(self, parts: Sequence[object]) -> str:
        """Return the digits of what is known by *parts*, as they are in JSON."""
        import json
        from hashlib import sha256

        key = json.dumps(parts)
        self._seen[key] += 1
        number = self._seen[key]
        return sha256((key if number == 1 else f"{key}{number}").encode()).hexdigest()[:32]

    def of_finding(self, report: Report, finding: Finding) -> str:
        """Return the digits of a finding."""
        return self.of(report, finding.rule, finding.where, [(c.hop, c.full_name) for c in finding.changes])
