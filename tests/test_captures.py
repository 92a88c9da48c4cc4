from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import captures
from advisor.captures import (
    Captured,
    Counters,
    Listener,
    Sockets,
    Sysctls,
    canonical_key,
    canonical_name,
    difference,
    read_capture,
    read_counters,
    read_sockets,
    read_sysctl,
    recognise,
    sockets,
)
from advisor.captures.lines import LINE_LIMIT, PROBLEM_LIMIT
from advisor.errors import Place, Problem

SAMPLES = Path(__file__).parent / "captures"
"""Taken on Linux 6.18 with iproute2 6.1, net-tools 2.10, procps 4.0, and trimmed; ``counted-*`` hold set numbers."""

HERE = Place("orders.yaml", 22, 15)

KINDS = {
    "sysctl": ["99-tuning.conf", "sysctl-a.txt"],
    "sockets": [
        "netstat-ant.txt", "netstat-antop.txt",
        "ss-Htan.txt", "ss-lnt.txt", "ss-tan.txt", "ss-tani-vanished.txt", "ss-tanoi.txt", "ss-tanoiO.txt",
    ],
    "counters": [
        "conntrack-S.txt", "counted-netstat-s.txt", "counted-proc.txt", "netstat-s.txt", "nstat-az.txt", "nstat.json",
        "proc-netstat.txt", "proc-nf_conntrack.txt", "proc-snmp.txt", "sockstat.txt", "softnet_stat.txt",
    ],
}  # fmt: skip
FILES = [(kind, name) for kind, names in KINDS.items() for name in names]


def sample(name: str) -> str:
    return (SAMPLES / name).read_text()


def messages(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_all_samples_are_used() -> None:
    assert sorted(name for _, name in FILES) == sorted(os.listdir(SAMPLES))


class TestSysctl:
    def test_file_that_a_person_wrote(self) -> None:
        (values, dump), problems = read_sysctl(sample("99-tuning.conf"), "99-tuning.conf")

        assert not dump
        assert problems == []
        assert {key: captured.value for key, captured in values.items()} == {
            "net.core.somaxconn": "8192",
            "net.ipv4.tcp_tw_reuse": "1",
            "net.ipv4.tcp_fin_timeout": "30",
            "net.ipv4.ip_local_port_range": "15000 60999",
            "net.ipv4.conf.eth0/100.rp_filter": "2",
            "net.ipv4.conf.*.rp_filter": "1",
        }

    def test_places_point_at_the_key(self) -> None:
        values = read_sysctl(sample("99-tuning.conf"), "etc/99.conf")[0].values

        assert values["net.ipv4.tcp_fin_timeout"].place == Place("etc/99.conf", 6, 2)
        assert values["net.core.somaxconn"].place == Place("etc/99.conf", 11, 1)

    def test_dump(self) -> None:
        (values, dump), problems = read_sysctl(sample("sysctl-a.txt"), "sysctl-a.txt")

        assert dump
        assert problems == []
        assert values["net.ipv4.ip_local_port_range"].value == "32768 60999"

    @pytest.mark.parametrize(
        ("text", "dump"),
        [
            ("net.core.somaxconn = 4096\n", False),
            ("".join(f"net.key{n} = 1\n" for n in range(99)), False),
            ("".join(f"net.key{n} = 1\n" for n in range(100)), True),
            ("# mine\n" + "".join(f"net.key{n} = 1\n" for n in range(100)), False),
            ("* Applying /etc/sysctl.conf ...\n" + "".join(f"net.key{n} = 1\n" for n in range(100)), False),
            ("# captured on Monday\nkernel.osrelease = 6.1.0\n", True),
        ],
    )
    def test_what_a_dump_is(self, text: str, dump: bool) -> None:
        assert read_sysctl(text, "x")[0].dump is dump

    def test_further_lines_of_a_value_in_a_dump(self) -> None:
        text = "kernel.osrelease = 6.1.0\nfs.binfmt_misc.jar = enabled\ninterpreter /usr/bin/jexec\n"
        (values, _), problems = read_sysctl(text, "x")

        assert problems == []
        assert values["fs.binfmt_misc.jar"].value == "enabled"

    def test_line_that_is_no_setting(self) -> None:
        (values, _), problems = read_sysctl("net.core.somaxconn 4096\nnet.core.rmem_max = 1\n", "a.conf")

        assert list(values) == ["net.core.rmem_max"]
        assert messages(problems) == [
            'a.conf:1: "net.core.somaxconn 4096" is no setting; write key = value, comments on lines of their own'
        ]

    def test_another_system(self) -> None:
        problems = read_sysctl("kern.ipc.somaxconn: 128\n", "mac.txt")[1]

        assert messages(problems) == [
            'mac.txt:1: "kern.ipc.somaxconn: 128" is how BSD and macOS print it; a capture of a Linux host is needed'
        ]

    def test_problems_are_told_up_to_a_number(self) -> None:
        assert len(read_sysctl("what?\n" * 500, "x")[1]) == PROBLEM_LIMIT

    @pytest.mark.parametrize(
        ("written", "key"),
        [
            ("net.ipv4.conf.eth0/100.rp_filter", "net.ipv4.conf.eth0/100.rp_filter"),
            ("net/ipv4/conf/eth0.100/rp_filter", "net.ipv4.conf.eth0/100.rp_filter"),
            ("/proc/sys/net/core/somaxconn", "net.core.somaxconn"),
            ("somaxconn", "somaxconn"),
        ],
    )
    def test_key(self, written: str, key: str) -> None:
        assert canonical_key(written) == key

    def test_value_with_a_number_sign_that_is_no_comment(self) -> None:
        values = read_sysctl("kernel.core_pattern = core #%p\n", "x")[0].values

        assert values["kernel.core_pattern"].value == "core #%p"


def read_sample(name: str) -> Sockets:
    table, problems = read_sockets(sample(name), name)
    assert problems == []
    return table


class TestSockets:
    @pytest.mark.parametrize("name", [name for name in KINDS["sockets"] if name not in ("ss-lnt.txt", "ss-tani-vanished.txt")])
    def test_one_host_seen_by_several_programs(self, name: str) -> None:
        """All samples show the same sockets, made in known states."""
        table = read_sample(name)

        assert table.states == {
            "LISTEN": 3,
            "ESTABLISHED": 18,
            "FIN_WAIT2": 3,
            "SYN_SENT": 3,
            "TIME_WAIT": 6,
            "CLOSE_WAIT": 3,
        }
        assert table.close_wait == {"drained": 1, "eof": 1, "data": 1}
        assert table.in_ports("TIME_WAIT", 32768, 60999) == 4
        assert table.in_ports("TIME_WAIT", 1, 32767) == 2
        assert table.peers["10.0.9.3:443"].states == {"ESTABLISHED": 5, "SYN_SENT": 3}
        assert table.peers["127.0.0.1:9000"].states == {"ESTABLISHED": 3}
        assert table.peers["[fd00::1]:9000"].states == {"ESTABLISHED": 1}
        assert next(iter(table.peers)) == "10.0.9.3:443"

    def test_first_place_of_each_state(self) -> None:
        table = read_sample("ss-tan.txt")

        assert table.places["LISTEN"] == Place("ss-tan.txt", 2, 1)
        assert table.places["CLOSE_WAIT"] == Place("ss-tan.txt", 28, 1)

    def test_listeners(self) -> None:
        table = read_sample("ss-lnt.txt")

        assert table.listeners == {
            "10.0.9.3:443": Listener(5, 4, Place("ss-lnt.txt", 2, 1)),
            "0.0.0.0:8080": Listener(0, 128, Place("ss-lnt.txt", 3, 1)),
            "*:9000": Listener(0, 511, Place("ss-lnt.txt", 4, 1)),
        }
        assert table.peers == {}

    def test_netstat_does_not_show_the_backlog(self) -> None:
        table = read_sample("netstat-ant.txt")

        assert table.listeners["10.0.9.3:443"][:2] == (5, None)
        assert table.listeners["[::]:9000"][:2] == (0, None)

    def test_several_sockets_on_one_port(self) -> None:
        rows = "".join(f"LISTEN {waiting} 511 0.0.0.0:80 0.0.0.0:*\n" for waiting in (0, 7, 2))

        assert read_sockets(rows, "x")[0].listeners == {"0.0.0.0:80": Listener(7, 511, Place("x", 2, 1), 3)}

    def test_details(self) -> None:
        text = (
            "ESTAB 0 5 10.0.0.1:50000 10.0.9.3:443 timer:(on,1min,14)\n"
            "\t cubic rto:120000 backoff:9 rtt:0.5/0.2 unacked:1 retrans:1/14 lost:1\n"
            "ESTAB 0 5 10.0.0.1:50002 10.0.9.3:443\n"
            "\t cubic rto:204 unacked:3 retrans:0/2\n"
            "LISTEN 1 5 10.0.0.1:80 0.0.0.0:*\n"
            "\t cubic unacked:1\n"
        )
        peer = read_sockets(text, "x")[0].peers["10.0.9.3:443"]

        assert (peer.states, peer.unacked, peer.retrans, peer.silent, peer.rto) == ({"ESTABLISHED": 2}, 4, 9, 1, 120.0)

    @pytest.mark.parametrize(
        ("state", "details"),
        [
            ("SYN-SENT", "rto:8000 backoff:3 unacked:1"),
            ("FIN-WAIT-1", "rto:8000 backoff:5 unacked:1"),
            ("ESTAB", "rto:8000 backoff:5"),  # probes of a closed window
        ],
    )
    def test_who_is_not_silent_in_mid_connection(self, state: str, details: str) -> None:
        peer = read_sockets(f"{state} 0 5 10.0.0.1:1 10.0.9.3:443\n\t {details}\n", "x")[0].peers["10.0.9.3:443"]

        assert (peer.retrans, peer.silent) == (0, 0)

    def test_peer_that_vanished(self) -> None:
        """Three connections; the peer's address was taken away, and data sent on two of them, 19.6 s before."""
        peer = read_sample("ss-tani-vanished.txt").peers["10.77.0.2:9000"]

        assert (peer.states, peer.unacked, peer.retrans, peer.silent, peer.rto) == ({"ESTABLISHED": 3}, 2, 6, 2, 13.056)

    def test_details_on_the_same_line(self) -> None:
        rows, lines = (read_sample(name).peers["10.0.9.3:443"] for name in ("ss-tanoiO.txt", "ss-tanoi.txt"))

        assert (rows.rto, rows.unacked) == (lines.rto, lines.unacked)
        assert rows.rto > 0.2

    @pytest.mark.parametrize(
        ("row", "peer"),
        [
            ("ESTAB 0 0 [::ffff:10.0.0.1]:80 [::ffff:10.0.0.2]:4000", "10.0.0.2:4000"),
            ("ESTAB 0 0 [fe80::1]%eth0:80 [fe80::2]%eth0:4000", "[fe80::2]:4000"),
            ("tcp ESTAB 0 0 10.0.0.1:80 10.0.0.2:4000", "10.0.0.2:4000"),
            ("tcp6 0 0 ::1:80 ::1:4000 ESTABLISHED", "[::1]:4000"),
            ("tcp6 0 0 ::ffff:10.0.0.1:80 ::ffff:10.0.0.2:4000 ESTABLISHED 77/java", "10.0.0.2:4000"),
            ("ESTAB 0 0 localhost:http db.example:postgresql", "db.example:postgresql"),
        ],
    )
    def test_addresses(self, row: str, peer: str) -> None:
        assert list(read_sockets(row, "x")[0].peers) == [peer]

    @pytest.mark.parametrize(
        "row",
        [
            "udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*",
            "udp 0 0 0.0.0.0:53 0.0.0.0:*",
            "u_str ESTAB 0 0 * 4711 * 4712",
            "unix 3 [ ] STREAM CONNECTED 4711",
            "tcp UNCONN 0 0 0.0.0.0:1 0.0.0.0:*",
            "Active Internet connections (servers and established)",
            "$ ss -tan",
        ],
    )
    def test_what_is_not_tcp_is_passed_over(self, row: str) -> None:
        table, problems = read_sockets(row, "x")

        assert (table.states, problems) == ({}, [])

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("ESTAB 0 0 1.1.1.1", 'x:1: "ESTAB 0 0 1.1.1.1" is cut short or no row of ss; capture it with ss -tan'),
            ("ESTAB a b c d", 'x:1: "ESTAB a b c d" is cut short or no row of ss; capture it with ss -tan'),
            ("tcp 0 0 1.1.1.1:80", 'x:1: "tcp 0 0 1.1.1.1:80" is cut short or has no state; capture it with ss -tan'),
            (
                "Recv-Q Send-Q Local Address:Port  Peer Address:Port Process",
                "x:1: no column State; ss leaves it out when asked for one state, so use ss -tan",
            ),
        ],
    )
    def test_what_cannot_be_read(self, row: str, message: str) -> None:
        assert messages(read_sockets(row, "x")[1]) == [message]

    def test_only_the_largest_peers_are_counted_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "PEERS_KEPT", 10)
        once = (f"TIME-WAIT 0 0 10.0.0.1:{40000 + n} 10.1.{n // 250}.{n % 250}:443\n" for n in range(5000))
        often = ("ESTAB 0 0 10.0.0.1:50000 10.9.9.9:443\n" for _ in range(300))
        table, _ = read_sockets((line for pair in zip(once, [*often, *[""] * 4700], strict=True) for line in pair), "x")

        assert len(table.peers) == 10
        assert next(iter(table.peers.items()))[1].states == {"ESTABLISHED": 300}
        assert table.other_peers.count == 5000 - 9
        assert table.states == {"TIME_WAIT": 5000, "ESTABLISHED": 300}


def read_names(name: str) -> Counters:
    counters, problems = read_counters(sample(name), name)
    assert problems == []
    return counters


class TestCounters:
    def test_sentences_mean_the_kernels_names(self) -> None:
        """netstat printed the second file from the first, in which each counter has a value of its own."""
        proc, netstat = read_names("counted-proc.txt").values, read_names("counted-netstat-s.txt").values
        by_value = {captured.value: name for name, captured in proc.items()}
        wrong = {n: c.value for n, c in netstat.items() if by_value.get(c.value) != n}

        assert wrong == {}
        unknown = sorted(proc.keys() - netstat.keys() - captures.counters.GAUGES)
        assert [name for name in unknown if not name.startswith("Icmp")] == []

    def test_one_host_seen_by_several_programs(self) -> None:
        """All samples were taken in one second, on one host whose listener overflowed three times."""
        nstat, json, netstat = (read_names(n).values for n in ("nstat-az.txt", "nstat.json", "netstat-s.txt"))
        proc = read_names("proc-netstat.txt").values | read_names("proc-snmp.txt").values

        for name, value in {"ListenOverflows": 3, "ListenDrops": 3, "ActiveOpens": 21, "PassiveOpens": 18}.items():
            assert {v[name].value for v in (nstat, json, netstat, proc)} == {value}

    def test_places(self) -> None:
        assert read_names("netstat-s.txt").values["ListenOverflows"].place == Place("netstat-s.txt", 38, 1)
        assert read_names("nstat.json").values["ListenOverflows"].place == Place("nstat.json", 1, 1)

    @pytest.mark.parametrize(
        ("text", "zero"),
        [
            ("#kernel\nIpInReceives 7 0.0\nTcpActiveOpens 5 0.0\n", ["OutRsts", "ListenDrops", "RcvbufErrors"]),
            ("#kernel\nTcpActiveOpens 5 0.0\n", []),  # nstat TcpActiveOpens
            ("#kernel\nIpInReceives 7 0.0\nTcpPassiveOpens 0 0.0\n", []),
            ("Tcp:\n    5 active connection openings\n    0 resets received\n", ["OutRsts"]),
            ("Tcp:\n    5 active connection openings\nTcpExt:\n", ["OutRsts", "ListenDrops"]),
            ("Tcp: ActiveOpens\nTcp: 5\n", []),
            ("cpu=0 found=0 drop=1\n", []),
        ],
    )
    def test_what_is_zero_because_it_is_left_out(self, text: str, zero: list[str]) -> None:
        counters = read_counters(text, "x")[0]
        names = ("OutRsts", "ListenDrops", "RcvbufErrors", "conntrack_early_drop", "softnet_dropped", "sockstat_tcp_tw")

        assert [name for name in names if counters.told(name) == 0] == zero
        assert all(counters.told(name) is None for name in names if name not in zero)

    @pytest.mark.parametrize("name", ["proc-snmp.txt", "proc-netstat.txt", "counted-proc.txt"])
    def test_sections_of_names(self, name: str) -> None:
        lines = sample(name).splitlines()
        rows = [line.partition(":") for line in lines[::2]]
        wrong = [
            (section, word)
            for section, _, words in rows
            for word in words.split()
            if captures.counters.section_of(canonical_name(section + word)) != section
        ]

        assert wrong == []

    def test_tables_are_sums_over_all_cpus(self) -> None:
        conntrack, softnet = read_names("conntrack-S.txt").values, read_names("softnet_stat.txt").values

        assert {n: c.value for n, c in conntrack.items() if c.value} == {
            "conntrack_invalid": 91,
            "conntrack_insert_failed": 12,
            "conntrack_drop": 7,
            "conntrack_search_restart": 6,
            "conntrack_clash_resolve": 3,
            "conntrack_chaintoolong": 1,
        }
        assert {n: c.value for n, c in softnet.items()} == {
            "softnet_processed": 0x25663 + 0x379CD,
            "softnet_dropped": 0,
            "softnet_time_squeeze": 3,
        }
        assert softnet["softnet_processed"].place == Place("softnet_stat.txt", 1, 1)

    def test_conntrack_without_its_program(self) -> None:
        values = read_names("proc-nf_conntrack.txt").values

        assert values["conntrack_insert_failed"].value == 0x12
        assert values["conntrack_drop"].value == 3
        assert "softnet_processed" not in values

    def test_socket_totals(self) -> None:
        values = read_names("sockstat.txt").values

        assert (values["sockstat_tcp_orphan"].value, values["sockstat_tcp_tw"].value) == (2, 5)
        assert (values["sockstat_sockets_used"].value, values["sockstat_udp_mem"].value) == (16, 0)

    @pytest.mark.parametrize(
        ("line", "name"),
        [
            ("    7 segments retransmited", "RetransSegs"),
            ("    7 packetes rejected in established connections because of timestamp", "PAWSEstab"),
            ("    TCP ran low on memory 7 times", "TCPMemoryPressures"),
            ("    Detected reordering 7 times using SACK", "TCPSACKReorder"),
            ("    7 bad segments received.", "InErrs"),
            ("    TCPTimeouts: 7", "TCPTimeouts"),
            ("    7 other TCP timeouts", "TCPTimeouts"),
        ],
    )
    def test_wordings(self, line: str, name: str) -> None:
        values = read_counters(f"Tcp:\n{line}\nTcpExt:\n{line}\n", "x")[0].values

        assert values[name].value == 7

    def test_one_sentence_in_several_sections(self) -> None:
        text = "Udp:\n    5 packets received\nUdp6:\n    9 packets received\n"

        assert {n: c.value for n, c in read_counters(text, "x")[0].values.items()} == {"InDatagrams": 5}

    @pytest.mark.parametrize(
        ("printed", "name"),
        [
            ("TcpExtListenOverflows", "ListenOverflows"),
            ("ListenOverflows", "ListenOverflows"),
            ("TcpExtTCPTimeouts", "TCPTimeouts"),
            ("IpExtInOctets", "InOctets"),
            ("Ip6InReceives", "Ip6InReceives"),
            ("Udp6RcvbufErrors", "Udp6RcvbufErrors"),
            ("UdpRcvbufErrors", "RcvbufErrors"),
            ("TcpInCsumErrors", "InCsumErrors"),
            ("UdpInCsumErrors", "UdpInCsumErrors"),
            ("TcpExtTcpTimeoutRehash", "TcpTimeoutRehash"),
        ],
    )
    def test_names(self, printed: str, name: str) -> None:
        assert canonical_name(printed) == name
        assert list(read_counters(f"{printed} 1 0.0", "x")[0].values) in ([name], [])

    def test_fewer_numbers_than_names(self) -> None:
        counters, problems = read_counters("TcpExt: A B C\nTcpExt: 1 2\n", "x")

        assert {n: c.value for n, c in counters.values.items()} == {"A": 1, "B": 2}
        assert messages(problems) == ['x:2: "TcpExt: 1 2" has 2 numbers for 3 names above']


class TestDifference:
    @staticmethod
    def counters(zeros_left_out: bool = False, **values: float) -> Counters:
        left_out = frozenset({"TcpExt"} if zeros_left_out else ())
        return Counters({n: Captured(v, Place("x", 1)) for n, v in values.items()}, left_out)

    def test_rates(self) -> None:
        found = difference(self.counters(A=10, B=3), self.counters(A=40, B=3), 60)

        assert (found.rate("A"), found.rate("B"), found.rate("C"), found.fell) == (0.5, 0, None, ())

    def test_a_counter_that_fell_makes_all_unknown(self) -> None:
        found = difference(self.counters(A=10, B=3), self.counters(A=9, B=30), 60)

        assert (found.counts, found.fell) == ({}, ("A",))

    def test_a_gauge_may_fall(self) -> None:
        found = difference(self.counters(CurrEstab=10, A=1), self.counters(CurrEstab=5, A=2), 1)

        assert list(found.counts) == ["A"]

    def test_what_is_missing_is_zero_only_where_zeros_are_left_out(self) -> None:
        assert difference(self.counters(True), self.counters(True, A=6), 2).rate("A") == 3
        assert difference(self.counters(False), self.counters(True, A=6), 2).rate("A") is None

    def test_what_wraps_or_is_no_counter_may_fall(self) -> None:
        before = self.counters(softnet_processed=4e9, softnet_dropped=1, sockstat_tcp_tw=7)
        after = self.counters(softnet_processed=4e6, softnet_dropped=3, sockstat_tcp_tw=5)

        found = difference(before, after, 1)
        assert (found.fell, {n: c.value for n, c in found.counts.items()}) == ((), {"softnet_dropped": 2})

    def test_no_time_between_gives_no_rate(self) -> None:
        assert difference(self.counters(A=1), self.counters(A=2), 0).rate("A") is None


class TestReadCapture:
    @pytest.mark.parametrize(("kind", "name"), FILES)
    def test_samples(self, kind: str, name: str) -> None:
        data, problems = read_capture(kind, name, HERE, str(SAMPLES))

        assert problems == []
        assert isinstance(data, {"sysctl": Sysctls, "sockets": Sockets, "counters": Counters}[kind])

    @pytest.mark.parametrize(("kind", "name"), FILES)
    def test_recognised(self, kind: str, name: str) -> None:
        assert recognise(sample(name)) == kind

    @pytest.mark.parametrize("text", ["", "hello\n", "a.b = 1\n", "{}", "path:\n  - name: x\n", "Tcpdump: no\n"])
    def test_other_texts(self, text: str) -> None:
        assert recognise(text) is None

    def told(self, kind: str, path: str, base: Path) -> str:
        data, problems = read_capture(kind, path, HERE, str(base))
        assert data is None
        [problem] = problems
        assert problem.place == HERE
        return problem.message

    def test_wrong_key(self) -> None:
        assert self.told("sysctl", "ss-tan.txt", SAMPLES) == (
            "ss-tan.txt: this is the output of ss -tan or netstat -ant; write it under sockets, not sysctl"
        )

    def test_memory_is_no_capture_of_these(self, tmp_path: Path) -> None:
        (tmp_path / "m").write_text("MemTotal:       24684096 kB\n")

        assert self.told("sysctl", "m", tmp_path) == (
            "m: this is /proc/meminfo or the output of free; sysctl takes the output of sysctl -a, or a sysctl.conf"
        )

    @pytest.mark.parametrize("path", ["captures/sysctl.txt", "ss-tan.txt/x"])
    def test_no_such_file(self, path: str) -> None:
        assert self.told("sysctl", path, SAMPLES) == f"{path}: no such file; paths start at the document's directory"

    def test_nothing_in_it(self, tmp_path: Path) -> None:
        (tmp_path / "e").write_text("")

        assert self.told("counters", "e", tmp_path) == (
            "e: nothing in it to read; counters takes the output of nstat -az, netstat -s or conntrack -S, "
            "or /proc/net/netstat, softnet_stat or sockstat"
        )

    def test_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(captures, "SIZE_LIMIT", 1024 * 1024)
        (tmp_path / "big").write_bytes(b"x\n" * 700_000)

        assert self.told("sockets", "big", tmp_path) == "big: 1.3 MiB, over the limit of 1 MiB"

    def test_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "b").write_bytes("é".encode() + b"abc\0def")

        assert self.told("sockets", "b", tmp_path) == "b: not text (byte 0x00 at offset 5)"

    @pytest.mark.parametrize("make", ["mkdir", "mkfifo"])
    def test_no_ordinary_file(self, make: str, tmp_path: Path) -> None:
        """A pipe that nobody writes to must not make the advisor wait."""
        getattr(os, make)(tmp_path / "d")

        assert self.told("sockets", "d", tmp_path) == "d: no ordinary file; save the capture in one"

    def test_null_in_the_path(self) -> None:
        assert self.told("sysctl", "a\0b", SAMPLES).startswith("a\\x00b: cannot be read")

    def test_line_without_end(self, tmp_path: Path) -> None:
        (tmp_path / "long").write_text("x" * (LINE_LIMIT + 1))
        problems = read_capture("counters", "long", HERE, str(tmp_path))[1]

        assert [problem.message for problem in problems] == ["a line of more than 64 KiB; no capture has such lines"]
        assert problems[0].place == Place(str(tmp_path / "long"), 1)

    def test_windows_line_ends_and_byte_order_mark(self, tmp_path: Path) -> None:
        (tmp_path / "w").write_bytes(b"\xef\xbb\xbfnet.core.somaxconn = 4096\r\n")
        data, problems = read_capture("sysctl", "w", HERE, str(tmp_path))

        assert isinstance(data, Sysctls)
        assert problems == []
        assert data.values["net.core.somaxconn"].value == "4096"


WORDS = st.sampled_from(
    ["ESTAB", "LISTEN", "TIME-WAIT", "tcp", "tcp6", "0", "-1", "1e9", "9" * 5000, "²", "[::1]:80", "::", ":", "%",
     "Tcp:", "TcpExt:", "TcpExtTW", "CLOSE_WAIT", "net.core.x", "=", "-", "#", "rto:", "rto:x", "retrans:1/2", "backoff:9", "rto:9",
     "unacked:٣", "unacked:1", '"TcpX":1', "Recv-Q", "Send-Q", "N",
     "cpu=0", "drop=7", "drop=²", "entries", "insert_failed", "0000000a", "TCP:", "inuse", "orphan", "\ufeff", "\x85", "\u2028"]
)  # fmt: skip
INDENTS = st.sampled_from(["", "\t", " "])
LINES = st.builds("{}{}".format, INDENTS, st.lists(WORDS | st.text(max_size=9), max_size=8).map(" ".join))
TEXTS = st.text() | st.lists(LINES, max_size=12).map("\n".join)


@pytest.mark.parametrize("read", [read_sysctl, read_sockets, read_counters])
@given(text=TEXTS)
def test_any_text_gives_values_or_problems(read: captures.Reader, text: str) -> None:
    recognise(text)
    _, problems = read(text, "x")

    assert len(problems) <= PROBLEM_LIMIT
    assert all(problem.place.file == "x" and "\n" not in problem.message for problem in problems)


@given(text=st.lists(LINES, max_size=12).map("\n".join))
def test_text_and_lines_read_alike(text: str) -> None:
    whole, lines = read_counters(text, "x"), read_counters(iter(text.split("\n")), "x")

    assert whole == lines
