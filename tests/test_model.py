"""From documents to systems: who is one hop, what adds up, whose setting a name means, and what of a stack holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.api import check
from advisor.document import read_documents
from advisor.errors import InputError
from advisor.explain import explain
from advisor.explain import text as page
from advisor.knowledge import load_knowledge
from advisor.model import Builder, System
from advisor.report.words import Words
from advisor.sheet import Sheet
from advisor.stacks import Row, pick
from advisor.units import show
from advisor.values import Range
from tests.strategies import TODAY, knowledge, run


def systems(text: str) -> list[System]:
    documents, problems = read_documents(["-"], stdin=text)
    builder = Builder(knowledge(), TODAY)
    found = list(builder.build(documents))
    assert [str(p) for p in (*problems, *builder.problems)] == []
    return found


def problems(text: str) -> list[str]:
    return [str(p) for p in run(text).problems]


def value(system: System, subject: str, name: str, role: str = "hop") -> Any:
    sheet = Sheet(knowledge().properties)
    if role == "leg":
        return sheet.value(next(leg for leg in system.subjects["leg"] if leg.name == subject), name)
    hop = next(h for h in system.hops if h.name == subject)
    return sheet.value(getattr(hop, role), name)


PAIR = "path:\n  - {{name: a, stack: {a}{more_a}}}\n  - {{name: b, stack: {b}{more_b}}}\n"


def pair(a: str, b: str, more_a: str = "", more_b: str = "") -> str:
    return PAIR.format(a=a, b=b, more_a=more_a and f", {more_a}", more_b=more_b and f", {more_b}")


def test_a_split_is_a_chain_a_branch_with_its_share_of_the_load() -> None:
    (system,) = systems(
        "workload: {rate: 1000/s}\npath:\n  - {name: a, stack: go}\n  - {name: edge, stack: nginx}\n"
        "  - split:\n      - {share: 80%, path: [{name: x, stack: node}]}\n      - path: [{name: y, stack: node}]\n"
    )

    assert [[hop.name for hop in path.hops] for path in system.paths] == [["a", "edge", "x"], ["a", "edge", "y"]]
    assert value(system, "a -> edge", "rate", "leg") == 1000
    assert value(system, "edge -> x", "rate", "leg") == pytest.approx(800)
    assert value(system, "edge -> y", "rate", "leg") == pytest.approx(200)


def test_the_load_of_documents_that_share_a_hop_adds_up() -> None:
    (system,) = systems(
        "workload: {rate: 100/s}\npath: [{name: a, stack: go}, {name: db, stack: tcp-server}]\n---\n"
        "workload: {rate: 50/s}\npath: [{name: b, stack: go, fan_out: 3}, {name: db, stack: tcp-server}]\n"
    )

    assert [leg.name for leg in system.subjects["leg"]] == ["a -> db", "b -> db"]
    assert len([h for h in system.hops if h.name == "db"]) == 1
    assert value(system, "a -> db", "rate", "leg") + value(system, "b -> db", "rate", "leg") == 250


def test_documents_that_share_nothing_are_systems_of_their_own() -> None:
    assert (
        len(systems(pair("go", "node") + "---\n" + pair("go", "nginx").replace("name: a", "name: c").replace("name: b", "name: d")))
        == 2
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [(pair("go", "node@18"), pair("go", "nginx")),
     (pair("go", "tcp-server", more_b="instances: 2"), pair("go", "tcp-server", more_b="instances: 3"))],
)  # fmt: skip
def test_hops_of_one_name_that_contradict_each_other_stay_apart(one: str, other: str) -> None:
    """In any order, and the reader is told that they were not taken for one."""
    for text in (f"{one}---\n{other}", f"{other}---\n{one}"):
        found = run(text)
        assert len([hop for system in systems(text) for hop in system.hops if hop.name == "b"]) == 2
        assert any("taken for different hops" in note for report in found.reports for note in report.notes)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{keepAliveTimeot: 5s}", 'has no setting "keepAliveTimeot"; did you mean keepAliveTimeout?'),
        ("{keepAliveTimeout: 5}", "5 means 5ms"),
        ("{keepAliveTimeout: 5s, server.keepAliveTimeout: 6s}", "is set twice"),
        ("{keepAliveTimeout: 5KiB}", "unknown unit"),
        ("{keepAliveTimeout: [1]}", "write one value"),
    ],
)
def test_what_is_wrong_with_a_setting_is_told(settings: str, told: str) -> None:
    (problem,) = problems(pair("go", "node@18", more_b=f"settings: {settings}"))

    assert problem.startswith("-:3:")
    assert told in problem


@pytest.mark.parametrize(("stack", "more", "told"), [
    ("urllib3", "retry: {attempts: 3}, settings: {Retry.total: 5}",
     "-:2:77: retry.attempts and Retry.total are one thing, set twice, here and at 2:49; keep one"),
    ("hikaricp@3.4", "settings: {keepaliveTime: 2m}", "-:2:47: hikaricp 3.4 has no keepaliveTime; it came with 4"),
    ("node", "settings: {keepAliveTimeout: -5s}", "-:2:57: server.keepAliveTimeout takes nothing below 0, and not -5s"),
    ("linux", "host: {os: linux, sysctl: {net.ipv4.tcp_rmem.max: 6291456}}",
     "-:2:79: net.ipv4.tcp_rmem.max is no sysctl, but one figure of net.ipv4.tcp_rmem; write all of them there"),
])  # fmt: skip
def test_what_cannot_be_or_is_told_twice_is_the_readers_error(stack: str, more: str, told: str) -> None:
    assert problems(pair(stack, "unknown", more)) == [told]


def test_what_a_program_takes_is_no_error_though_no_plan_would_write_it() -> None:
    """A range is what a plan may write. A provider refuses what lies outside, a program does not."""
    assert problems(pair("nginx@1.24", "node@18", "settings: {upstream.keepalive: 0}", "settings: {keepAliveTimeout: 0}")) == []
    (told,) = problems(pair("aws-alb", "node@18", "settings: {idle_timeout.timeout_seconds: 5000}"))
    assert told.endswith("idle_timeout.timeout_seconds takes 1s to 4000s, and not 5000")
    assert problems(pair("aws-alb", "node@18", "settings: {idle_timeout.timeout_seconds: 4000}")) == []


def test_two_settings_that_a_property_is_made_of_are_not_told_twice() -> None:
    """The whole time of an attempt beside the connect timeout that is a part of it."""
    more = "settings: {caller.attempt_timeout: 3s, Timeout.connect: 1s}"
    assert problems(pair("urllib3", "unknown", more)) == []


def test_a_name_that_a_stack_has_more_than_once_is_to_be_told_apart() -> None:
    twice = [n for p in knowledge().profiles.values() for n in p.settings if "." in n and len(p.names(n.rsplit(".", 1)[1])) > 1
             and not p.settings[n].part]  # fmt: skip
    name = next(n for n in twice if n in knowledge().profiles["go"].settings)
    (problem,) = problems(pair("go", "node", more_a=f"settings: {{{name.rsplit('.', 1)[1]}: 1s}}"))

    assert "go has it more than once; write " in problem
    assert name in problem


def test_a_client_of_another_stack_owns_the_pool() -> None:
    (system,) = systems(pair("nginx", "node", more_a="client: go, settings: {IdleConnTimeout: 33s}"))

    assert value(system, "a", "idle_timeout", "caller") == 33
    assert value(system, "a", "idle_timeout", "callee") == 75


def test_a_host_named_by_a_hop_is_the_same_host() -> None:
    (system,) = systems(
        "path:\n  - {name: a, stack: go, host: {os: linux@6.1, cpus: 8}}\n"
        "  - {name: side, stack: nginx, host: a}\n  - {name: b, stack: node}\n"
    )

    assert system.hops[0].host is system.hops[1].host
    assert value(system, "side", "cpus", "host") == 8
    assert len(system.subjects["host"]) == 1


def test_round_trips_add_up_and_the_least_bandwidth_counts() -> None:
    (system,) = systems(
        "path:\n  - {name: a, stack: go}\n  - {name: box, stack: firewall, link: {rtt: 2ms, bandwidth: 1Gbit/s}}\n"
        "  - {name: b, stack: node, link: {rtt: 3ms, bandwidth: 10Gbit/s}}\n"
    )

    assert value(system, "a -> b", "rtt", "leg") == pytest.approx(0.005)
    assert value(system, "a -> b", "bandwidth", "leg") == 1e9 / 8
    (leg,) = system.subjects["leg"]
    assert [box.name for box in leg.lists["middleboxes"] or ()] == ["box"]


def what_if(*sets: str) -> Any:
    return check(["-"], stdin=pair("go", "node@18"), today=TODAY, knowledge=knowledge(), sets=sets).reports[0]


def test_set_changes_one_setting_of_one_hop() -> None:
    def ordering(report: Any) -> bool:
        return any(f.rule == "idle-timeout-ordering" for f in report.findings)

    assert ordering(what_if())
    assert not ordering(what_if("a.IdleConnTimeout=3s"))
    assert not ordering(what_if("b.keepAliveTimeout=100s"))
    assert ordering(what_if("b.keepAliveTimeout=90s"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("c.keepAliveTimeout=1s", "no hop c"),
        ("b.keepAliveTimeot=1s", 'no setting "keepAliveTimeot"; did you mean keepAliveTimeout?'),
        ("b.keepAliveTimeout=1KiB", "unknown unit"),
        ("b", "write HOP.SETTING=VALUE"),
        ("b.keepAliveTimeout", "write HOP.SETTING=VALUE"),
    ],
)
def test_a_set_that_names_nothing_is_the_readers_error(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told.replace("?", r"\?")):
        what_if(text)


def test_a_version_that_is_not_known_gives_the_hull_of_the_defaults() -> None:
    rows = (Row(None, "2", 5.0, "a"), Row("2", "3", 9.0, "b"), Row("3", None, 7.0, "c"))

    assert [pick(rows, version)[0] for version in ("1.9", "2.0", "2.9.9", "3.1", "40")] == [5.0, 9.0, 9.0, 7.0, 7.0]
    assert pick(rows, None) == (Range(5.0, 9.0), None)
    assert pick((Row(None, "2.5", 5.0, "a"), Row("2.5", None, 9.0, "b")), "2") == (Range(5.0, 9.0), None)


def test_the_first_and_last_rows_of_versions_hold_for_all_before_and_after() -> None:
    """Stating a version never makes a default unknown that was known without one."""
    for profile in knowledge().profiles.values():
        for setting in profile.settings.values():
            for version in ("0.0.1", "999"):
                assert pick(setting.rows, version)[1] is not None, f"{profile.name} {setting.name} in {version}"


@pytest.mark.parametrize(
    ("stack", "settings", "end", "shown"),
    [
        ("go", "{ReadTimeout: 7s}", "callee", "7s"),  # IdleTimeout takes ReadTimeout where it is not set
        ("go", "{ReadTimeout: 7s, IdleTimeout: 9s}", "callee", "9s"),
        ("go", "{IdleConnTimeout: 0s}", "caller", "never"),
        ("nginx", "{server.keepalive_timeout: 30}", "callee", "30s"),
        ("node@18.20.0", "{}", "callee", "5s"),
        ("aws-alb", "{idle_timeout.timeout_seconds: 120}", "callee", "2m"),
        ("aws-alb", "{idle_timeout.timeout_seconds: 120}", "caller", "2m"),
        ("tcp-proxy", "{caller.idle_timeout: 42s}", "caller", "42s"),
    ],
)
def test_what_settings_come_to(stack: str, settings: str, end: str, shown: str) -> None:
    """Special values, inheritance, units, one setting for both ends."""
    middle = (
        f"path:\n  - {{name: x, stack: go}}\n  - {{name: m, stack: {stack}, settings: {settings}}}\n  - {{name: y, stack: node}}\n"
    )
    (system,) = systems(middle)
    found = value(system, "m", "idle_timeout", end)

    assert found == pytest.approx(
        {"2m": 120.0, "never": float("inf")}.get(shown, float(shown.rstrip("sm") if shown[0].isdigit() else 0))
    )
    assert show(found, "duration") in (shown, "120s")


def test_parts_of_one_kernel_setting_are_read_apart() -> None:
    text = pair("go", "node", more_a="host: {os: linux@6.1, sysctl: {net.ipv4.ip_local_port_range: 20000 29999}}")
    (system,) = systems(text)
    linux = system.hops[0].host.store
    assert linux is not None
    read = {name: given.value for name, given in linux.settings.items()}

    assert {v for n, v in read.items() if n.startswith("net.ipv4.ip_local_port_range")} == {20000.0, 29999.0}


def test_a_fault_of_one_end_is_no_other_ends() -> None:
    """The caller of two hops of one version has the fault of its client, the callee that of its server."""
    found = run("path:\n  - {name: a, stack: go@1.22.1}\n  - {name: b, stack: go@1.22.1}\n---\n"
                "path:\n  - {name: c, stack: go@1.26.1}\n  - {name: d, stack: go@1.26.1}\n")  # fmt: skip
    judged = {f.summary.split()[0] for report in found.reports for f in report.findings if f.rule == "runtime-known-fault"}

    assert judged == {"a", "d"}


PACK = """
stack: house-proxy
title: a proxy of ours
ends: [caller, callee]
settings:
  keep: {kind: duration, default: 10s, source: its manual 1.0}
effective:
  callee.idle_timeout: {value: keep + 1s, source: its manual 1.0, verified: false}
behaviour:
  caller.idle_timeout: {value: 1h, source: its manual 1.0, verified: false}
  caller.max_age: {value: never, source: its manual 1.0}
---
cases:
  - {name: defaults, expect: {callee.idle_timeout: 11s, caller.idle_timeout: 1h}}
"""
PLATFORM = """
stack: house-platform
title: a platform of ours
ends: [platform]
implies:
  callee.kill_after: {value: 30s, source: its manual 1.0, verified: false}
  callee.pre_stop_delay: {value: 0s, source: its manual 1.0}
---
cases:
  - {name: implied, expect: {callee.kill_after: 30s}}
"""


def test_what_was_not_verified_is_said_so(tmp_path: Path) -> None:
    """A row of effective, behaviour and implies, as a setting."""
    (tmp_path / "house-proxy.yaml").write_text(PACK)
    (tmp_path / "house-platform.yaml").write_text(PLATFORM)
    known = load_knowledge([str(tmp_path)])
    third = "  - {name: c, stack: house-proxy, platform: house-platform}\n"
    documents, _ = read_documents(["-"], stdin=pair("house-proxy", "node@18") + third)
    (system,) = Builder(known, TODAY).build(documents)
    proxy, _, last = system.hops
    assert proxy.caller is not None
    assert last.callee is not None
    words = Words(Sheet(known.properties))

    assert "not verified" in words.fact(proxy.caller, "idle_timeout").words
    assert "not verified" not in words.fact(proxy.caller, "max_age").words
    assert "not verified" in words.fact(last.callee, "idle_timeout").words
    assert words.fact(last.callee, "kill_after").words == "implied by house-platform, not verified"
    assert words.fact(last.callee, "pre_stop_delay").words == "implied by house-platform"


@pytest.mark.parametrize(("pack", "confidence"), [(PACK, "medium"), (PACK.replace(", verified: false", ""), "high")])
def test_what_was_not_verified_makes_a_finding_less_sure(pack: str, confidence: str, tmp_path: Path) -> None:
    (tmp_path / "house-proxy.yaml").write_text(pack)
    judged = check(["-"], stdin=pair("house-proxy", "node@18", more_a="settings: {caller.reuses: true}"), today=TODAY,
                   knowledge=load_knowledge([str(tmp_path)]))  # fmt: skip

    assert [f.confidence for f in judged.reports[0].findings if f.rule == "idle-timeout-ordering"] == [confidence]


@pytest.mark.parametrize(("stack", "rows"), [("house-proxy", 2), ("house-platform", 1)])
def test_what_was_not_verified_is_marked_on_its_page(stack: str, rows: int, tmp_path: Path) -> None:
    (tmp_path / "house-proxy.yaml").write_text(PACK)
    (tmp_path / "house-platform.yaml").write_text(PLATFORM)

    assert page(explain(stack, load_knowledge([str(tmp_path)])), 1000).count("not verified") == rows
