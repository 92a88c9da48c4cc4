"""A state of files: a directory, or a directory of a git revision."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence

from advisor.revisions.plumbing import git

SUFFIXES = (".yaml", ".yml")


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
                if name.endswith(SUFFIXES) and not name.startswith(".") and os.path.isfile(path):
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
        listed = git("ls-tree", "-r", "-z", "--name-only", "--full-tree", f"{self.commit}:{self.prefix}").split(b"\0")
        names = (os.fsdecode(name) for name in listed)
        return sorted(n for n in names if n.endswith(SUFFIXES) and not any(p.startswith(".") for p in n.split("/")))

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
        held = git("cat-file", how, "--follow-symlinks", stdin=lines)
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
