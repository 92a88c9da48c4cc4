"""
Packs that are installed: distributions with an entry point in the group ``advisor.packs``.

Which there are is read from the metadata of all distributions, which takes longer than a whole run; so it is kept in the
cache, under the directories of ``sys.path`` and their times: installing or removing a distribution changes one of them. The
current directory is left out: what lies there is no installation, and judging a document must not run it.
"""

from __future__ import annotations

import marshal
import os
import sys
from zlib import crc32

from advisor.errors import InputError, Place, Problem, shown
from advisor.knowledge import cache

GROUP = "advisor.packs"


def installed_packs() -> list[str]:
    """
    Return the directories of the installed packs, by the names of their entry points.

    Raises:
        InputError: Where an entry point cannot be loaded, or leads to no directory.
    """
    return [_directory(name, value) for name, value in _entry_points()]


def _entry_points() -> list[tuple[str, str]]:
    here = os.path.realpath(os.getcwd()) if os.path.isdir(os.curdir) else ""
    folders = [f for f in dict.fromkeys(sys.path) if f and os.path.realpath(f) != here]
    times = [(folder, os.stat(folder).st_mtime_ns) for folder in folders if os.path.exists(folder)]
    if not cache.directory():
        return _scan(folders)
    key, path = marshal.dumps(times), os.path.join(cache.directory(), f"{crc32(repr(folders).encode()):08x}.packs")
    try:
        data = cache.kept(path)
        if data.startswith(key):
            return list(marshal.loads(data[len(key) :]))  # noqa: S302 (ours, as the cache is)
    except (OSError, EOFError, ValueError, TypeError):
        pass
    found = _scan(folders)
    cache.keep(path, key + marshal.dumps(found))
    return found


def _scan(folders: list[str]) -> list[tuple[str, str]]:
    from importlib.metadata import distributions

    found: dict[str, str] = {}
    for distribution in distributions(path=folders):
        for point in distribution.entry_points:
            if point.group == GROUP:
                found.setdefault(point.name, point.value)  # as Python does: the first directory of sys.path that has it
    return sorted(found.items())


def _directory(name: str, value: str) -> str:
    """Return the directory that ``package`` is, or that ``package:callable`` returns."""
    module, colon, attribute = value.partition(":")
    try:
        if colon:
            from importlib import import_module

            folder = os.fspath(getattr(import_module(module.strip()), attribute.strip())())
        else:
            from importlib.util import find_spec

            spec = find_spec(module.strip())
            folder = next(iter(spec.submodule_search_locations or ())) if spec else ""
    except Exception as error:  # noqa: BLE001  code of the pack: whatever it raises, the reader learns which pack it was
        why = shown(f"{type(error).__name__}: {error}", 200)
        raise InputError([Problem(Place(f"pack {name}"), f"{value} cannot be loaded ({why})")]) from None
    if not isinstance(folder, str) or not os.path.isdir(folder):
        raise InputError([Problem(Place(f"pack {name}"), f"{value} leads to no directory of rules")])
    return folder
