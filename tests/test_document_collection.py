"""Many documents: checked once, judged one by one, and none kept that is not at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.api import Stream, check
from advisor.document import Document, Documents
from advisor.render import RENDERERS, STREAMERS, Options
from advisor.report.parts import Report

PAIR = "service: {0}\npath: [{{name: {0}-in, stack: go@1.22}}, {{name: {0}-out, stack: node@18}}]\n"


def names(documents: list[Document]) -> list[str]:
    return [str(document.service.value) for document in documents if document.service]


def test_a_document_is_found_again_whatever_was_read_in_between(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PAIR.format("one") + "---\npath: 5\n---\n" + PAIR.format("two"))
    (tmp_path / "b.yaml").write_text(PAIR.format("three"))
    documents = Documents([str(tmp_path)])

    assert names(list(documents.check())) == ["one", "two", "three"]
    assert names(documents.again([2, 0, 1])) == ["three", "one", "two"]
    assert len(documents.problems) == 1


def test_a_file_that_changed_in_between_is_told_and_not_judged(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PAIR.format("one"))
    (tmp_path / "b.yaml").write_text(PAIR.format("two"))
    stream = Stream([str(tmp_path)], today="2025-06-01")
    (tmp_path / "a.yaml").write_text(PAIR.format("other"))

    assert [report.service for report in stream] == ["two"]
    assert [str(p) for p in stream.problems] == [f"{tmp_path / 'a.yaml'}: changed since it was checked; run the command again"]


def test_a_file_that_went_away_in_between_is_told_likewise(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PAIR.format("one"))
    (tmp_path / "b.yaml").write_text(PAIR.format("two"))
    stream = Stream([str(tmp_path)], today="2025-06-01")
    (tmp_path / "a.yaml").unlink()

    assert [report.service for report in stream] == ["two"]
    assert len(stream.problems) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_can_be_read_only_once_is_kept(tmp_path: Path) -> None:
    """As a shell gives it: advisor check <(one) <(two)."""
    pipes = [tmp_path / "one", tmp_path / "two"]
    for pipe in pipes:
        os.mkfifo(pipe)
    writers = [subprocess.Popen([sys.executable, "-c", f"open({str(p)!r}, 'w').write({PAIR.format(p.name)!r})"]) for p in pipes]

    assert [report.service for report in check([str(p) for p in pipes], today="2025-06-01").reports] == ["one", "two"]
    assert [writer.wait(10) for writer in writers] == [0, 0]


@pytest.mark.parametrize("name", sorted(STREAMERS))
def test_a_report_is_written_before_the_next_document_is_judged(name: str, tmp_path: Path) -> None:
    for service in ("one", "two", "three", "four"):
        (tmp_path / f"{service}.yaml").write_text(PAIR.format(service))
    stream = Stream([str(tmp_path)], today="2025-06-01")
    judged: list[Report] = []

    def watched() -> Iterator[Report]:
        for report in stream:
            judged.append(report)
            yield report

    parts = STREAMERS[name](watched(), Options())

    text = next(parts)

    assert len(judged) <= 2  # whether there are several is known from the second on
    assert text + "".join(parts) == RENDERERS[name](check([str(tmp_path)], today="2025-06-01"), Options())
    assert len(judged) == 4
