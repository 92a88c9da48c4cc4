"""Find the knowledge that is data: the rule files and the templates, in a checkout and in an installed wheel alike."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def rules_dir() -> str:
    """Return the absolute path of the directory that holds rules, stacks and properties."""
    return _directory("rules")


def templates_dir() -> str:
    """Return the absolute path of the directory that holds the templates of snippets and reports."""
    return _directory("templates")


def _directory(name: str) -> str:
    # A wheel carries them inside the package; in a checkout (or an editable install) they lie beside it.
    packed = os.path.join(_PACKAGE, "_data", name)
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(_PACKAGE), name)
