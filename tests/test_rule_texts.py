"""What rules say of the violated cases of all rules, read for values that make no sentence: never, unlimited, below zero."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from advisor.cases import _Bare
from advisor.engine import VIOLATED, Outcome, evaluate, instances
from advisor.knowledge import load_knowledge
from advisor.report.words import Words
from advisor.rules import Rule
from advisor.sheet import Sheet
from advisor.values import known

KNOWLEDGE = load_knowledge()
WRONG = re.compile(r"(?:up to|for|of|in|after|takes?|every|only|than|wants|needs) (?:never|unlimited)\b"
                   r"|unlimited (?:times|attempts)|\{|  |\.\.$")  # fmt: skip
"""What a value has no place for: "up to never", "unlimited times"."""

RULES = [pytest.param(rule, id=slug) for slug, rule in sorted(KNOWLEDGE.rules.items())]


def violated(rule: Rule) -> Iterator[tuple[str, Outcome, Words]]:
    """Yield each violated case of *rule*: its name, one outcome, what puts values into words."""
    for case in rule.cases:
        if case["expect"] != VIOLATED:
            continue
        bare = _Bare(KNOWLEDGE.properties, rule)
        for name, raw in case["given"].items():
            bare.give(name, raw)
        sheet = Sheet(KNOWLEDGE.properties)
        sheet.bare = True
        subject = bare.subjects[rule.scope]
        subject.scopes[rule.scope] = subject
        outcomes = [evaluate(instance, sheet) for instance in instances([rule], {rule.scope: [subject]})]
        yield case["name"], next(o for o in outcomes if o.status == VIOLATED), Words(sheet)


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_says_reads_right_in_its_cases(rule: Rule) -> None:
    for name, outcome, words in violated(rule):
        env = outcome.env
        assert env is not None
        say = next(t for when, t in rule.messages if when is None or when.run(env) is True)
        for template in (rule.summary, say):
            text = words.sentence(template, env)
            assert not WRONG.search(text), f"{name}: {text}"
        for what, expression in rule.impact:
            value = expression.run(env)
            assert not (known(value) and isinstance(value, float) and value < 0), f"{name}: {what} is {value}"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_no_command_of_ours_that_is_not_there(rule: Rule) -> None:
    from advisor.cli.group import advisor

    texts = [rule.why, rule.leave, *(t for fix in rule.fixes for t in (fix.do, fix.risk, fix.verify) if t)]
    for command in re.findall(r"\badvisor ([a-z]+)", " ".join(texts)):
        assert advisor.get_command(None, command) is not None, f"there is no advisor {command}"  # type: ignore[arg-type]
