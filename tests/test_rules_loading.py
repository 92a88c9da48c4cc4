"""Files of rules and profiles are checked when they are loaded: what is wrong is told with its place, all at once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.cases import profile_cases, rule_cases
from advisor.errors import InputError, KnowledgeError, Problem
from advisor.expressions import link
from advisor.knowledge import load_knowledge
from advisor.knowledge.loading import Loader
from advisor.knowledge.profile_files import load_profile
from advisor.knowledge.rule_files import check_rules, load_rule
from advisor.reading import Entry
from advisor.rules import Rule, rank
from advisor.source import load_text
from advisor.stacks import Profile
from tests.strategies import knowledge

RULE = """\
rule: margin
title: A title
severity: error
confidence: high
cause: idle-timeout-ordering
scope: leg
applies: caller.reuses
let:
  margin: max(2 * leg.rtt, 1s)
  latest: callee.idle_timeout - margin
require: caller.idle_timeout <= latest
summary: "{callee} closes first"
message: "{caller} keeps connections for {caller.idle_timeout}, {callee} for {callee.idle_timeout}"
impact:
  - {what: requests lost, value: leg.rate * leg.rtt}
fix:
  - set: {caller.idle_timeout: {at_most: latest}}
    risk: none
why: Because.
references: [a book]
proof: none, it is an example
---
cases:
  - name: too long
    given: {caller.reuses: true, caller.idle_timeout: 60s, callee.idle_timeout: 5s, leg.rtt: 1ms}
    expect: violated
    fix: {caller.idle_timeout: 4s}
  - name: in order
    given: {caller.reuses: true, caller.idle_timeout: 60s, callee.idle_timeout: 75s, leg.rtt: 1ms}
    expect: met
  - name: "edge: one second is enough"
    given: {caller.reuses: true, caller.idle_timeout: 59s, callee.idle_timeout: 60s, leg.rtt: 1ms}
    expect: met
  - name: the callee is not known
    given: {caller.reuses: true, caller.idle_timeout: 60s}
    expect: unknown
    missing: [callee.idle_timeout]
"""

PROFILE = """\
stack: server
title: A server
ends: [caller, callee]
versions:
  - {line: '1', end_of_life: 2024-01-31}
  - {line: '2', end_of_life: 2027-01-31}
settings:
  keep_alive:
    kind: duration
    unit: s
    is: [callee.idle_timeout]
    default: [{until: '2', value: 5s}, {from: '2', value: 6s}]
    special: {0: never}
    range: [0s, 1h]
    step: 1s
    effect: restart
    source: its manual
  read:
    kind: duration
    unit: ms
    default: unset
    inherits: keep_alive
    source: its manual
effective:
  callee.read_timeout:
    value: min(read, 1h)
    moves: read
    source: its manual
behaviour:
  callee.on_expiry: {value: fin, source: its manual}
---
cases:
  - name: the default
    version: '1'
    expect: {callee.idle_timeout: 5s}
"""


def entries(text: str, file: str) -> list[Entry]:
    return [Entry(node, file) for node in load_text(text, file)]


def rule(text: str, file: str = "rules/test/margin.yaml") -> tuple[Rule | None, list[Problem]]:
    return load_rule(entries(text, file), knowledge().properties)


def profile(text: str, file: str = "rules/stacks/server.yaml") -> tuple[Profile | None, list[Problem]]:
    return load_profile(entries(text, file), knowledge().properties)


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, f"nothing to change: {old}"
    return text.replace(old, new, 1)


def case_faults(text: str) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with the cases of a rule that loads."""
    found, problems = rule(text)
    assert (found is not None, problems) == (True, [])
    assert found is not None
    link(found.expressions())
    return {result.case: result.faults for result in rule_cases(found, knowledge()) if result.faults}


def test_a_sound_rule_and_a_sound_profile_have_no_problem() -> None:
    assert case_faults(RULE) == {}
    assert profile(PROFILE)[1] == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("severity: error", "severity: fatal", "3:11: severity fatal is none of: error, warning, note"),
        ("confidence: high", "confidence: sure", "4:13: confidence sure is none of: high, medium, low"),
        ("scope: leg", "scope: legs", "6:8: scope legs is none of: leg, hop, host, path"),
        ("why: Because.\n", "", "1:1: the rule has no why"),
        ("require:", "requires:", '11:1: unknown key "requires"; did you mean require?'),
        ("  - set: {", "  - sets: {", '17:5: unknown key "sets"; did you mean set?'),
        ("    risk: none", "    risk:", '18:5: "risk" has no value'),
        ("applies: caller.reuses", "applies: caller.reusing", "7:10: no property caller.reusing; did you mean caller.reuses?"),
        ("applies: caller.reuses", "applies: caller.idle_timeout", "7:10: caller.idle_timeout is no condition"),
        (
            "require: caller.idle_timeout <= latest",
            "require: caller.idle_timeout <= leg.rate",
            "11:10: duration cannot be compared with rate",
        ),
        ("2 * leg.rtt, 1s", "2 * leg.rtt, 1KiB", "9:11: duration and size do not go together"),
        ("{callee} closes", "{calee} closes", "12:10: no property calee"),
        ("{at_most: latest}", "latest", "17:32: caller.idle_timeout: write one of at_most, at_least, to, as in {at_most: latest}"),
        (
            "{at_most: latest}",
            "{below: latest}",
            "17:32: caller.idle_timeout: write one of at_most, at_least, to, as in {at_most: latest}",
        ),
        ("{at_most: latest}", "{at_most: leg.rate}", "17:32: leg.rate is a rate, caller.idle_timeout a duration"),
        (
            "set: {caller.idle_timeout",
            "set: {caller.idle_timeot",
            "17:31: no property caller.idle_timeot; did you mean caller.idle_timeout?",
        ),
        ("expect: met", "expect: good", "30:13: expect good is none of: violated, met, unknown, not applicable"),
        ("    missing:", "    misses:", '37:5: unknown key "misses"; known: expect, fix, given, missing, name, stays'),
        ("value: leg.rate * leg.rtt", "value: leg.rates", "15:34: no property leg.rates; did you mean leg.rate?"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told(old: str, new: str, problem: str) -> None:
    """An unknown key, property or kind, a missing part, or a value that is left out: the file, the place, the nearest name."""
    problems = [str(p) for p in rule(changed(RULE, old, new))[1]]

    assert any(p.startswith(f"rules/test/margin.yaml:{problem}") for p in problems), problems


def test_a_bound_on_a_knob_may_not_hang_on_the_same_knob() -> None:
    """G18 a: through a let name too, or the plan would chase its own tail."""
    text = changed(RULE, "latest: callee.idle_timeout - margin", "latest: min(callee.idle_timeout, caller.idle_timeout) - margin")

    assert [p.message for p in rule(text)[1]] == [
        "the bound on caller.idle_timeout hangs on caller.idle_timeout itself; write the inverse"
    ]


def test_a_fix_that_does_not_mend_is_refused() -> None:
    """G18 b: each alternative, applied to each violated case, makes it met."""
    loose = changed(RULE, "{at_most: latest}", "{at_most: callee.idle_timeout}")

    assert case_faults(loose) == {"too long": ("the fix caller.idle_timeout leaves it violated", "no fix mends it")}


def test_a_fix_whose_bound_is_not_known_is_refused() -> None:
    """At least what nothing bounds: there is no value to write."""
    text = changed(RULE, "{caller.idle_timeout: {at_most: latest}}", "{callee.idle_timeout: {at_least: caller.max_age}}")

    assert case_faults(text)["too long"][0] == "the fix callee.idle_timeout leaves it open (its bound is not known)"


def test_a_flow_mapping_that_swallows_a_comma_is_refused() -> None:
    """G18 c: a comma in a flow mapping makes a key without a value, silently in YAML, not here."""
    text = changed(RULE, "{what: requests lost, value: leg.rate * leg.rtt}", "{what: requests lost, value: max(leg.rate, 1/s)}")
    text_of_fix = changed(RULE, "{caller.idle_timeout: {at_most: latest}}", "{caller.idle_timeout: {at_most: min(latest, 1s)}}")

    assert rule(text)[1] != []
    assert rule(text_of_fix)[1] != []


@pytest.mark.parametrize(
    ("name", "missing"),
    [("too long", "violated"), ('"edge: one second is enough"', "edge (its name says so)"), ("the callee is not known", "unknown")],
)
def test_a_rule_without_a_kind_of_case_is_refused(name: str, missing: str) -> None:
    head, cases = RULE.split("cases:\n")
    kept = [c for c in cases.split("  - name: ")[1:] if not c.startswith(name)]
    text = head + "cases:\n" + "".join(f"  - name: {c}" for c in kept)

    assert [p.message for p in rule(text)[1]] == [f"rule margin has no case: {missing}"]


def test_a_rule_without_cases_is_refused() -> None:
    assert [p.message for p in rule(RULE.split("---\n", 1)[0])[1]] == ["rule margin has no cases"]


def test_a_rule_stands_in_the_file_of_its_name() -> None:
    assert [p.message for p in rule(RULE, "rules/test/other.yaml")[1]] == [
        "rule margin stands in other.yaml; its file is margin.yaml"
    ]


@pytest.mark.parametrize(
    ("old", "new", "case", "fault"),
    [
        ("expect: met", "expect: violated", "in order", "met, not violated"),
        (
            "fix: {caller.idle_timeout: 4s}",
            "fix: {caller.idle_timeout: 3s}",
            "too long",
            "caller.idle_timeout is planned as 4s, not 3s",
        ),
        (
            "missing: [callee.idle_timeout]",
            "missing: [leg.rtt]",
            "the callee is not known",
            "missing callee.idle_timeout, not leg.rtt",
        ),
        ("callee.idle_timeout: 75s", "callee.idle_timeot: 75s", "in order", "no property end.idle_timeot"),
        ("callee.idle_timeout: 75s", "callee.idle_timeout: 75KiB", "in order", 'duration "75KiB" has an unknown unit'),
    ],
)
def test_a_case_that_fails_says_how(old: str, new: str, case: str, fault: str) -> None:
    faults = case_faults(changed(RULE, old, new))

    assert list(faults) == [case]
    assert faults[case][0].startswith(fault)


def _rules(**after: tuple[str, ...]) -> dict[str, Rule]:
    found = {}
    for slug, slugs in after.items():
        made, _ = rule(changed(RULE, "rule: margin", f"rule: {slug}"), f"rules/test/{slug}.yaml")
        assert made is not None
        made.after = slugs
        found[slug] = made
    return found


def test_rules_rank_roots_first() -> None:
    assert rank(_rules(a=("b", "c"), b=("c",), c=(), d=())) == {"a": 2, "b": 1, "c": 0, "d": 0}


def test_a_cycle_in_after_is_refused() -> None:
    known = knowledge()

    assert [p.message for p in check_rules(_rules(a=("b",), b=("a",)), known.causes, known.symptoms)] == [
        "the rules' `after` runs in a circle"
    ]
    assert check_rules(_rules(a=("b",), b=()), known.causes, known.symptoms) == []


def test_a_name_between_rules_that_leads_nowhere_is_refused() -> None:
    known, rules = knowledge(), _rules(first=("frist",))
    rules["first"].cause, rules["first"].explains = "no-cause", ("no-class",)

    assert [p.message for p in check_rules(rules, known.causes, known.symptoms)] == [
        "no rule frist; did you mean first?",
        "no cause no-cause in causes.yaml",
        "no symptom class no-class in symptoms.yaml",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ends:", "end:", '3:1: unknown key "end"; did you mean ends?'),
        ("    range: [0s, 1h]", "    ranges: [0s, 1h]", '14:5: unknown key "ranges"; did you mean range?'),
        ("    source: its manual\n  read:", "  read:", "9:5: keep_alive has no source"),
        ("kind: duration\n    unit: s", "kind: seconds\n    unit: s", "9:5: keep_alive: 'seconds' is no kind or unit"),
        ("is: [callee.idle_timeout]", "is: [callee.idle_timeot]", "11:9: keep_alive: no property callee.idle_timeot"),
        ("    default: unset", "    is: [callee.sends_hint]", "21:9: read: callee.sends_hint is a flag"),
        (
            "effect: restart",
            "effect: never",
            "16:13: effect never is none of: at once, new connections, reload, restart, at listen",
        ),
        ("inherits: keep_alive", "inherits: keepalive", "19:5: read inherits keepalive, which is no setting of server"),
        ("{until: '2', value: 5s}", "{til: '2', value: 5s}", "12:"),
        ("value: min(read, 1h)", "value: min(reed, 1h)", "26:16: no property reed"),
        ("value: min(read, 1h)", "value: 1KiB", "26:5: 1KiB is no duration"),
        ("moves: read", "moves: reed", "27:12: no setting reed; did you mean read?"),
        ("callee.on_expiry: {value: fin", "callee.on_expiry: {value: gone", "30:21: callee.on_expiry: 'gone' is none of"),
        (
            "callee.on_expiry: {value: fin, source: its manual}",
            "callee.on_expiry: {value: fin}",
            "30:21: callee.on_expiry has no source",
        ),
        ("callee.on_expiry:", "callee.on_expire:", "30:3: no property callee.on_expire; did you mean callee.on_expiry?"),
        ("step: 1s", "step: 1KiB", '9:5: keep_alive: keep_alive "1KiB" has an unknown unit'),
    ],
)
def test_what_is_wrong_with_a_profile_is_told(old: str, new: str, problem: str) -> None:
    problems = [str(p) for p in profile(changed(PROFILE, old, new))[1]]

    assert any(p.startswith(f"rules/stacks/server.yaml:{problem}") for p in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("why: Because.", "why: [a]", '19:1: "why" is a list; wanted: a text'),
        ("title: A title", "title: 504", '2:1: "title" is the number 504; wanted: a text'),
        ("    risk: none", "    risk: {a: 1}", '18:5: "risk" is a mapping; wanted: a text'),
        ("references: [a book]", "references: a book", '20:1: "references" is the text "a book"; wanted: a list of texts'),
        ("references: [a book]", "references: [[]]", '20:14: element 1 of "references" is an empty list; wanted: a text'),
        ("fix:\n  - set: {", "fix: {a: 1}\nlet2:\n  - set: {", '16:1: "fix" is a mapping; wanted: a list of alternatives'),
        ("{caller.idle_timeout: {at_most: latest}}", "[]",
         '17:5: "set" is an empty list; wanted: a mapping of properties to bounds'),
        ("cases:\n", "cases: [x]\nothers:\n", '23:9: element 1 of "cases" is the text "x"; wanted: a mapping with name, expect'),
        ("given: {caller.reuses: true,", "given: {caller.reuses: [],", "25:13: caller.reuses has a single value, not a list"),
        ("applies: caller.reuses", "soften: {to: warning, wen: x}", '7:23: unknown key "wen"; did you mean when?'),
        ("applies: caller.reuses", "soften: {to: warning, wen: x}", "7:1: soften has no when"),
        ("applies: caller.reuses", "soften: note", '7:1: "soften" is the text "note"; wanted: a mapping with to, when'),
        ("what: requests lost", "whta: requests lost", '15:6: unknown key "whta"; did you mean what?'),
        (
            'message: "{caller} keeps',
            'message: [{said: x, say: y}]\nleave: "{caller} keeps',
            '13:12: unknown key "said"; known: say, when',
        ),
        ("require: caller.idle_timeout <= latest", "require: known(leg.rtt)", "11:10: known stands in applies and when only"),
        ("margin: max(", "margin: 1s if known(leg.rtt) else max(", "9:17: known stands in applies and when only"),
    ],
)  # fmt: skip
def test_a_wrong_form_in_a_rule_is_told_at_its_key(old: str, new: str, problem: str) -> None:
    problems = [str(p) for p in rule(changed(RULE, old, new))[1]]

    assert f"rules/test/margin.yaml:{problem}" in problems


def test_applies_and_when_may_ask_what_is_known() -> None:
    text = changed(RULE, "applies: caller.reuses", "applies: known(caller.reuses)")

    assert rule(changed(text, "    risk: none", "    when: known(leg.rtt)"))[1] == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("settings:\n", "settings: []\nx:\n", '7:1: "settings" is an empty list; wanted: a mapping of settings'),
        ("{line: '1', end", "{line: 1.10, end", '5:6: "line" is the number 1.1; wanted: a version in quotes'),
        ("end_of_life: 2024-01-31", "end_of_life: soon", '5:30: date "soon" is not a date'),
        ("range: [0s, 1h]", "range: [0s]", '14:5: "range" is a list; wanted: a list of the lowest and the highest value'),
        ("    range:", "    part: [keep_alive, -1]\n    range:", "14:24: -1 is below 0"),
        ("special: {0: never}", "special: {0: {at: read}}", '13:19: unknown key "at"; known: as'),
        ("moves: read", "moves: {setting: read, bond: bound}", '27:28: unknown key "bond"; did you mean bound?'),
        ("value: min(read, 1h)", "value: read if known(read) else 1h", "26:20: known stands in applies and when only"),
        ("callee.on_expiry: {value: fin,", "callee.on_expiry: {valeu: fin,", '30:22: unknown key "valeu"; did you mean value?'),
        ("callee.on_expiry: {value: fin,", "callee.on_expiry: {", "30:3: callee.on_expiry has value or rows, one of the two"),
        (
            "behaviour:",
            "errors: [x]\nbehaviour:",
            '29:10: element 1 of "errors" is the text "x"; wanted: a mapping with text, class',
        ),
        ("behaviour:", "errors: [{text: x, clas: y}]\nbehaviour:", '29:20: unknown key "clas"; did you mean class?'),
        ("behaviour:", "faults: [{title: x, sinse: '1'}]\nbehaviour:", '29:21: unknown key "sinse"; did you mean since?'),
        (
            "behaviour:",
            "implies: {host.cpu: {value: 1, source: x}}\nbehaviour:",
            "29:11: no property host.cpu; did you mean host.cpus?",
        ),
        ("behaviour:", "implies: {hop.cpus: {valu: 1, source: x}}\nbehaviour:", '29:22: unknown key "valu"; did you mean value?'),
        ("expect: {callee.idle_timeout: 5s}", "expect: {hop: 5s}", "35:14: hop is no property that a stack has"),
        ("version: '1'\n", "version: 1\n", '34:5: "version" is the number 1; wanted: a version in quotes'),
    ],
)
def test_a_wrong_form_in_a_profile_is_told_at_its_key(old: str, new: str, problem: str) -> None:
    problems = [str(p) for p in profile(changed(PROFILE, old, new))[1]]

    assert any(p.startswith(f"rules/stacks/server.yaml:{problem}") for p in problems), problems


def test_everything_wrong_with_a_pack_is_told_at_once(tmp_path: Path) -> None:
    """A pack's files stand beside the advisor's own; problems of all of them come in one error."""
    for name, text in {
        "rules/margin.yaml": changed(RULE, "severity: error", "severity: fatal"),
        "rules/cycle.yaml": changed(RULE, "rule: margin", "rule: circle"),
        "stacks/server.yaml": changed(PROFILE, "ends:", "end:"),
        "stacks/node.yaml": changed(PROFILE, "stack: server", "stack: node"),
        "other.yaml": "a: 1\n",
        "broken.yaml": "a: [\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    with pytest.raises(KnowledgeError) as error:
        load_knowledge([str(tmp_path)])
    told = "\n".join(str(p) for p in error.value.problems)
    for expected in (
        "severity fatal is none of",
        "rule circle stands in cycle.yaml",
        'unknown key "end"',
        "stack node stands in rules/stacks/node.yaml too; to put this one in its place write replaces: node",
        "neither a rule, nor a stack",
        "broken.yaml:2:1",
    ):
        assert expected in told


def test_a_pack_that_is_no_directory_is_the_readers_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such directory of rules"):
        load_knowledge([str(tmp_path / "none")])


def test_a_pack_adds_rules_and_stacks(tmp_path: Path) -> None:
    os.makedirs(tmp_path / "test")
    (tmp_path / "test" / "margin.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "server.yaml").write_text(PROFILE, encoding="utf-8")

    found: Any = load_knowledge([str(tmp_path)])
    assert {*knowledge().rules, "margin"} <= set(found.rules)
    assert {*knowledge().profiles, "server"} <= set(found.profiles)


_SCALARS = ["", "x", "0", "-1", "1.5", ".inf", "true", "null", "never", "1h", "'1.2'", "caller.idle_timeout", "known(leg.rtt)",
            "{x} {leg} {",
            "9" * 400]  # fmt: skip
_ANY = st.recursive(
    st.sampled_from(_SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]" if "{x} {leg} {" not in "".join(v) else "[]"),
        st.lists(inner, max_size=2).map(lambda v: "{" + ", ".join(f"k{i}: {x}" for i, x in enumerate(v)) + "}"),
    ),
    max_leaves=4,
)
"""Any form, as YAML writes it in one line."""


def _spots(text: str) -> list[tuple[int, int]]:
    """Return where each value of a YAML text begins and ends: scalars, lists and mappings alike."""
    spots = []
    for document in yaml.compose_all(text, Loader=yaml.SafeLoader):
        todo = [document]
        while todo:
            node = todo.pop()
            spots.append((node.start_mark.index, node.end_mark.index))
            if isinstance(node, yaml.MappingNode):
                todo += [part for pair in node.value for part in pair]
            elif isinstance(node, yaml.SequenceNode):
                todo += node.value
    return sorted(spots)


_FILES = {
    "margin.yaml": RULE,
    "server.yaml": PROFILE,
    "causes.yaml": "ours:\n  title: Ours\n  causes: {our-cause: A cause}\n",
    "symptoms.yaml": "ours: {title: Ours, means: It is ours, outside: false, tells_apart: nothing, texts: [our text]}\n",
    "outside.yaml": "ours:\n  title: Ours\n  explains: [timeout]\n  weigh: 1\n"
                    "  signs: [{when: seen.during == 'quiet', weigh: 2, say: it is quiet}]\n  look_for: it\n",
    "sysctls.yaml": "- {name: net.core.somaxconn, when: value > 1, since: '1.0', harm: harmful, says: it is, source: a book}\n",
    "properties.yaml": "leg:\n  ours:\n    {kind: duration, low: 0s, high: 1h, neutral: 1s, means: ours,"
                       " derive: [{value: 1s, when: leg.ours > 1s, title: t}]}\n",
}  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(_FILES)), st.data())
def test_any_form_of_a_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Whatever stands in place of a key or a value: problems with their places, and no other exception; nor in the cases."""
    text = _FILES[name]
    start, end = data.draw(st.sampled_from(_spots(text)))
    tail = "\n" if text[start:end].endswith("\n") else ""
    text = text[:start] + data.draw(_ANY) + tail + text[end:]
    loader = Loader()
    loader.knowledge.properties = knowledge().properties
    with tempfile.TemporaryDirectory() as root:
        path = Path(root, name)
        path.write_text(text, encoding="utf-8")
        loader.file(str(path), name)
    try:
        known = loader.finish()
    except KnowledgeError as error:
        problems = error.problems
    else:
        problems = ()
    assert [p for p in problems if not (p.place.file.endswith(name) and p.place.line)] == []
    if problems:
        return
    known.symptoms = known.symptoms or knowledge().symptoms
    for found in known.rules.values():
        link(found.expressions())
        list(rule_cases(found, known))
    for stack in known.profiles.values():
        link(stack.expressions())
        list(profile_cases(stack, known))
