"""The parts of a Go client and of a Go server that a plan wants."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.snippets.contract import Target
from advisor.snippets.lines import Line, Unfit
from advisor.snippets.quoting import identifier, literal
from advisor.snippets.retries import RETRY, before_version, by_key, effective, finite, jitter_said, retries

_ENABLE = "Dialer.KeepAliveConfig.Enable"
_ENABLED = "dialer.KeepAliveConfig.Enable = true"


def go_client(target: Target, lines: Sequence[Line], kept: Sequence[Line]) -> Mapping[str, Any]:
    """Choose the parts of the Go client: transport, dial limit, timeout, retries with backoff and budget."""
    at = by_key(lines)
    retry = retries(target, lines)
    deadline = finite(effective(target, [], "workload.deadline"))
    attempt_timeout = finite(effective(target, lines, "caller.attempt_timeout"))
    if attempt_timeout is None and "Client.Timeout" in at:
        attempt_timeout = finite(effective(target, lines, "Client.Timeout"))
    rate = finite(effective(target, lines, "caller.dial_limit"))
    dials = rate is not None and ("caller.dial_limit" in at or "caller.dial_burst" in at)
    left = [line.change for line in lines if line.key in RETRY] if retry is None else []
    if "caller.attempt_timeout" in at and attempt_timeout is None:
        left.append(at["caller.attempt_timeout"].change)
    if not dials:
        left += [at[key].change for key in ("caller.dial_limit", "caller.dial_burst") if key in at]
    written = [line for line in lines if line.change not in left]
    if not written:
        raise Unfit
    transport = dials or any(line.group.startswith(("Transport", "Dialer")) for line in written)
    # Client.Timeout bounds one attempt; where the snippet makes the attempts, so does its own limit.
    timeout = at.get("Client.Timeout")
    if retry is not None and attempt_timeout is not None:
        timeout = None
    elif timeout is None and "caller.attempt_timeout" in at and attempt_timeout is not None:
        timeout = at["caller.attempt_timeout"]
    constants = _go_constants(target, at, retry, attempt_timeout, rate if dials else None, deadline)
    waits = dials or bool(retry and retry["first"])
    texts = [row["text"] for row in constants] + [line.text for line in (*written, *(kept if transport else ()))]
    wanted = {
        "context": dials or retry, "errors": waits, "io": retry, "math": any("math." in text for text in texts),
        "math/rand/v2": retry and retry["first"], "net": transport, "net/http": True,
        "sync": dials or (retry and retry["budget"] is not None),
        "time": waits or any("time." in text for text in texts),
    }  # fmt: skip
    return {
        "left": left,
        "package": identifier(target.peer),
        "transport": transport,
        "enable": "" if _ENABLE in at or any(line.key == _ENABLE for line in kept) else f"{_ENABLED} // Go 1.23 or newer",
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
            constant("attemptTimeout", attempt_timeout, "duration",
                     "caller.attempt_timeout" if "caller.attempt_timeout" in at else "Client.Timeout", "unchanged")  # fmt: skip
        if retry["first"]:
            constant("backoffBase", retry["first"], "duration", "caller.retry_first", "unchanged")
            rows[-1]["because"] += jitter_said(at)
        if retry["first"] and retry["cap"]:
            constant("backoffCap", retry["cap"], "duration", "caller.retry_cap", "unchanged")
        if retry["budget"] is not None:
            constant("budgetShare", retry["budget"], "share", "caller.retry_budget", "unchanged")
            constant("budgetBurst", retry["burst"], "count", "", retry["burst_said"])
    if dial_rate:
        constant("dialRate", dial_rate, "rate", "caller.dial_limit", "unchanged")
        pool = finite(effective(target, list(at.values()), "Transport.MaxIdleConnsPerHost"))
        burst = finite(effective(target, list(at.values()), "caller.dial_burst")) or pool or max(1.0, dial_rate)
        said = "enough to fill the pool at once after a restart" if pool else "one second of that rate"
        constant("dialBurst", math.ceil(burst), "count", "caller.dial_burst", said)
    return rows


def go_body(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Write the helper where bodies are to be read; not reading them needs none."""
    if any(line.text != "true" for line in lines):
        raise Unfit
    return {"lines": lines, "package": identifier(target.peer or target.hop)}


_STOPS = ("callee.pre_stop_delay", "callee.shutdown_grace")


def go_server(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Split the lines into fields of the server and times of its stop."""
    left = [line.change for line in lines if line.key in _STOPS and not line.text.startswith(("time.", *"123456789"))]
    stops = [line for line in lines if line.key in _STOPS and line.change not in left]
    tuned = [line for line in lines if line.group in ("Server", "Server.HTTP2Config")]
    listens = [line for line in lines if line.group.startswith("ListenConfig")]
    if not stops and not tuned and not listens:
        raise Unfit
    times = stops or any("time." in line.text for line in (*tuned, *listens))
    wanted = {"context": stops or listens, "net": listens, "net/http": stops or tuned, "time": times}
    return {
        "left": left,
        "package": identifier(target.hop, "server"),
        "stops": stops,
        "tuned": tuned,
        "delays": any(line.key == "callee.pre_stop_delay" for line in stops),
        "grace": any(line.key == "callee.shutdown_grace" for line in stops),
        "listens": listens,
        "calls": "Server.SetKeepAlivesEnabled",
        "enables": any(line.group == "ListenConfig.KeepAliveConfig" for line in listens)
        and "ListenConfig.KeepAliveConfig.Enable" not in by_key(lines),
        "imports": [name for name, is_used in wanted.items() if is_used],
    }
