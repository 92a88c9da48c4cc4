"""
The table of every key a document has: what kind of value it takes, what it means, and what is absurd.

The reader and the JSON Schema both follow this table, so neither can know a key that the other does not. A key's
path is its place in the document without list indices: ``path.retry.attempts`` is a hop's retry's attempts. Kinds are
those of `advisor.units`, and:

    text       any scalar
    word       one of `values`
    words      one text or a list of them
    stack      name@version, the version may be missing
    section    a mapping; its keys are the table's entries below its path (or below `like`)
    sections   a list of such mappings
    captures   a file or a list of files; `inline` names what stands for it in the document itself
    interval, limits, methods, settings, symptoms, host, path
               shapes of their own, each explained by its sentence
"""

from __future__ import annotations

import math
from typing import NamedTuple

INF = math.inf


class Key(NamedTuple):
    """One key: its path, kind, meaning in a sentence, and bounds in base units beyond which a value is absurd."""

    path: str
    kind: str
    says: str
    low: float = 0.0
    high: float = INF
    values: tuple[str, ...] = ()
    like: str = ""
    inline: str = ""

    @property
    def section(self) -> str:
        """The path of the section that the sub-keys of this key stand below."""
        return self.like or self.path


HOUR, DAY = 3600.0, 86400.0
MANY = 1e9  # hosts, connections, descriptors: more is a slip
_PHASES = ("lease", "connect", "tls", "send", "headers", "body", "idle")
_MOMENTS = ("start", "peak", "quiet", "rollout", "restart", "failover", "cancel")
_PROTOCOLS = (
    "http1", "http2", "http3", "grpc", "websocket", "redis", "postgres", "mysql", "mongodb", "memcached", "kafka",
    "amqp", "mqtt", "nats", "cassandra", "ldap", "smtp", "tcp",
)  # fmt: skip

KEYS: tuple[Key, ...] = (
    Key("service", "text", "Name in the report; default: the last hop's name."),
    Key("workload", "section", "What the whole path carries: all instances of the first hop together."),
    Key("workload.rate", "rate", "Requests; /s /min /h /d.", high=1e9),
    Key("workload.peak_factor", "ratio", "The busiest second over the average one.", 1, 1000),
    Key("workload.concurrency", "count", "Requests in flight.", high=MANY),
    Key("workload.interval", "interval", "Between two uses of one connection: {min, max}, or one duration: periodic."),
    Key("workload.interval.min", "duration", "The shortest.", high=365 * DAY),
    Key("workload.interval.max", "duration", "The longest.", high=365 * DAY),
    Key("workload.silence", "duration", "Longest time without a byte inside a request.", high=DAY),
    Key("workload.quiet_rate", "rate", "Requests in the quiet hours.", high=1e9),
    Key("workload.latency", "section", "From request to answer, as the first hop sees it."),
    Key("workload.latency.p50", "duration", "Half of the requests are faster.", high=HOUR),
    Key("workload.latency.p99", "duration", "All but one in a hundred are faster.", high=HOUR),
    Key("workload.latency.mean", "duration", "The mean; sizing needs it; default: derived.", high=HOUR),
    Key("workload.deadline", "duration", "How long the first hop can wait."),
    Key("workload.methods", "methods", "HTTP methods with their share of requests, or a list of methods."),
    Key("workload.request_size", "size", "Of the body.", high=2.0**50),
    Key("workload.response_size", "size", "Of the body.", high=2.0**50),
    Key("workload.upload_time", "section", "How long the sending of the request body takes."),
    Key("workload.upload_time.p50", "duration", "Half of the uploads are faster.", high=DAY),
    Key("workload.upload_time.p99", "duration", "All but one in a hundred are faster.", high=DAY),
    Key("workload.new_connections", "rate", "As observed, not as computed.", high=1e9),
    Key("workload.burst", "section", "Connections opened all at once: after a restart, in a cron minute."),
    Key("workload.burst.connections", "count", "How many.", high=MANY),
    Key("workload.burst.within", "duration", "In how much time.", high=HOUR),
    Key("symptoms", "symptoms", "What was seen; an error's text alone is enough."),
    Key("symptoms.text", "text", "The error's text."),
    Key("symptoms.class", "text", "A symptom without an error text: hang, slow-transfer, imbalance."),
    Key("symptoms.log", "captures", "A log to look for error texts in."),
    Key("symptoms.from", "text", "The hop that printed it."),
    Key("symptoms.absent_at", "words", "Hops whose logs do not know the request."),
    Key("symptoms.share", "share", "Of requests.", high=1),
    Key("symptoms.rate", "rate", "So many.", high=1e9),
    Key("symptoms.lasts", "lasts", "A time, restart (until one) or forever.", values=("restart", "forever")),
    Key("symptoms.when", "section", "Circumstances under which it fails."),
    Key("symptoms.when.method", "words", "HTTP methods."),
    Key("symptoms.when.idle", "duration", "Silence on the connection before.", high=365 * DAY),
    Key("symptoms.when.after", "duration", "Time since the request began.", high=365 * DAY),
    Key("symptoms.when.phase", "word", "What the request was doing.", values=_PHASES),
    Key("symptoms.when.request", "count", "The n-th request on the connection.", 1, MANY),
    Key("symptoms.when.size", "size", "Of the body.", high=2.0**50),
    Key("symptoms.when.client", "text", "Which client: browser, curl, a library."),
    Key("symptoms.when.during", "word", "What was going on.", values=_MOMENTS),
    Key("symptoms.when.pattern", "word", "How it is spread over time.", values=("steady", "bursts", "periodic")),
    Key("symptoms.when.every", "duration", "Time between two bursts.", high=365 * DAY),
    Key("symptoms.when.without", "text", "A hop that was left out."),
    Key("symptoms.not_when", "section", "Tried, and it did not fail.", like="symptoms.when"),
    Key("changes", "sections", "What was altered, before it began or to cure it."),
    Key("changes.what", "text", "What was changed, as HOP.SETTING."),
    Key("changes.from", "text", "The value before."),
    Key("changes.to", "text", "The value after."),
    Key("changes.effect", "word", "What came of it.", values=("began", "none", "better", "worse", "gone")),
    Key("path", "path", "The hops in order, from the caller to the last server; the last element may be a split."),
    Key("path.name", "text", "Default: the stack's name."),
    Key("path.stack", "stack", "What it is, or serves with: name@version."),
    Key("path.client", "stack", "What it calls the next hop with, where that is another stack."),
    Key("path.runtime", "stack", "What it runs on, where that matters."),
    Key("path.platform", "stack", "Where it runs: implied limits and middleboxes."),
    Key("path.instances", "count", "Hosts or pods.", 1, 1e6),
    Key("path.hosts", "count", "Names the caller uses: a pool each.", 1, 1e6),
    Key("path.addresses", "count", "IP:port pairs: a range of ephemeral ports each.", 1, 1e6),
    Key("path.latency", "section", "From this hop's request to its answer."),
    Key("path.latency.p50", "duration", "Half of the requests are faster.", high=HOUR),
    Key("path.latency.p99", "duration", "All but one in a hundred are faster.", high=HOUR),
    Key("path.latency.mean", "duration", "The mean; default: derived.", high=HOUR),
    Key("path.fan_out", "ratio", "Calls to the next hop per request.", high=10_000),
    Key("path.settings", "settings", "Settings by the stack's own names, or the advisor's."),
    Key("path.retry", "section", "What happens after a failed try."),
    Key("path.retry.attempts", "count", "All tries, the first included; or unlimited.", 1),
    Key("path.retry.first", "duration", "Wait before the second try.", high=DAY),
    Key("path.retry.factor", "ratio", "Each wait over the one before.", 1, 100),
    Key("path.retry.cap", "duration", "The longest wait."),
    Key("path.retry.jitter", "word", "How waits are spread.", values=("none", "equal", "full")),
    Key("path.retry.within", "duration", "Give up after."),
    Key("path.retry.budget", "share", "Retries as a share of requests.", high=INF),
    Key("path.retry.on_error", "words", "Errors and status codes that are retried."),
    Key("path.retry.methods", "words", "HTTP methods that are retried."),
    Key("path.retry.resumes", "flag", "Goes on where it stopped; false: starts from zero."),
    Key("path.process", "captures", "Of one instance; or the output of `advisor collect`.", inline="section"),
    Key("path.process.count", "count", "Processes, each with its own pools.", 1, 1e6),
    Key("path.process.nofile", "limits", "Limit of open files: {soft, hard}; a bare number means both."),
    Key("path.process.nofile.soft", "count", "The limit that holds.", 1),
    Key("path.process.nofile.hard", "count", "How far a process may raise it.", 1),
    Key("path.process.open_files", "count", "Open files, as observed.", high=MANY),
    Key("path.process.memory", "size", "What it may use.", high=2.0**50),
    Key("path.process.cpus", "ratio", "What it may use.", high=1e5),
    Key("path.process.stall", "duration", "Longest pause seen: garbage collection, a blocked event loop.", high=HOUR),
    Key("path.host", "host", "The kernel below; or the name of a hop: the same host."),
    Key("path.host.os", "stack", "Kernel and its version, such as linux@6.1."),
    Key("path.host.cpus", "ratio", "Of the host.", high=1e5),
    Key("path.host.memory", "size", "Of the host.", high=2.0**50),
    Key("path.host.nic", "bandwidth", "Of the network interface.", high=1e13),
    Key("path.host.sysctl", "captures", "Sysctls by name, or the output of `sysctl -a`.", inline="texts"),
    Key("path.host.sockets", "captures", "Sockets by state, or by peer and state, or the output of `ss`.",
        inline="sockets"),
    Key("path.host.counters", "captures", "Counters and the time they cover (over), or captures of `nstat`, `netstat -s`, "
        "`conntrack -S`, softnet_stat and sockstat; two of one kind are before and after.", inline="counters"),
    Key("path.config", "captures", "The stack's own configuration files."),
    Key("path.use", "section", "Which part of the configuration the path goes through."),
    Key("path.use.server", "text", "nginx: the server."),
    Key("path.use.location", "text", "nginx: the location."),
    Key("path.use.frontend", "text", "HAProxy: the frontend."),
    Key("path.use.backend", "text", "HAProxy: the backend."),
    Key("path.use.cluster", "text", "Envoy: the cluster."),
    Key("path.link", "section", "The stretch that leads to this hop."),
    Key("path.link.rtt", "duration", "Round trip; added up over a leg.", high=60),
    Key("path.link.bandwidth", "bandwidth", "The least over a leg.", high=1e13),
    Key("path.link.mtu", "count", "Bytes of a packet; the least over a leg.", 68, 65536),
    Key("path.link.loss", "share", "Of packets.", high=1),
    Key("path.link.protocol", "word", "What is spoken.", values=_PROTOCOLS),
    Key("path.link.tls", "word", "Who shows a certificate.", values=("none", "server", "mutual")),
    Key("path.link.transport", "word", "unix: no ports, no handshake.", values=("tcp", "unix")),
    Key("path.split", "split", "The path goes on to one of these; only as the path's last element."),
    Key("path.split.share", "share", "Of requests.", high=1),
    Key("path.split.path", "path", "The hops of this branch.", like="path"),
    Key("ignore", "sections", "Rules that are known here and accepted."),
    Key("ignore.rule", "text", "The rule's name."),
    Key("ignore.at", "text", "The hop; default: every hop."),
    Key("ignore.reason", "text", "Why, for who reads the report."),
    Key("ignore.until", "date", "The last day it holds."),
)  # fmt: skip


def _sections() -> dict[str, dict[str, Key]]:
    sections: dict[str, dict[str, Key]] = {}
    for key in KEYS:
        parent, _, name = key.path.rpartition(".")
        sections.setdefault(parent, {})[name] = key
    return sections


# The keys of each section by name; "" is the document itself.
SECTIONS = _sections()
