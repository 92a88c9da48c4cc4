"""The generated pages say what the data says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.knowledge import Knowledge, load_knowledge
from advisor.schema.keys import KEYS
from tools.gendocs import PAGES, cell, link, prose, sentence

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_the_data_gives(name: str, knowledge: Knowledge, golden: Callable[[str, str], None]) -> None:
    golden(f"../docs/{name}", PAGES[name](knowledge))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_inside_a_page_leads_to_a_heading(name: str, knowledge: Knowledge) -> None:
    page = PAGES[name](knowledge)

    headings = {f"#{heading.strip().lower()}" for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\((#[^)]*)\)", page)) <= headings


def test_every_rule_stack_and_key_has_its_place(knowledge: Knowledge) -> None:
    rules, stacks, document = (PAGES[name](knowledge) for name in ("rules.md", "stacks.md", "document.md"))

    assert [slug for slug in knowledge.rules if f"\n## {slug}\n" not in rules] == []
    assert [name for name in knowledge.profiles if f"\n## {name}\n" not in stacks] == []
    assert [key.path for key in KEYS if f"| `{key.path}` |" not in document] == []


def test_text_from_the_data_cannot_break_a_page() -> None:
    assert cell("a | b\n <c>") == "a \\| b &lt;c>"
    assert prose("ask <callee>, not `<callee>`") == "ask &lt;callee>, not `<callee>`"
    assert sentence("curl  -si") == "curl -si."
    assert link("see https://a.example/b, and c") == "see <https://a.example/b>, and c"
