"""All that is known: properties, profiles, rules, causes, symptoms; loaded once, checked, and kept compiled between runs."""

from __future__ import annotations

import os
from collections.abc import Iterable

from advisor.data import rules_dir
from advisor.errors import InputError, Place, Problem
from advisor.expressions import link
from advisor.knowledge import cache
from advisor.knowledge.parts import Cause, Knowledge, SymptomClass, SysctlRow

__all__ = ["Cause", "Knowledge", "SymptomClass", "SysctlRow", "load_knowledge"]


def load_knowledge(packs: Iterable[str] = (), directory: str | None = None) -> Knowledge:
    """
    Return all knowledge: the advisor's own (or that of *directory* in its place), then each rule pack's directory.

    Raises:
        InputError: Where a pack is no directory.

        KnowledgeError: With everything that is wrong with the files.
    """
    root = directory or rules_dir()
    files = knowledge_files(root)
    packs = list(packs)
    missing = [Problem(Place(pack), "no such directory of rules") for pack in packs if not os.path.isdir(pack)]
    if missing:
        raise InputError(missing)
    key = cache.key_of(files) if not packs and directory is None else ""
    kept = cache.load(key) if key else None
    if kept is not None:
        return kept
    from advisor.knowledge.loading import Loader  # only where nothing is kept: it needs the parser of everything

    loader = Loader()
    for path, name in files:
        loader.file(path, name)
    for pack in packs:
        for path, name in knowledge_files(pack):
            loader.file(path, os.path.join(pack, name), own=False)
    knowledge = loader.finish()
    if key:
        cache.save(key, knowledge)
    link([*knowledge.expressions(), *(e for p in knowledge.profiles.values() for e in p.expressions())])
    return knowledge


def knowledge_files(root: str) -> list[tuple[str, str]]:
    """Return the files below *root*: path, and path from there; properties first, since everything else names them."""
    found = []
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")):
                path = os.path.join(folder, name)
                found.append((path, os.path.relpath(path, root).replace(os.sep, "/")))
    return sorted(found, key=lambda f: (f[1] != "properties.yaml", f[1]))
