"""
Print what the advisor costs against a yardstick, as a Markdown table; exit code 1 if a bar is exceeded.

Both sides of a ratio run in turn, and the best of each counts, so that a busy machine slows both or neither.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import NamedTuple

import yaml

from advisor import source
from advisor.knowledge import load_knowledge
from bench import documents, review

COUNT = 1000
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, "examples", "two-lines", "path.yaml")
ADVISOR = os.path.join(os.path.dirname(sys.executable), "advisor")
NOTHING = [sys.executable, "-c", "pass"]
PARSE = """\
import glob, sys, yaml
for name in sorted(glob.glob(sys.argv[1] + "/*.yaml")):
    with open(name, encoding="utf-8") as file:
        yaml.load(file.read(), yaml.CSafeLoader)
"""


class Cost(NamedTuple):
    """What one run took: seconds, and the peak of its memory in bytes."""

    seconds: float
    peak: float


class Row(NamedTuple):
    """One line of the table: both sides in *unit*, and the most that their ratio may be."""

    what: str
    ours: float
    yardstick: float
    unit: str
    bar: float

    @property
    def ratio(self) -> float:
        """What the advisor takes for each one that the yardstick takes."""
        return self.ours / self.yardstick


def command_cost(command: list[str], expected: int) -> Cost:
    """Run *command* from cold; leave with its errors where it does not end with the *expected* exit code."""
    child = [sys.executable, os.path.join(ROOT, "bench", "child.py"), *command]
    done = subprocess.run(child, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    seconds, peak, status = done.stdout.split()
    if int(status) != expected:
        sys.exit(f"{done.stderr}{' '.join(command)}: exit code {status}, not {expected}")
    return Cost(float(seconds), float(peak))


def call_cost(work: Callable[[], object]) -> Cost:
    """Run *work* in this process."""
    start = perf_counter()
    work()
    return Cost(perf_counter() - start, 0.0)


def best(rounds: int, *sides: Callable[[], Cost]) -> list[Cost]:
    """Return the least seconds and the least peak of each side, run in turn *rounds* times after one to warm up."""
    runs = [[side() for side in sides] for _ in range(rounds + 1)][1:]
    return [Cost(min(c.seconds for c in costs), min(c.peak for c in costs)) for costs in zip(*runs, strict=True)]


def values(node: source.Node) -> int:
    """Return how many values *node* holds, having read each; its place is kept in it, and told when it is asked for."""
    kind = node.kind
    if kind == "mapping":
        return 1 + sum([values(child) for _, _, child in node.items()])
    return 1 + sum([values(child) for child in node.elements()]) if kind == "list" else 1


def rows() -> Iterator[Row]:
    """Measure, and yield the lines of the table."""
    texts = list(documents.texts(200))
    ours, yardstick = best(
        7,
        lambda: call_cost(lambda: [values(node) for text in texts for node in source.load_text(text, "a.yaml")]),
        lambda: call_cost(lambda: [yaml.load(text, yaml.CSafeLoader) for text in texts]),
    )
    yield Row("load YAML with places / `yaml.CSafeLoader`", ours.seconds * 1e3, yardstick.seconds * 1e3, "ms", 0.5)

    with tempfile.TemporaryDirectory() as directory:
        old, new = review.write(directory, 200)
        known = load_knowledge()
        ours, yardstick = best(
            7,
            lambda: call_cost(lambda: review.review(old, new, 200, known)),
            lambda: call_cost(lambda: [yaml.load(text, yaml.CSafeLoader) for text in review.texts(new)]),
        )
    yield Row(
        "review of 200 documents with one changed, both sides / parse one side with `yaml.CSafeLoader`",
        ours.seconds * 1e3, yardstick.seconds * 1e3, "ms", 1.5,
    )

    cold, nothing = best(
        15, lambda: command_cost([ADVISOR, "check", EXAMPLE], 1), lambda: command_cost(NOTHING, 0)
    )
    with tempfile.TemporaryDirectory() as directory:
        documents.write(directory, COUNT)
        many, parse = best(
            7,
            lambda: command_cost([ADVISOR, "check", directory], 1),
            lambda: command_cost([sys.executable, "-c", PARSE, directory], 0),
        )
    yield Row(
        f"`advisor check` of {COUNT:,} documents / parse them with `yaml.CSafeLoader`",
        many.seconds * 1e3, parse.seconds * 1e3, "ms", 1,
    )
    yield Row(
        "`advisor check` of the example, from cold / `python -c pass`",
        cold.seconds * 1e3, nothing.seconds * 1e3, "ms", 6,
    )
    yield Row(
        f"peak memory of checking {COUNT:,} documents / of `python -c pass`",
        many.peak / 2**20, nothing.peak / 2**20, "MiB", 4,
    )


def main() -> int:
    """Print the table; return 1 if a ratio is over its bar, else 0."""
    with tempfile.TemporaryDirectory() as directory:
        # An installed program is compiled, and its knowledge kept after the first run: so is the one that is measured.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = os.path.join(directory, "code")
        os.environ["ADVISOR_CACHE_DIR"] = os.path.join(directory, "knowledge")
        return table()


def table() -> int:
    """Measure and print; return 1 if a ratio is over its bar, else 0."""
    print("| what / yardstick | advisor | yardstick | ratio | bar | |")
    print("|---|--:|--:|--:|--:|---|")
    over = False
    for row in rows():
        over |= row.ratio > row.bar
        verdict = "over" if row.ratio > row.bar else "within"
        sides = f"{row.ours:.1f} {row.unit} | {row.yardstick:.1f} {row.unit}"
        print(f"| {row.what} | {sides} | {row.ratio:.2f} | {row.bar:g} | {verdict} |", flush=True)
    return int(over)


sys.exit(main())
