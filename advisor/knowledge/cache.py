"""
The knowledge as it was checked and compiled, kept between runs in the user's cache directory.

Reading and checking the files takes most of a second; unpacking this takes some milliseconds, and a profile is unpacked only
when a document names its stack. The key is made of name, size and time of every file and of the modules that read them, and of
Python's version. A cache is trusted as Python trusts its ``.pyc`` files: it has to belong to the user, and nobody else may write
to it. ``ADVISOR_CACHE_DIR`` names another directory; empty, it turns the cache off.
"""

from __future__ import annotations

import marshal
import os
import pickle
import stat
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from advisor import __version__
from advisor.expressions import Expression, compile_sources, load_code
from advisor.knowledge.parts import Knowledge
from advisor.stacks import Profile


class KeptProfiles(Mapping[str, Profile]):
    """Profiles by name, each unpacked when it is asked for."""

    def __init__(self, packed: Mapping[str, tuple[bytes, bytes]]) -> None:
        self._packed, self._open = packed, dict[str, Profile]()

    def __getitem__(self, name: str) -> Profile:
        found = self._open.get(name)
        if found is None:
            data, code = self._packed[name]
            found = self._open[name] = pickle.loads(data)  # noqa: S301 (see the module: as a .pyc)
            _link(found.expressions(), code)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def key_of(files: list[tuple[str, str]], templates: list[str]) -> str:
    """Return the key of the knowledge of *files* (path, name) and directories of templates; empty where there is no cache."""
    if not directory():
        return ""
    parts = [str(sys.implementation.cache_tag), __version__]
    targets = [(path := os.path.abspath(os.path.join(folder, "targets.yaml")), path) for folder in templates]
    for path, name in (*files, *targets, *_code_files()):
        status = os.stat(path)
        parts.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return "\0".join(parts)


def _code_files() -> Iterator[tuple[str, str]]:
    """Yield the modules whose objects are kept: what they were when it was made decides whether it can be unpacked."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in ("", "knowledge", "formulas"):
        with os.scandir(os.path.join(package, folder)) as entries:
            yield from sorted((e.path, os.path.join(folder, e.name)) for e in entries if e.name.endswith(".py"))


def load(key: str) -> Knowledge | None:
    """Return the knowledge kept under *key*, or None."""
    path = _path(key)
    try:
        with open(path, "rb") as stream:
            if not _ours(os.fstat(stream.fileno())) or not _ours(os.stat(os.path.dirname(path))):
                return None
            if stream.read(len(key.encode()) + 1) != key.encode() + b"\n":
                return None
            knowledge, code, profiles = pickle.load(stream)  # noqa: S301 (see the module: as a .pyc)
    except (OSError, EOFError, ValueError, pickle.UnpicklingError, AttributeError, ImportError, IndexError, TypeError):
        return None
    found: Knowledge = knowledge
    _link(found.expressions(), code)
    found.profiles = KeptProfiles(profiles)
    return found


def save(key: str, knowledge: Knowledge) -> None:
    """Keep *knowledge*, not yet linked, under *key*; a cache that cannot be written is done without."""
    profiles = knowledge.profiles
    packed = {name: (pickle.dumps(p, 5), _code(p.expressions())) for name, p in profiles.items()}
    knowledge.profiles = {}
    try:
        data = pickle.dumps((knowledge, _code(knowledge.expressions()), packed), 5)
    finally:
        knowledge.profiles = profiles
    if keep(_path(key), key.encode() + b"\n" + data):
        _forget_others(directory())


def keep(path: str, data: bytes) -> bool:
    """Write *data* to the file *path* of the cache, whole or not at all; return whether it is there."""
    import tempfile

    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            return False
    except OSError:
        return False
    return True


def kept(path: str) -> bytes:
    """
    Return what stands in the file *path* of the cache; nothing where somebody else may have written it.

    Raises:
        OSError: Where it cannot be read.
    """
    with open(path, "rb") as stream:
        if _ours(os.fstat(stream.fileno())) and _ours(os.stat(os.path.dirname(path))):
            return stream.read()
    return b""


def _forget_others(folder: str) -> None:
    """Remove what was kept under other keys, but for the newest few: other versions and packs may be in use beside this one."""
    try:
        found = sorted((e for e in os.scandir(folder) if e.name.endswith(".knowledge")), key=lambda e: e.stat().st_mtime)
        for entry in found[:-4]:
            os.unlink(entry.path)
    except OSError:
        return


def _path(key: str) -> str:
    return os.path.join(directory(), f"{crc32(key.encode()):08x}.knowledge")


def directory() -> str:
    """Return the user's directory of the cache; "" where it is turned off."""
    own = os.environ.get("ADVISOR_CACHE_DIR")
    if own is not None:
        return own
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "connection-advisor")


def _ours(status: os.stat_result) -> bool:
    mine = getattr(os, "getuid", lambda: status.st_uid)()
    return status.st_uid == mine and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _code(expressions: Iterator[Expression]) -> bytes:
    return marshal.dumps(compile_sources([e.source for e in expressions]))


def _link(expressions: Iterator[Expression], code: Any) -> None:
    functions = load_code(marshal.loads(code))  # noqa: S302 (see the module: as a .pyc)
    for expression, run in zip(expressions, functions, strict=True):
        expression.run = run
