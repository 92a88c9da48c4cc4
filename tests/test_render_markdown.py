from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from advisor.render import RENDERERS, Options
from advisor.render.marks import code, fenced, quoted, slug, source
from advisor.report.parts import Run
from tests.render_fixtures import CHECKOUT, RUNS, finding, run


def page(found: Run) -> str:
    return RENDERERS["markdown"](found, Options())


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def headings(text: str) -> list[str]:
    tokens = parsed(text)
    return ["".join(child.content for child in tokens[i + 1].children or () if child.type in ("text", "code_inline"))
            for i, token in enumerate(tokens) if token.type == "heading_open"]  # fmt: skip


def links(text: str) -> list[str]:
    return [str(child.attrs["href"]) for token in parsed(text) for child in token.children or () if child.type == "link_open"]


@pytest.mark.parametrize("name", RUNS)
def test_a_run_reads_as_kept(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"golden/render/{name}.md", page(RUNS[name]()))


@pytest.mark.parametrize("name", RUNS)
def test_every_link_to_a_heading_finds_one(name: str) -> None:
    text = page(RUNS[name]())
    anchors: list[str] = []
    for heading in headings(text):
        anchor, number = slug(heading), 0
        while anchor in anchors:
            number += 1
            anchor = f"{slug(heading)}-{number}"
        anchors.append(anchor)

    assert {link[1:] for link in links(text) if link.startswith("#")} <= set(anchors)


def test_two_findings_that_read_alike_have_anchors_of_their_own() -> None:
    twice = run(CHECKOUT, CHECKOUT)

    found = [link for link in links(page(twice)) if link.startswith("#1-")]

    assert found == [
        "#1-pricing-closes-idle-connections-before-edge-stops-reusing-them",
        "#1-pricing-closes-idle-connections-before-edge-stops-reusing-them-1",
    ]


# Anchors as GitHub shows them for these headings.
@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The path", "the-path"),
        ("3. checkout keeps 2 idle connections for 17.9 busy ones", "3-checkout-keeps-2-idle-connections-for-179-busy-ones"),
        ("edge → pricing", "edge--pricing"),
        ("a_b-c: `d`?", "a_b-c-d"),
        ("Été 2026", "été-2026"),
    ],
)
def test_an_anchor_is_github_s(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


@pytest.mark.parametrize(
    "text",
    [
        "# h", "- item", "+ item", "1. item", "1) item", "> quote", "*a*", "_a_", "`a`", "```", "~~a~~", "[a](b)", "![a](b)", "<b>",
        "<!-- a -->", "</details>", "a | b", "&lt;", "\\", "http://a.example", "www.a.example", "---", "===", "$x$", "-", "2.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}\n", "- {}\n", "| a |\n|---|\n| {} |\n", "# {}\n", "**What.** {}\n"])
def test_quoted_text_is_shown_as_it_is(text: str, frame: str) -> None:
    tokens = parsed(frame.format(quoted(text)))
    plain = parsed(frame.format("word"))

    assert [token.type for token in tokens] == [token.type for token in plain]
    assert text in ["".join(c.content for c in token.children or () if c.type == "text").removeprefix("What. ") for token in tokens]


@pytest.mark.parametrize("text", ["http://a.example/", "HTTPS://a.example/", "see www.a.example", "WWW.a.example"])
def test_an_address_in_a_text_becomes_no_link(text: str) -> None:
    # GitHub makes links of addresses in the source, where nothing parts the sign after the name.
    assert not re.search(r"(?i)https?://|www\.", quoted(text))


def test_a_name_in_a_text_is_not_mentioned() -> None:
    assert quoted("ask @someone, @a/b, x@1.2 and @ ") == "ask @<!-- -->someone, @<!-- -->a/b, x@<!-- -->1.2 and @ "


@pytest.mark.parametrize("text", ["a", "`", "``a`", "a`b``c", "\\"])
def test_code_is_shown_as_it_is(text: str) -> None:
    assert [(c.type, c.content) for c in parsed(code(text))[1].children or ()] == [("code_inline", text)]


def test_a_block_ends_where_it_should() -> None:
    (token,) = parsed(fenced("", ["a", "```", "````x", "b"]))

    assert token.content == "a\n```\n````x\nb\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/x#y (part 2)", "<https://a.example/x#y> (part 2)"),
        ("https://a.example/x.", "<https://a.example/x>."),
        ("RFC 9112", "RFC 9112"),
        ("https://a.example/<b>", "https\\://a.example/\\<b>"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_only_addresses_become_links(text: str, shown: str) -> None:
    assert source(text) == shown


def test_a_name_of_a_hop_stays_in_its_label_of_the_chart() -> None:
    hops = (CHECKOUT.paths[0].hops[0]._replace(name='a"] --> b[click %%{init}%%;'), *CHECKOUT.paths[0].hops[1:])
    text = page(run(CHECKOUT._replace(paths=(CHECKOUT.paths[0]._replace(hops=hops),))))

    assert '  h0["a#34;#93; --#62; b#91;click #37;#37;#123;init#125;#37;#37;#59;<br/>go 1.22 x12<br/>2 kept idle"]\n' in text


def test_no_date_is_written() -> None:
    first = RUNS["checkout"]()

    assert page(first) == page(first._replace(today="1999-01-01"))


def test_a_page_has_a_heading_a_finding() -> None:
    text = page(run(CHECKOUT._replace(findings=[finding("r", "error", ["x"], f"s {n}") for n in range(12)])))

    assert [h for h in headings(text) if re.match(r"\d+\. s ", h)] == [f"{n + 1}. s {n}" for n in range(12)]
