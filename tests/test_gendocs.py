"""The generated pages say what the data says, and the conflicts of defaults are those that the engine finds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.explain.defaults import Conflict, Meeting, Stack, at_newest, device_conflicts, meet, named, pair_rules, spans
from advisor.knowledge import load_knowledge
from advisor.schema.keys import KEYS
from advisor.units import parse
from advisor.values import bounds
from tools.conflicts import usual
from tools.gendocs import PAGES
from tools.markdown import cell, link, prose, sentence

DOCS = Path(__file__).parents[1] / "docs"
KNOWN = load_knowledge()
CONFLICTS = "default-conflicts.md"


@functools.cache
def page(name: str) -> str:
    return PAGES[name](KNOWN)


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_the_data_gives(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"../docs/{name}", page(name))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_inside_a_page_leads_to_a_heading(name: str) -> None:
    titles = re.findall(r"^#+ (.*)$", page(name), re.MULTILINE)
    headings = {"#" + re.sub(r"[^\w -]", "", title.strip().lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\((#[^)]*)\)", page(name))) <= headings
    rules = {f"rules.md#{slug}" for slug in KNOWN.rules}
    assert set(re.findall(r"\]\((rules\.md#[^)]*)\)", page(name))) <= rules


def test_every_rule_stack_and_key_has_its_place() -> None:
    rules, stacks, document = (page(name) for name in ("rules.md", "stacks.md", "document.md"))

    assert [slug for slug in KNOWN.rules if f"\n## {slug}\n" not in rules] == []
    assert [name for name in KNOWN.profiles if f"\n## {name}\n" not in stacks] == []
    assert [key.path for key in KEYS if f"| `{key.path}` |" not in document] == []


def test_text_from_the_data_cannot_break_a_page() -> None:
    assert cell("a | b\n <c>") == "a \\| b &lt;c>"
    assert prose("ask <callee>, not `<callee>`") == "ask &lt;callee>, not `<callee>`"
    assert sentence("curl  -si") == "curl -si."
    assert link("see https://a.example/b, and c") == "see <https://a.example/b>, and c"


def stack(text: str) -> Stack:
    name, _, version = text.partition("@")
    return at_newest(KNOWN.profiles[name], version or None)


def judged(*names: str, rule: str) -> Meeting:
    return next(meet([tuple(map(stack, names))], [KNOWN.rules[rule]], KNOWN))


USUAL = [pytest.param(row, id=row["says"].rstrip(".")) for row in usual()]


@pytest.mark.parametrize("row", USUAL)
def test_what_usual_lists_say_holds_in_ours_or_it_is_told_why_not(row: dict[str, Any]) -> None:
    between: list[tuple[str, ...]] = [(device,) for device in row.get("devices", ())] or [()]
    paths = [(one, *devices, other) for one in row["callers"] for devices in between for other in row["callees"]]
    differing = [p for p in paths if not list(judged(*p, rule=row["rule"]).conflicts())]
    told = [p for p in paths if any({*d.get("callers", ()), *d.get("callees", ()), *d.get("devices", ())} & {*p}
                                    for d in row.get("differs", ()))]  # fmt: skip
    assert differing == told


@pytest.mark.parametrize("row", USUAL)
def test_usual_lists_name_the_defaults_that_we_have(row: dict[str, Any]) -> None:
    excepted = {name for d in row.get("differs", ()) for name in d.get("callees", ())}
    for role, group in (("caller", "callers"), ("callee", "callees")):
        for name, said in row[group].items():
            ends = (name, next(iter(row["callees"]))) if role == "caller" else (next(iter(row["callers"])), name)
            value = judged(*ends, rule=row["rule"]).value(f"{role}.idle_timeout")
            (low, high), usual_value = bounds(value), parse(said, "duration")
            assert isinstance(usual_value, float)
            assert name in excepted or 0 < low <= usual_value <= high, f"{name}: {value}, not {said}"
    for name, said in row.get("devices", {}).items():
        found = judged("requests", name, "haproxy", rule=row["rule"])  # neither closes nor probes
        assert [f.raw for c in found.conflicts() for f in c.of("middlebox")] == [parse(said, "duration")], name


def test_where_usual_lists_differ_the_page_says_so() -> None:
    whys = {d["why"] for row in usual() for d in row.get("differs", ())}
    assert whys
    assert [why for why in whys if why not in page(CONFLICTS)] == []


PAIRS = [("aws-alb", "uvicorn"), ("aws-alb", "nginx"), ("go", "jetty"), ("cloudfront", "jetty"), ("cloudflare", "caddy"),
         ("haproxy", "envoy"), ("undici", "uvicorn-worker")]  # fmt: skip


@pytest.mark.parametrize(("caller", "callee"), PAIRS)
def test_a_pair_judged_alone_stands_in_the_section_of_its_callee_if_it_is_in_conflict(caller: str, callee: str) -> None:
    conflicts = list(next(meet([(stack(caller), stack(callee))], pair_rules(KNOWN), KNOWN)).conflicts())
    sections = re.findall(r"^### ([^\n]*)\n(.*?)(?=^##)", page(CONFLICTS), re.MULTILINE | re.DOTALL)
    told = [body for title, body in sections if re.search(rf"[:,] {callee}\b(?!-)", title)]
    assert told
    assert bool(conflicts) == any(re.search(rf"[ ,]{caller}\b(?!-)", body) for body in told)


def test_what_is_said_of_a_device_among_all_is_what_is_said_of_it_alone() -> None:
    """Devices are judged in one document; that must be what a document of three hops says."""
    pair = (stack("haproxy"), stack("envoy"))
    devices = [at_newest(p) for p in KNOWN.profiles.values() if p.is_middlebox and not p.generic]
    together = {_key(c) for c in device_conflicts([[pair]], devices, KNOWN)}
    apart = {_key(c) for d in devices for c in device_conflicts([[pair]], [d], KNOWN)}
    assert together == apart
    assert {name for name, *_ in together} < {d.name for d in devices}


def _key(conflict: Conflict) -> tuple[Any, ...]:
    assert conflict.device is not None
    return conflict.device.name, conflict.rule.slug, tuple((f.property, f.value) for f in conflict.facts)


def test_versions_with_one_behaviour_are_one_stretch() -> None:
    node = spans(KNOWN.profiles["node"], "callee", KNOWN)
    closes = [(s.since, next(meet([(stack("aws-alb"), s)], (), KNOWN)).value("callee.idle_timeout")) for s in node]
    assert [c for c in closes if c[0] in ("20.18", "21", "22.9")] == [("20.18", 6.0), ("21", 5.0), ("22.9", 6.0)]
    assert named(node, node) == "node"
    assert named([s for s, (_, at) in zip(node, closes, strict=True) if at == 6.0], node) == "node 20.18 to before 21 and from 22.9"
    assert named([stack("aws-alb")], [stack("aws-alb")]) == "aws-alb"
