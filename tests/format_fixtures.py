"""Runs for the formats that other programs read: the hand-made ones, with outcomes and rules."""

from __future__ import annotations

import os
from collections.abc import Callable

from advisor.api import check
from advisor.render.quoting import every
from advisor.report.parts import Missing, OutcomeView, Report, RuleView, Run
from tests.conftest import TESTS
from tests.render_fixtures import CHECKOUT, FILE, FINDINGS, PROBLEMS, URL, run
from tests.test_render_hostile import OWN

EXAMPLES = os.path.join(os.path.dirname(TESTS), "examples")

_WHY = "Each request that finds **no** idle connection opens one.\n\nThen `Dial` runs."
_SLUGS = {f.rule: f.severity for f in FINDINGS} | {"retry-without-jitter": "note", "rtt-unknown": "warning"}
RULES = tuple(
    RuleView(slug, "A cause in general", severity, "high", "idle-pool-size", _WHY, "The load is below 1/s.", (URL,), "idle-race")
    for slug, severity in _SLUGS.items()
)
OUTCOMES = (
    *(OutcomeView(f.rule, "checkout", where, "violated", f.severity, f.summary, "", (), f.place)
      for f in FINDINGS for where in f.where),
    OutcomeView("retry-without-jitter", "checkout", "checkout", "ignored", "note", "checkout repeats at once",
                "the queue in front already spreads the load", (), f"{FILE}:20:5"),
    OutcomeView("rtt-unknown", "checkout", "checkout -> aws-alb", "unknown", "warning", "", "not known: rtt of checkout -> aws-alb",
                (Missing("checkout -> aws-alb", "rtt", "the round-trip time", "ss -tin, or advisor probe URL"),), f"{FILE}:25:5"),
    OutcomeView("idle-timeout-ordering", "checkout", "aws-alb -> edge", "met", "error", "", "", (), f"{FILE}:26:5"),
)  # fmt: skip
_OWN = OWN | {"violated", "ignored", "met", "unknown"}
FULL: Report = CHECKOUT._replace(rules=RULES, outcomes=OUTCOMES)


def full(*, problems: bool = False) -> Run:
    return run(FULL, problems=PROBLEMS if problems else ())


def with_texts(change: Callable[[str], str]) -> Run:
    """Return the full run with *change* made to all texts that are not words the formats ask for by name."""
    return every(full(problems=True), lambda text: text if text in _OWN or not text else change(text))


def example(name: str, file: str = "path.yaml") -> Run:
    return check([os.path.join(EXAMPLES, name, file)], today="2026-11-22")
