"""Files are written whole or not at all, and what somebody else wrote stays."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from advisor import outputs
from advisor.errors import InputError
from advisor.outputs import MANIFEST, write_file, write_tree

OURS = '{\n  "schema": "advisor/report/v1"\n}\n'


def files(root: Path) -> dict[str, str]:
    return {p.relative_to(root).as_posix(): p.read_text() for p in sorted(root.rglob("*")) if p.is_file() and p.name != MANIFEST}


def test_a_file_is_new_or_ours_or_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_file(str(path), OURS)
    write_file(str(path), OURS + "\n")
    path.write_text("mine")
    with pytest.raises(InputError, match="did not write this file; --force to overwrite"):
        write_file(str(path), OURS)
    assert path.read_text() == "mine"
    write_file(str(path), OURS, force=True)
    assert path.read_text() == OURS
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    path, link = tmp_path / "out.json", tmp_path / "latest.json"
    path.write_text("")
    path.chmod(0o640)
    link.symlink_to(path)
    write_file(str(link), OURS)
    assert link.is_symlink()
    assert (path.read_text(), path.stat().st_mode & 0o777) == (OURS, 0o640)


@pytest.mark.parametrize("target", [".", "none/out.json"])
def test_what_cannot_be_a_file_is_told(target: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_file(str(tmp_path / target), OURS, force=True)
    assert not os.listdir(tmp_path)


def test_a_device_is_written_to_as_it_is() -> None:
    write_file(os.devnull, OURS, force=True)
    assert not os.path.isfile(os.devnull)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.json"
    write_file(str(path), OURS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="cannot be written"):
        write_file(str(path), OURS + "\n")
    assert (path.read_text(), os.listdir(tmp_path)) == (OURS, ["out.json"])


def test_a_directory_is_replaced_by_what_is_written_now(tmp_path: Path) -> None:
    root = tmp_path / "review"
    assert write_tree(str(root), {"report.md": "1", "edge/a.conf": "a", "edge/b.conf": "b"}) == []
    assert write_tree(str(root), {"report.md": "2", "pricing/c.js": "c"}) == ["edge/a.conf", "edge/b.conf"]
    assert files(root) == {"report.md": "2", "pricing/c.js": "c"}
    assert sorted(os.listdir(root)) == [MANIFEST, "pricing", "report.md"]


def test_what_was_changed_by_hand_stays_and_stops_the_rest(tmp_path: Path) -> None:
    root = tmp_path / "review"
    write_tree(str(root), {"report.md": "1", "edge/a.conf": "a"})
    (root / "edge/a.conf").write_text("mine")
    (root / "edge/b.conf").write_text("also mine")
    before = files(root)
    with pytest.raises(InputError) as raised:
        write_tree(str(root), {"report.md": "2", "edge/a.conf": "A", "edge/b.conf": "B"})
    assert [str(p).removeprefix(f"{root}/") for p in raised.value.problems] == [
        "edge/a.conf: was changed by hand since advisor wrote it; --force to overwrite",
        "edge/b.conf: advisor did not write this file; --force to overwrite",
    ]
    assert files(root) == before
    # One that is not written any more, and was changed, is not taken away either.
    assert write_tree(str(root), {"report.md": "3"}) == []
    assert files(root) == {"report.md": "3", "edge/a.conf": "mine", "edge/b.conf": "also mine"}
    write_tree(str(root), {"edge/a.conf": "A"}, force=True)
    assert files(root)["edge/a.conf"] == "A"


def test_a_directory_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "review"
    write_tree(str(root), {"a": "1", "b": "1"})
    real, calls = os.fsync, []

    def full_at_second(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("os.fsync", full_at_second)
    with pytest.raises(InputError):
        write_tree(str(root), {"a": "2", "b": "2"})
    assert files(root) == {"a": "1", "b": "1"}


def test_a_stop_between_two_files_leaves_both_texts_known_as_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "review"
    write_tree(str(root), {"a": "1", "b": "1"})
    real = os.replace

    def stop_at_b(source: str, target: str) -> None:
        if target.endswith("/b"):
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr("os.replace", stop_at_b)
    with pytest.raises(KeyboardInterrupt):
        write_tree(str(root), {"a": "2", "b": "2"})
    monkeypatch.undo()
    assert files(root) == {"a": "2", "b": "1"}
    write_tree(str(root), {"a": "3", "b": "3"})
    assert files(root) == {"a": "3", "b": "3"}


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "", "a//b", MANIFEST, "a\\b"])
def test_nothing_is_written_outside_the_directory(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="outside the directory"):
        write_tree(str(tmp_path / "review"), {"report.md": "1", name: "x"}, force=True)
    assert not os.listdir(tmp_path)


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "review", tmp_path / "elsewhere"
    elsewhere.mkdir()
    root.mkdir()
    (root / "edge").symlink_to(elsewhere)
    with pytest.raises(InputError, match="not a directory of the advisor's"):
        write_tree(str(root), {"edge/a.conf": "a"}, force=True)
    assert not os.listdir(elsewhere)


@pytest.mark.parametrize("manifest", ["", "[]", '{"files": 3}', '{"files": {"../x": ["0"]}}'])
def test_a_broken_manifest_makes_nothing_ours(manifest: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    root = tmp_path / "review"
    root.mkdir()
    (root / MANIFEST).write_text(manifest)
    (root / "a").write_text("mine")
    with pytest.raises(InputError):
        write_tree(str(root), {"a": "1"})
    write_tree(str(root), {"b": "1"})
    assert files(root) == {"a": "mine", "b": "1"}
    assert (tmp_path / "x").read_text() == "mine"
    assert list(json.loads((root / MANIFEST).read_text())["files"]) == ["b"]


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "path.yaml"
    path.write_text(OURS)
    with pytest.raises(InputError, match="is an input"):
        outputs.check_target(str(path), inputs=[str(tmp_path / "." / "path.yaml")], force=True)
