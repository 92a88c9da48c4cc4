from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bench import documents

ROOT = Path(__file__).parents[1]


def test_one_seed_gives_the_same_documents() -> None:
    assert list(documents.texts(25)) == list(documents.texts(25))
    assert list(documents.texts(25)) != list(documents.texts(25, seed=2))


def test_documents_vary_within_a_shape() -> None:
    assert len(set(documents.texts(100))) == 100


@pytest.mark.parametrize("text", list(documents.texts(len(documents.SHAPES))), ids=[s.__name__ for s in documents.SHAPES])
def test_each_shape_is_a_document(text: str) -> None:
    document = yaml.load(text, yaml.CSafeLoader)
    assert len(document["path"]) >= 2


def test_a_run_is_measured(tmp_path: Path) -> None:
    """40 MiB held and 0.2 s slept must show, and so must the exit code."""
    work = "import time; held = bytearray(40 * 2**20); time.sleep(0.2); print('quiet'); raise SystemExit(3)"
    child = [sys.executable, str(ROOT / "bench/child.py"), sys.executable, "-c", work]
    done = subprocess.run(child, cwd=tmp_path, capture_output=True, text=True, check=True)
    seconds, peak, status = map(float, done.stdout.split())
    assert seconds >= 0.2
    assert 40 * 2**20 < peak < 100 * 2**20
    assert status == 3
