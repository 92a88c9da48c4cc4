"""The keys of a configuration file as they are written, with their places; YAML and TOML give the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from advisor.source import Node

_TABLE = "tool.advisor"


class Written(NamedTuple):
    """A key: places of key and value; a text, the texts of a list, or (`below`) the keys under it."""

    key: str
    at: Place
    place: Place
    value: str | list[str]
    below: list[Written] | None = None


def from_yaml(text: str, file: str) -> list[Written]:
    """
    Return the keys of a YAML file; an empty one has none.

    Raises:
        InputError: Where it is not sound YAML, no mapping, or a value is none that an option can take.
    """
    from advisor.source import load_text

    nodes = load_text(text, file)
    if len(nodes) > 1 or (nodes and nodes[0].kind != "mapping"):
        raise InputError([Problem(nodes[-1].place, "a configuration is one mapping, such as fail-on: warning")])
    problems: list[Problem] = []
    found = [_of_node(*item, problems) for node in nodes for item in node.items()]
    if problems:
        raise InputError(problems)
    return found


def _of_node(key: str, at: Place, node: Node, problems: list[Problem], *, deep: bool = False) -> Written:
    if node.kind == "mapping" and not deep:
        return Written(key, at, node.place, "", [_of_node(*item, problems, deep=True) for item in node.items()])
    parts = node.elements() if node.kind == "list" else [node]
    wrong = (part for part in parts if part.kind != "scalar" or part.absent)
    problems += [Problem(part.place, f"{key}: takes a value or a list of values") for part in wrong]
    return Written(key, at, node.place, [p.text for p in parts] if node.kind == "list" else node.text)


def from_toml(text: str, file: str) -> list[Written]:
    """
    Return the keys of ``[tool.advisor]`` in a TOML file; the places are those of the lines, as TOML's reader gives none.

    Raises:
        InputError: Where it is not sound TOML, or a value is none that an option can take.
    """
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        at = Place(file, int(place[1]), int(place[2])) if place else Place(file)
        message = str(error)[: place.start()] if place else str(error)
        raise InputError([Problem(at, f"not TOML: {message[:1].lower()}{message[1:]}")]) from None
    table = data.get("tool", {}).get("advisor", {})
    if not isinstance(table, dict):
        raise InputError([Problem(Place(file), "[tool.advisor] is no table")])
    lines = dict(_lines(text))
    problems: list[Problem] = []
    found = [_of_value(key, value, (), lines, file, problems) for key, value in table.items()]
    if problems:
        raise InputError(problems)
    return found


def _of_value(
    key: str, value: Any, above: tuple[str, ...], lines: dict[tuple[str, ...], int], file: str, problems: list[Problem]
) -> Written:
    path = (*above, key)
    at = Place(file, lines.get(path) or lines.get(above) or 0)
    if isinstance(value, dict) and not above:
        below = [_of_value(k, v, path, lines, file, problems) for k, v in value.items()]
        return Written(key, at, at, "", below)
    parts = value if isinstance(value, list) else [value]
    if any(isinstance(part, (dict, list)) for part in parts):
        problems.append(Problem(at, f"{key}: takes a value or a list of values"))
    texts = [str(part).lower() if isinstance(part, bool) else str(part) for part in parts]
    return Written(key, at, at, texts if isinstance(value, list) else texts[0])


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the path below ``tool.advisor`` of each table and key that begins on a line of its own, with the line's number."""
    table: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]*)\]", line):
            name = re.sub(r"[\s\"']", "", header[1])
            table = name.removeprefix(_TABLE).strip(".") if f"{name}.".startswith(f"{_TABLE}.") else None
            if table is not None:
                yield tuple(filter(None, table.split("."))), number
        elif table is not None and (key := re.match(r"\s*([\w.\"' -]+?)\s*=", line)):
            name = re.sub(r"[\s\"']", "", key[1])
            yield tuple(filter(None, f"{table}.{name}".split("."))), number
