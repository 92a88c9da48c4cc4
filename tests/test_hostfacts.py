"""From captures of a host to its facts: which capture tells what, and what two of one kind tell together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.api import check
from advisor.document import read_documents
from advisor.model import Builder
from advisor.sheet import Sheet
from advisor.values import Counter, Range
from tests.strategies import TODAY, knowledge
from tests.test_captures import TEXTS

SAMPLES = Path(__file__).parent / "captures"


def document(folder: Path, host: str) -> str:
    """Write a document next to its captures and return its name."""
    path = folder / "doc.yaml"
    path.write_text(f"path:\n  - {{name: a, stack: go, host: {{os: linux, {host}}}}}\n  - {{name: b, stack: unknown}}\n")
    return str(path)


def host(folder: Path, what: str) -> Any:
    documents, problems = read_documents([document(folder, what)])
    builder = Builder(knowledge(), TODAY)
    (system,) = builder.build(documents)
    assert [str(p) for p in (*problems, *builder.problems)] == []
    return system.hops[0].host


def value(folder: Path, what: str, name: str) -> Any:
    return Sheet(knowledge().properties).value(host(folder, what), name)


def findings(folder: Path, what: str) -> set[str]:
    (report,) = check([document(folder, what)], today=TODAY, knowledge=knowledge()).reports
    return {finding.rule for finding in report.findings}


def files(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def nstat(**counts: int) -> str:
    return "#kernel\nIpInReceives 9 0.0\n" + "".join(f"{name} {count} 0.0\n" for name, count in counts.items())


def test_two_captures_tell_the_growth_and_not_the_rate(tmp_path: Path) -> None:
    files(tmp_path, one=nstat(TcpActiveOpens=900, TcpExtTCPSynRetrans=50), two=nstat(TcpActiveOpens=1900, TcpExtTCPSynRetrans=90))
    opens, drops = (value(tmp_path, "counters: [one, two]", name) for name in ("active_opens", "listen_drops"))

    assert (opens.total, opens.grown, opens.rate) == (1900, 1000, Range(1e-6, float("inf")))
    assert drops == Counter(0.0, 0.0, 0.0)
    assert "syn-retransmits" in findings(tmp_path, "counters: [one, two]")
    assert "syn-retransmits" not in findings(tmp_path, "counters: [one]")


def test_one_capture_bounds_the_growth_by_the_total(tmp_path: Path) -> None:
    files(tmp_path, one=nstat(TcpActiveOpens=900))

    assert value(tmp_path, "counters: one", "active_opens").grown == Range(0.0, 900.0)


def test_a_restart_between_the_captures_leaves_the_growth_unknown(tmp_path: Path) -> None:
    files(tmp_path, one=nstat(TcpActiveOpens=900), two=nstat(TcpActiveOpens=20))

    assert value(tmp_path, "counters: [one, two]", "active_opens").grown == Range(0.0, 20.0)


def test_captures_of_different_kinds_are_joined(tmp_path: Path) -> None:
    cpu = "cpu=0 found=0 insert_failed=0 drop={} early_drop=0\n"
    files(tmp_path, n1=nstat(TcpActiveOpens=900), c1=cpu.format(2), n2=nstat(TcpActiveOpens=950), c2=cpu.format(9))
    (tmp_path / "s").write_text((SAMPLES / "softnet_stat.txt").read_text())
    what = "counters: [n1, c1, s, n2, c2]"

    assert value(tmp_path, what, "active_opens").grown == 50
    assert value(tmp_path, what, "conntrack_drop").grown == 7
    assert value(tmp_path, what, "softnet_time_squeeze").total == 3
    assert "conntrack-drops-now" in findings(tmp_path, what)


def test_a_capture_says_nothing_of_what_it_does_not_list(tmp_path: Path) -> None:
    files(tmp_path, tcp="Tcp:\n    5 active connection openings\nTcpExt:\n    2 resets received for embryonic SYN_RECV sockets\n")
    found = host(tmp_path, "counters: tcp").stated

    assert found["listen_drops"].value == found["retrans_segs"].value == Counter(0.0, 0.0, 0.0)
    assert not found.keys() & {"udp_rcvbuf_errors", "out_no_routes", "conntrack_drop", "softnet_dropped", "orphans"}


def test_socket_totals_are_no_counters(tmp_path: Path) -> None:
    files(tmp_path, s="TCP: inuse 1 orphan 9000 tw 5 alloc 1 mem 70\n")

    assert [value(tmp_path, "counters: s", name) for name in ("orphans", "time_wait", "tcp_mem_pages")] == [9000, 5, 70]
    assert value(tmp_path, "counters: {sockstat_tcp_orphan: 3}", "orphans") == 3


def test_sockets_come_before_their_totals(tmp_path: Path) -> None:
    files(tmp_path, s="TCP: inuse 1 orphan 0 tw 5 alloc 1 mem 0\n", t="TIME-WAIT 0 0 10.0.0.1:1 10.0.0.2:2\n")

    assert value(tmp_path, "sockets: t, counters: s", "time_wait") == 1


@pytest.mark.parametrize("what", ["sockets: [t, l]", "sockets: [l, t]", "sockets: t", "sockets: l"])
def test_a_list_of_listeners_says_nothing_of_connections(what: str, tmp_path: Path) -> None:
    row = "{} 3 {} 10.0.9.3:443 {}\n".format
    files(tmp_path, l=row("LISTEN", 4, "0.0.0.0:*"), t=row("CLOSING", 0, "10.0.0.2:2"))
    found = host(tmp_path, what)

    assert {n: f.value for n, f in found.stated.items() if n in ("closing", "established")} == (
        {} if what == "sockets: l" else {"closing": 1, "established": 0}
    )
    assert [(e.name, e.stated["waiting"].value, e.stated["backlog"].value) for e in found.lists["listeners"]] == (
        [] if what == "sockets: t" else [("10.0.9.3:443", 3, 4)]
    )
    assert ("accept-queue-nearly-full" in findings(tmp_path, what)) is (what != "sockets: t")


def test_ss_without_all_says_nothing_of_time_wait(tmp_path: Path) -> None:
    files(tmp_path, t="ESTAB 0 0 10.0.0.1:1 10.0.0.2:2\n", a="LISTEN 0 4 *:443 *:*\nESTAB 0 0 10.0.0.1:1 10.0.0.2:2\n")
    some, whole = host(tmp_path, "sockets: t").stated, host(tmp_path, "sockets: a").stated

    assert not some.keys() & {"time_wait", "syn_recv"}
    assert (whole["time_wait"].value, whole["syn_recv"].value, some["close_wait"].value) == (0, 0, 0)


def test_a_peer_that_vanished_is_named(tmp_path: Path) -> None:
    (tmp_path / "t").write_text((SAMPLES / "ss-tani-vanished.txt").read_text())
    (report,) = check([document(tmp_path, "sockets: t")], today=TODAY, knowledge=knowledge()).reports
    (finding,) = (f for f in report.findings if f.rule == "peer-silent-in-mid-connection")

    assert finding.summary.startswith("10.77.0.2:9000 does not answer")
    assert "2 connections stand still and others to the same peer do not" in finding.message


def test_a_document_can_state_a_silent_peer(tmp_path: Path) -> None:
    assert "peer-silent-in-mid-connection" in findings(tmp_path, "sockets: {'10.0.9.3:443': {ESTABLISHED: 5, retrans: 5}}")


@settings(max_examples=40)
@given(sockets=TEXTS, counters=TEXTS, more=TEXTS)
def test_any_captures_give_facts_or_problems(
    tmp_path_factory: pytest.TempPathFactory, sockets: str, counters: str, more: str
) -> None:
    folder = tmp_path_factory.mktemp("c")
    for name, text in {"s": sockets, "c": counters, "d": more}.items():
        (folder / name).write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    found = check([document(folder, "sockets: s, counters: [c, d, c]")], today=TODAY, knowledge=knowledge())

    assert found.reports or all(problem.place.file for problem in found.problems)


@given(first=st.integers(0, 10**9), growth=st.integers(0, 10**6))
def test_growth_is_the_difference_whatever_lies_between(tmp_path_factory: pytest.TempPathFactory, first: int, growth: int) -> None:
    folder = files(tmp_path_factory.mktemp("g"), a=nstat(TcpOutSegs=first), b=nstat(TcpOutSegs=first + growth))
    counter = value(folder, "counters: [a, b]", "out_segs")

    assert (counter.total, counter.grown) == (first + growth, growth)
    assert (counter.rate == 0) is (growth == 0)
