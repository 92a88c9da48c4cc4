"""Every document in ``examples/`` is run as a reader would, and what it says is kept; ``make golden`` renews it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from advisor.api import check
from advisor.knowledge import load_knowledge

EXAMPLES = Path(__file__).parents[1] / "examples"
TODAY = "2026-11-20"
"""The day all examples are judged on: ends of support and of an ignore must not change a kept output."""

Golden = Callable[[str, str], None]


class Ran(NamedTuple):
    """One call of the command: what it printed where, and its exit code."""

    out: str
    err: str
    code: int


Run = Callable[..., Ran]


def documents() -> list[str]:
    """Return the path of every example below ``examples/``."""
    found = (path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.yaml"))
    return sorted(name for name in found if "/review/" not in name)


CAUSES = [Path(name).stem for name in documents() if name.startswith("causes/")]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs ``advisor`` with these words, in ``examples/``."""
    from advisor.cli.group import advisor

    monkeypatch.chdir(EXAMPLES)

    def call(*words: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            advisor.main([*words, "--today", TODAY])
        return Ran(*capsys.readouterr(), int(left.value.code or 0))

    return call


@pytest.mark.parametrize("name", documents())
def test_an_example_says_what_is_kept(name: str, run: Run, golden: Golden) -> None:
    ran = run("check", name)

    assert ran.err == ""
    kept = f"$ advisor check {name}\n{ran.out}$ echo $?\n{ran.code}\n"
    golden(f"golden/examples/{name.removesuffix('.yaml')}.txt", kept)


def test_no_golden_file_is_without_its_example() -> None:
    golden = Path(__file__).parent / "golden/examples"
    kept = {path.relative_to(golden).with_suffix(".yaml").as_posix() for path in golden.rglob("*.txt")}

    assert kept == set(documents())


def test_the_report_of_the_checkout_is_the_one_in_the_repository(run: Run, golden: Golden, tmp_path: Path,
                                                                 pytestconfig: pytest.Config) -> None:  # fmt: skip
    ran = run("report", "checkout/checkout.yaml", "--out", str(tmp_path / "review"))

    assert (ran.err, ran.code) == ("", 1)
    review = EXAMPLES / "checkout/review"
    written = {p.relative_to(tmp_path / "review").as_posix(): p for p in (tmp_path / "review").rglob("*") if p.is_file()}
    for name, path in written.items():
        golden(f"../examples/checkout/review/{name}", path.read_text("utf-8"))
    stale = [p for p in review.rglob("*") if p.is_file() and p.relative_to(review).as_posix() not in written]
    if pytestconfig.getoption("--update-golden"):
        for path in stale:
            path.unlink()
    else:
        assert stale == []


@pytest.mark.parametrize("cause", CAUSES)
def test_the_example_of_a_cause_is_found_to_have_it(cause: str, run: Run) -> None:
    (report,) = json.loads(run("check", f"causes/{cause}.yaml", "--format", "json").out)["reports"]

    assert cause in {finding["cause"] for finding in report["findings"]}


def test_every_cause_that_a_rule_names_has_an_example() -> None:
    assert {rule.cause for rule in load_knowledge().rules.values()} == set(CAUSES)


@pytest.mark.parametrize("cause", CAUSES)
def test_the_example_of_a_cause_says_what_goes_wrong_in_its_first_line(cause: str) -> None:
    first, second = (EXAMPLES / f"causes/{cause}.yaml").read_text("utf-8").splitlines()[:2]

    assert re.fullmatch(r"# [A-Za-z0-9].{20,130}\.", first)
    assert second.startswith("service: ")


def test_the_healthy_path_has_no_finding_and_nothing_left_open(run: Run) -> None:
    ran = run("check", "healthy/path.yaml", "--format", "json", "--fail-on", "note", "--fail-on-unknown")

    (report,) = json.loads(ran.out)["reports"]
    assert (ran.code, report["findings"], report["unassessed"]) == (0, [], [])
    assert report["counts"]["met"] > 20


def test_two_lines_are_enough_for_the_first_answer(run: Run) -> None:
    ran = run("check", "two-lines/path.yaml")

    assert len((EXAMPLES / "two-lines/path.yaml").read_text("utf-8").splitlines()) == 2
    assert "Explained by idle-timeout-ordering" in ran.out
    assert "error[idle-timeout-ordering]: node closes idle connections before aws-alb stops reusing them" in ran.out


def test_wishes_that_exclude_each_other_are_named(run: Run) -> None:
    out = " ".join(run("check", "conflict/path.yaml").out.split())

    assert "error[silent-request-outlasts-idle-timer]" in out
    assert "breaks deadline-not-enforced on ledger-lb -> ledger: one of them has to give" in out


def test_a_raised_idle_timeout_does_not_meet_a_limit_of_headers_that_runs_in_pauses(run: Run) -> None:
    (report,) = json.loads(run("check", "causes/runtime-version.yaml", "--format", "json").out)["reports"]

    planned = {c["setting"]: c["planned"] for f in report["findings"] for c in f["changes"]}
    assert (planned["keepAliveTimeout"], planned["headersTimeout"]) == ("70s", "80s")


def test_the_idle_timeout_of_a_balancer_is_not_lowered_for_a_deadline(tmp_path: Path, run: Run) -> None:
    document = tmp_path / "path.yaml"
    document.write_text(
        "service: gateway\nworkload: {deadline: 5s, latency: {p50: 20ms, p99: 200ms}}\n"
        "path: [{stack: gcp-alb}, {stack: aws-alb}, {name: backend, stack: node@24}]\n", "utf-8")  # fmt: skip

    (report,) = json.loads(run("check", str(document), "--format", "json").out)["reports"]

    planned = {c["setting"]: c["planned"] for f in report["findings"] for c in f["changes"]}
    assert (planned["idle_timeout.timeout_seconds"], planned["timeoutSec"]) == ("700s", "2s")


def test_names_stand_in_one_example_only() -> None:
    # Hops of one name in one run are one hop: `advisor check examples/` must judge each path as it stands.
    used: dict[str, set[str]] = {}
    for name in documents():
        for document in yaml.safe_load_all((EXAMPLES / name).read_text("utf-8")):
            names = {hop["name"] for hop in document["path"] if "name" in hop}
            for word in names | {document["service"]} if "service" in document else names:
                used.setdefault(word, set()).add(name)

    assert {word: files for word, files in used.items() if len(files) > 1} == {}


def test_all_examples_are_judged_together_as_they_are_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)
    knowledge = load_knowledge()
    together = check(["."], today=TODAY, knowledge=knowledge).reports

    alone = [check([report.files[0]], today=TODAY, knowledge=knowledge).reports[0] for report in together]

    assert len(together) == len(documents())
    assert [r.counts for r in together] == [r.counts for r in alone]
