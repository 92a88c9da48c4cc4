"""Documents to measure with: five shapes of path, each with its own numbers, healthy and faulty ones mixed."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator

Draw = random.Random


def texts(count: int, seed: int = 1) -> Iterator[str]:
    """Yield the YAML texts of *count* documents; one seed always gives the same ones."""
    draw = random.Random(seed)
    for number in range(count):
        yield _named(SHAPES[number % len(SHAPES)](draw, number), number)


def _named(text: str, number: int) -> str:
    """Return *text* with hop names of its own: hops of one name in one run would be one hop."""
    names = set(re.findall(r"name: ([a-z]+)", text))
    for name in names:
        text = re.sub(rf"\b{name}\b(?!-\d|@|:)", f"{name}-{number}", text)
    return text


def write(directory: str, count: int) -> None:
    """Write *count* documents into *directory*, one a file, ``0000.yaml`` and on."""
    for number, text in enumerate(texts(count)):
        with open(os.path.join(directory, f"{number:04}.yaml"), "w", encoding="utf-8") as file:
            file.write(text)


def _head(draw: Draw, name: str) -> str:
    p50 = draw.choice([4, 12, 35, 80, 210])
    return f"""\
service: {name}
workload:
  rate: {draw.choice([3, 40, 350, 2400, 9000])}/s      # all instances of the caller together
  peak_factor: {draw.choice([1.5, 2, 3])}
  latency: {{p50: {p50}ms, p99: {p50 * draw.choice([3, 5, 12])}ms}}
  methods: {{GET: {draw.choice([60, 80])}%, POST: {draw.choice([10, 20])}%}}
  response_size: {draw.choice([2, 24, 180])}KiB
"""


def _host(draw: Draw) -> str:
    return f"""\
    process: {{nofile: {draw.choice([1024, 65536])}}}
    host:
      os: linux@{draw.choice(["4.18", "5.15", "6.1"])}
      memory: {draw.choice([4, 8, 32])}GiB
      sysctl:
        net.core.somaxconn: {draw.choice([128, 4096])}
        net.ipv4.ip_local_port_range: {draw.choice(["32768 60999", "10240 65535"])}
        net.ipv4.tcp_keepalive_time: {draw.choice([60, 7200])}
        net.ipv4.tcp_max_syn_backlog: {draw.choice([512, 4096])}
      sockets: {{ESTABLISHED: {draw.randrange(10, 900)}, TIME_WAIT: {draw.randrange(0, 28000)}}}
"""


def _go(draw: Draw, name: str) -> str:
    return f"""\
  - name: {name}
    stack: go@{draw.choice(["1.19", "1.21", "1.22"])}
    instances: {draw.choice([2, 6, 12])}
    settings:
      MaxIdleConnsPerHost: {draw.choice([2, 32, 100])}
      IdleConnTimeout: {draw.choice([4, 50, 90])}s
    retry: {{attempts: {draw.choice([1, 2, 3])}}}
"""


def _node(draw: Draw, name: str) -> str:
    return f"""\
  - name: {name}
    stack: node@{draw.choice([16, 18, 20])}
    instances: {draw.choice([3, 20])}
    settings: {{keepAliveTimeout: {draw.choice([5, 65, 120])}s}}
"""


def _cloud(draw: Draw, number: int) -> str:
    """A Go client through NAT and a balancer to nginx and Node: the README's path."""
    return f"""\
{_head(draw, f"checkout-{number}")}\
symptoms:
  - "read tcp 10.0.4.7:51514->10.0.9.3:443: use of closed network connection"
path:
{_go(draw, "checkout")}{_host(draw)}\
  - stack: aws-nat-gateway
  - stack: aws-alb
  - name: edge
    stack: nginx@1.24
    instances: {draw.choice([2, 3, 5])}
{_node(draw, "pricing")}"""


def _short(draw: Draw, number: int) -> str:
    """What someone in an incident writes: an error and two stacks."""
    return f"""\
service: incident-{number}
symptoms: ["502 Bad Gateway"]
path: [{{stack: aws-alb}}, {{stack: node@{draw.choice([14, 18, 20])}}}]
"""


def _direct(draw: Draw, number: int) -> str:
    """Two services on one network, with what the caller's host shows."""
    return f"""\
{_head(draw, f"orders-{number}")}\
path:
{_go(draw, "orders")}{_host(draw)}{_node(draw, "stock")}"""


def _edge(draw: Draw, number: int) -> str:
    """Callers not known, a balancer, nginx, and Go behind it."""
    return f"""\
{_head(draw, f"catalogue-{number}")}\
path:
  - {{name: browsers, stack: unknown}}
  - stack: aws-alb
  - name: edge
    stack: nginx@{draw.choice(["1.18", "1.24"])}
    instances: 2
{_host(draw)}{_go(draw, "catalogue")}{_host(draw)}"""


def _partner(draw: Draw, number: int) -> str:
    """A call over a tunnel and a firewall to somebody else's server, with one finding accepted."""
    return f"""\
{_head(draw, f"payments-{number}")}\
path:
{_go(draw, "payments")}{_host(draw)}\
  - name: gate
    stack: firewall
    link: {{rtt: {draw.choice([2, 40, 200])}ms, mtu: {draw.choice([1420, 1500])}, loss: 0.1%}}
  - {{name: partner, stack: unknown, addresses: {draw.choice([1, 2, 8])}}}
ignore:
  - rule: retry-without-jitter
    at: payments
    reason: the queue in front already spreads the load
"""


SHAPES: tuple[Callable[[Draw, int], str], ...] = (_cloud, _short, _direct, _edge, _partner)
