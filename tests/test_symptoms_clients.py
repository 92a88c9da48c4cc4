"""What clients print is of the class that its cause has, also where no stack is named: ``tests/data/client_texts.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from advisor.symptoms import classify
from tests.strategies import knowledge

TEXTS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "data" / "client_texts.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("text", "symptom"), [(text, symptom) for symptom, texts in TEXTS.items() for text in texts])
def test_a_text_of_a_client_has_one_class(text: str, symptom: str) -> None:
    assert [m.symptom for m in classify(text, knowledge())] == [symptom]


def test_the_verb_of_go_tells_whose_close_it_was() -> None:
    """A read of a closed socket is this process's own doing; a write is the idle race met while a body was sent."""
    line = "{} tcp 10.0.0.1:4000->10.0.0.2:80: use of closed network connection"
    assert [m.symptom for m in classify(line.format("read"), knowledge())] == ["closed-locally"]
    assert [m.symptom for m in classify(line.format("write"), knowledge())] == ["closed-while-writing"]


MANY = {
    "a small amount of 502s during rollouts": ["bad-gateway"],
    "503s under load": ["service-unavailable"],
    "took 502s": [],
    "ready after 504s": [],
}


@pytest.mark.parametrize(("text", "symptoms"), MANY.items())
def test_many_of_a_status_are_no_seconds(text: str, symptoms: list[str]) -> None:
    """A status is also told in the plural, and a time in seconds looks the same."""
    assert [m.symptom for m in classify(text, knowledge())] == symptoms
