"""Invariants 3 and 4: what is decided stays so when more is known, and demanded bounds are monotone where physics is."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisor.engine import MET, UNKNOWN, VIOLATED
from advisor.values import Range, bounds, known
from tests.strategies import Plain, Planned, as_yaml, documents, knowledge, plans

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


def left_out(document: Plain) -> Iterator[tuple[str, Plain]]:
    """
    Yield *document* with one fact less, and its name: only such of which nothing else is known then.

    (Without a setting a stack has its default, without a hop's latency the workload's is an estimate of it: another value
    in place of one that is known is something else than more knowledge.)
    """
    for key in ("rate", "latency"):
        if key in document.get("workload", {}):
            less = deepcopy(document)
            del less["workload"][key]
            yield key, less
    for i, hop in enumerate(document["path"]):
        name, _, version = hop["stack"].partition("@")
        if version:
            less = deepcopy(document)
            less["path"][i]["stack"] = name
            yield f"version of {name}", less
        if knowledge().profiles[name].generic:
            for setting in hop.get("settings", {}):
                less = deepcopy(document)
                del less["path"][i]["settings"][setting]
                yield f"{name}.{setting}", less


def statuses(text: str) -> dict[tuple[str, str, str], str]:
    (planned,) = plans(text)
    return {o.instance.key: o.status for o in planned.outcomes}


@settings(max_examples=30, suppress_health_check=SLOW)
@given(documents(), st.data())
def test_the_more_is_known_the_fewer_unknowns(document: Plain, data: st.DataObject) -> None:
    """Adding a fact never turns met or violated into unknown."""
    choices = list(left_out(document))
    assume(choices)
    name, less = data.draw(st.sampled_from(choices))
    before, after = statuses(as_yaml(less)), statuses(as_yaml(document))

    lost = [key for key, status in before.items() if status in (MET, VIOLATED) and after.get(key) == UNKNOWN]
    assert lost == [], f"stating {name} makes them unknown"


def demanded(planned: Planned, operator: str, *words: str) -> dict[tuple[Any, ...], tuple[float, float]]:
    """Return the bounds that fixes set on properties whose names hold one of *words*, by instance and property."""
    found = {}
    for outcome in planned.outcomes:
        for i, fix in enumerate(outcome.instance.rule.fixes):
            for name, how, bound in fix.moves:
                if outcome.env is None or how != operator or not any(w in name for w in words):
                    continue
                value = bound.run(outcome.env)
                if known(value) or type(value) is Range:
                    found[*outcome.instance.key, i, name] = bounds(value)
    return found


POOLS = ("max_idle", "max_connections", "connections_limit", "workers", "table_size", "nofile", "backlog", "somaxconn")


@settings(max_examples=30, suppress_health_check=SLOW)
@given(documents(), st.integers(1, 5000), st.integers(1, 5000))
def test_more_rate_never_demands_a_smaller_pool(document: Plain, one: int, other: int) -> None:
    """
    Held on the bounds that fixes demand: the planned value may leave a pool alone where nothing can hold so much.

    Of a range the upper end is held, which is what a plan takes. Its lower end is sound and no more: a pool that counts busy
    connections among its idle ones (httpx) has fewer idle ones with more load, and a range does not know that both are one pool.
    """
    document = deepcopy(document)
    document.setdefault("workload", {}).setdefault("latency", {"mean": "20ms"})
    found = []
    for rate in sorted((one, other)):
        document["workload"]["rate"] = f"{rate}/s"
        (planned,) = plans(as_yaml(document))
        found.append(demanded(planned, "at_least", *POOLS))
    for key in found[0].keys() & found[1].keys():
        (low, less), (high, more) = found[0][key], found[1][key]
        assert less <= more, key
        assert low <= high or less > low, key


BOX = {"service": "x", "path": [
    {"name": "a", "stack": "go", "instances": 2}, {"name": "box", "stack": "firewall", "settings": {"middlebox.idle_timeout": ""}},
    {"name": "b", "stack": "node@18"}]}  # fmt: skip


@settings(max_examples=30)
@given(st.integers(1, 100_000), st.integers(1, 100_000), st.sampled_from(["go", "nginx", "node", "requests"]))
def test_a_shorter_middlebox_timeout_never_demands_a_longer_keep_alive(one: int, other: int, stack: str) -> None:
    document: Plain = deepcopy(BOX)
    document["path"][0]["stack"] = stack
    found = []
    for timeout in sorted((one, other)):
        document["path"][1]["settings"]["middlebox.idle_timeout"] = f"{timeout}s"
        (planned,) = plans(as_yaml(document))
        found.append(demanded(planned, "at_most", "keepalive_period", "idle_timeout"))
    assert any("keepalive_period" in key[-1] for key in found[0]), "nothing is demanded, so nothing is shown"
    for key in found[0].keys() & found[1].keys():
        (low, less), (high, more) = found[0][key], found[1][key]
        assert less <= more, key
        assert low <= high or less > low, key
