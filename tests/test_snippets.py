"""No planned change is lost, no two files share a path, and nothing of the reader's becomes a directive."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from advisor.data import rules_dir
from advisor.snippets import Snippet, all_snippets, snippets
from advisor.snippets.lines import tag
from advisor.snippets.quoting import CannotWrite, comment, file_name, identifier, literal
from advisor.snippets.targets import Output, outputs, writers
from tests.snippets.plans import EXAMPLE, change, everything, target

OUTPUTS = pytest.mark.parametrize("output", outputs(), ids=lambda output: f"{output.stacks[0]}-{output.file}")

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from([
        "a\nb: 1", "a\r\nnet.core.somaxconn = 1", "*/ os.Exit(1) /*", "${jndi:x}", "`id`", "'; DROP", '"""', "--> <!--", "a\\",
        "\u2028alert(1)", "\x00", "\x1b[31m", "\u202ereversed", "../../etc/passwd", "con", "", " ", "# coding: rot13", "''``",
        "+build ignore", "+build", "- item", "# heading", "[x]: y", "//go:build x",
        "{{ 7 * 7 }}", "{% raw %}", "}", "${x}%{y}", "$(reboot)", "go:build ignore", "main", "func", "a b;c",
    ]),
)  # fmt: skip


@OUTPUTS
def test_every_change_is_written_with_its_rule_and_what_stood_before(output: Output) -> None:
    plan = everything(output)

    texts = "".join(snippet.text for snippet in snippets(plan))

    assert [one.setting for one in plan.changes if tag(one) not in texts] == []


@OUTPUTS
def test_a_template_writes_all_that_the_registry_says_it_can(output: Output) -> None:
    paths = [snippet.path for snippet in snippets(everything(output))]

    assert not any(path.endswith("settings.md") for path in paths)


@OUTPUTS
@pytest.mark.parametrize("planned", [None, math.inf, -1.0, 0.0, 0.0000001, 3.3, "a;b", "x\ny", True])
def test_a_value_that_a_language_cannot_say_is_listed_instead(output: Output, planned: float | bool | str | None) -> None:
    plan = everything(output)
    plan = plan._replace(changes=tuple(one._replace(planned=planned) for one in plan.changes))

    texts = "".join(snippet.text for snippet in snippets(plan))

    assert [one.setting for one in plan.changes if tag(one) not in texts] == []
    assert "a;b" not in re.sub("`[^`]*`", "", texts)


def test_a_stack_without_a_template_gets_a_list_of_settings() -> None:
    plan = target("envoy", "caller", [change("idle_timeout", 55.0, "duration", now=3600.0, effect="restart")])

    (found,) = snippets(plan)

    assert found.path == "checkout/settings.md"
    assert "- `idle_timeout`: `1h` → `55s`, takes effect: `restart`" in found.text


def test_a_target_without_changes_writes_nothing() -> None:
    assert snippets(target("go", "caller", [])) == []


def test_the_longest_name_decides_where_a_setting_goes() -> None:
    files = {key: outputs()[n].file for n, key in writers("nginx", "caller", "upstream.keepalive_timeout").items()}

    assert files == {"upstream.keepalive_timeout": "nginx-upstream.conf"}


def test_hops_that_look_alike_get_folders_of_their_own() -> None:
    plans = [target("envoy", "caller", [change("x", 1.0)], hop=hop) for hop in ("a/b", "a-b", "A-B", "..", "a/b")]

    paths = [snippet.path for snippet in all_snippets(plans)]

    assert paths == ["a-b/settings.md", "a-b-2/settings.md", "A-B-3/settings.md", "hop/settings.md", "a-b/settings-2.md"]


@OUTPUTS
@given(hop=HOSTILE, peer=HOSTILE, text=HOSTILE)
@example(hop="x", peer="y", text="+build ignore")
def test_text_of_the_input_never_becomes_a_directive(output: Output, hop: str, peer: str, text: str) -> None:
    def code(hop: str, peer: str, text: str) -> list[list[str]]:
        plan = everything(output, hop=hop, peer=peer, title=text, source=text)
        changes = [one._replace(was=text, because=(text, text), effect=text, rules=(text,)) for one in plan.changes]
        found = []
        for snippet in snippets(plan._replace(changes=tuple(changes))):
            mark = "//" if snippet.language in ("go", "javascript") else "#"
            lines = [line.strip() for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", snippet.text)]
            found.append([_anonymous(line) for line in lines if line and not line.startswith(mark)])
        return found

    assert code(hop, peer, text) == code("checkout", "pricing", "quiet")


def _anonymous(line: str) -> str:
    """Return *line* without the identifiers that are made from names."""
    return re.sub(r'^(package )[a-z][a-z0-9]*$|^(resource "[a-z_]+" )"[a-z][a-z0-9]*"', r"\1\2", line)


@OUTPUTS
def test_every_name_in_the_registry_is_one_of_a_profile(output: Output) -> None:
    found: set[str] = set()
    for stack in output.stacks:
        path = os.path.join(rules_dir(), "stacks", f"{stack}.yaml")
        if stack != "*":
            with open(path, encoding="utf-8") as file:
                found |= set(next(yaml.load_all(file, Loader=yaml.CSafeLoader))["settings"])

    written = {key for key in output.settings if not key.startswith(("caller.", "callee.", "hop."))}

    assert {key for key in written if not any(name == key or name.endswith("." + key) for name in found)} == set()


@given(HOSTILE)
def test_a_comment_is_one_line_without_control_characters(text: str) -> None:
    line = comment(text)

    assert line.isprintable()
    assert not line.endswith(("\\", " "))
    assert line == line.strip()


@given(HOSTILE)
def test_a_file_name_stays_in_its_folder(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", file_name(text))
    assert not file_name(text).endswith(".")


@given(HOSTILE)
def test_an_identifier_is_one_in_every_language(text: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*", identifier(text))
    assert identifier(text) not in ("main", "func", "package", "documentation")


@pytest.mark.parametrize(
    ("value", "kind", "language", "spec", "expected"),
    [
        (55.0, "duration", "go", {}, "55 * time.Second"),
        (0.22, "duration", "go", {}, "220 * time.Millisecond"),
        (1.0, "duration", "go", {}, "time.Second"),
        (65.0, "duration", "javascript", {"unit": "ms"}, "65_000"),
        (0.0, "duration", "javascript", {"unit": "ms"}, "0"),
        (65.0, "duration", "nginx", {}, "65s"),
        (0.5, "duration", "haproxy", {}, "500ms"),
        (0.04, "duration", "python", {}, "0.04"),
        (30.0, "duration", "python", {"unit": "ms"}, "30000"),
        (8192.0, "size", "nginx", {}, "8k"),
        (2.0**30, "size", "sysctl", {"unit": "pages"}, "262144"),
        (True, "flag", "nginx", {}, "on"),
        (False, "flag", "sysctl", {}, "0"),
        (False, "flag", "python", {}, "False"),
        (math.inf, "count", "go", {"unlimited": "math.MaxInt"}, "math.MaxInt"),
        ("fifo", "text", "javascript", {}, "'fifo'"),
        ("on", "text", "sysctl", {"words": {"on": 1}}, "1"),
        (0.1, "share", "go", {}, "0.1"),
        (75.0, "rate", "go", {}, "75"),
        (1e6, "count", "sysctl", {}, "1000000"),
    ],
)
def test_a_value_as_its_language_writes_it(
    value: float | bool | str, kind: str, language: str, spec: dict[str, object], expected: str
) -> None:
    assert literal(value, kind, language, spec) == expected


@pytest.mark.parametrize(
    ("value", "kind", "spec"),
    [(0.5, "duration", {"unit": "s"}), (2.5, "count", {}), (-1.0, "count", {}), (math.nan, "count", {}), (math.inf, "count", {}),
     (0.0, "count", {"zero": "no limit"}), ("a\n", "text", {}), ("a'b", "text", {}), ("", "text", {})],
)  # fmt: skip
def test_a_value_without_a_form_is_refused(value: float | str, kind: str, spec: dict[str, object]) -> None:
    with pytest.raises(CannotWrite):
        literal(value, kind, "shell", spec)


@OUTPUTS
def test_all_that_an_output_writes(output: Output, golden: Callable[[str, str], None]) -> None:
    _compare(f"{output.stacks[0].replace('*', 'any')}", snippets(everything(output)), golden)


def test_the_plan_of_the_example(golden: Callable[[str, str], None]) -> None:
    _compare("checkout-review", all_snippets(EXAMPLE), golden)


def _compare(folder: str, found: list[Snippet], golden: Callable[[str, str], None]) -> None:
    for snippet in found:
        # Python under another ending, so that it is not checked as the project's own.
        ending = ".txt" if snippet.path.endswith(".py") else ""
        golden(f"snippets/golden/{folder}/{snippet.path}{ending}", snippet.text)
