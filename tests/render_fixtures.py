"""Runs made by hand, one for each shape a report can take. The numbers of the first are those of a worked example."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.errors import Place, Problem
from advisor.report.parts import (
    BoxView,
    ChangeView,
    Counts,
    FactView,
    Finding,
    GroupView,
    HopView,
    IgnoredView,
    LegView,
    Missing,
    NumberView,
    PathView,
    PlanView,
    Report,
    Run,
    SnippetView,
    Step,
    SymptomView,
    Unassessed,
)

FILE = "checkout.yaml"
URL = "https://www.rfc-editor.org/rfc/rfc9112#section-9.5"


def fact(hop: str, name: str, value: str, words: str, place: str = "", **other: object) -> FactView:
    made = FactView(hop, name, f"x.{name}", value, None, "count", words.split(maxsplit=1)[0].rstrip(":"), words, place, "", "")
    return made._replace(**other)  # type: ignore[arg-type]


def change(hop: str, setting: str, now: str, planned: str, step: int, **other: object) -> ChangeView:
    made = ChangeView(hop, "caller", setting, setting, f"x.{setting}", now, planned, f"{now} (stated, {FILE}:1:1)", "", (), step)
    return made._replace(**other)  # type: ignore[arg-type]


def finding(rule: str, severity: str, where: Sequence[str], summary: str, **other: object) -> Finding:
    made = Finding(
        rule,
        severity,
        "high",
        "idle-pool-size",
        where,
        "A cause in general",
        summary,
        "Each request that finds no idle connection opens one.",
        (),
        (),
        (),
        (),
        (),
        (),
        (),
        (),
        (),
        (URL,),
        "idle-race",
        f"{FILE}:16:24",
        resolved=True,
    )
    return made._replace(**other)  # type: ignore[arg-type]


KEEP_ALIVE = change("pricing", "keepAliveTimeout", "5s", "65s", 1, side="callee", effect="restart", property="callee.idle_timeout")
STORE = change("edge", "keepalive", "32", "200", 2, effect="reload")
SOMAXCONN = change("edge", "net.core.somaxconn", "128", "4096", 2, side="host", effect="at listen")
IDLE = change("checkout", "IdleConnTimeout", "90s", "55s", 3, effect="new connections", because=("at most 59s = 60s - 1s",))
PER_HOST = change("checkout", "MaxIdleConnsPerHost", "2", "32", 3)
BUDGET = change("checkout", "retry budget", "not set", "0.1", 3)

TIMER = fact(
    "pricing", "keepAliveTimeout", "5s", "stated", f"{FILE}:37:34", raw=5.0, kind="duration", property="callee.idle_timeout"
)
POOL = fact("checkout", "MaxIdleConnsPerHost", "2", "stated", f"{FILE}:15:28", raw=2.0)

FINDINGS = (
    finding(
        "idle-timeout-ordering",
        "error",
        ["edge -> pricing"],
        "pricing closes idle connections before edge stops reusing them",
        message="edge may send on a connection that was idle for up to 60s; pricing closes it after 5s. A request that leaves "
        "edge in the last round trip before that close arrives is lost.",
        evidence=(TIMER, fact("edge", "upstream keepalive_timeout", "60s", "default of nginx 1.24", "captures/nginx.conf:5")),
        numbers=(NumberView("requests lost", "6.4/h", "0.298/s x 6 workers x 3600 s x 1ms", "0"),),
        changes=(KEEP_ALIVE,),
        instead=("edge keepalive_timeout 60s -> 4s",),
        risk=("Idle connections hold memory and descriptors longer, and a stop of the server waits for them.",),
        verify=("curl -si http://pricing/ | grep -i keep-alive shows timeout=65",),
        explains=(1,),
        references=(URL, "https://nginx.org/en/docs/ (upstream)", "RFC 9112, section 9.5"),
    ),
    finding(
        "idle-timeout-ordering",
        "error",
        ["checkout -> aws-alb"],
        "aws-alb closes idle connections before checkout stops reusing them",
        message="checkout may send on a connection that was idle for up to 90s; aws-alb closes it after 60s.",
        evidence=(
            fact("checkout", "IdleConnTimeout", "90s", "stated", f"{FILE}:16:24"),
            fact("aws-alb", "idle_timeout", "60s", "default of aws-alb"),
        ),
        changes=(IDLE,),
        explains=(1,),
        verify=("No EOF on POST in checkout's log after a quiet hour",),
    ),
    finding(
        "idle-pool-too-small",
        "warning",
        ["checkout -> aws-alb", "checkout -> search", "checkout -> stock"],
        "checkout keeps 2 idle connections for 17.9 busy ones",
        evidence=(
            POOL,
            fact(
                "checkout -> aws-alb",
                "busy at peak",
                "17.9",
                "derived: 2400/s / 12 x 2 x 44.84ms, Little's law at the busiest second of the day",
            ),
            fact("checkout", "TIME-WAIT", "3791", "captured", "captures/ss.txt"),
        ),
        numbers=(
            NumberView("new connections an instance", "131/s", "0.326 x 400/s", "under 0.4/s"),
            NumberView("TIME_WAIT an instance", "7832", "131/s x 60s", "under 24"),
        ),
        changes=(PER_HOST,),
        explains=(),
        confidence="medium",
    ),
    finding(
        "retry-amplification",
        "warning",
        ["path"],
        "one request may be sent up to 60 times when the last hop fails",
        changes=(BUDGET, change("edge", "proxy_next_upstream_tries", "unlimited", "2", 2)),
        do=("Repeat only what may be repeated: send an Idempotency-Key with each POST.",),
    ),
    finding(
        "accept-queue-too-short",
        "warning",
        ["edge"],
        "edge accepts 129 connections at once; 139 may come",
        changes=(SOMAXCONN,),
        place=f"{FILE}:32:15",
    ),
    finding(
        "dial-rate-unlimited",
        "note",
        ["checkout"],
        "nothing limits checkout's new connections",
        changes=(change("checkout", "dial limit", "not set", "75/s", 3),),
        confidence="low",
    ),
    finding(
        "runtime-end-of-life",
        "note",
        ["pricing"],
        "pricing runs node 18, unsupported since 2025-04-30",
        open=("No setting mends it: move pricing to a supported version.",),
        resolved=False,
    ),
)

SYMPTOMS = (
    SymptomView(
        "read tcp 10.0.4.7:51514->10.0.9.3:443: use of closed network connection",
        f"{FILE}:9:5",
        "checkout",
        ("Closed by this process",),
        ("closed-by-self",),
        'In the "read" form it says that checkout closed its own socket.',
        True,
        (),
        "a wrapper around DialContext, or a Close of the body while another goroutine reads it.",
    ),
    SymptomView(
        "EOF",
        f"{FILE}:10:5",
        "checkout",
        ("The peer closed a reused connection",),
        ("eof-on-reuse",),
        "The peer closed the connection before it answered.",
        False,
        ("idle-timeout-ordering",),
        "",
    ),
    SymptomView("flux capacitor empty", f"{FILE}:11:5", "checkout", (), (), "", False, (), "the program that wrote it"),
)

PATH = PathView(
    "checkout",
    FILE,
    (
        HopView("checkout", "go", "1.22", "12", "end", ("2 kept idle",)),
        HopView("aws-nat-gateway", "aws-nat-gateway", "", "1", "middlebox", ()),
        HopView("aws-alb", "aws-alb", "", "1", "end", ()),
        HopView("edge", "nginx", "1.24", "3", "end", ("32 kept idle a worker, for 20 servers",)),
        HopView("pricing", "node", "18", "20", "end", ()),
    ),
    (
        LegView("checkout", "aws-alb", "90s", "60s", False, (BoxView("aws-nat-gateway", "350s", True),)),
        LegView("aws-alb", "edge", "60s", "65s", True, ()),
        LegView("edge", "pricing", "60s", "5s", False, ()),
    ),
)

PLAN = PlanView(
    (
        Step(1, "pricing", (KEEP_ALIVE,), "rolling", ("Keep-Alive: timeout=65 on all 20",)),
        Step(2, "edge", (STORE, SOMAXCONN), "one host at a time, out of the target group", ("Send-Q 511", "no 502")),
        Step(3, "checkout", (IDLE, PER_HOST, BUDGET), "one instance for an hour, then all", ("TIME_WAIT below 24",)),
    ),
    True,
    6,
    ("runtime-end-of-life on pricing: no setting mends it",),
    0,
    "Checked again: 6 findings resolved, none new, 1 left.",
)

UNASSESSED = (
    Unassessed(
        "nat-port-exhaustion",
        ("checkout -> aws-alb",),
        "The address translation runs out of ports",
        "error",
        (Missing("aws-nat-gateway", "hold_time", "how long a closed port is held", "CloudWatch ErrorPortAllocation"),),
    ),
    Unassessed(
        "socket-buffers-below-bandwidth-delay",
        ("checkout -> aws-alb", "aws-alb -> edge"),
        "Buffers limit the throughput",
        "warning",
        (
            Missing("checkout -> aws-alb", "rtt", "the round-trip time", "ss -tin, or advisor probe URL"),
            Missing("aws-alb -> edge", "rtt", "the round-trip time", "ss -tin, or advisor probe URL"),
        ),
    ),
    Unassessed(
        "conntrack-full",
        ("checkout",),
        "The table of tracked connections is full",
        "warning",
        (Missing("aws-nat-gateway", "hold_time", "how long a closed port is held", "CloudWatch ErrorPortAllocation"),),
    ),
)

GROUPS = (
    GroupView("connections", "Exhausted connections", "in part", ("accept-queue",), ("nat-ports", "conntrack-table")),
    GroupView("idle-pool", "Idle connections kept", "checked", ("idle-pool-size", "no-reuse"), ()),
    GroupView("bottlenecks", "Bottlenecks", "not", (), ("nic", "firewall", "mtu")),
)

CHECKOUT = Report(
    "checkout",
    (FILE,),
    {FILE: "f6787402846a" + "0" * 52, "captures/ss.txt": "0d1e" + "a" * 60},
    "Change before deploy: 2 errors, 3 warnings. The plan resolves 6 of 7 findings.",
    (PATH,),
    SYMPTOMS,
    FINDINGS,
    (
        "pricing: keepAliveTimeout 5s -> 65s. Safe alone, and everything after it depends on it.",
        "edge: keepalive 32 -> 200.",
        "checkout: IdleConnTimeout 90s -> 55s and MaxIdleConnsPerHost 2 -> 32, in one deploy.",
    ),
    PLAN,
    UNASSESSED,
    (IgnoredView("retry-without-jitter", "checkout", "the queue in front already spreads the load", "2027-01-31", f"{FILE}:39:5"),),
    ("keepalive-below-middlebox on checkout -> aws-alb", "ports-exhausted on checkout"),
    GROUPS,
    Counts(2, 3, 2, 2, 4, 1, 2),
    (
        fact("workload", "rate", "2400/s", "stated", f"{FILE}:3:9", raw=2400.0, kind="rate"),
        POOL,
        TIMER,
        fact("aws-alb", "idle_timeout", "60s", "default of aws-alb", reference=URL),
        fact("edge", "idle_timeout", "never", "unverified default", raw=float("inf"), kind="duration"),
    ),
    (
        SnippetView(
            "pricing/connections.js",
            "server.keepAliveTimeout = 65_000;\n",
            "javascript",
            "node --check",
            "rolling",
            "5_000",
            "pricing",
        ),
    ),
    ("10.0.9.3 is a private address. Is aws-nat-gateway on this path?",),
)

NO_PLAN = PlanView((), True, 0, (), 0, "")


def _healthy() -> Report:
    legs = tuple(leg._replace(closes="75s", ok=True) for leg in PATH.legs)
    return CHECKOUT._replace(
        verdict="All 14 checks that apply are met.",
        paths=(PATH._replace(legs=legs),),
        symptoms=(),
        findings=(),
        first=(),
        plan=NO_PLAN,
        unassessed=(),
        ignored=(),
        coverage=tuple(g._replace(state="checked") for g in GROUPS),
        counts=Counts(0, 0, 0, 14, 0, 0, 2),
        snippets=(),
        notes=(),
    )


def _conflict() -> Report:
    stuck = FINDINGS[0]._replace(
        changes=(),
        numbers=(FINDINGS[0].numbers[0]._replace(after=""),),
        risk=(),
        verify=(),
        instead=(),
        resolved=False,
        open=(
            "No value of keepAliveTimeout satisfies both: edge keeps for 60s, and pricing may hold at most 10s.",
            "retry-amplification on path stands in the way of the other fix.",
        ),
    )
    plan = PlanView((), False, 0, ("idle-timeout-ordering on edge -> pricing: no value satisfies both",), 0, "1 finding is left.")
    return CHECKOUT._replace(findings=(stuck,), symptoms=(), first=(), plan=plan, counts=Counts(1, 0, 0, 2, 4, 1, 2), snippets=())


def _twenty() -> Report:
    shops = [f"shop-{n}" for n in range(1, 21)]
    many = [
        FINDINGS[n % 7]._replace(
            where=(f"{shop} -> pricing",),
            summary=f"{shop} keeps too few idle connections",
            severity=("error", "warning", "note")[n // 7],
            changes=(change(shop, "MaxIdleConnsPerHost", "2", "32", n + 1),),
        )
        for n, shop in enumerate(shops)
    ]
    wide = FINDINGS[2]._replace(where=tuple(shops), changes=tuple(change(s, "MaxIdleConnsPerHost", "2", "32", 1) for s in shops))
    hops = (*(HopView(shop, "go", "1.22", "12", "end", ()) for shop in shops), *PATH.hops[2:])
    steps = tuple(Step(n, f.changes[0].hop, f.changes, "rolling", ()) for n, f in enumerate(many, 1))
    return CHECKOUT._replace(
        findings=(wide, *many),
        symptoms=(),
        paths=(PATH._replace(hops=hops, legs=PATH.legs[1:]),),
        plan=PLAN._replace(steps=steps),
        unassessed=UNASSESSED * 5,
        counts=Counts(7, 8, 6, 2, 20, 1, 2),
    )


def _unknown() -> Report:
    hops = (HopView("client", "unknown", "", "", "end", ()), HopView("server", "unknown", "", "", "end", ()))
    path = PathView("mystery", "path.yaml", hops, (LegView("client", "server", "unknown", "unknown", None, ()),))
    return _healthy()._replace(
        service="mystery",
        files=("path.yaml",),
        digests={"path.yaml": "ab" * 32},
        verdict="Nothing could be judged: no check has what it needs.",
        paths=(path,),
        unassessed=UNASSESSED,
        coverage=tuple(g._replace(state="not") for g in GROUPS),
        counts=Counts(0, 0, 0, 0, 4, 0, 0),
        met=(),
        facts=(),
    )


PROBLEMS = (
    Problem(Place("orders.yaml", 3, 9), 'rate "2400/sec" has an unknown unit; write 2400/s (also: /min, /h)'),
    Problem(Place("orders.yaml", 12, 12), 'no stack "golang"; did you mean go?'),
)


def run(*reports: Report, problems: Sequence[Problem] = ()) -> Run:
    return Run(reports, problems, "2026-11-22", "0.1.0")


RUNS: dict[str, Callable[[], Run]] = {
    "checkout": lambda: run(CHECKOUT),
    "healthy": lambda: run(_healthy()),
    "conflict": lambda: run(_conflict()),
    "twenty": lambda: run(_twenty()),
    "unknown": lambda: run(_unknown()),
    "problems": lambda: run(problems=PROBLEMS),
    "several": lambda: run(CHECKOUT, _healthy(), _unknown(), problems=PROBLEMS[:1]),
    "nothing": run,
}
