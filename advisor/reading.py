"""Knowledge files as plain Python with the place of every value: what the loaders of rules and profiles read."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

from advisor.errors import InputError, Place, Problem
from advisor.source import Limits, Node, load_text, plain_scalar

_LIMITS = Limits(size=4 * 2**20, depth=24)
Path = tuple[str | int, ...]


class Entry:
    """One YAML document of a knowledge file: *plain* values, and the places of each and of its key by its path."""

    __slots__ = ("_keys", "_places", "file", "plain")

    def __init__(self, node: Node, file: str) -> None:
        self.file = file
        self._places: dict[Path, Place] = {}
        self._keys: dict[Path, Place] = {}
        self.plain: Any = self._plain(node, ())

    def _plain(self, node: Node, path: Path) -> Any:
        self._places[path] = node.place
        if node.kind == "mapping":
            result = {}
            for key, place, value in node.items():
                self._keys[(*path, key)] = place
                result[key] = self._plain(value, (*path, key))
            return result
        if node.kind == "list":
            return [self._plain(value, (*path, i)) for i, value in enumerate(node.elements())]
        return node.text if node.quoted else plain_scalar(node.text)

    def place(self, *path: str | int) -> Place:
        """Return where the value at *path* stands, or the nearest one around it."""
        while path not in self._places and path:
            path = path[:-1]
        return self._places.get(path, Place(self.file))

    def key(self, *path: str | int) -> Place:
        """Return where the key of the value at *path* stands; of an element of a list, where the element does."""
        return self._keys.get(path) or self.place(*path)

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        # Keys are asked for while a file is checked; what is kept of it is asked for values only.
        return None, {"file": self.file, "plain": self.plain, "_places": self._places, "_keys": {}}


def read_entries(path: str, file: str) -> list[Entry]:
    """
    Return the YAML documents of the knowledge file at *path*, which messages call *file*.

    Raises:
        InputError: Where it cannot be read, or is not sound YAML.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read(_LIMITS.size + 1)
    except OSError as error:
        raise InputError([Problem(Place(file), f"cannot be read ({error.strerror})")]) from None
    except UnicodeDecodeError as error:
        raise InputError([Problem(Place(file), f"not UTF-8 (offset {error.start})")]) from None
    return [Entry(node, file) for node in load_text(text, file, _LIMITS)]


class Late:
    """
    Something with attributes that few runs ask for: in the cache they are one run of bytes, unpacked at the first question.

    Attributes:
        late: The names of those attributes.
    """

    late: ClassVar[tuple[str, ...]] = ()

    def __getstate__(self) -> dict[str, Any]:
        few = {name: self.__dict__[name] for name in self.late if name in self.__dict__}
        rest = {name: value for name, value in self.__dict__.items() if name not in few}
        return {**rest, "packed": pickle.dumps(few, 5)} if few else rest

    def __getattr__(self, name: str) -> Any:
        if name in self.late and "packed" in self.__dict__:
            self.__dict__.update(pickle.loads(self.__dict__.pop("packed")))  # noqa: S301 (trusted as the cache around it)
            return self.__dict__[name]
        raise AttributeError(name)
