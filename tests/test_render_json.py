from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from advisor.render import RENDERERS, Options
from advisor.render import json_schema as shapes
from advisor.render.json_schema import FORMAT, RUN, Shape, output_schema
from advisor.report import parts
from tests.conftest import TESTS
from tests.render_fixtures import CHECKOUT, RUNS, fact, run


def loaded(name: str) -> Any:
    return json.loads(RENDERERS["json"](RUNS[name](), Options()))


def _shapes(shape: Shape) -> Iterator[Shape]:
    yield shape
    for field in shape.fields.values():
        if isinstance(field.kind, Shape):
            yield from _shapes(field.kind)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(output_schema())


def test_the_schema_is_the_published_one(pytestconfig: pytest.Config) -> None:
    path = os.path.join(os.path.dirname(TESTS), "docs", "report.schema.json")
    text = json.dumps(output_schema(), indent=2, ensure_ascii=False) + "\n"
    if pytestconfig.getoption("--update-golden"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        assert file.read() == text, "docs/report.schema.json differs; if that is meant: make golden"


@pytest.mark.parametrize("name", RUNS)
def test_every_run_is_valid(name: str) -> None:
    Draft202012Validator(output_schema()).validate(loaded(name))


@pytest.mark.parametrize("key", ["schema", "reports", "advisor"])
def test_the_schema_asks_for_what_readers_need(key: str) -> None:
    short = {k: v for k, v in loaded("checkout").items() if k != key}

    assert [error.validator for error in Draft202012Validator(output_schema()).iter_errors(short)] == ["required"]


def test_the_checkout_is_as_kept(golden: Callable[[str, str], None]) -> None:
    golden("golden/render/checkout.json", RENDERERS["json"](RUNS["checkout"](), Options()))


# What JSON says already: findings, met, unassessed and ignored are the outcomes, `advisor rules show` has the rules, and a
# fact with its place stands in `was`.
OTHERWISE = {("Report", "outcomes"), ("Report", "rules"), ("ChangeView", "place"), ("ChangeView", "written")}


def test_every_part_of_the_report_is_written() -> None:
    written = {shape.name: {field.source or key for key, field in shape.fields.items()} for shape in _shapes(RUN)}
    views = {"FactView": "fact", "ChangeView": "change", "NumberView": "number", "SymptomView": "symptom", "CauseView": "cause",
             "IgnoredView": "ignored", "HopView": "hop", "BoxView": "box", "LegView": "leg", "PathView": "path",
             "PlanView": "plan", "GroupView": "group", "SnippetView": "snippet", "OutcomeView": "", "RuleView": ""}  # fmt: skip

    kept = {
        (kind, field)
        for kind, cls in vars(parts).items() if hasattr(cls, "_fields") and cls.__module__ == parts.__name__
        for field in cls._fields
        if views.get(kind) != "" and field not in written[views.get(kind, kind.lower())]
    }  # fmt: skip

    assert kept == OTHERWISE


def test_no_limit_and_no_number_are_said_without_a_number() -> None:
    facts = [fact("a", "x", "never", "stated", raw=float("inf")), fact("a", "y", "unknown", "unknown", raw=float("nan"))]

    found = json.loads(RENDERERS["json"](run(CHECKOUT._replace(facts=facts)), Options()))["reports"][0]["facts"]

    assert [one["raw"] for one in found] == ["unlimited", None]


def test_text_that_is_no_text_and_controls_are_written_in_ascii() -> None:
    text = RENDERERS["json"](run(CHECKOUT._replace(service="\udcff\x1b[2J\x7f\u202e", digests={"\udcff": "1"})), Options())

    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["reports"][0]["service"] == "?\x1b[2J\x7f\u202e"


def test_the_format_is_named_first() -> None:
    assert next(iter(loaded("nothing").items())) == ("schema", FORMAT)
    assert shapes.FORMAT == "advisor/report/v1"
