"""The parts of a requests session, or of urllib3's pools, that a plan wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from advisor.snippets.contract import Target
from advisor.snippets.lines import Line
from advisor.snippets.quoting import literal
from advisor.snippets.retries import RETRY, by_key, jitter_said, retries

# What urllib3's Retry calls the properties; it counts retries, the property counts attempts.
_NATIVE = {
    "Retry.total": "caller.attempts",
    "Retry.backoff_factor": "caller.retry_first",
    "Retry.backoff_max": "caller.retry_cap",
}
# An argument of HTTPAdapter, and what PoolManager calls it.
_ARGUMENTS = {"pool_connections": "num_pools", "pool_maxsize": "maxsize", "pool_block": "block"}


def python_session(target: Target, lines: Sequence[Line], kept: Sequence[Line]) -> Mapping[str, Any]:
    """Choose the parts of the session: pool, timeouts, socket options, retries with backoff and budget."""
    renamed = [
        line._replace(key=_NATIVE[line.key], change=_as_property(line)) if line.key in _NATIVE else line for line in lines
    ]
    at = by_key(renamed)
    retry = retries(target, renamed)
    is_retry = {*RETRY, "Retry.backoff_jitter"}
    changes = {line.key: line.change for line in lines}
    left = [change for key, change in changes.items() if _NATIVE.get(key, key) in is_retry] if retry is None else []
    left += [line.change for line in lines if not line.text and line.change not in left]
    constants: list[dict[str, Any]] = []

    def constant(
        name: str, text: str, line: Line | None, otherwise: str = "unchanged", more: tuple[str, ...] = ()
    ) -> str:
        because = (*(line.because if line else ()), *more)
        constants.append({"name": name, "text": text, "tag": line.tag if line else otherwise, "because": because})
        return name

    arguments = []
    requests = target.stack == "requests"
    for line in [one for one in (*lines, *kept) if one.group == "HTTPAdapter" and one.change not in left]:
        name = constant(line.name.upper(), line.text, line)
        arguments.append(f"{line.name if requests else _ARGUMENTS[line.name]}={name}")
    written = [line for line in (*lines, *kept) if line.change is None or line.change not in left]
    timeouts = _timeouts(at, written, constant)
    if timeouts and not requests:
        arguments.append(f"timeout=Timeout({timeouts})")
    options = [line for line in lines if line.group == "socket_options" and line.change not in left]
    if options and not requests:
        arguments.append("socket_options=SOCKET_OPTIONS")
    if retry:
        retry["jitters"] = bool(retry["first"]) and "Retry.backoff_jitter" not in at
        arguments.append(f"{'max_retries' if requests else 'retries'}={_retry(retry, at, constant)}")
    imports = {
        "random": retry is not None and retry["jitters"], "socket": options,
        "threading": retry is not None and retry["budget"] is not None,
    }  # fmt: skip
    return {
        "left": left,
        "requests": requests,
        "constants": constants,
        "arguments": arguments,
        "timeouts": timeouts,
        "options": options,
        "retry": retry,
        "standard": [name for name, is_used in imports.items() if is_used],
    }


def _as_property(line: Line) -> Any:
    change = line.change
    if change is None or line.key != "Retry.total" or not isinstance(change.planned, (int, float)):
        return change
    return change._replace(planned=change.planned + 1)


def _timeouts(at: Mapping[str, Line], lines: Sequence[Line], constant: Any) -> str:
    """Return the arguments of urllib3's Timeout; "" where nothing of it changes."""
    whole = at.get("caller.attempt_timeout") or at.get("timeout")
    parts = [line for line in lines if line.group == "timeout"]
    if not any(line.change for line in parts) and (whole is None or whole not in lines):
        return ""
    found = [f"{line.name}={constant(line.name.upper() + '_TIMEOUT', line.text, line)}" for line in parts]
    if whole is not None and whole in lines:
        # Both in one: urllib3 takes the connect's time off the read's.
        name = "total" if whole.key == "caller.attempt_timeout" else "connect=TIMEOUT, read"
        made = constant("TIMEOUT" if whole.key == "timeout" else "ATTEMPT_TIMEOUT", whole.text, whole)
        found = [f"{name}={made}"] if whole.key == "timeout" else [*found, f"{name}={made}"]
    return ", ".join(found)


def _retry(retry: Mapping[str, Any], at: Mapping[str, Line], constant: Any) -> str:
    attempts = constant("ATTEMPTS", str(retry["attempts"]), at.get("caller.attempts"))
    arguments = [f"total={attempts} - 1", "status_forcelist=(502, 503, 504)", "raise_on_status=False"]
    if retry["first"]:
        constant("BACKOFF_FIRST", literal(retry["first"], "duration", "python", {}), at.get("caller.retry_first"), "unchanged",
                 jitter_said(at))  # fmt: skip
        if retry["cap"]:
            constant("BACKOFF_CAP", literal(retry["cap"], "duration", "python", {}), at.get("caller.retry_cap"))
        if not retry["jitters"]:
            arguments += ["backoff_factor=BACKOFF_FIRST", *(["backoff_max=BACKOFF_CAP"] if retry["cap"] else [])]
    if "Retry.backoff_jitter" in at:
        constant("BACKOFF_JITTER", at["Retry.backoff_jitter"].text, at["Retry.backoff_jitter"])
        arguments.append("backoff_jitter=BACKOFF_JITTER")
    if retry["budget"] is not None:
        constant("BUDGET_SHARE", literal(retry["budget"], "share", "python", {}), at.get("caller.retry_budget"))
        constant("BUDGET_BURST", str(retry["burst"]), None, retry["burst_said"])
    made = "PlannedRetry" if retry["jitters"] or retry["budget"] is not None else "Retry"
    return f"{made}({', '.join(arguments)})"
