"""Plans to write snippets from: checkout's of the example, and one for each output that changes all it can write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from advisor.snippets.contract import Change, Snippet, Target, Value
from advisor.snippets.targets import Output, outputs

# Values that the target accepts, where the kind alone does not tell one.
_TEXTS = {
    "Agent.scheduling": "fifo",
    "caller.retry_jitter": "full",
    "http-reuse": "always",
    "proxy_set_header.Connection": "",
    "lingering_close": "on",
    "proxy_http_version": "1.1",
    "proxy_next_upstream": "error timeout http_503",
    "retry-on": "conn-failure empty-response",
    "worker_class": "gthread",
}
_KINDS: dict[str, Value] = {"duration": 7.0, "count": 8.0, "size": 65536.0, "flag": True, "share": 0.1, "rate": 75.0}
# Other names of what is planned already: no plan changes a setting under two names.
_OTHER_NAMES = ("PoolManager.", "Retry.", "Timeout.")
# Go's bound of one attempt has two names: a plan moves the setting where the stack has one.
_ONE_OF = ("Client.Timeout",)
_SYSCTLS: dict[str, tuple[str, Value, dict[str, str]]] = {
    "net.core.somaxconn": ("count", 4096.0, {"scope": "netns", "k8s": "unsafe"}),
    "net.ipv4.ip_local_port_range.first": ("count", 1024.0, {"scope": "netns", "k8s": "safe"}),
    "net.ipv4.tcp_keepalive_time": ("duration", 60.0, {"scope": "netns", "k8s": "safe"}),
    "net.ipv4.tcp_rmem.max": ("size", 2.0**23, {"scope": "netns", "k8s": "unsafe"}),
    "net.ipv4.tcp_tw_reuse": ("text", "loopback", {"scope": "netns", "k8s": "unsafe"}),
    "fs.file-max": ("count", 1_000_000.0, {"scope": "host"}),
    "net.ipv4.tcp_mem.max": ("size", 2.0**30, {"scope": "host"}),
}
_KNOWN: Mapping[str, Value] = {
    "net.ipv4.ip_local_port_range.last": 60999.0,
    "net.ipv4.tcp_rmem.min": 4096.0,
    "net.ipv4.tcp_rmem.default": 131072.0,
    "net.ipv4.tcp_mem.low": 2.0**28,
    "net.ipv4.tcp_mem.pressure": 2.0**29,
    "workload.deadline": 0.8,
    "workload.peak_factor": 2.0,
    "leg.rate_per_process": 200.0,
    "Agent.keepAlive": True,
}


def change(setting: str, planned: Value, kind: str = "count", **more: Any) -> Change:
    """Return a change of *setting*; *more* are fields of Change."""
    fields = {
        "now": None, "was": f"not set (default of {setting})", "rules": ("idle-pool-too-small",),
        "because": ("6 x sqrt(17.9) = 25.4, rounded up.",), "effect": "", "extra": {}, **more,
    }  # fmt: skip
    return Change(setting=setting, kind=kind, planned=planned, **fields)


def target(stack: str, side: str, changes: Iterable[Change], known: Mapping[str, Value] = _KNOWN, **more: Any) -> Target:
    """Return a target of checkout; *more* are fields of Target."""
    fields = {
        "hop": "checkout", "title": stack.capitalize(), "version": "22", "instances": 12.0, "peer": "pricing",
        "source": "checkout.yaml", **more,
    }  # fmt: skip
    return Target(stack=stack, side=side, changes=tuple(changes), value=known.get, **fields)


def everything(output: Output, without: Iterable[str] = (), **more: Any) -> Target:
    """Return a target that changes all that *output* writes, but *without* these."""
    if output.language == "sysctl":
        changes = [change(name, value, kind, extra=extra) for name, (kind, value, extra) in _SYSCTLS.items()]
    else:
        changes = [
            change(key, planned(key, spec.get("kind", "count")), spec.get("kind", "count"))
            for key, spec in output.settings.items()
            if key not in without and key not in _ONE_OF
            and not (output.language == "python" and (key == "timeout" or key.startswith(_OTHER_NAMES)))
        ]
    stack = output.stacks[0] if "*" not in output.stacks else "linux"
    return target(stack, output.sides[0], changes, **more)


def planned(key: str, kind: str) -> Value:
    """Return a value that the setting accepts."""
    return _TEXTS[key] if kind == "text" else 3.0 if key == "caller.attempts" else _KINDS[kind]


def output(file: str) -> Output:
    """Return the output of the registry that writes *file*."""
    return next(one for one in outputs() if one.file == file)


def text(snippets: Iterable[Snippet], file: str) -> str:
    """Return the text of the only snippet whose path ends with *file*."""
    (found,) = [one.text for one in snippets if one.path.endswith("/" + file)]
    return found


# The plan of the example: pricing keeps connections longer than edge, edge keeps more, checkout keeps and retries less.
EXAMPLE = (
    target("node", "callee", [
        change("server.keepAliveTimeout", 65.0, "duration", now=5.0, was="5s (checkout.yaml:37:34)",
               rules=("idle-timeout-ordering",), effect="restart",
               because=("edge keeps idle connections for 60 s: 60 s + max(2 x RTT, 1 s) = 61 s, rounded up to 65 s.",)),
    ], hop="pricing", title="Node.js", version="18", peer="edge", instances=20.0),
    target("nginx", "caller", [
        change("upstream.keepalive", 200.0, now=32.0, was="32 (captures/nginx.conf:6)", effect="reload",
               because=("One store a worker for all 20 servers: 20 x 6 x sqrt(1.79) = 161, rounded up to 200.",)),
        change("proxy_next_upstream_tries", 2.0, now=float("inf"), was="0, no limit (default of nginx 1.24)", effect="reload",
               rules=("retry-amplification",), because=("One GET could visit all 20 servers.",)),
    ], hop="edge", title="nginx", version="1.24", instances=3.0),
    target("linux", "host", [
        change("net.core.somaxconn", 4096.0, now=128.0, was="128 (default of Linux 4.18)", effect="at listen",
               rules=("accept-queue-too-short",), extra={"scope": "netns", "k8s": "unsafe"},
               because=("With one of 3 hosts down at peak, 107.6 + 3 x sqrt(107.6) = 139 may come at once.",)),
    ], hop="edge", title="Linux", version="4.18", instances=3.0),
    target("go", "caller", [
        change("Transport.MaxIdleConnsPerHost", 32.0, now=2.0, was="2 (checkout.yaml:15:28)",
               because=("6 x sqrt(17.9) = 25.4, rounded up to 32.",)),
        change("Transport.IdleConnTimeout", 55.0, "duration", now=90.0, was="90s (checkout.yaml:16:24)",
               rules=("idle-timeout-ordering",), because=("aws-alb closes at 60 s.",)),
        change("caller.attempt_timeout", 0.22, "duration", was="none", rules=("deadline-not-enforced",),
               because=("3 x 220 ms + 40 ms + 80 ms = 780 ms.",)),
        change("caller.retry_first", 0.04, "duration", was="none", rules=("retry-amplification",), because=()),
        change("caller.retry_cap", 0.08, "duration", was="none", rules=("retry-amplification",), because=()),
        change("caller.retry_budget", 0.1, "share", was="none", rules=("retry-amplification",),
               because=("One retry for ten first attempts.",)),
        change("caller.dial_limit", 75.0, "rate", was="none", rules=("dial-rate-unlimited",),
               because=("2 addresses x 55,000 NAT ports / 120 s / 12 instances = 76.4, rounded down to 75.",)),
        change("hop.drains_body", True, "flag", was="false", rules=("body-not-drained",), because=()),
    ], {**_KNOWN, "caller.attempts": 3.0, "Transport.MaxIdleConns": 100.0, "Dialer.KeepAlive": 30.0}, title="Go",
       version="1.22", peer="pricing"),
)  # fmt: skip
