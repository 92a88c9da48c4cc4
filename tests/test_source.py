"""YAML is read with places, and what cannot be read is explained."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from advisor.errors import InputError, Place
from advisor.source import Limits, Node, load_text, parse_text, plain_scalar, to_plain


def only(text: str) -> Node:
    (node,) = load_text(text, "f.yaml")
    return node


def test_every_value_knows_its_place() -> None:
    """Keys and values have line and column from 1, in characters."""
    node = only("é: 1\nlist:\n  - {a: 'x', b: ~}\n")
    (_, first, one), (_, second, items) = node.items()
    (mapping,) = items.elements()
    (_, _, a), (_, _, b) = mapping.items()

    assert [Place("f.yaml", 1, 1), Place("f.yaml", 1, 4)] == [first, one.place]
    assert [Place("f.yaml", 2, 1), Place("f.yaml", 3, 5)] == [second, mapping.place]
    assert (a.text, a.quoted, a.absent, b.quoted, b.absent) == ("x", True, False, False, True)


def test_scalars_of_yaml_1_2() -> None:
    """on, no, 0755 and 1:30 are text; numbers, truths and null are the core schema's."""
    text = "[on, no, yes, 0755, 1:30, 2027-01-31, 1_000, 10, -2, 1.5, 1e3, .inf, true, null, '3', 0x1f, 6.10]"

    assert [
        "on", "no", "yes", "0755", "1:30", "2027-01-31", "1_000", 10, -2, 1.5, 1000.0, float("inf"), True, None, "3",
        "0x1f", 6.1,
    ] == to_plain(only(text))  # fmt: skip


def test_several_documents_and_empty_ones() -> None:
    """Each document is a node; those without anything in them are none."""
    assert [to_plain(n) for n in load_text("---\n---\na: 1\n---\n# none\n---\nb\n", "f")] == [{"a": 1}, "b"]
    assert load_text("# nothing\n", "f") == []
    assert [to_plain(n) for n in load_text("\ufeffa: 1\n", "f")] == [{"a": 1}]


def test_aliases_are_followed() -> None:
    """An alias is the value of its anchor, again and again."""
    assert to_plain(only("a: &x [1, 2]\nb: *x\nc: *x")) == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}


BOMB = "\n".join(["a0: &a0 [1, 1]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "f:3:1: a is set twice, here and at 1:1; keep one"),
        ("a:\n\tb: 1", "f:2:1: tab used for indentation; YAML takes spaces"),
        ("a:\n  b: 1\n\tc: 2", "f:3:1: tab used for indentation; YAML takes spaces"),
        ("&a [*a]", "f:1:5: alias *a stands within its own anchor; refused"),
        (BOMB, "f:6:20: alias *a4 expands beyond 100 000 values; refused"),
        ("a: *x", "f:1:4: alias *x has no anchor before it; write the value out"),
        ("a: {<<: {b: 1}}", "f:1:5: merge keys (<<) are not read; write the keys out"),
        ("a: !python/object:x {}", "f:1:4: tag !python/object:x is not read; leave it out"),
        ("? [1]\n: 2", "f:1:3: a key is a list or a mapping; write a name"),
        ("'': 2", "f:1:1: a key is empty; write a name before the colon"),
        ("a: [1, 2\nb: 1", "f:1:4: the list that begins here is not closed; look for a missing comma or ]"),
        ("a: {b: 1 c: 2}", "f:1:4: the mapping that begins here is not closed; look for a missing comma or }"),
        ("a: 'x", "f:1:4: the quote that begins here is not closed"),
        ("a: @x", 'f:1:4: a value cannot begin with "@"; put it in quotes'),
        ("a: b\nc", 'f:2:1: neither "key: value" nor a "- element"; mend the line, or quote the text'),
        ("a: b: c", "f:1:5: a colon where no key can stand; quote the value, or mend the indentation"),
        ('a: "\\d"', "f:1:5: a backslash in double quotes begins an escape; double it, or use single quotes"),
        ("a: x\n\x07", "f:2:1: control character U+0007; YAML takes none"),
        ("a: \ud800", "f: not text (half a character at offset 3)"),
        ("[" * 100 + "]" * 100, "f:1:65: nested more than 64 levels deep; refused"),
        ("[" * 50_000 + "]" * 50_000, "f:1:65: nested more than 64 levels deep; refused"),
        ("- " * 50_000, "f:1:129: nested more than 64 levels deep; refused"),
        ("x" * 5_000_000, "f: 4.8 MiB, over the limit of 4 MiB; see --max-size"),
    ],
)
def test_what_cannot_be_read_is_explained(text: str, problem: str) -> None:
    """One sentence, at the place where it is mended."""
    with pytest.raises(InputError) as error:
        load_text(text, "f")

    assert problem == str(error.value)


def test_depth_counts_what_aliases_stand_for() -> None:
    """A chain of aliases is as deep as what it expands to."""
    chain = "- &a0 [1]\n" + "".join(f"- &a{n} [*a{n - 1}]\n" for n in range(1, 100))

    assert [str(p) for p in parse_text(chain, "f")[1]] == ["f:64:9: nested more than 64 levels deep; refused"]


def test_sound_documents_stay_beside_broken_ones() -> None:
    """What stands before a break is kept, and so is what has faults, with them."""
    nodes, problems = parse_text("a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n---\n[", "f")

    assert [(to_plain(n), len(n.faults)) for n in nodes] == [({"a": 1}, 0), ({"b": 2}, 1), ({"c": 3}, 0)]
    assert [p.place.line for p in problems] == [9]


def test_limits_are_parameters() -> None:
    """Each limit can be lowered, and is named when it is passed."""
    assert "over the limit" in parse_text("a: 123", "f", Limits(size=3))[1][0].message
    assert "more than 1 levels" in parse_text("a: [1]", "f", Limits(depth=1))[1][0].message
    assert "beyond 3 values" in parse_text("[&a [1], *a]", "f", Limits(expansion=3))[1][0].message


ODD = st.lists(st.sampled_from([*"ab01:-[]{},&*#!|>'\"%@`?~ \n\t\r.<", "\n  ", "- ", ": ", "&a ", "*a", "<<", "---\n"]))


@given(st.one_of(st.text(), ODD.map("".join)))
@example("%YAML 9.1\n---\na: 1")
@example("&a ? *a : b")
@example("\x85\u2028a: b\u2029")
def test_any_text_is_read_or_explained(text: str) -> None:
    """No text makes anything but nodes, and problems with a place in the file."""
    nodes, problems = parse_text(text, "f")

    for node in nodes:
        to_plain(node)
    assert all(p.place.file == "f" and p.message.isprintable() for p in problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab: -'\"#no1é", max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
        max_leaves=20,
    )
)
def test_what_yaml_writes_is_read_back(value: object) -> None:
    """Everything of the core schema survives a trip through another writer."""
    nodes = load_text(yaml.safe_dump(value, allow_unicode=True), "f")

    assert ([] if value is None else [value]) == [to_plain(n) for n in nodes]


def test_huge_numbers_stay_text() -> None:
    """A number of a thousand digits is no reason to stop."""
    assert plain_scalar("9" * 1000) == "9" * 1000
