"""Everything that has a name has a page; a line of a log finds its class."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from advisor.captures import canonical_name
from advisor.errors import InputError
from advisor.explain import explain, markdown, text
from advisor.explain.page import Page, Rows, paragraphs, plain, section
from advisor.explain.pairs import pairs
from advisor.knowledge import load_knowledge

KNOWN = load_knowledge()


def page(what: str, width: int = 100) -> str:
    return text(explain(what, KNOWN), width)


@pytest.mark.parametrize("slug", sorted(KNOWN.rules))
def test_each_rule_has_a_page_of_its_file(slug: str) -> None:
    rule, shown = KNOWN.rules[slug], page(slug)
    assert shown.startswith(f"{slug} ")
    headings = [*(["WHAT HAPPENS"] if rule.wire else []), "WHAT MUST HOLD", "WHAT IT IS COMPUTED FROM",
                *(["NUMBERS IT GIVES"] if rule.impact else []), *(["WHAT TO SET, BEST FIRST"] if rule.fixes else []),
                *(["WHEN TO LEAVE IT"] if rule.leave else []), "PROOF", "SOURCES",
                *(["WHAT YOU SEE"] if rule.explains else [])]  # fmt: skip
    assert [line for line in shown.splitlines() if line in headings] == headings
    assert shown.count("  may upset: ") == sum(bool(fix.risk) for fix in rule.fixes)
    assert shown.count("  verify: ") == sum(bool(fix.verify) for fix in rule.fixes)
    assert all(" ".join(plain(body).split()[:3]) in " ".join(shown.split()) for _, body in paragraphs(rule.why))
    assert all(reference.split()[0] in shown for reference in rule.references)
    assert "**" not in shown


@pytest.mark.parametrize("name", sorted(KNOWN.profiles))
def test_each_stack_has_a_page_with_all_its_settings_and_traps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.explain.stacks.conflict_sections", lambda *_: [])  # they take long, and have tests of their own
    profile, shown = KNOWN.profiles[name], page(name)
    words = " ".join(shown.split())
    assert all(s.name in words for s in profile.settings.values())
    assert all(" ".join(s.trap.split()) in words for s in profile.settings.values() if "`" not in s.trap)


def row(shown: str, name: str) -> list[str]:
    """Return the cells of the line that begins with *name*."""
    line = next(line for line in shown.splitlines() if line.startswith(f"  {name} "))
    return re.split(r"  +", line.strip())


def test_the_defaults_of_a_stack_are_those_of_its_version() -> None:
    assert row(page("node@18"), "callee.idle_timeout")[1] == "5s"
    assert row(page("node@22.9"), "callee.idle_timeout")[1] == "6s"
    assert page("nodejs@18") == page("node@18")


def test_a_timer_is_told_with_its_name_its_meaning_and_its_source() -> None:
    timers = part(page("aws-alb", 200), "TIMERS WITH NOTHING SET")
    assert row(timers, "callee.idle_timeout")[1] == "60s"
    told = "idle_timeout.timeout_seconds: longest time a connection stays open unused [https://docs.aws.amazon.com/"
    assert told in " ".join(timers.split())


def test_what_a_stack_does_is_told_besides_its_timers() -> None:
    does = part(page("nginx", 200), "WHAT IT DOES WITH NOTHING SET, NGINX")
    assert row(does, "caller.replays")[1:]
    assert row(does, "caller.attempts")[1:]
    assert "idle_timeout" not in does


def test_what_a_host_decides_is_said_to_be_the_hosts() -> None:
    assert row(page("pgbouncer"), "caller.keepalive_period")[1] == "the host's"
    assert row(page("azure-app-service"), "callee.idle_timeout")[1] in ("unknown", "not set")


def part(shown: str, title: str) -> str:
    """Return the section of a page whose heading begins with *title*."""
    sections = re.split(r"^(?=\S)", shown, flags=re.MULTILINE)
    return next((s for s in sections if s.startswith(title)), "")


def test_the_conflicts_of_a_stack_are_those_of_the_table_of_all() -> None:
    shown = " ".join(part(page("jetty", 200), "CONFLICTS OF DEFAULTS").split())
    found = [p for p in pairs(KNOWN, with_stack="jetty") if p.verdict == "conflict"]
    assert found
    assert [p.caller for p in found if p.caller not in shown] == []
    assert "its idle timeout 30s against the caller's (idle-timeout-ordering)" in shown
    assert row(part(page("jetty", 200), "CONFLICTS OF DEFAULTS"), "idle timeout 60s")[1:]


def test_the_conflicts_of_a_stack_hang_on_its_version() -> None:
    assert "conflict" in {p.verdict for p in pairs(KNOWN, with_stack="node", version="18") if p.caller.startswith("cloudfront")}
    assert "cloudfront" in part(page("node@18"), "CONFLICTS OF DEFAULTS")
    assert "cloudfront" not in part(page("node@24"), "CONFLICTS OF DEFAULTS")


def test_devices_are_told_to_both_ends_and_the_ends_to_a_device() -> None:
    assert "azure-lb (idle timeout 240s)" in part(page("okhttp"), "CONFLICTS WITH A DEVICE BETWEEN")
    told = part(page("azure-lb", 200), "CONFLICTS WITH A DEVICE BETWEEN")
    assert "okhttp" in told
    assert "aws-nlb" not in told


@pytest.mark.parametrize("name", ["nat", "linux", "wireguard", "redis-py"])
def test_a_stack_that_meets_nobody_has_no_conflicts(name: str) -> None:
    assert part(page(name), "CONFLICTS OF DEFAULTS") == ""


def test_a_pair_is_open_where_one_of_them_is_not_known_and_not_for_want_of_a_load() -> None:
    verdicts = {(p.caller.split()[0], p.callee.split()[0]): p for p in pairs(KNOWN, with_stack="aws-alb")}
    assert verdicts["aws-alb", "nginx"].verdict == "fits"
    assert verdicts["aws-alb", "azure-app-service"].verdict == "open"
    assert verdicts["aws-alb", "azure-app-service"].why.startswith("it depends on client keep-alive of azure-app-service")
    assert not any("latency" in p.why or "rate" in p.why for p in verdicts.values())


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


@pytest.mark.parametrize(
    ("what", "named", "rule"),
    [
        ("TCPAbortOnClose", "host.abort_on_close", "closes-with-unread-data"),
        ("TcpExtTCPAbortOnClose", "host.abort_on_close", "closes-with-unread-data"),
        ("tcpabortonclose", "host.abort_on_close", "closes-with-unread-data"),
        ("TcpRetransSegs", "host.retrans_segs", "segments-sent-again"),
        ("    17 connections reset due to early user close", "host.abort_on_close", "closes-with-unread-data"),
        ("connections reset due to early user close", "host.abort_on_close", "closes-with-unread-data"),
        ("conntrack_drop", "host.conntrack_drop", "conntrack-drops-now"),
        ("CLOSE_WAIT", "endpoint.close_wait", "close-wait-piles-up"),
        ("FIN-WAIT-1", "host.fin_wait1", "fin-wait1-piles-up"),
    ],
)
def test_a_counter_or_a_state_is_found_by_the_kernels_name(what: str, named: str, rule: str) -> None:
    shown = page(what)

    assert named in shown
    assert f"\n  {rule} " in shown


def test_every_counter_is_called_as_its_capture_prints_it() -> None:
    """The name on its page is one that nstat prints for it, so the page can be searched for it."""
    for prop in KNOWN.properties:
        if prop.counter and prop.kind.base == "counter":
            told = re.search(r"(?:counter|in a capture) +(\w+)\n", page(f"host.{prop.name}"))
            assert told is not None, prop.name
            assert canonical_name(told[1]) == prop.counter


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


@pytest.mark.parametrize("what", ["idle-timeout-ordering", "nginx@1.24", "MaxIdleConnsPerHost", "leg.rtt", "eof-on-reuse"])
def test_markdown_says_what_the_text_says(what: str) -> None:
    pages = explain(what, KNOWN)
    shown = markdown(pages)
    tokens = MarkdownIt("commonmark").enable("table").parse(shown)
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert len(headings) == sum(1 + len(p.sections) for p in pages)
    assert not [token for token in tokens if token.type == "html_block"]
    tables = [b.rows for p in pages for s in p.sections for b in s.blocks if isinstance(b, Rows) and max(map(len, b.rows)) > 1]
    assert sum(token.type == "tr_open" for token in tokens) == sum(1 + len(rows) for rows in tables)


def test_markdown_shows_signs_as_they_are() -> None:
    rows = Rows([("a | b", "<c> * d_e", "`f`"), ("1.", "", "")])
    shown = markdown([Page("n_a_me", "", "ask <callee>", section("A *title*", rows, Rows([("https://a.example/b_c",)])))])
    html = MarkdownIt("commonmark").enable("table").render(shown)
    for text_ in ("<h1>n_a_me</h1>", "ask &lt;callee&gt;", "<h2>A *title*</h2>", "<td>a | b</td>", "<td>&lt;c&gt; * d_e</td>",
                  '<a href="https://a.example/b_c">'):  # fmt: skip
        assert text_ in html


@pytest.mark.parametrize("width", [40, 72, 100])
def test_no_line_is_wider_than_the_terminal_but_for_what_cannot_be_broken(width: int) -> None:
    rows = [("name", "a short value", "words " * 40), ("a much longer name than this", "x", "more words")]
    shown = text([Page("name", "aside", "sentence " * 20, section("A", "text " * 50, Rows(rows)))], width)
    assert max(map(len, shown.splitlines())) <= max(width, 72)


def test_an_address_stays_whole_where_it_finds_no_room() -> None:
    address = "https://a.example/" + "b" * 60
    rows = [("from 1.22", f"a sentence of some words before it ({address})"), ("name", f"{address} (a part)")]
    lines = text([Page("name", "", "", section("A", Rows(rows)))], 72).splitlines()
    assert [line.strip() for line in lines if address in line] == [f"({address})", address]
    assert all(len(line) <= 72 or address in line for line in lines)


def test_for_ascii_every_sign_has_a_stand_in() -> None:
    for rule in KNOWN.rules:
        shown = text(explain(rule, KNOWN), ascii_only=True)
        assert shown.isascii()
        assert shown.count("?") == page(rule).count("?"), rule
