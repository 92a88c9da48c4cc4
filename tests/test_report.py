"""What a report says of facts, numbers and changes: under whose name, from which source, with which figures."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.api import check
from advisor.report.parts import Report
from advisor.report.shown import shown
from advisor.values import Range


def reported(text: str) -> Report:
    run = check(["-"], stdin=text, today="2026-01-31")
    assert not run.problems
    assert not run.faults
    return run.reports[0]


def facts(text: str) -> dict[str, tuple[str, str, str]]:
    return {f"{f.hop} {f.property}": (f.name, f.value, f.words) for f in reported(text).facts}


RETRIES = """
workload: {rate: 20/s, latency: {p50: 20ms, p99: 120ms}, deadline: 1s}
path: [{name: lb, stack: gcp-alb, settings: {numRetries: 1}}, {name: app, stack: node@24}]
"""


def test_what_is_computed_from_a_setting_bears_its_own_name() -> None:
    name, value, words = facts(RETRIES)["lb caller.attempts"]

    assert (name, value) == ("retry.attempts", "2")
    assert words.startswith("from ")
    assert words.endswith("1 (stated)")


def test_what_a_setting_is_bears_the_name_of_the_setting() -> None:
    text = "path: [{name: web, stack: go@1.24, settings: {Dialer.KeepAlive: -1s}}, {name: app, stack: node@24}]"

    assert facts(text)["web caller.keepalive_period"] == ("Dialer.KeepAlive", "never", "stated as -1s")


def test_a_change_of_what_the_stack_computes_shows_what_it_is_now() -> None:
    text = """
workload: {response_size: 500MiB}
path:
  - {name: far, stack: go@1.24, host: {os: linux@6.1}, link: {rtt: 120ms, bandwidth: 1Gbit/s}}
  - {name: near, stack: nginx@1.28, host: {os: linux@6.1}, link: {rtt: 120ms, bandwidth: 1Gbit/s}}
"""
    changes = {c.setting: c for s in reported(text).plan.steps for c in s.changes}

    assert changes["net.ipv4.tcp_wmem.max"].now == "4MiB"
    assert changes["net.ipv4.tcp_wmem.max"].because == ("at least 18.1MiB = 15MB ÷ 0.79",)


def test_arithmetic_is_told_in_figures() -> None:
    text = """
workload: {rate: 2400/s, peak_factor: 2, latency: {mean: 45ms}}
path: [{name: web, stack: go@1.24, instances: 12, settings: {MaxIdleConnsPerHost: 2}}, {name: app, stack: nginx@1.28, instances: 1}]
"""
    found = next(f for f in reported(text).findings if f.rule == "idle-pool-too-small")

    assert found.changes[0].because == ("at least 26 = 6 × √18",)
    assert [n.arithmetic for n in found.numbers][:2] == ["2 kept idle, 18 busy", "200/s × 2 × 33%"]


def test_a_change_of_code_is_deployed() -> None:
    steps = {s.hop: s for s in reported("path: [{stack: aws-alb}, {name: app, stack: node@18}]").plan.steps}

    assert steps["app"].roll_out == "deploy, one instance at a time"
    assert [c.effect for c in steps["app"].changes] == ["deploy"]


@pytest.mark.parametrize(
    ("stack", "closes", "ok"),
    [("go@1.24", "never", True), ("gunicorn@23", "closes after each answer", None), ("node@18", "5s", False)],
)
def test_the_picture_judges_what_never_closes_and_what_always_does(stack: str, closes: str, ok: Any) -> None:
    leg = reported(f"path: [{{stack: aws-alb}}, {{name: app, stack: {stack}}}]").paths[0].legs[0]

    assert (leg.closes, leg.ok) == (closes, ok)


def test_a_kernel_setting_is_asked_for_with_sysctl() -> None:
    text = """
workload: {rate: 400/s, latency: {mean: 45ms}}
path: [{name: web, stack: go@1.24, instances: 2, host: {os: linux@6.1}}, {name: app, stack: nginx@1.28, instances: 2}]
"""
    asks = {m.name: m.ask for u in reported(text).unassessed for m in u.missing}

    assert asks["net.netfilter.nf_conntrack_max"] == "sysctl net.netfilter.nf_conntrack_max, under host.sysctl"


def test_peers_of_sockets_are_named() -> None:
    text = """
path:
  - {name: web, stack: go@1.24, host: {os: linux@6.1, sockets: {"10.0.5.9:443": {ESTABLISHED: 12, CLOSE_WAIT: 900}}}}
  - {name: app, stack: nginx@1.28}
"""
    found = next(f for f in reported(text).findings if f.rule == "close-wait-piles-up")

    assert "10.0.5.9:443" in found.summary


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (Range(2.0, 6.0), "duration", "2s to 6s"),
        (Range(40.0, 40_000.0), "rate", "40/s or more"),
        (Range(0.0, float("inf")), "count", "unknown"),
        (1e-19, "rate", "0/s"),
        (frozenset(("timeout", "error")), "set", "error timeout"),
    ],
)
def test_values_are_shown_as_a_person_writes_them(value: Any, kind: str, words: str) -> None:
    assert shown(value, kind) == words


def test_an_ignore_of_a_rule_that_nobody_knows_is_a_finding_and_refuses_no_document() -> None:
    text = "path: [{stack: go@1.22}, {stack: node@18}]\nignore: [{rule: idle-timeout-orderin, reason: known}]\n"
    run = check(["-"], stdin=text)
    assert not run.problems
    finding = next(f for f in run.reports[0].findings if f.rule == "ignore-unknown-rule")
    assert finding.place == "-:2:10"
    assert "idle-timeout-ordering" in finding.message
    assert [f.rule for f in run.reports[0].findings if f.rule == "idle-timeout-ordering"]
