"""
Two states of the same files: in directories, or as git keeps them. Git's are read beside the work tree, which is not touched.

A state tells the identity of each file without reading it where git knows that, so that what is the same on both sides
costs no more than a look.
"""

from __future__ import annotations

import os
import posixpath

from advisor.errors import nearest, shown
from advisor.revisions.plumbing import git, refuse
from advisor.revisions.sides import SUFFIXES, Folder, Revision, State

__all__ = ["Folder", "Revision", "State", "states"]


def states(old: str, new: str | None, scratch: str) -> tuple[State, State]:
    """
    Return the two states that a call names.

    Args:
        old: A file, a directory, ``REV:PATH``, a revision, or a range (``main..HEAD``, ``main...HEAD``).

        new: The like without a range; None beside a range or where both sides are *old*; beside a range, a path to keep to.

        scratch: An empty directory for what is read from git.

    Raises:
        InputError: Where one of them is not there, or the two are not alike.
    """
    ends = _range(old)
    if ends is not None:
        before, after = ends
        path = _in_repository(new) if new is not None else ""
        return _revision(before, path, scratch), _revision(after, path, scratch)
    new = old if new is None else new
    one, two = _read(old), _read(new)
    if one[0] is None and two[0] is None:
        return _alike(_folder(one[1] or ""), _folder(two[1] or ""))
    # A revision alone means the same path at that revision.
    first, second = _rooted(*one), _rooted(*two)
    paths = [second or "" if first is None else first, first or "" if second is None else second]
    same = paths[0] == paths[1]
    sides = [_folder(spec[1] or "") if spec[0] is None else _revision(spec[0], path, scratch, missing=same)
             for spec, path in zip((one, two), paths, strict=True)]  # fmt: skip
    if not any(side.documents() for side in sides) and any(side.only for side in sides):
        refuse(old, f"{shown(sides[0].title)} is not there, and {shown(sides[1].title)} neither")
    return _alike(sides[0], sides[1])


def _alike(one: State, two: State) -> tuple[State, State]:
    if (one.only is None) != (two.only is None):
        directory, file = (one, two) if one.only is None else (two, one)
        refuse(directory.title, f"is a directory, and {shown(file.title)} a file; compare two of a kind")
    return one, two


def _read(text: str) -> tuple[str | None, str | None]:
    """Return the revision, if it is one, and the path, if there is one."""
    if text == "-":
        refuse(text, "standard input has no place in a repository; write a file's name")
    if os.path.lexists(text):
        return None, text
    rev, colon, path = text.partition(":")
    commit = rev and _commit(rev)
    if not commit:
        what = f"no such file, and no revision {shown(rev)} of a git repository here"
        here = os.listdir(os.path.dirname(text) or ".") if os.path.isdir(os.path.dirname(text) or ".") else []
        meant = None if colon else nearest(os.path.basename(text), here)
        refuse(text, what + (f"; did you mean {os.path.join(os.path.dirname(text), meant)}?" if meant else ""))
    return rev, path if colon else None


def _range(text: str) -> tuple[str, str] | None:
    if ".." not in text or os.path.lexists(text) or ":" in text:
        return None
    dots = "..." if "..." in text else ".."
    before, _, after = text.partition(dots)
    before, after = before or "HEAD", after or "HEAD"
    if before.startswith(("/", ".")) or after.startswith("/"):
        return None  # a path that is not there
    for rev in (before, after):
        if not _commit(rev):
            refuse(text, f"no revision {shown(rev)} of a git repository here")
    if dots == "...":
        base = git("merge-base", "--", before, after, fails=True).decode().strip()
        if not base:
            refuse(text, f"{shown(before)} and {shown(after)} have no common ancestor")
        # What stood there is named by the revision that was given: a number of forty digits tells a reader nothing.
        return base[:12], after
    return before, after


def _folder(path: str) -> Folder:
    if os.path.isdir(path):
        root = os.path.normpath(path)
        return Folder("" if root == "." else root)
    folder, name = os.path.split(path)
    return Folder(folder, name)


def _revision(rev: str, path: str, scratch: str, *, missing: bool = False) -> Revision:
    commit = _commit(rev)
    path = "" if path == "." else path
    kind = "tree" if not path else git("cat-file", "-t", f"{commit}:{path}", fails=True).decode().strip()
    if kind == "tree":
        return Revision(rev, commit, path, None, scratch)
    if not kind and not missing:
        names = git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).decode(errors="replace").split("\0")
        meant = nearest(path, [n for n in names if n.endswith(SUFFIXES)])
        refuse(f"{rev}:{path}", "no such file in that revision" + (f"; did you mean {rev}:{meant}?" if meant else ""))
    folder, name = posixpath.split(path)
    return Revision(rev, commit, folder, name, scratch)


def _rooted(rev: str | None, path: str | None) -> str | None:
    """Return a path from the top of the repository: that of ``REV:PATH`` starts there, unless it begins with a dot."""
    if path is None:
        return None
    if rev is None or path.startswith(("./", "../")):
        return _in_repository(path)
    return posixpath.normpath(path) if path else ""


def _in_repository(path: str) -> str:
    """Return *path* from the top of the repository."""
    top = os.path.realpath(os.fsdecode(git("rev-parse", "--show-toplevel")).rstrip("\n"))
    found = os.path.relpath(os.path.realpath(path), top).replace(os.sep, "/")
    if found.startswith("../") or found == "..":
        refuse(path, f"lies outside the repository at {shown(top)}")
    return "" if found == "." else found


def _commit(rev: str) -> str:
    """Return the name of the commit that *rev* means; empty where it is none."""
    if not rev or rev.startswith("-") or "\0" in rev:
        return ""
    return git("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}", fails=True).decode().strip()
