"""Numbers after the plan, and the retries it wants: what clients of several languages are made from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.snippets.contract import Target
from advisor.snippets.lines import Line, known
from advisor.units import version_key


def effective(target: Target, lines: Sequence[Line], name: str) -> float | None:
    """Return the number that *name* has after the change, infinity included; None where there is none."""
    value = next((line.change.planned for line in lines if line.key == name and line.change), None)
    if value is None:
        value = known(target, name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def before_version(target: Target, version: str) -> bool | None:
    """Tell whether *target*'s stack is older than *version*; None where its version is not known."""
    try:
        return version_key(target.version) < version_key(version) if target.version else None
    except ValueError:
        return None


RETRY = ("caller.attempts", "caller.retry_first", "caller.retry_cap", "caller.retry_jitter", "caller.retry_budget")
_MOST_ATTEMPTS = 20  # more than this is no retry policy, and its backoff would overflow


def retries(target: Target, lines: Sequence[Line]) -> dict[str, Any] | None:
    """Return what a retry loop needs, None where the plan wants none: attempts, first, cap, equal, budget, burst."""
    attempts = effective(target, lines, "caller.attempts")
    if not any(line.key in RETRY for line in lines) or attempts is None or not 2 <= attempts <= _MOST_ATTEMPTS:
        return None
    first = effective(target, lines, "caller.retry_first") or 0.0
    cap = effective(target, lines, "caller.retry_cap")
    budget = effective(target, lines, "caller.retry_budget")
    budget = None if budget is None or math.isinf(budget) else budget
    jitter = next((line.change.planned for line in lines if line.key == "caller.retry_jitter" and line.change), None)
    burst, said = None, ""
    if budget is not None:
        rate, peak = effective(target, [], "leg.rate_per_process"), effective(target, [], "workload.peak_factor")
        if rate and math.isfinite(rate * (peak or 1)):
            burst, said = max(1, math.ceil(rate * (peak or 1) * budget)), "one second of that share at peak"
        else:
            burst, said = 10, "the rate is not known: ten retries at once"
    return {
        "attempts": int(attempts),
        "first": first if math.isfinite(first) else 0.0,
        "cap": cap if cap is not None and math.isfinite(cap) else None,
        "equal": (jitter or known(target, "caller.retry_jitter")) == "equal",
        "budget": budget,
        "burst": burst,
        "burst_said": said,
    }


def finite(value: float | None) -> float | None:
    """Return *value* if it is a positive number below infinity, else None."""
    return value if value is not None and 0 < value < math.inf else None


def by_key(lines: Sequence[Line]) -> dict[str, Line]:
    """Return *lines* by the setting they write."""
    return {line.key: line for line in lines}


def jitter_said(at: Mapping[str, Line]) -> tuple[str, ...]:
    """Return what a plan says of jitter; it has no constant of its own, so the first wait carries it."""
    line = at.get("caller.retry_jitter")
    return (line.tag, *line.because) if line else ()
