"""Every case of every rule and every profile, under its own name."""

from __future__ import annotations

import pytest

from advisor.cases import Result, profile_cases, rule_cases
from advisor.knowledge import load_knowledge

KNOWLEDGE = load_knowledge()
RULES = [result for rule in KNOWLEDGE.rules.values() for result in rule_cases(rule, KNOWLEDGE)]
PROFILES = [result for profile in KNOWLEDGE.profiles.values() for result in profile_cases(profile, KNOWLEDGE)]


@pytest.mark.parametrize("result", RULES, ids=[f"{r.owner}: {r.case}" for r in RULES])
def test_a_rules_case(result: Result) -> None:
    """The rule says of the given facts what its case expects, and its fixes mend."""
    assert result.faults == ()


@pytest.mark.parametrize("result", PROFILES, ids=[f"{r.owner}: {r.case}" for r in PROFILES])
def test_a_profiles_case(result: Result) -> None:
    """The profile makes of the given settings the properties its case expects."""
    assert result.faults == ()


def test_every_profile_has_cases() -> None:
    """A profile without cases is not shipped."""
    assert [p.name for p in KNOWLEDGE.profiles.values() if not p.cases] == []
