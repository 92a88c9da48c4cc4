"""All that is known: properties, profiles, rules, causes, symptoms; loaded once, checked, and kept compiled between runs."""

from __future__ import annotations

import os
from collections.abc import Iterable

from advisor.data import rules_dir
from advisor.errors import InputError, Place, Problem
from advisor.expressions import link
from advisor.knowledge import cache
from advisor.knowledge.installed import installed_packs
from advisor.knowledge.parts import Cause, Knowledge, SymptomClass, SysctlRow

__all__ = ["Cause", "Knowledge", "SymptomClass", "SysctlRow", "load_knowledge"]

TEMPLATES = "templates"


def load_knowledge(packs: Iterable[str] = (), directory: str | None = None) -> Knowledge:
    """
    Return all knowledge: the advisor's own (or that of *directory* in its place), installed packs, then each directory of *packs*.

    Raises:
        InputError: Where a pack is no directory, or an installed one does not say where it is.

        KnowledgeError: With everything that is wrong with the files.
    """
    root = directory or rules_dir()
    folders = _folders(packs, installed=directory is None)
    files = [(path, name, "") for path, name in knowledge_files(root)]
    templates = []
    for pack in folders:
        files += [(path, name, pack) for path, name in knowledge_files(pack)]
        targets = os.path.join(pack, TEMPLATES, "targets.yaml")
        if os.path.isfile(targets):
            templates.append(os.path.dirname(targets))
    key = cache.key_of([(path, os.path.join(pack, name)) for path, name, pack in files], templates) if directory is None else ""
    kept = cache.load(key) if key else None
    if kept is not None:
        return kept
    from advisor.knowledge.loading import Loader  # only where nothing is kept: it needs the parser of everything

    loader = Loader()
    for path, name, pack in files:
        loader.file(path, name, pack)
    for folder in templates:
        loader.templates(folder)
    knowledge = loader.finish()
    if key:
        cache.save(key, knowledge)
    link([*knowledge.expressions(), *(e for p in knowledge.profiles.values() for e in p.expressions())])
    return knowledge


def _folders(packs: Iterable[str], *, installed: bool) -> list[str]:
    """Return the directories of all packs, each once: one that is installed and named too goes by the name given."""
    named = {os.path.realpath(pack): pack for pack in packs}
    missing = [Problem(Place(pack), "no such directory of rules") for pack in named.values() if not os.path.isdir(pack)]
    if missing:
        raise InputError(missing)
    found = installed_packs() if installed else []
    return [*(pack for pack in found if os.path.realpath(pack) not in named), *named.values()]


def knowledge_files(root: str) -> list[tuple[str, str]]:
    """
    Return the files below *root*: path, and path from there; properties first, since everything else names them.

    What begins with a point is a tool's, and what lies in ``templates/`` is no knowledge.
    """
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (f != TEMPLATES or folder != root))
        for name in names:
            if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                path = os.path.join(folder, name)
                found.append((path, os.path.relpath(path, root).replace(os.sep, "/")))
    return sorted(found, key=lambda f: (f[1] != "properties.yaml", f[1]))
