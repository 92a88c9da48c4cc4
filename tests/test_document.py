"""Documents are read whole, with the place of every value, or refused with every problem."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from advisor.document import Capture, Document, Stated, chains, read_document, read_documents
from advisor.errors import Place, Problem
from advisor.schema import json_schema
from advisor.schema.keys import KEYS, SECTIONS, Key
from advisor.source import load_text, parse_text, to_plain
from advisor.units import UNITS

EVERYTHING = Path(__file__).parent / "data" / "everything.yaml"
TYPICAL = """\
service: checkout
workload: {rate: ~2400/s, interval: 5s, methods: [GET, POST]}
symptoms: ["502 Bad Gateway"]
path:
  - name: checkout
    stack: go@1.20
    settings: {IdleConnTimeout: 90s, b.c: [1], nothing: }
    retry: {attempts: unlimited, on_error: reset}
    process: {nofile: 1024}
    host:
      os: linux@6.10
      sysctl: {net.core.somaxconn: 4096, net.ipv4.ip_local_port_range: [32768, 60999]}
      sockets: {TIME_WAIT: 3, "10.0.0.1:443": {ESTABLISHED: 1, rto: 120s}}
      counters: {over: 1h, ListenOverflows: 12}
  - stack: aws-nat-gateway
  - {stack: node, host: checkout, latency: , link: {rtt: 2ms, protocol: grpc}}
"""


def read(text: str) -> tuple[Document | None, list[Problem]]:
    (node,) = load_text(text, "f.yaml")
    return read_document(node, is_middlebox=lambda stack: "nat" in stack, check_files=False)


def good(text: str) -> Document:
    document, problems = read(text)

    assert problems == []
    assert document is not None
    return document


def wrong(text: str) -> list[str]:
    document, problems = read(text)

    assert document is None
    return [str(problem) for problem in problems]


def test_values_keep_unit_place_text_and_estimate() -> None:
    """A value is in base units, knows where it stands and what was written."""
    document = good(TYPICAL)

    assert document.workload["rate"] == Stated(2400.0, Place("f.yaml", 2, 18), "2400/s", True)
    assert document.workload["interval.min"].value == document.workload["interval.max"].value == 5.0
    assert document.workload["interval.periodic"].value is True
    assert document.workload["methods"].value == (("GET", None), ("POST", None))
    assert document.service == Stated("checkout", Place("f.yaml", 1, 10), "checkout")


def test_a_hop_has_flat_facts_and_raw_settings() -> None:
    """Facts have dotted keys, a bare nofile is both limits, settings are left to the stack's profile."""
    hop = good(TYPICAL).path[0]

    assert {name: fact.value for name, fact in hop.facts.items()} == {
        "retry.attempts": math.inf,
        "retry.on_error": ("reset",),
        "process.nofile.soft": 1024.0,
        "process.nofile.hard": 1024.0,
    }
    assert [(s.name, to_plain(s.node)) for s in hop.settings] == [("IdleConnTimeout", "90s"), ("b.c", [1])]
    assert hop.stack is not None
    assert hop.stack[:2] == ("go", "1.20")


def test_a_host_is_stated_inline_or_is_another_hops() -> None:
    """Versions are the text of the scalar; sockets without a peer are those of all."""
    first, _, last = good(TYPICAL).path
    assert first.host is not None
    assert isinstance(first.host.sysctl, dict)
    assert isinstance(first.host.sockets, dict)
    assert isinstance(first.host.counters, dict)
    assert last.host is not None

    assert first.host.facts["os"].value == "linux@6.10"
    assert first.host.sysctl["net.ipv4.ip_local_port_range"].value == "32768 60999"
    assert {peer: {k: v.value for k, v in s.items()} for peer, s in first.host.sockets.items()} == {
        "all": {"TIME_WAIT": 3.0},
        "10.0.0.1:443": {"ESTABLISHED": 1.0, "rto": 120.0},
    }
    assert {k: v.value for k, v in first.host.counters.items()} == {"over": 3600.0, "ListenOverflows": 12.0}
    assert (last.host.name_of, last.facts, last.name) == ("checkout", {}, "node")
    assert {k: v.value for k, v in last.link.items()} == {"rtt": 0.002, "protocol": "grpc"}


def test_everything_is_read() -> None:
    """A document that uses every key leaves none of the table's keys unread."""
    document = good(EVERYTHING.read_text(encoding="utf-8"))
    hop = document.path[0]

    hops = [hop for chain in chains(document.path, document.split) for hop in chain]
    facts = {f"workload.{k}" for k in document.workload}
    facts |= {f"path.{k}" for h in hops for k in h.facts}
    facts |= {f"path.link.{k}" for h in hops for k in h.link} | {f"path.use.{k}" for h in hops for k in h.use}
    facts |= {f"path.host.{k}" for h in hops if h.host for k in h.host.facts}
    facts |= {f"symptoms.{k}" for s in document.symptoms for k in s.facts}
    facts |= {f"symptoms.when.{k}" for s in document.symptoms for k in (*s.when, *s.not_when)}
    values = {k.path for k in KEYS if k.kind in UNITS or k.kind in ("flag", "word", "lasts", "methods")}
    assert values - facts == {"path.split.share", "changes.effect"}
    assert document.split[0].share is not None
    assert [[h.name for h in chain][-1] for chain in chains(document.path, document.split)] == ["pricing", "partners"]
    assert hop.process == []
    assert hop.client is not None
    assert [hop.runtime and hop.runtime.version, hop.platform and hop.platform.name] == ["21", "kubernetes"]
    assert [c.effect for c in document.changes] == ["began", "none", None]
    assert document.ignore[0][:4] == ("retry-without-jitter", "checkout", "the queue spreads the load", "2027-01-31")
    (config,) = [h.config for h in document.path if h.config]
    assert [c[:2] for c in config] == [("config", "a.yaml"), ("config", "b.yaml")]
    assert document.symptoms[1].absent_at == ("pricing",)
    assert document.symptoms[3].log == "error.log"


def test_keys_without_value_are_absent() -> None:
    """Every key but path can be left empty and nothing changes."""
    nothing = "service:\nworkload:\nsymptoms: ~\nchanges: null\nignore:\n"

    document = good(nothing + "path: [{stack: a, host: }, {stack: b, link: ~}]")

    assert document[2:6] == (None, {}, [], [])
    assert document.ignore == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("path: [{stack: a}, {stack: a}]", "f.yaml:1:28: two hops are named a, here and at 1:16; names must differ"),
        (
            "path: [{stack: a}, {stack: nat}]",
            "f.yaml:1:1: the path has one hop that ends connections; it needs a caller and a callee",
        ),
        (
            "path: [{stack: a}, {stack: b, host: c}]",
            'f.yaml:1:37: no hop "c"; the path has a, b',
        ),
        ("path: [{stack: a}, {stack: b}]\npaht: 1", 'f.yaml:2:1: no key "paht" in the document; did you mean path?'),
        (
            "path: [{stack: a}, {stack: b}]\nchanges: [{what: c.x}]",
            'f.yaml:2:18: no hop "c"; write what: HOP.SETTING, or a sentence',
        ),
    ],
)
def test_what_is_wrong_between_values_is_told(text: str, problem: str) -> None:
    """Names and roles are checked over the whole document."""
    assert wrong(text) == [problem]


def test_a_change_may_be_a_sentence() -> None:
    """What was altered is a hop's setting, the workload, or words."""
    text = "path: [{stack: a}, {stack: b.c}]\nchanges: [{what: b.c.x}, {what: workload.rate}, {what: a new region}]"

    assert [c.what for c in good(text).changes] == ["b.c.x", "workload.rate", "a new region"]


def test_good_documents_stand_beside_bad_ones(tmp_path: Path) -> None:
    """Of a directory the good documents are read, and what is no document of ours is passed over."""
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.yaml").write_text("path: 1")
    (tmp_path / "b.yml").write_text("kind: Service\n---\npath: [{stack: a}, {stack: b}]\n---\npath: 5\n")
    (tmp_path / "a.yaml").write_text("path: [{stack: c}, {stack: d, config: b.yml}]\n")
    (tmp_path / "c.yaml").write_text("{{ template }}\n")
    (tmp_path / "d.yaml").write_text('{"path": [{"stack": "x"}, {"stack": "y"}]}')

    documents, problems = read_documents([str(tmp_path)])

    assert [[h.name for h in d.path] for d in documents] == [["c", "d"], ["a", "b"], ["x", "y"]]
    assert documents[0].path[1].config == [Capture("config", "b.yml", Place(str(tmp_path / "a.yaml"), 1, 39))]
    assert [(p.place.file, p.place.line) for p in problems] == [(str(tmp_path / "b.yml"), 5)]


def test_standard_input() -> None:
    """A dash is what is given for it."""
    documents, problems = read_documents(["-"], stdin="path: [{stack: a}, {stack: b}]")

    assert [d.file for d in documents] == ["-"]
    assert problems == []


def test_too_many_problems_end_the_reading() -> None:
    """A file of another kind is not answered with ten thousand lines."""
    said = wrong("path: [{stack: a}, {stack: b}]\n" + "".join(f"k{n}: 1\n" for n in range(10_000)))

    assert len(said) == 101
    assert "f.yaml:1:1: more than 99 problems; the rest is not shown" in said


def test_lists_are_bounded() -> None:
    """A path of ten thousand hops is refused at once."""
    said = wrong("path: [" + "{stack: a}, " * 10_000 + "]")

    assert said == ["f.yaml:1:7: path has 10000 elements, over 1000; split the document"]


VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@pytest.mark.parametrize("text", [TYPICAL, EVERYTHING.read_text(encoding="utf-8")], ids=["typical", "everything"])
def test_the_schema_accepts_what_is_right(text: str) -> None:
    """What the reader reads, an editor does not mark."""
    VALIDATOR.check_schema(json_schema())

    assert [e.message for node in load_text(text, "f") for e in VALIDATOR.iter_errors(to_plain(node))] == []


PATH = "path: [{stack: a}, {stack: b}]\n"


@pytest.mark.parametrize(
    "text",
    [
        "service: x",
        "path: []",
        PATH + "worklod: {}",
        PATH + "workload: {rate: 5}",
        PATH + "workload: {rate: 5/sec}",
        PATH + "workload: {peak_factor: 0.5}",
        PATH + "workload: {latency: 5ms}",
        PATH + "symptoms: [{when: {phase: x}}]",
        PATH + "changes: [{effect: none}]",
        "path: [{instances: 1}, {stack: b}]",
        "path: [{stack: a, retry: {jitter: some}}, {stack: b}]",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    """Both follow one table."""
    assert wrong(text)
    assert not VALIDATOR.is_valid(to_plain(load_text(text, "f")[0]))


def test_every_key_of_the_table_is_in_the_schema() -> None:
    """Each key has its sentence, and a section for its parts."""
    assert len({key.path for key in KEYS}) == len(KEYS)
    assert all(key.says.endswith(".") for key in KEYS)
    text = str(json_schema())
    assert [key.path for key in KEYS if repr(key.says) not in text] == []


def odd(key: Key) -> st.SearchStrategy[Any]:
    shapes = ["5", "~3/s", "1s", "no", "", "-1", "GET", "a@1", "80%", 7, None, [], {}, ["x"], {"p50": "1s"}]
    return st.sampled_from([*shapes, *key.values])


def later(section: str, depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: some(section, depth))


def some(section: str, depth: int = 4) -> st.SearchStrategy[Any]:
    """Documents of the table's keys with values of any shape."""
    optional: dict[Any, st.SearchStrategy[Any]] = {}
    for name, key in SECTIONS[section].items():
        below = odd(key)
        if key.section in SECTIONS and depth:
            part = later(key.section, depth - 1)
            below = st.one_of(below, part, st.lists(part, max_size=3))
        optional[name] = below
    optional["nonsense"] = st.just(1)
    return st.fixed_dictionaries({}, optional=optional)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=60)
@given(some(""))
def test_any_shape_ends_in_a_document_or_in_problems(plain: object) -> None:
    """No shape of known keys makes anything but a document, or problems with places."""
    nodes, problems = parse_text(json.dumps(plain), "f")
    assert problems == []
    for node in nodes:
        document, found = read_document(node, check_files=False)
        assert (document is None) == bool(found)
        assert all(p.place.line and p.message.isprintable() for p in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(), st.text().map(str.encode)))
@example(b"path: \xff")
@example(b"\xef\xbb\xbfpath: [{stack: a}, {stack: b}]")
@example(b"path: " + b"[" * 100_000)
@example(b"path: [{stack: a, host: \"\\0\"}, {config: \"\\n\"}]")
def test_any_bytes_end_in_documents_or_in_problems(tmp_path: Path, data: bytes) -> None:
    """No file makes anything but documents, and problems with the file's name."""
    file = tmp_path / "f.yaml"
    file.write_bytes(data)

    documents, problems = read_documents([str(file)])

    assert documents or problems
    assert all(p.place.file == str(file) and p.message.isprintable() for p in problems)
