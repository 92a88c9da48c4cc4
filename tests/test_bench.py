from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from advisor import source
from bench import documents

ROOT = Path(__file__).parents[1]


def test_one_seed_gives_the_same_documents() -> None:
    assert list(documents.texts(25)) == list(documents.texts(25))
    assert list(documents.texts(25)) != list(documents.texts(25, seed=2))


def test_documents_vary_within_a_shape() -> None:
    assert len(set(documents.texts(100))) == 100


EACH_SHAPE = list(documents.texts(len(documents.SHAPES)))
NAMES = [shape.__name__.strip("_") for shape in documents.SHAPES]


@pytest.mark.parametrize("text", EACH_SHAPE, ids=NAMES)
def test_each_shape_is_a_document(text: str) -> None:
    (document,) = source.load_text(text, "a.yaml")
    path = next(value for key, _, value in document.items() if key == "path")
    assert len(list(path.elements())) >= 2


@pytest.mark.parametrize("text", EACH_SHAPE, ids=NAMES)
def test_both_loaders_that_are_compared_read_the_same(text: str) -> None:
    (document,) = source.load_text(text, "a.yaml")
    assert source.to_plain(document) == yaml.load(text, yaml.CSafeLoader)


def test_a_run_is_measured(tmp_path: Path) -> None:
    """40 MiB held and 0.2 s slept must show, and so must the exit code."""
    work = "import time; held = bytearray(40 * 2**20); time.sleep(0.2); print('quiet'); raise SystemExit(3)"
    child = [sys.executable, str(ROOT / "bench/child.py"), sys.executable, "-c", work]
    done = subprocess.run(child, cwd=tmp_path, capture_output=True, text=True, check=True)
    seconds, peak, status = map(float, done.stdout.split())
    assert seconds >= 0.2
    assert 40 * 2**20 < peak < 100 * 2**20
    assert status == 3
