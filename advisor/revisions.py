"""
Two states of the same files: in directories, or as git keeps them. Git's are read beside the work tree, which is not touched.

A state tells the identity of each file without reading it where git knows that, so that what is the same on both sides
costs no more than a look.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from advisor.errors import InputError, Place, Problem, nearest, shown

_SUFFIXES = (".yaml", ".yml")
_MOST_BYTES = 2**30  # that git is asked for at once


class Folder:
    """
    Files below a directory, or one file of it.

    Attributes:
        root: The directory that names start at, as places show it; empty for the one we are in.

        only: The one file; None for all below.

        algorithm: By what contents are named, unless git names them.
    """

    algorithm = "sha1"

    def __init__(self, root: str, only: str | None = None) -> None:
        self.root, self.only = root, only

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return os.path.join(self.root, self.only) if self.only else self.root or "."

    def documents(self) -> list[str]:
        """Return the names of the files that may hold documents, sorted."""
        return [self.only] if self.only is not None else sorted(self._below())

    def _below(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self.root or "."):
            folders[:] = [f for f in folders if not f.startswith(".")]
            for name in files:
                path = os.path.join(folder, name)
                if name.endswith(_SUFFIXES) and not name.startswith(".") and os.path.isfile(path):
                    yield os.path.relpath(path, self.root or ".").replace(os.sep, "/")

    def path(self, name: str) -> str:
        """Return where a file can be read."""
        return os.path.join(self.root, name)

    def identities(self, names: Iterable[str], algorithm: str = "sha1") -> dict[str, str]:
        """Return for each file what git would call its content; nothing for one that cannot be read."""
        found = {name: _blob(self.path(name), algorithm) for name in names}
        return {name: identity for name, identity in found.items() if identity}

    def fetch(self, names: Iterable[str]) -> None:
        """See that `path` can be read: it can."""

    def outside(self, name: str) -> bool:
        """Return whether this state cannot know a file of that name: a directory can."""
        del name
        return False

    def label(self, text: str) -> str:
        """Return *text* with paths as a reader knows them."""
        return text


class Revision:
    """
    Files of a git revision below a directory of the repository, or one of them.

    They are read with git's plumbing, which runs no hook and no filter, into *scratch*, a directory of our own.
    """

    def __init__(self, rev: str, commit: str, prefix: str, only: str | None, scratch: str) -> None:
        self.rev, self.commit, self.prefix, self.only = rev, commit, prefix, only
        # What stands at two names must not meet, whatever they are.
        self.top = os.path.join(scratch, commit[:12])
        self.root = os.path.join(self.top, *prefix.split("/")) if prefix else self.top
        self._fetched: set[str] = set()

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return f"{self.rev}:{posixpath.join(self.prefix, self.only or '')}".rstrip("/:")

    @property
    def algorithm(self) -> str:
        """By what the repository names contents."""
        return "sha1" if len(self.commit) == 40 else "sha256"

    def documents(self) -> list[str]:
        """Return the names of the files that may hold documents, sorted; none where the one file is not there."""
        if self.only is not None:
            return [self.only] if self.identities([self.only]) else []
        listed = _git("ls-tree", "-r", "-z", "--name-only", "--full-tree", f"{self.commit}:{self.prefix}").split(b"\0")
        names = (os.fsdecode(name) for name in listed)
        return sorted(n for n in names if n.endswith(_SUFFIXES) and not any(p.startswith(".") for p in n.split("/")))

    def path(self, name: str) -> str:
        """Return where a file can be read once it is fetched."""
        return os.path.join(self.root, *name.split("/"))

    def identities(self, names: Iterable[str], algorithm: str = "") -> dict[str, str]:
        """Return for each file what git calls its content; nothing for one that is not there."""
        del algorithm
        names = list(names)
        answers = self._ask(names, "--batch-check")
        return {name: answer for name, (answer, _) in zip(names, answers, strict=True) if answer}

    def fetch(self, names: Iterable[str]) -> None:
        """Write the files below `root`; those that are not there are left out."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._fetched]
        self._fetched |= set(wanted)
        for name, (identity, data) in zip(wanted, self._ask(wanted, "--batch"), strict=True):
            if identity:
                path = os.path.normpath(self.path(name))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as stream:
                    stream.write(data)

    def outside(self, name: str) -> bool:
        """Return whether a file of that name lies outside the repository, so that no revision holds it."""
        return self._inside(name) is None

    def label(self, text: str) -> str:
        """Return *text* with paths as a reader knows them."""
        return text.replace(os.path.join(self.top, ""), f"{self.rev}:")

    def _inside(self, name: str) -> str | None:
        whole = posixpath.normpath(posixpath.join(self.prefix, name))
        return None if whole.startswith(("/", "../")) or whole == ".." or "\n" in whole else whole

    def _ask(self, names: Sequence[str], how: str) -> list[tuple[str, bytes]]:
        """Return identity and content of files, in the order asked for; empty for what is no file there."""
        asked = [(i, inside) for i, name in enumerate(names) if (inside := self._inside(name)) is not None]
        answers: list[tuple[str, bytes]] = [("", b"")] * len(names)
        if not asked:
            return answers
        lines = b"".join(os.fsencode(f"{self.commit}:{inside}\n") for _, inside in asked)
        held = _git("cat-file", how, "--follow-symlinks", stdin=lines)
        at = 0
        for i, _ in asked:
            end = held.index(b"\n", at)
            words = held[at:end].split(b" ")
            at = end + 1
            if words[0] in (b"symlink", b"dangling", b"loop", b"notdir"):  # a link that leads to no file of the revision
                at += int(words[1]) + 1
                continue
            if len(words) != 3 or words[1] not in (b"blob", b"tree"):
                continue
            size = int(words[2])
            data = held[at : at + size] if how == "--batch" else b""
            at += size + 1 if how == "--batch" else 0
            if words[1] == b"blob":
                answers[i] = words[0].decode(), data
        return answers


State = Folder | Revision


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
        _refuse(old, f"{shown(sides[0].title)} is not there, and {shown(sides[1].title)} neither")
    return _alike(sides[0], sides[1])


def _alike(one: State, two: State) -> tuple[State, State]:
    if (one.only is None) != (two.only is None):
        directory, file = (one, two) if one.only is None else (two, one)
        _refuse(directory.title, f"is a directory, and {shown(file.title)} a file; compare two of a kind")
    return one, two


def _read(text: str) -> tuple[str | None, str | None]:
    """Return the revision, if it is one, and the path, if there is one."""
    if text == "-":
        _refuse(text, "standard input has no place in a repository; write a file's name")
    if os.path.lexists(text):
        return None, text
    rev, colon, path = text.partition(":")
    commit = rev and _commit(rev)
    if not commit:
        what = f"no such file, and no revision {shown(rev)} of a git repository here"
        here = os.listdir(os.path.dirname(text) or ".") if os.path.isdir(os.path.dirname(text) or ".") else []
        meant = None if colon else nearest(os.path.basename(text), here)
        _refuse(text, what + (f"; did you mean {os.path.join(os.path.dirname(text), meant)}?" if meant else ""))
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
            _refuse(text, f"no revision {shown(rev)} of a git repository here")
    if dots == "...":
        base = _git("merge-base", "--", before, after, fails=True).decode().strip()
        if not base:
            _refuse(text, f"{shown(before)} and {shown(after)} have no common ancestor")
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
    kind = "tree" if not path else _git("cat-file", "-t", f"{commit}:{path}", fails=True).decode().strip()
    if kind == "tree":
        return Revision(rev, commit, path, None, scratch)
    if not kind and not missing:
        names = _git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).decode(errors="replace").split("\0")
        meant = nearest(path, [n for n in names if n.endswith(_SUFFIXES)])
        _refuse(f"{rev}:{path}", "no such file in that revision" + (f"; did you mean {rev}:{meant}?" if meant else ""))
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
    top = os.path.realpath(os.fsdecode(_git("rev-parse", "--show-toplevel")).rstrip("\n"))
    found = os.path.relpath(os.path.realpath(path), top).replace(os.sep, "/")
    if found.startswith("../") or found == "..":
        _refuse(path, f"lies outside the repository at {shown(top)}")
    return "" if found == "." else found


def _commit(rev: str) -> str:
    """Return the name of the commit that *rev* means; empty where it is none."""
    if not rev or rev.startswith("-") or "\0" in rev:
        return ""
    return _git("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}", fails=True).decode().strip()


def _git(*words: str, stdin: bytes = b"", fails: bool = False) -> bytes:
    """Return what git writes; with *fails* nothing where it ends with an error."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(["git", *words], input=stdin, capture_output=True, check=False, env=environment)
    except FileNotFoundError:
        _refuse("git", "is not installed; compare two files or two directories")
    if done.returncode and not fails:
        _refuse("git", f"{words[0]}: {shown(' '.join(done.stderr.decode(errors='replace').split()), 200)}")
    return b"" if done.returncode else done.stdout


def _blob(path: str, algorithm: str) -> str:
    """Return the name git gives to a file's content; empty where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            digest = hashlib.new(algorithm, b"blob %d\0" % size, usedforsecurity=False)
            while chunk := stream.read(2**20):
                digest.update(chunk)
    except (OSError, ValueError):
        return ""
    return digest.hexdigest()


def _refuse(where: str, message: str) -> NoReturn:
    raise InputError([Problem(Place(shown(where, 200)), message)])
