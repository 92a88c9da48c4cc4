from __future__ import annotations

import math
import os
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.formulas import FORMULAS, Formula
from advisor.formulas.pools import (
    churn_share,
    churn_share_random,
    churn_share_round_robin,
    erlang_c_wait_probability,
    lognormal_mean,
)
from advisor.formulas.timers import connect_time, fin_wait2_time

with open(os.path.join(os.path.dirname(__file__), "data", "formula_vectors.yaml"), encoding="utf-8") as file:
    VECTORS: dict[str, list[Any]] = yaml.safe_load(file)

LANGUAGE = {"min": min, "max": max, "ceil": math.ceil, "floor": math.floor, "sqrt": math.sqrt, "never": math.inf}
FUNCTIONS = LANGUAGE | {name: each.function for name, each in FORMULAS.items()}

ENTRIES = VECTORS["computed"] + VECTORS["measured"]
EXAMPLES = [(entry, example) for entry in ENTRIES for example in entry["examples"]]
NAMES = [f"{entry['id']} {example['in']}" for entry, example in EXAMPLES]

KINDS = {"duration", "size", "rate", "bandwidth", "number"}
ALL = [pytest.param(each, id=each.name) for each in FORMULAS.values()]
MONOTONE = [pytest.param(each, id=each.name) for each in FORMULAS.values() if each.monotone]

AMOUNTS = st.floats(min_value=0, allow_infinity=True, allow_nan=False) | st.sampled_from([0.0, 1.0, math.inf])
ORDINARY = st.floats(min_value=0, max_value=1e4) | st.integers(min_value=0, max_value=300).map(float)
WHOLE = st.integers(min_value=0, max_value=1000).map(float) | st.just(math.inf)


@pytest.mark.parametrize(("entry", "example"), EXAMPLES, ids=NAMES)
def test_figure(entry: dict[str, Any], example: dict[str, Any]) -> None:
    """The file is ours and its expressions hold only arithmetic, so Python may evaluate them."""
    actual = eval(entry["expression"], {"__builtins__": {}}, FUNCTIONS | example["in"])  # noqa: S307

    assert actual == pytest.approx(example["out"], rel=entry.get("tolerance", 2e-5))


def test_all_formulas_have_a_figure() -> None:
    expressions = " ".join(entry["expression"] for entry in ENTRIES)

    assert {name for name in FORMULAS if name not in expressions} == {"churn_share_round_robin"}  # see nginx below


@pytest.mark.parametrize("row", VECTORS["nginx"], ids=str)
def test_share_over_several_servers(row: list[float]) -> None:
    """The closed form is computed right, near the measured share in its range, and below it elsewhere."""
    servers, busy, places, measured, closed = row
    actual = 100 * churn_share_round_robin(places, busy, servers)

    if places >= servers:
        assert actual == pytest.approx(closed, rel=0.04)  # busy is known to two digits
    else:
        assert actual >= closed * 0.96
    if busy / servers >= 0.8:
        assert actual == pytest.approx(measured, rel=0.29)
    else:
        assert measured / 1.66 <= actual <= measured


@pytest.mark.parametrize("spread", [churn_share_round_robin, churn_share_random])
@given(max_idle=AMOUNTS, busy=AMOUNTS)
def test_one_server_is_one_destination(spread: Any, max_idle: float, busy: float) -> None:
    if max_idle >= 1:
        assert spread(max_idle, busy, 1.0) == pytest.approx(churn_share(max_idle, busy))


@pytest.mark.parametrize("each", ALL)
def test_kinds_are_known(each: Formula) -> None:
    assert {*each.arguments, each.result} <= KINDS
    assert each.function.__doc__
    assert each.title


@pytest.mark.parametrize("each", ALL)
@given(data=st.data())
def test_total(each: Formula, data: st.DataObject) -> None:
    """Any amounts give an amount, or nan where infinities leave no answer."""
    values = data.draw(st.tuples(*[AMOUNTS] * len(each.arguments)))
    result = each.function(*values)

    assert isinstance(result, float)
    assert result >= 0 or math.isnan(result)
    if all(map(math.isfinite, values)):
        assert not math.isnan(result)


@pytest.mark.parametrize("each", MONOTONE)
@given(data=st.data())
def test_monotone_in_each_argument(each: Formula, data: st.DataObject) -> None:
    """With the others still, two steps of one argument never turn back. Servers and tries are whole numbers."""
    values = [data.draw(WHOLE if kind == "number" else ORDINARY) for kind in each.arguments]
    position = data.draw(st.integers(min_value=0, max_value=len(values) - 1))
    steps = sorted(data.draw(st.tuples(*[WHOLE if each.arguments[position] == "number" else ORDINARY] * 3)))
    results = [each.function(*values[:position], step, *values[position + 1 :]) for step in steps]

    if not any(map(math.isnan, results)):
        first, middle, last = results
        slack = 1e-9 * max(r for r in (*results, 1e-6) if math.isfinite(r))
        assert min(first, last) - slack <= middle <= max(first, last) + slack


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("connect_time", [(3, 0), (3, 4), (3, 20)]),
        ("fin_wait2_time", [(60,), (61,), (120,)]),
        ("keepalive_detection_user_timeout", [(2, 10, 13), (3, 10, 13), (13, 10, 13)]),
        ("window_share_old", [(0,), (1,), (2,)]),
    ],
)
def test_what_is_said_to_turn_does_turn(name: str, values: list[tuple[float, ...]]) -> None:
    """Ranges of these cannot be evaluated at their corners."""
    first, middle, last = (FORMULAS[name].function(*v) for v in values)

    assert not FORMULAS[name].monotone
    assert (middle - first) * (last - middle) < 0


def test_those_that_turn_are_named() -> None:
    turning = {each.name for each in FORMULAS.values() if not each.monotone}

    assert turning == {"connect_time", "fin_wait2_time", "keepalive_detection_user_timeout", "window_share_old"}


@given(max_idle=WHOLE, busy=ORDINARY)
def test_share_is_a_share(max_idle: float, busy: float) -> None:
    assert 0 <= churn_share(max_idle, busy) <= 1


def test_no_pool_means_that_all_dial() -> None:
    assert churn_share(0, 50) == churn_share(0, 0) == churn_share_round_robin(0, 50, 4) == 1


def test_unlimited_pool_or_no_traffic_means_that_none_dial() -> None:
    assert churn_share(math.inf, 50) == churn_share(2, 0) == churn_share_round_robin(math.inf, 50, 4) == 0


def test_no_queue_without_load_and_an_endless_one_at_the_limit() -> None:
    wait = FORMULAS["erlang_c_mean_wait"].function

    assert wait(10, 0, 0.1) == 0
    assert wait(10, 100, 0.1) == wait(10, 200, 0.1) == math.inf
    assert wait(math.inf, 100, 0.1) == 0


@given(limit=st.integers(min_value=1, max_value=60), share=st.floats(min_value=0.01, max_value=0.99))
def test_erlang_is_the_textbook_sum(limit: int, share: float) -> None:
    load = limit * share
    top = load**limit / math.factorial(limit) / (1 - share)
    textbook = top / (sum(load**k / math.factorial(k) for k in range(limit)) + top)

    assert erlang_c_wait_probability(limit, load) == pytest.approx(textbook, rel=1e-9)


@pytest.mark.parametrize("limit", [1_001_000, 1_002_000])
def test_erlang_of_a_large_load_goes_on_where_the_sum_ends(limit: int) -> None:
    below, above = (erlang_c_wait_probability(limit, load) for load in (1e6, 1e6 + 0.01))

    assert above == pytest.approx(below, rel=0.01)


@pytest.mark.parametrize(("p50", "p99", "mean"), [(1, 1, 1), (1, 0.5, 1), (0, 0, 0), (1, math.inf, math.inf)])
def test_mean_latency_at_the_edges(p50: float, p99: float, mean: float) -> None:
    assert lognormal_mean(p50, p99) == pytest.approx(mean)


def test_mean_latency_stays_below_p99_however_small_the_median() -> None:
    assert lognormal_mean(0, 15) == pytest.approx(lognormal_mean(1e-6, 15)) == pytest.approx(1, rel=0.01)


def test_the_model_of_linear_timeouts_is_the_kernels() -> None:
    """A walk from timer to timer, as the kernel does it."""
    for retries in range(1, 12):
        for linear in range(8):
            elapsed, wait, sent = 0.0, 1.0, 0
            while True:
                elapsed += wait
                if sent >= retries + linear or elapsed >= sum(min(2.0**k, 120) for k in range(retries + 1)):
                    break
                sent += 1
                wait = wait if sent <= linear else min(2 * wait, 120)

            assert connect_time(retries, linear) == elapsed


def test_fin_timeout_above_a_minute_is_spent_in_two_states() -> None:
    assert [fin_wait2_time(v) for v in (60, 61, 89, 90, 91)] == [60, 2, 58, 60, 62]
