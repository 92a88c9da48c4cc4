"""What git is asked, and how it is told what went wrong."""

from __future__ import annotations

import os
import subprocess
from typing import NoReturn

from advisor.errors import InputError, Place, Problem, shown


def git(*words: str, stdin: bytes = b"", fails: bool = False) -> bytes:
    """Return what git writes; with *fails* nothing where it ends with an error."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(["git", *words], input=stdin, capture_output=True, check=False, env=environment)
    except FileNotFoundError:
        refuse("git", "is not installed; compare two files or two directories")
    if done.returncode and not fails:
        refuse("git", f"{words[0]}: {shown(' '.join(done.stderr.decode(errors='replace').split()), 200)}")
    return b"" if done.returncode else done.stdout


def refuse(where: str, message: str) -> NoReturn:
    """Raise an InputError that says what is wrong with *where*."""
    raise InputError([Problem(Place(shown(where, 200)), message)])
