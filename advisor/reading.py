"""Knowledge files as plain Python with the place of every value: what the loaders of rules and profiles read."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

from advisor.errors import Place
from advisor.source import Limits, Node, load_text, plain_scalar

_LIMITS = Limits(size=4 * 2**20, depth=24)
Path = tuple[str | int, ...]


class Entry:
    """One YAML document of a knowledge file: *plain* values, and the place of each by its path of keys and indices."""

    __slots__ = ("_places", "file", "plain")

    def __init__(self, node: Node, file: str) -> None:
        self.file = file
        self._places: dict[Path, Place] = {}
        self.plain: Any = self._plain(node, ())

    def _plain(self, node: Node, path: Path) -> Any:
        self._places[path] = node.place
        if node.kind == "mapping":
            result = {}
            for key, _, value in node.items():
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


def read_entries(path: str, file: str) -> list[Entry]:
    """
    Return the YAML documents of the knowledge file at *path*, which messages call *file*.

    Raises:
        InputError: Where it is not sound YAML.
    """
    with open(path, encoding="utf-8") as stream:
        return [Entry(node, file) for node in load_text(stream.read(), file, _LIMITS)]


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
