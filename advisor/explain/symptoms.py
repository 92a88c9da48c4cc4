"""Pages of classes of error texts, and of a line pasted from a log."""

from __future__ import annotations

from advisor.explain.page import Page, Rows, section
from advisor.explain.rules import error_rows
from advisor.knowledge import Knowledge, SymptomClass
from advisor.symptoms import Match


def class_page(symptom: SymptomClass, knowledge: Knowledge) -> Page:
    """Return what a class of error texts proves, who prints it, and which rules explain it."""
    aside = "symptom · no setting causes it" if symptom.outside else "symptom"
    return Page(
        symptom.name, aside, symptom.title,
        [
            *section("What it proves, and what not", symptom.means),
            *section("Who prints it", Rows(list(error_rows([symptom.name], knowledge)))),
            *section("Rules that explain it", Rows(_rules(symptom, knowledge))),
            *section("What to bring", _bring(symptom)),
        ],
    )  # fmt: skip


def line_page(line: str, match: Match, knowledge: Knowledge) -> Page:
    """Return what a pasted line says by the pattern that was found in it."""
    symptom = knowledge.symptoms[match.symptom]
    said = [("pattern", match.pattern), ("printed by", match.stack or "more than one stack"), ("there it means", match.means),
            ("class", symptom.name)]  # fmt: skip
    return Page(
        line if len(line) <= 96 else f"{line[:95]}…",
        "", symptom.title,
        [
            *section("What it is", Rows([(k, v) for k, v in said if v])),
            *section("What it proves, and what not", symptom.means, "No setting causes it." if symptom.outside else ""),
            *section("Rules that explain it", Rows(_rules(symptom, knowledge))),
            *section("What to bring", _bring(symptom), _document(line)),
        ],
    )  # fmt: skip


def _rules(symptom: SymptomClass, knowledge: Knowledge) -> list[tuple[str, str]]:
    return [(rule.slug, rule.title) for rule in knowledge.rules.values() if symptom.name in rule.explains]


def _bring(symptom: SymptomClass) -> str:
    return f"It would tell more: {symptom.tells_apart}." if symptom.tells_apart else ""


def _document(line: str) -> str:
    return ("Put the line under symptoms: of a document that describes the path, and advisor check says which of its "
            "settings explain it.") if line else ""  # fmt: skip
