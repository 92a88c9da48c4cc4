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
