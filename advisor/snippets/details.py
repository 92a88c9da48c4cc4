"""What single templates need beyond their lines, so that they only loop and branch: one function a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from advisor.snippets.contract import Target
from advisor.snippets.go import go_body, go_client, go_server
from advisor.snippets.host import limits, sysctls
from advisor.snippets.lines import Line
from advisor.snippets.python import python_session
from advisor.snippets.quoting import identifier
from advisor.snippets.retries import before_version

# Takes the target, its changed lines and the kept ones; gives names for the template, and under "left" the changes that
# it cannot write after all, under "undone" more steps of the undo.
Detail = Callable[[Target, Sequence[Line], Sequence[Line]], Mapping[str, Any]]

_STOPS = ("callee.pre_stop_delay", "callee.shutdown_grace")


def node_server(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Split the lines into settings and times of the stop, which a longer keep-alive makes longer before Node 19."""
    at = {line.key: line for line in lines}
    left = [line.change for line in lines if line.key in _STOPS and line.text in ("", "0")]
    keep_alive = at.get("server.keepAliveTimeout")
    longer = keep_alive is not None and keep_alive.change is not None and _is_more(keep_alive)
    old = before_version(target, "19") is not False
    stops = [line for line in lines if line.key in _STOPS and line.change not in left]
    return {
        "left": left,
        "tuned": [line for line in lines if line.key not in _STOPS],
        "stops": stops,
        "ends": bool(stops) or (longer and old),
        "sweeps": old,
        "delay": at["callee.pre_stop_delay"].text if at.get("callee.pre_stop_delay") in stops else "",
        "grace": at["callee.shutdown_grace"].text if at.get("callee.shutdown_grace") in stops else "",
    }


def _is_more(line: Line) -> bool:
    change = line.change
    if change is None or not isinstance(change.planned, (int, float)):
        return False
    return not isinstance(change.now, (int, float)) or change.planned > change.now


def aws(_target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Leave out what is to be unset: an attribute always has a value."""
    return {"lines": [line for line in lines if line.text], "left": [line.change for line in lines if not line.text]}


def terraform(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Group the attributes by the resource that they belong to."""
    resources: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        kind, _, attribute = line.spec["terraform"].partition(".")
        if line.text and attribute:
            row = {"attribute": attribute, "text": line.text, "tag": line.tag, "because": line.because}
            resources.setdefault(kind, []).append(row)
    left = [line.change for line in lines if not line.text or not line.spec["terraform"]]
    return {"resources": list(resources.items()), "name": identifier(target.hop, "hop"), "left": left}


DETAILS: dict[str, Detail] = {
    "body.go.j2": go_body,
    "attributes.sh.j2": aws,
    "attributes.tf.j2": terraform,
    "connections.js.j2": node_server,
    "limits.conf.j2": limits,
    "server.go.j2": go_server,
    "session.py.j2": python_session,
    "sysctl.conf.j2": sysctls,
    "transport.go.j2": go_client,
}
