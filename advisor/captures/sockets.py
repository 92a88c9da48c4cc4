"""Reads socket tables: ``ss -tan``, ``ss -tanoi``, ``ss -lnt``, ``netstat -ant``; with or without header."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from advisor.captures.lines import Reading, quoted
from advisor.errors import Place, Problem

PEERS_KEPT = 10_000
"""Peers counted one by one; those with fewer connections are counted together."""

SILENT = 3
"""Repeats in a row without an answer from which on a peer counts as silent: 1.4 s at least, as each wait is twice the last."""

SS_STATES = {
    "ESTAB": "ESTABLISHED",
    "SYN-SENT": "SYN_SENT",
    "SYN-RECV": "SYN_RECV",
    "FIN-WAIT-1": "FIN_WAIT1",
    "FIN-WAIT-2": "FIN_WAIT2",
    "TIME-WAIT": "TIME_WAIT",
    "CLOSE-WAIT": "CLOSE_WAIT",
    "LAST-ACK": "LAST_ACK",
    "CLOSING": "CLOSING",
    "LISTEN": "LISTEN",
}
"""States as ss prints them, and the names used here, which are netstat's."""

STATES = frozenset(SS_STATES.values())


class Listener(NamedTuple):
    """
    A listening address; of several sockets on it (SO_REUSEPORT) the one with most connections waiting.

    Attributes:
        recv_q: Connections that wait to be accepted.

        send_q: The backlog in force; None from netstat, which doesn't show it.

        sockets: Sockets that listen there.
    """

    recv_q: int
    send_q: int | None
    place: Place
    sockets: int = 1


class Peer:
    """
    What was seen of connections to one remote address and port.

    Attributes:
        states: Count by state.

        unacked: Segments sent and not acknowledged, of all connections together.

        retrans: Repeats in a row of the open connection that has most, its peer acknowledging nothing.

        silent: Open connections with ``SILENT`` or more of them.

        rto: Longest retransmission timeout, seconds. These four are 0 without ``ss -i``.
    """

    __slots__ = ("retrans", "rto", "silent", "states", "unacked")

    def __init__(self) -> None:
        self.states: dict[str, int] = {}
        self.unacked = 0
        self.retrans = 0
        self.silent = 0
        self.rto = 0.0

    @property
    def count(self) -> int:
        """Connections in all states."""
        return sum(self.states.values())

    def add(self, other: Peer) -> None:
        """Take in what was seen of another."""
        for state, count in other.states.items():
            self.states[state] = self.states.get(state, 0) + count
        self.unacked += other.unacked
        self.retrans = max(self.retrans, other.retrans)
        self.silent += other.silent
        self.rto = max(self.rto, other.rto)


class Sockets:
    """
    Counts of one socket table.

    Attributes:
        states: Count by state (ESTABLISHED, TIME_WAIT, …), LISTEN among them.

        places: The first line with each state.

        peers: By remote ``ip:port`` or ``[ip]:port``, those with most connections first; listeners have none.

        other_peers: What was seen of all peers beyond ``PEERS_KEPT``.

        local_ports: Count by state and local port.

        listeners: By local ``ip:port``; all addresses are ``0.0.0.0``, ``[::]`` or ``*``, as printed.

        close_wait: CLOSE_WAIT sockets by what the program has left unread: ``drained`` (nothing, so it was told of the
            end), ``eof`` (only the end), ``data``.
    """

    def __init__(self) -> None:
        self.states: dict[str, int] = {}
        self.places: dict[str, Place] = {}
        self.peers: dict[str, Peer] = {}
        self.other_peers = Peer()
        self.local_ports: dict[str, dict[int, int]] = {}
        self.listeners: dict[str, Listener] = {}
        self.close_wait = {"drained": 0, "eof": 0, "data": 0}

    def in_ports(self, state: str, first: int, last: int) -> int:
        """Return the sockets in a state whose local port is in a range, both ends included: those this host opened."""
        return sum(count for port, count in self.local_ports.get(state, {}).items() if first <= port <= last)


def read_sockets(source: str | Iterable[str], file: str) -> tuple[Sockets, list[Problem]]:
    """
    Read the output of ss or netstat, in one pass that keeps counts only. What is not TCP is passed over.

    Args:
        source: The text, or its lines.

        file: Its name, for places.
    """
    reading = _Reading(file)
    problems = reading.read(source)
    reading.keep_largest(PEERS_KEPT)
    return reading.sockets, problems


class _Reading(Reading):
    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.sockets = Sockets()
        self.latest: Peer | None = None  # whose further lines (ss -i) may follow
        self.open = False  # whether that connection can carry data

    def take(self, number: int, line: str) -> None:
        """Take in one line."""
        words = line.split()
        if not words:
            return
        if line[0] in " \t" and words[0] not in SS_STATES:
            self.details(line)
            return
        self.latest = None
        if words[0] in ("tcp", "tcp6", "mptcp") and len(words) > 1:
            if words[1] in SS_STATES:
                self.row(number, line, SS_STATES[words[1]], words[2:6], words[6:])
            elif len(words) > 5 and words[5] in STATES:
                self.row(number, line, words[5], words[1:5], None)
            elif words[1] not in ("UNCONN", "CLOSED") and (len(words) < 6 or words[5] not in ("CLOSE", "UNKNOWN")):
                self.problems.add(number, f"{quoted(line)} is cut short or has no state; capture it with ss -tan")
        elif words[0] in SS_STATES:
            self.row(number, line, SS_STATES[words[0]], words[1:5], words[5:])
        elif words[:2] == ["Recv-Q", "Send-Q"]:
            self.problems.add(number, "no column State; ss leaves it out when asked for one state, so use ss -tan")

    def row(self, number: int, line: str, state: str, columns: list[str], rest: list[str] | None) -> None:
        """Count one socket; *columns* are Recv-Q, Send-Q, local and remote address, *rest* what ss has beyond."""
        queues = [_count(column) for column in columns[:2]]
        if len(columns) < 4 or queues[0] is None or queues[1] is None:
            self.problems.add(number, f"{quoted(line)} is cut short or no row of ss; capture it with ss -tan")
            return
        queue, local = queues[0], _address(columns[2])
        sockets = self.sockets
        sockets.states[state] = sockets.states.get(state, 0) + 1
        if state not in sockets.places:
            sockets.places[state] = Place(self.file, number, 1)
        port = local.rpartition(":")[2]
        if port.isdecimal() and len(port) <= 5:
            ports = sockets.local_ports.setdefault(state, {})
            ports[int(port)] = ports.get(int(port), 0) + 1
        if state == "LISTEN":
            self.listener(local, queue, None if rest is None else queues[1], number)
            return
        if state == "CLOSE_WAIT":
            sockets.close_wait["drained" if queue == 0 else "eof" if queue == 1 else "data"] += 1
        name = _address(columns[3])
        peer = sockets.peers.get(name)
        if peer is None:
            if len(sockets.peers) >= 4 * PEERS_KEPT:
                self.keep_largest(PEERS_KEPT)
            peer = sockets.peers[name] = Peer()
        peer.states[state] = peer.states.get(state, 0) + 1
        self.latest, self.open = peer, state in ("ESTABLISHED", "CLOSE_WAIT")
        if rest:  # ss -O: details stand on the same line
            self.details(line)

    def listener(self, address: str, recv_q: int, send_q: int | None, number: int) -> None:
        """Note a listening socket."""
        listeners = self.sockets.listeners
        before = listeners.get(address)
        now = Listener(recv_q, send_q, Place(self.file, number, 1))
        if before:
            worst = before if before.recv_q >= now.recv_q else now
            now = worst._replace(sockets=before.sockets + 1)
        listeners[address] = now

    def details(self, line: str) -> None:
        """Take what ``ss -i`` tells of the socket above."""
        peer = self.latest
        if peer is None or not ("rto:" in line or "unacked:" in line):
            return
        fields = dict(word.split(":", 1) for word in line.split() if ":" in word)
        rto, unacked = fields.get("rto", ""), _count(fields.get("unacked", "")) or 0
        if rto.replace(".", "", 1).isdecimal():
            peer.rto = max(peer.rto, float(rto) / 1000)
        peer.unacked += unacked
        if unacked and self.open:  # not retrans:1/7: it has what is on its way now, and all there ever was
            repeats = _count(fields.get("backoff", "")) or 0
            peer.retrans = max(peer.retrans, repeats)
            peer.silent += repeats >= SILENT

    def keep_largest(self, limit: int) -> None:
        """Sort the peers and count those beyond *limit* together."""
        ordered = sorted(self.sockets.peers.items(), key=lambda item: (-item[1].count, item[0]))
        self.sockets.peers = dict(ordered[:limit])
        for _, peer in ordered[limit:]:
            self.sockets.other_peers.add(peer)


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _address(text: str) -> str:
    """Return ``ip:port``, ``[ip]:port`` or ``*:port`` without an interface; an IPv4 address inside IPv6 as IPv4."""
    if text.count(":") == 1 and "%" not in text:  # most of half a million
        return text
    host, _, port = text.rpartition(":")
    host = host.partition("%")[0].strip("[]")
    if host.lower().startswith("::ffff:") and "." in host:
        host = host[7:]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
