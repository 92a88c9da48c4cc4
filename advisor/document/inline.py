"""What captures of a host would say, written into the document itself: sysctls, sockets and counters."""

from __future__ import annotations

from advisor.document.fields import Fields
from advisor.document.parts import Capture, Inline, Stated
from advisor.errors import Place, meant, shown
from advisor.schema.keys import Key
from advisor.source import Node

_STATES = (
    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
    "LISTEN", "CLOSING",
)  # fmt: skip
_SOCKET_FACTS = {"unacked": "count", "retrans": "count", "recv_q": "count", "send_q": "count", "rto": "duration"}


def inline_or_captures(fields: Fields, key: Key, node: Node, name: str) -> Inline | list[Capture]:
    """Return sysctls, sockets or counters: what the document itself says, or the files it names."""
    if node.kind != "mapping":
        return fields.captures(key, node, name)
    if key.inline == "sockets":
        return _sockets(fields, node)
    inline: dict[str, Stated] = {}
    for text, _, value in node.items():
        if value.absent:
            continue
        if key.inline == "texts":
            stated = _sysctl(fields, text, value)
        else:
            kind = "duration" if text == "over" else "count"
            stated = fields.value(Key(text, kind, ""), value, shown(text))
        if stated is not None:
            inline[text] = stated
    return inline


def _sockets(fields: Fields, node: Node) -> Inline:
    """Return sockets by peer; those stated without one are those of all."""
    peers: dict[str, dict[str, Stated]] = {}
    for text, _, value in node.items():
        if value.absent:
            continue
        if value.kind == "mapping":
            facts = {}
            for name, place, count in value.items():
                if not count.absent and (stated := _socket(fields, name, place, count)) is not None:
                    facts[name] = stated
            peers.setdefault(text, {}).update(facts)
        elif (stated := _socket(fields, text, value.place, value)) is not None:
            peers.setdefault("all", {})[text] = stated
    return peers


def _socket(fields: Fields, name: str, place: Place, node: Node) -> Stated | None:
    kind = "count" if name in _STATES else _SOCKET_FACTS.get(name)
    if kind is None:
        known = (*_STATES, *_SOCKET_FACTS)
        hint = meant(name.replace("-", "_"), known, f"write one of {', '.join(known)}")
        fields.complain(place, f'no socket state "{shown(name)}"{hint}')
        return None
    return fields.value(Key(name, kind, ""), node, name)


def _sysctl(fields: Fields, name: str, node: Node) -> Stated | None:
    if node.kind == "list":
        texts = [e.text for e in node.elements()]
        return Stated(" ".join(texts), node.place, " ".join(texts))
    if fields.is_kind(node, "scalar", shown(name), f"the sysctl's whole name, such as {shown(name)}.somaxconn: 4096"):
        return Stated(node.text, node.place, node.text)
    return None
