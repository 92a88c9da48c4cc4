"""Settings that a plan moves together for one property: they bring about what the profile says, and nothing else is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.document import read_documents
from advisor.errors import KnowledgeError
from advisor.facts import Store, Subject
from advisor.knowledge import load_knowledge
from advisor.model import Builder
from advisor.sheet import Env, Sheet
from advisor.stacks import Effective
from tests.strategies import Plain, Planned, applied, as_yaml, knowledge, plans, run

NGINX = """\
workload: {{rate: 300/s, latency: {{p50: 20ms, p99: 90ms}}}}
path:
  - {{name: web, stack: nginx@1.24, settings: {{{settings}}}}}
  - {{name: api, stack: tcp-server, settings: {{callee.idle_timeout: {idle}, callee.reuses: true}}}}
"""


def changes(planned: Planned) -> dict[str, object]:
    """Return what a plan sets, by setting."""
    return {c.target.setting.name if c.target.setting else c.target.prop.name: c.value for c in planned.plan.changes}


def nginx(settings: str = "", idle: str = "never") -> Planned:
    (planned,) = plans(NGINX.format(settings=settings, idle=idle))
    return planned


def test_reuse_takes_three_directives_of_nginx() -> None:
    planned = nginx()
    assert ("reuse-disabled", "web -> api", "") in planned.violated()
    set_ = changes(planned)
    assert set_["proxy_http_version"] == "1.1"
    assert set_["proxy_set_header.Connection"] == ""
    assert isinstance(set_["upstream.keepalive"], float)
    assert set_["upstream.keepalive"] >= 32
    assert "reuse-disabled" in {i.rule.slug for i in planned.plan.resolved}


def test_a_directive_that_is_right_is_left_alone() -> None:
    """A header for WebSockets is no reason against reuse, and 2 is no less than 1.1."""
    set_ = changes(nginx('proxy_http_version: "2", proxy_set_header.Connection: $connection_upgrade'))
    assert "upstream.keepalive" in set_
    assert set_.keys().isdisjoint({"proxy_http_version", "proxy_set_header.Connection"})


def test_reuse_is_not_planned_without_what_makes_it_safe() -> None:
    """Kept connections to a server whose idle timeout nobody knows may cost requests: that is set too."""
    (planned,) = plans(NGINX.format(settings="", idle="never").replace("callee.idle_timeout: never, ", ""))
    set_ = changes(planned)
    assert "upstream.keepalive" in set_
    assert isinstance(set_["callee.idle_timeout"], float)
    assert set_["callee.idle_timeout"] >= 61


def test_reuse_is_not_planned_towards_a_server_that_nobody_can_change() -> None:
    """The same where the server is somebody else's and fixed: the warning stays, and its reason is told."""
    (planned,) = plans(NGINX.format(settings="", idle="never").replace("stack: tcp-server, settings: {callee.idle_timeout: never, "
                       "callee.reuses: true}", "stack: heroku"))  # fmt: skip
    assert changes(planned).keys().isdisjoint({"upstream.keepalive", "proxy_http_version"})


def test_other_bounds_on_the_settings_are_met_too() -> None:
    """Reuse makes the order of idle timeouts matter, and the plan sees to it in the same breath."""
    planned = nginx(idle="5s")
    api, web = planned.system.paths[0].legs[0].parts["callee"], planned.system.paths[0].legs[0].parts["caller"]
    assert planned.plan.sheet.value(web, "reuses") is True
    assert planned.plan.sheet.value(web, "idle_timeout") <= planned.plan.sheet.value(api, "idle_timeout") - 1


def test_no_step_of_the_roll_out_makes_a_finding_and_nothing_is_left_to_plan() -> None:
    """The pool's life is shortened before, or in the step in which, connections are kept."""
    hops = [{"name": "web", "stack": "nginx@1.24"}, {"name": "api", "stack": "node@18"}]
    document: Plain = {"workload": {"rate": "300/s"}, "path": hops}
    (before,) = plans(as_yaml(document))
    steps = run(as_yaml(document)).reports[0].plan.steps
    names = {c.setting for step in steps for c in step.changes}
    assert {"upstream.keepalive", "proxy_http_version", "proxy_set_header.Connection"} <= names
    now = before
    for step in steps:
        after = applied(document, step.changes)
        assert after is not None
        document = after
        (now,) = plans(as_yaml(document))
        assert now.violated() <= before.violated()
    assert now.plan.changes == []


def test_a_probe_takes_its_switch_and_the_hosts_time() -> None:
    """nginx has a switch and leaves the times to the kernel; behind a firewall of 10 min the two hours are too long."""
    (planned,) = plans("""\
path:
  - {name: web, stack: nginx@1.30, host: {os: linux@6.1}, settings: {upstream.keepalive_timeout: 1h}}
  - {name: firewall, stack: firewall, settings: {middlebox.idle_timeout: 10m, middlebox.overhead: 0B}}
  - {name: api, stack: tcp-server, settings: {callee.idle_timeout: never, callee.keepalive_period: never, callee.reuses: true}}
""")
    assert ("middlebox-forgets-idle-flow", "web -> api", "firewall") in planned.violated()
    set_ = changes(planned)
    assert set_["proxy_socket_keepalive"] is True
    assert isinstance(set_["net.ipv4.tcp_keepalive_time"], float)
    assert set_["net.ipv4.tcp_keepalive_time"] <= 300
    hops = {c.target.setting.name: c.target.subject for c in planned.plan.changes if c.target.setting}
    assert hops["net.ipv4.tcp_keepalive_time"].kind == "host"


@pytest.mark.parametrize(("settings", "wanted"), [
    ("DisableKeepAlives: true", {"Transport.DisableKeepAlives": False}),
    ("MaxIdleConnsPerHost: -1", {"Transport.MaxIdleConnsPerHost": 2}),
])  # fmt: skip
def test_a_switch_that_says_no_is_turned_the_other_way(settings: str, wanted: dict[str, object]) -> None:
    (planned,) = plans(f"""\
workload: {{rate: 5/s, latency: {{p50: 1ms, p99: 2ms}}}}
path:
  - {{name: web, stack: go@1.22, instances: 1, settings: {{{settings}}}}}
  - {{name: api, stack: go@1.22, instances: 1}}
""")
    set_ = changes(planned)
    assert {name: set_.get(name) for name in wanted} == wanted


def _stores() -> Iterator[tuple[str, str, Subject, Store, Effective]]:
    """Yield every property of a stack that several settings bring about, on a hop of that stack: slug, property, end."""
    for name, profile in sorted(knowledge().profiles.items()):
        for prop, gives in profile.gives.items():
            if not isinstance(gives, Effective) or gives.moves is None or gives.moves.gives is None:
                continue
            role = prop.split(".")[0]
            hops = [{"name": "it", "stack": name}, {"name": "other", "stack": "tcp-server"}]
            text = as_yaml({"path": hops if role == "caller" else list(reversed(hops))})
            documents, _ = read_documents(["-"], stdin=text)
            (system,) = Builder(knowledge(), "2026-01-01").build(documents)
            end = system.paths[0].legs[0].parts[role]
            assert end.store is not None
            yield name, prop, end, end.store, gives


def test_what_a_profile_says_that_its_settings_bring_about_they_do() -> None:
    """With every setting at its bound the property has the value that the profile says."""
    count = 0
    for name, prop, end, store, gives in _stores():
        assert gives.moves is not None
        base = Sheet(knowledge().properties)
        env = Env(base, base.bind(end), None, store)
        fixed = {(store, part.name): part.bound.run(env) for part in gives.moves.parts if part.bound is not None}
        sheet = Sheet(knowledge().properties, base, fixed=fixed)
        assert sheet.value(end, prop.split(".")[1]) == gives.moves.gives, f"{prop} of {name}"
        count += 1
    assert count > 10


PROFILE = """\
stack: made
ends: [caller, callee]
settings:
  kept: {kind: count, default: 0, range: [0, 1000], source: made for this test}
  off: {kind: flag, default: true, source: made for this test}
  named: {kind: text, default: a, values: [a, b], source: made for this test}
effective:
  caller.reuses:
    value: kept > 0 and not off
    moves: {gives: true, set: {kept: {at_least: 10}, 'off': {to: false}}}
    source: made for this test
"""


def _told(root: Path, text: str) -> str:
    os.makedirs(root / "stacks")
    (root / "stacks" / "made.yaml").write_text(text)
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge((str(root),))
    return str(caught.value).replace(str(root), "")


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("{gives: true, set:", "{set:", "10:12: gives is missing: which value these settings bring about"),
    ("{gives: true, set:", "{gives: 5s, set:", '10:20: flag "5s" is neither true nor false'),
    ("{gives: true, set:", "{setting: 'off', set:", "10:12: moves has setting or set, one of the two"),
    ("{at_least: 10}", "{at_least: 10s}", "kept is a count; its bound is a duration"),
    ("{at_least: 10}", "{at_least: 10, at_most: 20}", "kept: at_most, at_least, to or bound, one of them"),
    ("{at_least: 10}", "{bound: bound}", "kept is a count; its bound is a flag"),
    ("kept: {at_least", "ketp: {at_least", "no setting ketp; did you mean kept?"),
    ("{to: false}", "{to: false, when: of}", "no property of"),
    ("kept: {at_least: 10}", "host.keepalive_tme: {at_least: 10s}", "no setting host.keepalive_tme"),
])  # fmt: skip
def test_what_is_wrong_with_it_is_told_when_it_is_loaded(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert problem in _told(tmp_path, PROFILE.replace(old, new))


def test_what_the_settings_do_not_bring_about_is_not_planned(tmp_path: Path) -> None:
    """Settings that are set together for reuse say nothing of how it is ended."""
    os.makedirs(tmp_path / "stacks")
    (tmp_path / "stacks" / "made.yaml").write_text(PROFILE)
    os.makedirs(tmp_path / "pools")
    (tmp_path / "pools" / "reuse-not-wanted.yaml").write_text("""\
rule: reuse-not-wanted
title: Connections are kept where none should be
severity: warning
confidence: high
cause: no-reuse
scope: leg
applies: leg.transport == 'tcp'
require: not caller.reuses
summary: "{caller} keeps connections"
message: It does.
fix:
  - set: {caller.reuses: {to: false}}
why: Because.
references: [a book]
proof: none, made for this test
---
cases:
  - {name: kept, given: {leg.transport: tcp, caller.reuses: true}, expect: violated, fix: {caller.reuses: false}}
  - {name: not kept, given: {leg.transport: tcp, caller.reuses: false}, expect: met}
  - {name: "edge: a unix socket", given: {leg.transport: unix}, expect: not applicable}
  - {name: not known, given: {leg.transport: tcp}, expect: unknown}
""")
    known = load_knowledge((str(tmp_path),))
    text = "path: [{name: it, stack: made, settings: {kept: 5, 'off': false}}, {name: api, stack: tcp-server}]"
    (planned,) = plans(text, known, ["reuse-not-wanted"])
    (left,) = planned.plan.left
    assert left.reasons == ("nothing makes caller.reuses of it false",)
    assert planned.plan.changes == []
