"""Documents as a person might write them, from the stacks, versions and settings that the advisor knows, and worse ones."""

from __future__ import annotations

import os
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from math import inf
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

from advisor.api import check
from advisor.document import read_documents
from advisor.engine import VIOLATED, Outcome, instances, judge
from advisor.knowledge import Knowledge, load_knowledge
from advisor.model import Builder, System
from advisor.plan import Plan, Planner
from advisor.report.parts import ChangeView, Run
from advisor.sheet import Sheet
from advisor.stacks import Effective, Profile, Setting, alias
from advisor.units import show

TODAY = "2026-01-01"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
Plain = dict[str, Any]


@cache
def knowledge() -> Knowledge:
    """Return all that the advisor knows, loaded once."""
    return load_knowledge()


def run(text: str, **options: Any) -> Run:
    """Return what the advisor says of a document's text."""
    return check(["-"], stdin=text, today=TODAY, knowledge=knowledge(), **options)


def as_yaml(*documents: Plain) -> str:
    """Return plain documents as one YAML stream."""
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=10_000)


class Planned(NamedTuple):
    """One system of a text, its outcomes and its plan."""

    system: System
    sheet: Sheet
    outcomes: list[Outcome]
    plan: Plan

    def violated(self) -> set[tuple[str, str, str]]:
        """Return what is violated as the system stands, by rule, subject and element."""
        return {o.instance.key for o in self.outcomes if o.status == VIOLATED}


def plans(text: str, known: Knowledge | None = None, rules: Iterable[str] | None = None) -> list[Planned]:
    """Return the systems of a text that is right, judged by *rules* (all, where none are named) and planned for."""
    known = known or knowledge()
    documents, problems = read_documents(["-"], stdin=text)
    builder = Builder(known, TODAY)
    systems = list(builder.build(documents))
    assert [str(p) for p in (*problems, *builder.problems)] == []
    found = []
    for system in systems:
        sheet = Sheet(known.properties)
        outcomes = judge(instances([known.rules[r] for r in rules or known.rules], system.subjects), sheet)
        found.append(Planned(system, sheet, outcomes, Planner(sheet, outcomes).plan()))
    return found


def applied(document: Plain, changes: Iterable[ChangeView]) -> Plain | None:
    """Return *document* with *changes* written into it by hand, as the report names them; None where it cannot be done so."""
    document = deepcopy(document)
    by_name = {hop["name"]: hop for hop in document["path"]}
    linux = knowledge().profiles["linux"].settings
    for change in changes:
        hop = by_name[change.hop]
        if change.full_name in linux:
            if linux[change.full_name].part:
                return None  # one figure of several: the others would have to be written too
            hop.setdefault("host", {}).setdefault("sysctl", {})[change.full_name] = change.planned
            continue
        role, _, name = change.full_name.partition(".")
        found = (
            knowledge().properties.find({"caller": "end", "callee": "end"}.get(role, role), name)
            if role in ("caller", "callee", "hop", "host")
            else None
        )
        if found is not None and found.key:
            place = hop  # a fact of the document's own: retry.first
            *sections, last = found.key.split(".")
            for section in sections:
                if not isinstance(place.setdefault(section, {}), dict):  # a bare number of descriptors means both limits
                    place[section] = {"soft": place[section], "hard": place[section]}
                place = place[section]
            place[last] = change.planned
        else:
            hop.setdefault("settings", {})[change.full_name] = "" if change.planned == '""' else change.planned
    return document


_EVERYDAY: dict[str, list[str]] = {
    "duration": ["0s", "1ms", "200ms", "1s", "2s", "5s", "15s", "30s", "60s", "75s", "90s", "350s", "1h", "2h", "never"],
    "size": ["1KiB", "16KiB", "64KiB", "1MiB", "8MiB"],
    "rate": ["1/s", "100/s", "2000/s"],
    "count": ["1", "2", "10", "100", "1024", "100000", "unlimited"],
    "ratio": ["0", "1", "1.5", "10"],
    "share": ["0", "0.1", "50%", "1"],
    "bandwidth": ["10Mbit/s", "1Gbit/s", "10Gbit/s"],
    "flag": ["true", "false"],
}


def everyday(kind: str) -> st.SearchStrategy[str]:
    """Values of a kind as people write them, some of them estimates."""
    values = st.sampled_from(_EVERYDAY[kind])
    return values | values.map("~{}".format) if kind in ("duration", "rate", "count") else values


def setting_values(setting: Setting) -> st.SearchStrategy[str]:
    """Values that *setting* takes: everyday ones within its range, the ends of it, and its special ones."""
    base, name = setting.kind.base, setting.kind.name
    if base != "number":
        return st.sampled_from(list(setting.kind.options) or (_EVERYDAY["flag"] if base == "flag" else ["text"]))
    low, high = setting.range
    values = [v for v in _EVERYDAY.get(name, _EVERYDAY["ratio"]) if low <= setting.read(v) <= high]
    values += [text for end in (low, high) if abs(end) < inf and low <= setting.read(text := show(end, name)) <= high]  # it rounds
    values += [show(special, name) for special in setting.special if isinstance(special, float) and special >= 0]
    return st.sampled_from(values or ["1"])


@st.composite
def settings_of(draw: st.DrawFn, profile: Profile, most: int = 4, version: str | None = None) -> Plain:
    """Some settings that a stack has in *version*, with values it takes."""
    whole = [s for s in profile.settings.values() if s.part is None and not s.missing(version)]
    chosen = draw(st.lists(st.sampled_from(whole), max_size=most, unique_by=lambda s: s.name)) if whole else []
    return {setting.name: draw(setting_values(setting)) for setting in chosen}


@st.composite
def references(draw: st.DrawFn, profile: Profile) -> str:
    """Write the stack as ``name`` or ``name@version``."""
    lines = [line.line for line in profile.versions]
    version = draw(st.sampled_from([None, *lines, *(f"{line}.1" for line in lines)]))
    return profile.name + (f"@{version}" if version else "")


def optional(draw: st.DrawFn, **values: st.SearchStrategy[Any]) -> Plain:
    """Return some of the *values*; a double underscore stands for a point in a key."""
    return {key.replace("__", "."): draw(value) for key, value in values.items() if draw(st.booleans())}


@st.composite
def hosts(draw: st.DrawFn) -> Plain:
    linux = knowledge().profiles["linux"]
    host = optional(draw, os=references(linux), cpus=st.sampled_from(["1", "8"]), memory=st.sampled_from(["2GiB", "64GiB"]))
    sysctls = draw(settings_of(linux, 3))
    if sysctls:
        host = {"os": "linux", **host, "sysctl": sysctls}
    if draw(st.booleans()):
        host["sockets"] = {"all": optional(draw, TIME_WAIT=everyday("count"), CLOSE_WAIT=st.just("3"))}
    return {key: value for key, value in host.items() if value}


_RETRY = {"attempts": "attempts", "first": "retry_first", "jitter": "retry_jitter", "budget": "retry_budget"}


def _told(profile: Profile, prop: str, settings: Plain) -> bool:
    """Return whether one of *settings* tells the property already: to tell it twice is wrong."""
    gives = profile.gives.get(prop)
    if isinstance(gives, Effective):
        return any(alias(name) in gives.value.names for name in settings)
    return isinstance(gives, Setting) and gives.name in settings


@st.composite
def hops(draw: st.DrawFn, name: str, role: str) -> Plain:
    """Return a hop that can stand at an end or in between: *role* is one of ``ends`` in the profiles."""
    fitting = [p for p in knowledge().profiles.values() if role in p.ends and "host" not in p.ends]
    profile = draw(st.sampled_from(fitting))
    hop: Plain = {"name": name, "stack": draw(references(profile))}
    settings = draw(settings_of(profile, version=hop["stack"].partition("@")[2] or None))
    if settings:
        hop["settings"] = settings
    if role == "middlebox":
        return hop
    hop |= optional(
        draw, instances=st.sampled_from(["1", "4", "12"]), hosts=st.sampled_from(["1", "20"]), fan_out=st.sampled_from(["1", "3"])
    )
    retry = optional(
        draw,
        attempts=st.sampled_from(["1", "3", "unlimited"]),
        first=everyday("duration").filter(lambda d: "never" not in d),
        jitter=st.sampled_from(["none", "full"]),
        budget=everyday("share"),
    )
    told = {key for key in retry if _told(profile, f"caller.{_RETRY[key]}", settings)}
    retry = {key: value for key, value in retry.items() if key not in told}
    if retry:
        hop["retry"] = retry
    process = optional(draw, count=st.sampled_from(["1", "4"]), nofile=st.sampled_from(["1024", "65536"]))
    if process:
        hop["process"] = process
    host = draw(hosts()) if draw(st.booleans()) else {}
    return {**hop, "host": host} if host else hop


@st.composite
def workloads(draw: st.DrawFn) -> Plain:
    return optional(
        draw,
        rate=everyday("rate"),
        peak_factor=st.sampled_from(["1", "2", "10"]),
        deadline=st.sampled_from(["1s", "10s", "never"]),
        methods=st.sampled_from([["GET"], {"GET": "80%", "POST": "20%"}]),
        latency=st.sampled_from([{"p50": "10ms", "p99": "100ms"}, {"mean": "20ms"}, {"p50": "35ms"}]),
        silence=st.sampled_from(["1s", "90s"]),
        quiet_rate=st.just("1/min"),
    )


@st.composite
def documents(draw: st.DrawFn, prefix: str = "hop", longest: int = 4) -> Plain:
    """Return a document that is right: two to *longest* hops that end connections, with middleboxes between."""
    path = []
    for i in range(draw(st.integers(2, longest))):
        if i and draw(st.integers(0, 3)) == 0:
            path.append(draw(hops(f"{prefix}-box-{i}", "middlebox")))
        hop = draw(hops(f"{prefix}-{i}", "caller" if i == 0 else "callee"))
        if i and draw(st.booleans()):
            hop["link"] = optional(
                draw,
                rtt=st.sampled_from(["200us", "1ms", "80ms"]),
                bandwidth=everyday("bandwidth"),
                protocol=st.sampled_from(["http1", "http2"]),
            )
        path.append(hop)
    document: Plain = {"service": prefix}
    workload = draw(workloads())
    if workload:
        document["workload"] = workload
    texts = [e.text.replace("…", "x") for p in knowledge().profiles.values() for e in p.errors]
    if draw(st.integers(0, 3)) == 0:
        document["symptoms"] = draw(st.lists(st.sampled_from(texts), min_size=1, max_size=2))
    return {**document, "path": path}


HOSTILE = [
    "a\nb",
    "\r\n\r\nX: y",
    "\x1b[31mred\x1b[0m",
    "\x07",
    "\x00",
    "\u202eltr",
    "\u2028",
    "<script>alert(1)</script>",
    "<!-- ",
    "-->",
    "[x](javascript:alert(1))",
    "`rm -rf`",
    "```",
    "$(id)",
    "${HOME}",
    "'; drop",
    '"',
    "\\",
    "{{7*7}}",
    "{% raw %}",
    "{caller}",
    "%s%n",
    "|a|b|",
    "# head",
    "* item",
    "&amp;",
    "é" * 3,
    "🙂",
    "a" * 300,
    "..",
    "/etc/passwd",
    "-",
    "~",
    "@all",
    "=1+1",
    "*/ int x;",
    "*/",
    "//",
    "#{x}",
    "'''",
    '"""',
]
"""Texts that mean something to a terminal, a browser, a shell or a program."""

hostile = st.sampled_from(HOSTILE) | st.text(max_size=20) | st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join)


@cache
def real_documents() -> list[str]:
    """Return the texts of the documents that this repository holds."""
    found = []
    for top in ("examples", os.path.join("tests", "data")):
        for folder, _, names in sorted(os.walk(os.path.join(ROOT, top))):
            for name in sorted(names):
                if name.endswith(".yaml") and name != "formula_vectors.yaml":
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        found.append(file.read())
    return found


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return a real document with some lines gone, doubled, moved, cut or filled with something else."""
    lines = draw(st.sampled_from(real_documents())).split("\n")
    for _ in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(lines) - 1))
        line = lines[i]
        how = draw(st.sampled_from(["drop", "double", "swap", "cut", "value", "indent", "key"]))
        if how == "drop" and len(lines) > 1:
            del lines[i]
        elif how == "double":
            lines.insert(i, line)
        elif how == "swap":
            j = draw(st.integers(0, len(lines) - 1))
            lines[i], lines[j] = lines[j], lines[i]
        elif how == "cut":
            lines[i] = line[: draw(st.integers(0, len(line)))]
        elif how == "indent":
            lines[i] = " " * draw(st.integers(0, 6)) + line.lstrip()
        elif ": " in line:
            key, value = line.split(": ", 1)
            odd = draw(
                st.sampled_from(
                    [
                        "-1",
                        "0",
                        "1e999",
                        "never",
                        "unlimited",
                        "[]",
                        "{}",
                        "~",
                        "null",
                        "x",
                        "1s",
                        "9" * 30,
                        "@",
                        "node@x",
                        "true",
                        "0.0001ms",
                        "'",
                        "nan",
                        ".inf",
                        "-.inf",
                        "1e-320s",
                        "100000000h",
                    ]
                )
            )
            lines[i] = f"{key}: {odd}" if how == "value" else f"{key.rstrip()}x: {value}"
    return "\n".join(lines)
