"""Everything that has a name has a page; a line of a log finds its class."""

from __future__ import annotations

import pytest

from advisor.errors import InputError
from advisor.explain import explain, text
from advisor.explain.page import Page, Rows, paragraphs, plain, section
from advisor.knowledge import load_knowledge

KNOWN = load_knowledge()


def page(what: str, width: int = 100) -> str:
    return text(explain(what, KNOWN), width)


@pytest.mark.parametrize("slug", sorted(KNOWN.rules))
def test_each_rule_has_a_page_of_its_file(slug: str) -> None:
    rule, shown = KNOWN.rules[slug], page(slug)
    assert shown.startswith(f"{slug} ")
    for heading in ("WHAT MUST HOLD", "PROOF", "SOURCES", *(["WHAT TO SET, BEST FIRST"] if rule.fixes else ())):
        assert f"\n{heading}\n" in shown
    assert all(" ".join(plain(body).split()[:3]) in " ".join(shown.split()) for _, body in paragraphs(rule.why))
    assert all(reference.split()[0] in shown for reference in rule.references)
    assert "**" not in shown


@pytest.mark.parametrize("name", sorted(KNOWN.profiles))
def test_each_stack_has_a_page_with_all_its_settings_and_traps(name: str) -> None:
    profile, shown = KNOWN.profiles[name], page(name)
    words = " ".join(shown.split())
    assert all(s.name in words for s in profile.settings.values())
    assert all(" ".join(s.trap.split()) in words for s in profile.settings.values() if "`" not in s.trap)


def test_the_defaults_of_a_stack_are_those_of_its_version() -> None:
    assert "callee.idle_timeout         5s " in page("node@18")
    assert "callee.idle_timeout         6s " in page("node@22.9")
    assert page("nodejs@18") == page("node@18")


@pytest.mark.parametrize("name", sorted(KNOWN.symptoms))
def test_each_class_of_symptoms_has_a_page(name: str) -> None:
    shown = page(name)
    assert KNOWN.symptoms[name].title in shown
    assert all(rule.slug in shown for rule in KNOWN.rules.values() if name in rule.explains)


@pytest.mark.parametrize(
    ("line", "symptom", "stack"),
    [
        ('Get "https://a/": read tcp 10.0.4.7:51514->10.0.9.3:443: use of closed network connection', "closed-locally", "go"),
        ('Post "http://b/": EOF', "eof-on-reuse", "go"),
        ("EOF", "eof-on-reuse", "go"),
        ("Error: socket hang up", None, "node"),
        ("dial tcp 10.0.0.1:80: connect: CANNOT assign requested address", "ports-exhausted", "go"),
        ("nf_conntrack: table full, dropping packet", "conntrack-full", ""),
    ],
)
def test_a_pasted_line_finds_its_class_and_the_rules_that_explain_it(line: str, symptom: str | None, stack: str) -> None:
    shown = page(line)
    if symptom is not None:
        assert f"  {symptom}\n" in shown
        assert all(r.slug in shown for r in KNOWN.rules.values() if symptom in r.explains)
    assert stack in shown


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("MaxIdleConnsPerHost", "Transport.MaxIdleConnsPerHost"),
        ("maxidleconnsperhost", "Transport.MaxIdleConnsPerHost"),
        ("keepalive_timeout", "setting of nginx"),
        ("net.ipv4.tcp_fin_timeout", "TIME_WAIT lasts 60 s whatever it says"),
        ("net.ipv4.tcp_tw_recycle", "removed in 4.12"),
        ("idle_timeout", "caller.idle_timeout"),
        ("leg.rtt", "property"),
        ("descriptors", "descriptors-below-connections"),
    ],
)
def test_a_setting_a_property_or_a_cause_is_found_by_its_name(what: str, said: str) -> None:
    assert said in page(what)


def test_every_property_that_a_rule_reads_has_a_page() -> None:
    for rule in KNOWN.rules.values():
        for name in rule.leaves(*rule.require):
            if name.count(".") == 1 and name.split(".")[0] in ("caller", "callee", "leg", "hop", "host", "workload"):
                assert f"\n  {rule.slug} " in page(name), name


@pytest.mark.parametrize(
    ("what", "hint"),
    [("idle-timeout-orderin", "did you mean idle-timeout-ordering?"), ("zzzz", "advisor rules list"), ("", "explain what?"),
     ("all went well today", "bring the whole line"), ("go@latest", "")],
)  # fmt: skip
def test_what_is_not_known_is_told_with_the_nearest_name(what: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        explain(what, KNOWN)
    assert hint in str(raised.value)


@pytest.mark.parametrize("width", [40, 72, 100])
def test_no_line_is_wider_than_the_terminal_but_for_what_cannot_be_broken(width: int) -> None:
    rows = [("name", "a short value", "words " * 40), ("a much longer name than this", "x", "more words")]
    shown = text([Page("name", "aside", "sentence " * 20, section("A", "text " * 50, Rows(rows)))], width)
    assert max(map(len, shown.splitlines())) <= max(width, 72)


def test_for_ascii_every_sign_has_a_stand_in() -> None:
    for rule in KNOWN.rules:
        shown = text(explain(rule, KNOWN), ascii_only=True)
        assert shown.isascii()
        assert shown.count("?") == page(rule).count("?"), rule
