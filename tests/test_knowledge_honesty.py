"""What is shipped as knowledge is told with where it is from, is said once, and agrees with itself."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from math import inf
from pathlib import Path
from typing import Any

import pytest

from advisor.explain import text
from advisor.explain.stacks import stack_page
from advisor.explain.values import unpinned
from advisor.knowledge import load_knowledge
from advisor.rules import Rule
from advisor.source import Node, load_text
from advisor.stacks import UNSET, Behaviour, Effective, Profile, Row, Setting
from advisor.units import version_key
from tools.gendocs import stacks_page

KNOWN = load_knowledge()
RULES = Path(__file__).parents[1] / "rules"
STACKS = [pytest.param(p, id=name) for name, p in sorted(KNOWN.profiles.items()) if not p.generic]
STACKS_PAGE = stacks_page(KNOWN)


def shipped(profile: Profile) -> Iterator[tuple[Setting, Row]]:
    """Yield the defaults of a profile, by version."""
    yield from ((setting, row) for setting in profile.settings.values() for row in setting.rows if row.value is not UNSET)


@pytest.mark.parametrize("profile", STACKS)
def test_each_default_and_behaviour_has_a_source(profile: Profile) -> None:
    assert [s.name for s, row in shipped(profile) if not (row.source or s.source).strip()] == []
    given = {n: g for n, g in profile.gives.items() if not isinstance(g, Setting)}
    assert [n for n, g in given.items() if isinstance(g, Effective) and not g.source.strip()] == []
    fixed = {n: g for n, g in given.items() if isinstance(g, Behaviour)}
    assert [n for n, g in fixed.items() if not all((r.source or g.source).strip() for r in g.rows)] == []


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[[Profile], str]:
    """Return what gives a stack's page on one line, without its conflicts: they take long, and are no source."""
    monkeypatch.setattr("advisor.explain.stacks.conflict_sections", lambda *_: [])
    return lambda profile: " ".join(text([stack_page(profile, None, KNOWN)], 1000).split())


@pytest.mark.parametrize("profile", STACKS)
def test_each_default_says_of_which_version_it_is_or_is_shown_as_open(profile: Profile, page: Callable[[Profile], str]) -> None:
    """A source names the version that was read, or an address; what names none and is of no span is marked wherever it is shown."""
    section = STACKS_PAGE.split(f"\n## {profile.name}\n", 1)[1].split("\n## ", 1)[0]
    unsure = {setting.name for setting, row in shipped(profile) if unpinned(setting, row)}
    marked = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `") and "no version named" in line}
    assert marked == unsure
    assert page(profile).count("no version named") == len(unsure)


@pytest.mark.parametrize(
    ("source", "spans", "open_"),
    [("lib/http.js", (None, None), True), ("lib/http.js (v20.1)", (None, None), False), ("lib/http.js", ("2", None), False),
     ("https://a.example/b", (None, None), False), ("", (None, "3"), False)],
)  # fmt: skip
def test_what_counts_as_a_version_told(source: str, spans: tuple[str | None, str | None], open_: bool) -> None:
    setting = Setting("x", {"kind": "duration", "source": source})
    assert unpinned(setting, Row(*spans, 1.0, "")) == open_


@pytest.mark.parametrize("profile", STACKS)
def test_what_is_not_verified_is_shown_so(profile: Profile, page: Callable[[Profile], str]) -> None:
    unsure = [s.name for s in profile.settings.values() if not s.verified]
    assert page(profile).lower().count("not verified") >= len(unsure) + (not profile.verified)


@pytest.mark.parametrize("profile", STACKS)
def test_no_version_has_two_defaults(profile: Profile) -> None:
    """The rows of a default are apart, and none ends before it begins."""
    rows = [(s.name, s.rows) for s in profile.settings.values()]
    rows += [(name, g.rows) for name, g in profile.gives.items() if isinstance(g, Behaviour)]
    for name, spans in rows:
        edges = [(version_key(r.since or "0"), version_key(r.until) if r.until else (inf,)) for r in spans]
        assert all(low < high for low, high in edges), name
        assert [n for (_, high), (low, _) in combinations(sorted(edges), 2) for n in [name] if low < high] == []


def newest(rows: tuple[Row, ...]) -> Any:
    return rows[-1].value


def documents(source: str) -> set[str]:
    """Return the files and pages that a source names, without the versions that were read."""
    named = re.split(r"[;,]\s+", re.sub(r"\s*\([^)]*\)", "", source))
    return {n.strip() for n in named if "://" in n or re.search(r"\w/\w.*\.\w+$", n.strip())}


def test_profiles_that_read_one_setting_in_one_place_agree_on_its_default() -> None:
    """Two profiles of one program, or of one kernel, cannot have two defaults; one may say nothing."""
    seen: dict[tuple[str, str], list[tuple[Profile, Setting]]] = defaultdict(list)
    for param in STACKS:
        profile = param.values[0]
        assert isinstance(profile, Profile)
        for setting in profile.settings.values():
            kernel = setting.name.startswith(("net.", "fs.", "kernel.", "vm."))
            for place in {"kernel"} if kernel else documents(setting.source):
                seen[setting.name if kernel else setting.name.split(".")[-1], place].append((profile, setting))
    shared = {key: found for key, found in seen.items() if len({p.name for p, _ in found}) > 1}
    assert shared
    wrong = [(name, [p.name for p, _ in found]) for (name, _), found in shared.items()
             if len({newest(s.rows) for _, s in found} - {UNSET}) > 1]  # fmt: skip
    assert wrong == []


def test_profiles_that_read_one_behaviour_in_one_place_agree_on_it() -> None:
    seen: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for profile in KNOWN.profiles.values():
        for name, given in profile.gives.items():
            if isinstance(given, Behaviour):
                for place in documents(given.source):
                    seen[name, place][profile.name] = newest(given.rows)
    assert [(key, values) for key, values in seen.items() if len(set(values.values())) > 1] == []


def test_profiles_of_one_program_agree_on_the_end_of_its_support() -> None:
    ends: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for profile in KNOWN.profiles.values():
        for line in profile.versions:
            ends[profile.versions_source, line.line][profile.name] = line.end_of_life
    assert any(len(names) > 1 for names in ends.values())
    assert [(key, names) for key, names in ends.items() if len(set(names.values())) > 1] == []


def test_one_text_is_one_class_among_stacks_that_speak_the_same() -> None:
    """A program's text means the same wherever a profile repeats it; a database's client may print it for something else."""
    classes: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for profile in KNOWN.profiles.values():
        spoken = profile.gives.get("caller.speaks") or profile.gives.get("callee.speaks")
        language = spoken.rows[0].value if isinstance(spoken, Behaviour) else "http"
        for error in profile.errors:
            classes[language, error.text][error.symptom].add(profile.name)
    assert [(text, dict(found)) for text, found in classes.items() if len(found) > 1] == []


@pytest.mark.parametrize("slug", sorted(KNOWN.rules))
def test_each_rule_explains_known_symptoms_and_has_a_known_cause(slug: str) -> None:
    rule = KNOWN.rules[slug]
    assert set(rule.explains) <= set(KNOWN.symptoms)
    assert rule.cause in KNOWN.causes


def test_each_symptom_that_a_setting_can_cause_is_explained_by_a_rule() -> None:
    explained = {name for rule in KNOWN.rules.values() for name in rule.explains}
    assert {name for name, symptom in KNOWN.symptoms.items() if not symptom.outside} <= explained


# What compares: a text that says so of another stack's default is a pair's conflict, written down.
_COMPARES = re.compile(r"\b(ties?|tied|equals?|(more|less|longer|shorter|earlier|later|sooner) than|above|below|outlasts?)\b")
_DURATION = re.compile(r"(?<![\w.-])\d+(\.\d+)?\s?(ms|s|m|min|h|d)\b")
_NOT_TEXT = {"source", "references", "versions_source", "text", "also", "stack", "rule", "line", "default", "value", "when",
             "applies", "require", "cases", "let", "name", "title", "cause", "proof", "see", "after"}  # fmt: skip
_COMMON = {"go", "node", "requests", "apache", "caddy", "envoy"}  # words of English too: a stack only with a capital


def texts(node: Node, key: str = "") -> Iterator[str]:
    """Yield the sentences of a knowledge file that are for people."""
    if node.kind == "mapping":
        for name, _, value in node.items():
            if name not in _NOT_TEXT:
                yield from texts(value, name)
    elif node.kind == "list":
        for element in node.elements():
            yield from texts(element, key)
    elif not node.absent:
        yield from re.split(r"(?<=[.;])\s+", " ".join(node.text.split()))


def stacks_named(sentence: str) -> set[str]:
    found = set()
    for name, profile in KNOWN.profiles.items():
        for word in (name, *profile.also, profile.title):
            flags = 0 if word in _COMMON else re.IGNORECASE
            shown = word.capitalize() if word in _COMMON else word
            if not profile.generic and re.search(rf"(?<![\w./@-]){re.escape(shown)}(?:'s)?(?![\w./-])", sentence, flags):
                found.add(name)
    return found


def knowledge_files() -> list[str]:
    return sorted(str(p.relative_to(RULES)) for p in RULES.rglob("*.yaml"))


@pytest.mark.parametrize("file", knowledge_files())
def test_no_conflict_of_two_stacks_is_written_down(file: str) -> None:
    """
    It is computed from the defaults: a sentence that holds the values of two stacks against each other would stay as it is
    when one of them changes. In a profile its own stack is one of the two.
    """
    first = load_text((RULES / file).read_text(encoding="utf-8"), file)[0]
    own = Path(file).stem if file.startswith("stacks") else ""
    assert [s for s in texts(first) if compares(s, own)] == []


def compares(sentence: str, own: str) -> bool:
    """Return whether *sentence*, of the profile *own* or of a rule, compares defaults of two stacks."""
    figures = _DURATION.search(sentence) or re.search(r"\bdefaults?\b", sentence)
    return bool(figures and _COMPARES.search(sentence)) and len((stacks_named(sentence) | {own}) - {""}) > 1


@pytest.mark.parametrize(
    ("own", "sentence", "found"),
    [
        ("apisix", "60 s tie with the 60 s of ALB and nginx in front", True),
        ("kong", "60 s are more than Node, Uvicorn, Gunicorn and Apache keep by default", True),
        ("", "ALB keeps connections for longer than the 5 s of Node", True),
        ("istio", "Envoy's 15 s do not hold here", False),
        ("kong", "60 s are more than a user waits", False),
        ("", "it is longer than the 60 s of nginx", False),
    ],
)
def test_what_counts_as_a_conflict_written_down(own: str, sentence: str, found: bool) -> None:
    assert compares(sentence, own) == found


def condition(rule: Rule) -> frozenset[str]:
    """Return what must hold, without the names that the rule gives: `let` written out, elements called `m`."""
    found = set()
    for part in rule.require:
        words = part.text
        for _ in rule.lets:
            for name, value in rule.lets.items():
                words = re.sub(rf"(?<![\w.]){name}(?![\w.])", f"({value.text})", words)
        if rule.each is not None:
            words = re.sub(rf"(?<![\w.]){rule.each[0]}\.", "m.", words)
        found |= {re.sub(r"\s+", "", piece) for piece in re.split(r"\band\b", words)}
    return frozenset(found)


def test_no_two_rules_ask_the_same() -> None:
    """One condition is one cause, wherever it is looked at: neither under other names nor in another order is it another rule."""
    seen: dict[frozenset[str], list[str]] = defaultdict(list)
    for rule in KNOWN.rules.values():
        seen[condition(rule)].append(rule.slug)
    assert [slugs for slugs in seen.values() if len(slugs) > 1] == []


def test_conditions_are_compared_without_the_names_that_rules_give() -> None:
    class Part:
        def __init__(self, text: str) -> None:
            self.text = text

    class Asks:
        def __init__(self, lets: dict[str, str], require: list[str], each: tuple[str, str] | None = None) -> None:
            self.lets, self.each = {name: Part(text) for name, text in lets.items()}, each
            self.require = [Part(text) for text in require]

    one = Asks({"margin": "2 * leg.rtt"}, ["caller.idle_timeout <= callee.idle_timeout - margin", "b.x < 1s"], ("b", "leg.boxes"))
    other = Asks({"gap": "2*leg.rtt"}, ["m.x < 1s and caller.idle_timeout <= callee.idle_timeout - gap"], ("m", "leg.boxes"))
    third = Asks({"gap": "3 * leg.rtt"}, ["m.x < 1s", "caller.idle_timeout <= callee.idle_timeout - gap"], ("m", "leg.boxes"))
    assert condition(one) == condition(other) != condition(third)  # type: ignore[arg-type]


def test_every_file_of_knowledge_is_read() -> None:
    files = {os.path.splitext(os.path.basename(f))[0] for f in knowledge_files()}
    assert {*KNOWN.rules, *KNOWN.profiles} <= files
