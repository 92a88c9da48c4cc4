"""
Files written whole or not at all, and never over what somebody else wrote.

A file is written beside its place, flushed to the disk and renamed. A directory of files has a manifest with their
digests: what still has its digest is ours to replace or remove, anything else was made or changed by somebody and
needs ``force``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence

from advisor.errors import InputError, Place, Problem, shown

MANIFEST = ".advisor-manifest.json"
Digests = dict[str, list[str]]
# How a lone result is known: what a program reads names its maker near its start, a page at its end, a text ends with the
# count of its outcomes.
_HEADS = (b'"schema": "advisor/', b'"name": "advisor"', b'<testsuites name="advisor"', b'"engine_name": "advisor"')
_TAILS = (b"Made by advisor ", b" not assessed ", b" newly unknown ")


def check_target(path: str, *, inputs: Iterable[str] = (), force: bool = False) -> None:
    """
    Return if `write_file` may write *path*.

    Raises:
        InputError: Where it is one of the *inputs* (whatever *force* says), or a file that the advisor did not write.
    """
    if any(_same(path, given) for given in inputs):
        raise _refused(path, "is an input; write somewhere else")
    if os.path.isdir(path):
        raise _refused(path, "is a directory; write a file's name")
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise _refused(path, "its directory does not exist; make it first")
    if not force and os.path.isfile(path) and not _ours(path):
        raise _refused(path, "advisor did not write this file; --force to overwrite")


def write_file(path: str, text: str, *, force: bool = False) -> None:
    """
    Write *text* to *path*, whole or not at all. A device or a pipe is written to as it is.

    Raises:
        InputError: Where it may not or cannot be written.
    """
    check_target(path, force=force)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as stream:
                stream.write(_bytes(text))
            return
        # Through a link: what is replaced is the file that it points to.
        os.replace(_beside(os.path.realpath(path), text), os.path.realpath(path))
    except OSError as error:
        raise _refused(path, f"cannot be written ({_reason(error)})") from None


def write_tree(root: str, files: Mapping[str, str], *, force: bool = False) -> list[str]:
    """
    Write *files* (text by path below *root*), and return the paths of older ones of ours that are gone with it.

    Nothing is changed where one of them cannot be written.

    Raises:
        InputError: Where one may not or cannot be written.
    """
    before = _manifest(root)
    problems = [p for name in files for p in _problems(root, name, before, force=force)]
    if problems:
        raise InputError(problems)
    after = {name: [_digest(_bytes(text))] for name, text in sorted(files.items())}
    stale = [n for n in sorted(before) if n not in files and _safe(n) and _unchanged(os.path.join(root, n), before[n])]
    made: list[tuple[str, str]] = []
    try:
        for name, text in files.items():
            path = os.path.join(root, *name.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            made.append((_beside(path, text), path))
        # Between these two both the old and the new text of a file is known to be ours, wherever it stops.
        _write_manifest(root, {n: after.get(n, []) + before.get(n, []) for n in {*before, *after}})
        for temporary, path in made:
            os.replace(temporary, path)
        for name in stale:
            os.unlink(os.path.join(root, name))
            _drop_empty(root, os.path.dirname(name))
        _write_manifest(root, after)
    except OSError as error:
        raise _refused(str(error.filename or root), f"cannot be written ({_reason(error)})") from None
    finally:
        for temporary, _ in made:
            if os.path.exists(temporary):
                os.unlink(temporary)
    return stale


def _drop_empty(root: str, folder: str) -> None:
    while folder and not os.listdir(os.path.join(root, folder)):
        os.rmdir(os.path.join(root, folder))
        folder = os.path.dirname(folder)


def _problems(root: str, name: str, before: Digests, *, force: bool) -> Sequence[Problem]:
    path = os.path.join(root, name)
    if not _safe(name):
        return [Problem(Place(shown(path)), "lies outside the directory; nothing was written")]
    folder = root
    for part in name.split("/")[:-1]:
        folder = os.path.join(folder, part)
        if os.path.islink(folder) or (os.path.lexists(folder) and not os.path.isdir(folder)):
            return [Problem(Place(folder), "is not a directory of the advisor's; move it away")]
    if os.path.isdir(path):
        return [Problem(Place(path), "is a directory; move it away")]
    if force or not os.path.lexists(path) or _unchanged(path, before.get(name, [])):
        return []
    if name in before:
        return [Problem(Place(path), "was changed by hand since advisor wrote it; --force to overwrite")]
    return [Problem(Place(path), "advisor did not write this file; --force to overwrite")]


def _safe(name: str) -> bool:
    parts = name.split("/")
    return name != MANIFEST and not {"", ".", ".."} & set(parts) and not {"\\", "\0"} & set(name)


def _same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):
        return False


def _ours(path: str) -> bool:
    """Return whether a lone file is a result of ours, which says so near its start or its end, or is empty."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(4096)
            stream.seek(max(0, os.path.getsize(path) - 1024))
            tail = stream.read()
    except OSError:
        return False
    nothing = head.strip() in (b"", b"[]")  # no finding at all, as Code Quality says it
    return nothing or any(mark in head for mark in _HEADS) or any(mark in tail for mark in _TAILS)


def _unchanged(path: str, digests: Sequence[str]) -> bool:
    try:
        if os.path.islink(path):
            return False
        with open(path, "rb") as stream:
            return _digest(stream.read()) in digests
    except OSError:
        return False


def _manifest(root: str) -> Digests:
    import json

    try:
        with open(os.path.join(root, MANIFEST), encoding="utf-8") as stream:
            held = json.load(stream)["files"]
        return {str(name): [str(d) for d in digests] for name, digests in held.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # then nothing there counts as ours


def _write_manifest(root: str, digests: Digests) -> None:
    import json

    held = {"about": "what advisor wrote here, by SHA-256", "files": dict(sorted(digests.items()))}
    path = os.path.join(root, MANIFEST)
    os.replace(_beside(path, json.dumps(held, indent=1) + "\n"), path)


def _beside(path: str, text: str) -> str:
    """Return a new file in the directory of *path* that holds *text*, on the disk already."""
    mode = os.stat(path).st_mode & 0o777 if os.path.isfile(path) else 0o666 & ~_umask()
    descriptor, temporary = tempfile.mkstemp(prefix=".advisor-", dir=os.path.dirname(path) or ".")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(_bytes(text))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
    except OSError:
        os.unlink(temporary)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _digest(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _refused(path: str, message: str) -> InputError:
    return InputError([Problem(Place(shown(path, 200)), message)])
