"""Text of the reader's cannot become a directive: whatever stands in any text of a report, its structure stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from advisor.render import RENDERERS, Options
from advisor.render.json_schema import output_schema
from advisor.render.marks import source
from advisor.render.quoting import every, visible
from advisor.report.parts import Run
from tests.render_fixtures import CHECKOUT, PROBLEMS, run

# Words of the advisor's own: a renderer asks for them by name.
OWN = {"error", "warning", "note", "end", "middlebox", "checked", "in part", "not", "at once", "not set", "high"}
ATTACKS = [
    "\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\nerror[x]: y\n  --> f:1:1", "\u202eevil\u202c", "\u2066x", "a\rb",
    "\x08\x08", "\u200b\u2028", "# h", "## h\n\ntext", "- a", "1. a", "> a", "***", "---", "```\n# out", "~~~",
    "| a | b |", "a|b\\|c\\", "`a|b`", "`", "\\", "\\`", "<script>alert(1)</script>", "<!-- x", "-->", "</details>",
    "<details>", "<a@b.c>", "[a](http://b)", "![a](b)", "[a]: http://b", "http://a.example", "www.a.example", "@team",
    "&lt;b&gt;", "*a* **b** _c_ __d__", "~~a~~", "$a$", "[x] ", "    code", "\ta", "===", '"] --> x["',
    "%%{init: {}}%%", "end", "click a href", "{{ 7 * 7 }}", "{% raw %}", "#quot;", "\x00", "\x7f", "--- a/b", "+++",
    "@@ -1 +1 @@", "\ud800", '","a":"', "\u0301" * 5, "\u6f22" * 60, "x" * 300, "\U000e0041", "\xa0",
]  # fmt: skip

hostile = st.one_of(
    st.sampled_from(ATTACKS),
    st.lists(st.sampled_from(ATTACKS), min_size=2, max_size=3).map("".join),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=20),
    st.text("`*_[]<>|\\#~-+.=\"'&@:/!(){}%$;1a \n\t\x1b", min_size=1, max_size=12),
).filter(lambda text: text.strip(" \t\r\n") != "")


def with_texts(change: Callable[[str], str]) -> Run:
    # Sources become links only where they are addresses, and a proof's name is a command: both are tested by themselves.
    findings = [one._replace(references=(), proof="") for one in CHECKOUT.findings]
    base = run(CHECKOUT._replace(findings=findings, facts=[f._replace(reference="") for f in CHECKOUT.facts]), problems=PROBLEMS)
    return every(base, lambda text: text if text in OWN or not text else change(text))


def parts(text: str) -> Iterator[tuple[Any, ...]]:
    """Yield the structure of a page; texts and code in a line are one, and a parted mention is text."""
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text.replace("@<!-- -->", "@")):
        yield token.type, token.tag, token.level, token.info
        if token.type == "html_block":
            yield ("html", re.sub(r"[^<>/a-z]", "", token.content))
        kinds = ["text" if c.type == "code_inline" else c.type for c in token.children or ()]
        yield tuple(kind for i, kind in enumerate(kinds) if kind != "text" or kinds[i - 1 : i] != ["text"])


PLAIN = list(parts(RENDERERS["markdown"](with_texts(lambda _: "word"), Options())))


@given(hostile, st.booleans())
@example("```", False)
@example("@a", True)
def test_a_page_of_markdown_keeps_its_structure(text: str, around: bool) -> None:
    change = (lambda word: f"{text}{word}{text}") if around else (lambda _: text)

    assert list(parts(RENDERERS["markdown"](with_texts(change), Options()))) == PLAIN


@pytest.mark.parametrize("text", ATTACKS)
def test_a_page_of_markdown_keeps_its_structure_against_each(text: str) -> None:
    assert list(parts(RENDERERS["markdown"](with_texts(lambda _: text), Options()))) == PLAIN


@given(hostile)
def test_a_source_is_text_or_a_link_to_an_address(text: str) -> None:
    for one in (text, f"https://a.example/{text}"):
        (found,) = [t for t in MarkdownIt().parse(f"- x {source(visible(one))}".replace("@<!-- -->", "@")) if t.type == "inline"]

        kinds = {child.type for child in found.children or ()}
        assert kinds <= {"text", "link_open", "link_close"}
        assert all(str(c.attrs["href"]).startswith("http") for c in found.children or () if c.type == "link_open")


@given(hostile, st.booleans(), st.sampled_from(["text", "brief"]), st.booleans())
def test_a_terminal_gets_no_control_but_our_colours(text: str, verbose: bool, name: str, ascii_: bool) -> None:
    shown = RENDERERS[name](with_texts(lambda word: f"{word}{text}"), Options(color=True, verbose=verbose, ascii=ascii_))

    bare = re.sub(r"\x1b\[(?:1;31|1;33|1;34|1|31|0)m", "", shown)
    assert bare.replace("\n", "").isprintable()
    assert not ascii_ or bare.isascii()


@given(hostile)
def test_a_text_makes_no_finding_of_its_own_in_a_terminal(text: str) -> None:
    lines = RENDERERS["text"](with_texts(lambda word: f"{word}{text}"), Options(quiet=True)).splitlines()
    heads = [line for line in lines if re.match(r"(error|warning|note)\[", line)]

    assert len(heads) >= len(CHECKOUT.findings)
    assert all(re.match(r"(error|warning|note)\[|  |$|\d+ error", line) for line in lines)
    brief = RENDERERS["brief"](with_texts(lambda word: f"{word}{text}"), Options()).splitlines()
    assert len(brief) == len(CHECKOUT.findings) + 1


@given(hostile)
def test_json_keeps_its_shape(text: str) -> None:
    found = json.loads(RENDERERS["json"](with_texts(lambda word: f"{word}{text}"), Options()))

    Draft202012Validator(output_schema()).validate(found)
    assert len(found["reports"][0]["findings"]) == len(CHECKOUT.findings)
