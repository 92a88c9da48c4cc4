"""What holds for every cause: what is not told, where it was printed, and what the other symptoms of a document say."""

from __future__ import annotations

from advisor.api import check
from advisor.report.parts import CauseView

WEBSOCKET = """
symptoms: [{text: "WebSocket closed: code 1006", from: client%s}]
path:
  - {name: client, stack: unknown}
  - {name: proxy, stack: haproxy, settings: {timeout client: 30s, timeout server: 1h}, link: {protocol: websocket}}
  - {name: app, stack: unknown, link: {protocol: websocket}}
"""
LASTING = """
symptoms: [{text: "write tcp 10.0.0.1:39998->10.0.0.2:443: use of closed network connection", from: agent%s}]
path:
  - {name: agent, stack: go@1.22}
  - {name: server, stack: go@1.22, link: {protocol: http2, tls: mutual}}
"""
PRINTED = """
symptoms: [{text: HTTP 502, from: %s}]
path:
  - {name: client, stack: unknown}
  - {name: proxy, stack: nginx, settings: {upstream.keepalive: 32, proxy_http_version: "1.1", proxy_set_header.Connection: ""}}
  - {name: app, stack: node@18, settings: {server.keepAliveTimeout: 5s}}
  - {name: store, stack: unknown}
"""
TWO = """
symptoms: [{text: HTTP 503, from: proxy}, {text: "nf_conntrack: table full, dropping packet", from: proxy}]
path:
  - {name: client, stack: unknown}
  - {name: proxy, stack: haproxy, host: {os: linux}}
  - {name: app, stack: unknown}
"""


def causes(document: str) -> list[dict[str, CauseView]]:
    """Return the causes of each symptom by name."""
    run = check(["-"], stdin=document, today="2026-11-20")
    assert list(run.problems) == []
    return [{c.rule: c for c in symptom.causes} for symptom in run.reports[0].symptoms]


def test_a_rule_that_lacks_a_fact_is_named_where_the_circumstances_speak_for_it() -> None:
    """The silence fits the proxy's limit, and how long messages pause is asked for; without the silence the rule says nothing."""
    named = causes(WEBSOCKET % ", when: {idle: 30s}")[0]
    assert next(iter(named)) == "quiet-tunnel-ended"
    assert "workload interval.max" in {f"{m.hop} {m.name}" for m in named["quiet-tunnel-ended"].missing}
    assert "quiet-tunnel-ended" not in causes(WEBSOCKET % "")[0]


def test_that_only_a_restart_ends_it_weighs() -> None:
    """A sign of ``lasts: restart`` is heeded."""
    lasting, plain = (causes(LASTING % more)[0]["http2-without-ping"] for more in (", lasts: restart", ""))
    assert float(lasting.weight) == float(plain.weight) + 2


def test_where_it_was_printed_weighs_by_the_side_it_is_on() -> None:
    """A leg further on weighs less than the printer's own, and one that the printer does not come before least."""
    own, beyond, before = (float(causes(PRINTED % hop)[0]["idle-timeout-ordering"].weight) for hop in ("proxy", "client", "store"))
    assert own > beyond > before


def test_symptoms_of_one_document_share_their_causes() -> None:
    """The text that names the table explains the status beside it, after what explains the status by itself."""
    status, kernel = causes(TWO)
    assert "conntrack-table-nearly-full" in status
    assert float(status["conntrack-table-nearly-full"].weight) < float(kernel["conntrack-table-nearly-full"].weight)


VERSIONS = """
symptoms: [{text: large upload fails after 60 s, from: client, when: {after: 60s}}]
changes: [{what: proxy.version, from: "%s", to: "%s", effect: began}]
path:
  - {name: client, stack: unknown}
  - {name: proxy, stack: traefik@%s}
  - {name: app, stack: unknown}
"""


def test_a_version_speaks_for_a_rule_whose_values_differ_in_it() -> None:
    """Traefik limits the reading of requests since 2.11.2: that upgrade speaks for the limit, a later one does not."""
    (began,), (later,) = (causes(VERSIONS % (old, new, new)) for old, new in (("2.10", "2.11.2"), ("3.0", "3.1")))
    assert float(began["timeout-cuts-upload"].weight) == float(later["timeout-cuts-upload"].weight) + 2


def test_what_is_seldom_a_cause_comes_after_its_equals_where_it_is_not_decided_either() -> None:
    """Of two that lack facts the note comes after the warning."""
    document = """
symptoms: [{text: connection timed out, from: web}]
path: [{name: web, stack: unknown}, {name: db, stack: unknown}]
"""
    named = list(causes(document)[0])
    assert named.index("reuse-disabled") < named.index("connect-timeout-below-syn-retry")


def test_an_address_that_the_host_does_not_have_is_no_exhausted_port() -> None:
    """The text is that of exhausted ports; its destination tells it apart."""
    document = """
symptoms: [{text: "dial tcp [::1]:6379: connect: cannot assign requested address", from: app}]
path: [{name: app, stack: go}, {name: redis, stack: unknown}]
"""
    assert list(causes(document)[0]) == ["address-not-on-this-host"]


def test_a_rule_that_holds_only_for_want_of_a_limit_is_named_where_the_circumstances_speak_for_it() -> None:
    """The timeout of the checks is not told, and what is not told is taken for none; a limit that is known to be wide is."""
    document = """
symptoms: [{text: 502 failed_to_pick_backend, from: glb, when: {during: peak}}]
path:
  - {name: glb, stack: gcp-alb%s}
  - {name: web, stack: gunicorn%s}
"""
    assert "health-check-below-pause" in causes(document % ("", ""))[0]
    wide = "{callee.health_timeout: 1h, callee.health_failures: 3, callee.health_interval: 1h}"
    assert "health-check-below-pause" not in causes(document % ("", f", process: {{stall: 1s}}, settings: {wide}"))[0]


def test_one_cause_does_not_take_two_places() -> None:
    """Beside a device that the path names one that it does not name weighs less, and without it as ever."""
    document = """
symptoms: [{class: hang, from: client, when: {idle: 15m}}]
path:
  - {name: client, stack: unknown, settings: {caller.reuses: true}}
%s  - {name: server, stack: unknown}
"""
    named, alone = causes(document % "  - {name: swarm, stack: docker-swarm}\n")[0], causes(document % "")[0]
    assert next(iter(named)) == "middlebox-forgets-idle-flow"
    beside = named["device-that-is-not-told-forgets"]
    assert "The path tells of the same cause, which is named." in beside.speaks_against
    assert float(beside.weight) == float(alone["device-that-is-not-told-forgets"].weight) - 1.5
