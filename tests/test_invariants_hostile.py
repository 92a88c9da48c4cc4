"""Invariants 7 and 8: text of the reader's is no directive in any output; files are whole or not there."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from advisor.errors import InputError
from advisor.outputs import write_file, write_tree
from advisor.render import RENDERERS, Options
from tests.strategies import HOSTILE, Plain, as_yaml, run

MARK = "INJECTED"
BREAKS = [
    "\n",
    "\r\n",
    "\r",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\0",
    "\x1b[2K\r",
    "*/\n",
    "-->\n",
    "\\\n",
    "'\n",
    '"\n',
    "`\n",
]
TEXTS = st.tuples(st.sampled_from([*HOSTILE, "x"]), st.sampled_from(BREAKS)).map(lambda p: f"{p[0]}{p[1]}{MARK}") | st.sampled_from(
    HOSTILE
)

# Names that cannot be shown are refused, and then there is no report.
NAMES = st.one_of(*[st.sampled_from([h for h in HOSTILE if h.isprintable()])] * 9, TEXTS)


def hostile_document(names: list[str], texts: list[str]) -> Plain:
    """Return a document with findings whose names and free texts are hostile."""
    return {
        "service": texts[0],
        "workload": {"rate": "2000/s", "latency": {"p50": "35ms", "p99": "180ms"}},
        "symptoms": [{"text": texts[1], "from": names[0]}, texts[2]],
        "changes": [{"what": f"a sentence {texts[3]}", "from": texts[4], "to": texts[0], "effect": "none"}],
        "path": [
            {"name": names[0], "stack": "go@1.21", "instances": "12", "settings": {"MaxIdleConnsPerHost": "2"}},
            {"name": names[1], "stack": "nginx@1.24", "host": {"os": "linux@5.4", "sysctl": {"net.ipv4.tcp_tw_reuse": "1"}}},
            {"name": names[2], "stack": "node@18", "instances": "4"},
        ],
        "ignore": [{"rule": "dial-rate-unlimited", "at": names[0], "reason": texts[4], "until": "2027-01-01"}],
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NAMES, min_size=3, max_size=3, unique=True), st.lists(TEXTS, min_size=5, max_size=5))
@example([f"a\n{MARK}", f"b\r{MARK}", f"c\u2028{MARK}"], [f"x\n{MARK}"] * 5)
def test_text_from_the_input_is_no_directive_in_any_output(names: list[str], texts: list[str]) -> None:
    """No text begins a line of its own or sends a control character, in a report, a snippet or a problem."""
    found = run(as_yaml(hostile_document(names, texts)), snippets=True)
    outputs = {name: render(found, Options(verbose=True)) for name, render in RENDERERS.items()}
    outputs |= {snippet.path: snippet.text for report in found.reports for snippet in report.snippets}
    for name, text in outputs.items():
        assert [c for c in text if not c.isprintable() and c not in "\n\t"] == [], name
        if name not in ("text", "brief"):  # those wrap words, and nothing reads them as a program
            assert [line for line in text.splitlines() if line.lstrip(" *#/|-").startswith(MARK)] == [], name
    json.loads(outputs["json"])
    for snippet in (s for r in found.reports for s in r.snippets):
        assert not os.path.isabs(snippet.path)
        assert ".." not in snippet.path.split("/")
    assert all(problem.message.isprintable() for problem in found.problems)
    assert found.reports or found.problems


@settings(max_examples=40)
@given(st.sampled_from(BREAKS), st.sampled_from(["service", "path", "settings", "rule", "stack"]))
def test_text_in_an_error_is_escaped(separator: str, where: str) -> None:
    odd = f"x{separator}{MARK}"
    document: dict[str, Any] = {"path": [{"name": "a", "stack": "go"}, {"name": "b", "stack": "node"}]}
    if where == "stack":
        document["path"][0]["stack"] = odd
    elif where == "settings":
        document["path"][0]["settings"] = {odd: odd}
    elif where == "rule":
        document["ignore"] = [{"rule": odd, "at": odd}]
    else:
        document[odd] = odd
    found = run(as_yaml(document))

    assert found.problems
    for problem in found.problems:
        assert str(problem).isprintable()
        assert len(str(problem)) < 500


class Stop(Exception):
    """The machine stops here."""


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_outputs_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> None:
    """Wherever it stops, each file holds its old text or its new one, never a part."""
    old = {"a.txt": "old a\n" * 1000, "sub/b.txt": "old b\n" * 1000}
    new = {"a.txt": "new a\n" * 2000, "sub/b.txt": "new b\n" * 2000}
    root = tmp_path / "out"
    write_tree(str(root), old)
    real, calls = getattr(os, name), [0]

    def stopping(*arguments: Any) -> Any:
        calls[0] += 1
        if calls[0] > count:
            raise Stop
        return real(*arguments)

    monkeypatch.setattr(os, name, stopping)
    with pytest.raises(Stop):
        write_tree(str(root), new)
    monkeypatch.undo()

    for path, text in old.items():
        assert (root / path).read_text() in (text, new[path])
    write_tree(str(root), new)
    assert {p: (root / p).read_text() for p in new} == new


def test_a_file_the_advisor_did_not_write_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(InputError, match="advisor did not write"):
        write_file(str(target), "its")
    assert target.read_text() == "mine"

    write_file(str(target), "its", force=True)
    assert target.read_text() == "its"
    assert stat.S_ISREG(target.stat().st_mode)
    assert os.listdir(tmp_path) == ["mine.txt"]
