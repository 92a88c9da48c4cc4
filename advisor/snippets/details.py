"""What single templates need beyond their lines, so that they only loop and branch: one function a template."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from advisor.snippets.contract import Change, Target
from advisor.snippets.lines import Line, known
from advisor.snippets.quoting import CannotWrite, comment, identifier, literal
from advisor.units import version_key

Detail = Callable[[Target, Sequence[Line], Sequence[Line]], Mapping[str, Any]]


class Unfit(Exception):  # noqa: N818  it is an answer: nothing of this output is to be written
    """No change of these lines can be written by this template."""


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


def sysctls(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Put the figures of one sysctl together, and what a container may set before what only the host can."""
    rows: list[dict[str, Any]] = []
    left: list[Change | None] = []
    done = set()
    for line in lines:
        name, figures = line.key, [line]
        if "part" in line.spec:
            name = line.key.rpartition(".")[0]
            if name in done:
                continue
            figures = [other for other in lines if other.key.rpartition(".")[0] == name and "part" in other.spec]
            done.add(name)
        text = _figures(target, name, figures, "text")
        if text is None:
            left += [figure.change for figure in figures]
            continue
        before = _figures(target, name, figures, "before")
        extra = line.change.extra if line.change else {}
        rows.append({
            "name": name, "text": text, "before": before, "lines": figures,
            "netns": extra.get("scope") == "netns", "k8s": comment(extra.get("k8s", "")),
        })  # fmt: skip
    undo = [f"sysctl -w {row['name']}={_argument(row['before'])}" for row in rows if row["before"]]
    return {"left": left, "undone": undo, "rows": sorted(rows, key=lambda row: not row["netns"])}


def _argument(text: str) -> str:
    return f"'{text}'" if " " in text else text


def _figures(target: Target, name: str, lines: Sequence[Line], which: str) -> str | None:
    """Return the text of a sysctl, of which *lines* hold one or more figures; None where another figure is not known."""
    from advisor.snippets.targets import outputs

    if "part" not in lines[0].spec:
        text = lines[0].text if which == "text" else lines[0].before
        return text or ("" if which == "text" else None)
    output = next(o for o in outputs() if lines[0].key in o.settings)
    figures = []
    for key, spec in output.settings.items():
        if key.rpartition(".")[0] != name or "part" not in spec:
            continue
        line = next((one for one in lines if one.key == key), None)
        if line is not None:
            figure = line.text if which == "text" else line.before
        else:
            value = known(target, key)
            try:
                kind = lines[0].change.kind if lines[0].change else "count"
                figure = "" if value is None else literal(value, kind, output.language, spec)
            except CannotWrite:
                figure = ""
        if not figure:
            return None
        figures.append(figure)
    return " ".join(figures)


def limits(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Give both limits of descriptors: the hard one never below the soft one."""
    soft = effective(target, lines, "hop.nofile_soft")
    hard = effective(target, lines, "hop.nofile_hard")
    figures = [f for f in (soft, hard) if f is not None]
    if any(line.text == "" for line in lines) or any(f < 1 for f in figures):
        raise Unfit
    words = [literal(f, "count", "systemd", {"unlimited": "infinity"}) for f in figures]
    if soft is not None and hard is not None and hard < soft:
        words = [words[0], words[0]]
    return {"lines": lines, "limit": ":".join(words)}


_RETRY = ("caller.attempts", "caller.retry_first", "caller.retry_cap", "caller.retry_jitter", "caller.retry_budget")
_MOST_ATTEMPTS = 20  # more than this is no retry policy, and its backoff would overflow


def retries(target: Target, lines: Sequence[Line]) -> dict[str, Any] | None:
    """Return what a retry loop needs, None where the plan wants none: attempts, first, cap, equal, budget, burst."""
    attempts = effective(target, lines, "caller.attempts")
    if not any(line.key in _RETRY for line in lines) or attempts is None or not 2 <= attempts <= _MOST_ATTEMPTS:
        return None
    first = effective(target, lines, "caller.retry_first") or 0.0
    cap = effective(target, lines, "caller.retry_cap")
    budget = effective(target, lines, "caller.retry_budget")
    budget = None if budget is None or math.isinf(budget) else budget
    jitter = next((line.change.planned for line in lines if line.key == "caller.retry_jitter" and line.change), None)
    burst = None
    if budget is not None:
        rate, peak = effective(target, [], "leg.rate_per_process"), effective(target, [], "workload.peak_factor")
        burst = max(1, math.ceil(rate * (peak or 1) * budget)) if rate and math.isfinite(rate * (peak or 1)) else 10
    return {
        "attempts": int(attempts),
        "first": first if math.isfinite(first) else 0.0,
        "cap": cap if cap is not None and math.isfinite(cap) else None,
        "equal": (jitter or known(target, "caller.retry_jitter")) == "equal",
        "budget": budget,
        "burst": burst,
        "burst_known": burst is not None and bool(effective(target, [], "leg.rate_per_process")),
    }


def finite(value: float | None) -> float | None:
    """Return *value* if it is a positive number below infinity, else None."""
    return value if value is not None and 0 < value < math.inf else None


def by_key(lines: Sequence[Line]) -> dict[str, Line]:
    """Return *lines* by the setting they write."""
    return {line.key: line for line in lines}


def go_client(target: Target, lines: Sequence[Line], kept: Sequence[Line]) -> Mapping[str, Any]:
    """Choose the parts of the Go client: transport, dial limit, timeout, retries with backoff and budget."""
    at = by_key(lines)
    retry = retries(target, lines)
    deadline = finite(effective(target, [], "workload.deadline"))
    attempt_timeout = finite(effective(target, lines, "caller.attempt_timeout"))
    rate = finite(effective(target, lines, "caller.dial_limit"))
    dials = rate is not None and ("caller.dial_limit" in at or "caller.dial_burst" in at)
    left = [line.change for line in lines if line.key in _RETRY] if retry is None else []
    if "caller.attempt_timeout" in at and attempt_timeout is None:
        left.append(at["caller.attempt_timeout"].change)
    if not dials:
        left += [at[key].change for key in ("caller.dial_limit", "caller.dial_burst") if key in at]
    written = [line for line in lines if line.change not in left]
    transport = dials or any(
        line.group in ("Transport", "Dialer", "KeepAliveConfig", "HTTP2Config") for line in written
    )
    timeout = at.get("Client.Timeout")
    if timeout is None and retry is None and "caller.attempt_timeout" in at and attempt_timeout is not None:
        timeout = at["caller.attempt_timeout"]
    constants = _go_constants(target, at, retry, attempt_timeout, rate if dials else None, deadline)
    waits = dials or bool(retry and retry["first"])
    texts = [row["text"] for row in constants] + [line.text for line in (*written, *(kept if transport else ()))]
    wanted = {
        "context": dials or retry, "errors": waits, "io": retry, "math": any("math." in text for text in texts),
        "math/rand/v2": retry and retry["first"], "net": transport, "net/http": True,
        "sync": dials or (retry and retry["budget"] is not None), "time": waits or any("time." in text for text in texts),
    }  # fmt: skip
    return {
        "left": left,
        "package": identifier(target.peer),
        "transport": transport,
        "dials": dials,
        "timeout": timeout,
        "retry": retry,
        "deadline": deadline,
        "imports": [name for name, is_used in wanted.items() if is_used],
        "lines": written,
        "constants": constants,
        "attempt_timeout": attempt_timeout if retry else None,
        "needs_newer": bool(retry) and before_version(target, "1.22"),
    }


def _go_constants(
    target: Target, at: Mapping[str, Line], retry: Mapping[str, Any] | None, attempt_timeout: float | None,
    dial_rate: float | None, deadline: float | None,
) -> list[dict[str, Any]]:  # fmt: skip
    rows: list[dict[str, Any]] = []

    def constant(name: str, value: float, kind: str, key: str, otherwise: str) -> None:
        line = at.get(key)
        rows.append({
            "name": name, "text": literal(value, kind, "go", {}),
            "tag": line.tag if line else otherwise, "because": line.because if line else (),
        })  # fmt: skip

    if retry or dial_rate:
        if deadline:
            constant("deadline", deadline, "duration", "", "workload.deadline; nobody waits longer")
        elif dial_rate:
            constant("dialPatience", finite(effective(target, list(at.values()), "Dialer.Timeout")) or 30.0, "duration",
                     "", "as long as a dial may take")  # fmt: skip
    if retry:
        constant("attempts", retry["attempts"], "count", "caller.attempts", "unchanged")
        if attempt_timeout:
            constant("attemptTimeout", attempt_timeout, "duration", "caller.attempt_timeout", "unchanged")
        if retry["first"]:
            constant("backoffBase", retry["first"], "duration", "caller.retry_first", "unchanged")
        if retry["first"] and retry["cap"]:
            constant("backoffCap", retry["cap"], "duration", "caller.retry_cap", "unchanged")
        if retry["budget"] is not None:
            constant("budgetShare", retry["budget"], "share", "caller.retry_budget", "unchanged")
            said = "one second of that share at peak" if retry["burst_known"] else "the rate is not known: ten retries at once"
            constant("budgetBurst", retry["burst"], "count", "", said)
    if dial_rate:
        constant("dialRate", dial_rate, "rate", "caller.dial_limit", "unchanged")
        pool = finite(effective(target, list(at.values()), "Transport.MaxIdleConnsPerHost"))
        burst = finite(effective(target, list(at.values()), "caller.dial_burst")) or pool or max(1.0, dial_rate)
        constant("dialBurst", math.ceil(burst), "count", "caller.dial_burst", "enough to fill the pool at once after a restart")
    return rows


DETAILS: dict[str, Detail] = {
    "sysctl.conf.j2": sysctls,
    "limits.conf.j2": limits,
    "transport.go.j2": go_client,
}
