"""The document's keys, as a table for the reader (`advisor.schema.keys`) and as a JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from advisor.schema.keys import SECTIONS, Key
from advisor.units import UNBOUNDED, UNITS

__all__ = ["json_schema"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_METHOD: Schema = {"type": "string", "pattern": "^[A-Z][A-Z-]{1,30}$"}
_REQUIRED = {"": ["path"], "changes": ["what"], "ignore": ["rule"], "path.split": ["path"]}
_NUMBER = "[0-9]+([.][0-9]+)?"


def json_schema() -> Schema:
    """
    Return the JSON Schema (draft 2020-12) of a document.

    It says what a key may look like. What needs the document as a whole (names of hops, p99 under p50) or the advisor's
    knowledge (stacks, settings, rules) only `advisor check` can tell.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A path of connections, as advisor reads it",
        **_section(""),
        "$defs": {"hop": _hop(), "when": _section("symptoms.when"), "branch": _section("path.split")},
    }


def _section(section: str, leave_out: frozenset[str] = frozenset()) -> Schema:
    properties = {name: _property(key) for name, key in SECTIONS[section].items() if name not in leave_out}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if section in _REQUIRED:
        schema["required"] = _REQUIRED[section]
    return schema


def _hop() -> Schema:
    hop = _section("path", frozenset(("split",)))
    hop["anyOf"] = [{"required": ["stack"]}, {"required": ["name"]}]
    return hop


def _property(key: Key) -> Schema:
    """Return the schema of a key's value; a key without a value is as if absent, so null is always right."""
    return {"description": key.says, "anyOf": [*_shapes(key), {"type": "null"}]}


def _shapes(key: Key) -> list[Schema]:
    if key.kind in UNITS:
        return _quantity(key)
    return _SHAPES[key.kind](key)


def _quantity(key: Key) -> list[Schema]:
    # The kind's own sign for "no limit" is right only where the value has no bound.
    shapes: list[Schema] = [{"const": UNBOUNDED[key.kind]}] if key.high == float("inf") else []
    if key.kind in ("count", "ratio"):
        bounds: Schema = {"minimum": key.low}
        if key.high != float("inf"):
            bounds["maximum"] = key.high
        digits = "[0-9]+" if key.kind == "count" else _NUMBER
        number = "integer" if key.kind == "count" else "number"
        return [*shapes, {"type": number, **bounds}, {"type": "string", "pattern": f"^~? *{digits}$"}]
    units = "|".join(UNITS[key.kind])
    most = 1 if key.kind == "share" else 0  # a bare number needs a unit, but for 0 and parts of one
    return [
        *shapes,
        {"type": "string", "pattern": f"^~? *{_NUMBER} ?({units})$"},
        {"type": "number", "minimum": 0, "maximum": most},
    ]


def _inline(key: Key) -> list[Schema]:
    anything: Schema = {"type": ["string", "number", "boolean", "null"]}
    inner: dict[str, list[Schema]] = {
        "": [],
        "section": [_section(key.path)] if key.inline == "section" else [],
        "texts": [_values({"anyOf": [anything, {"type": "array", "items": _TEXT}]})],
        "counters": [_values({"type": ["string", "integer", "null"]})],
        "sockets": [_values({"anyOf": [{"type": ["string", "integer", "null"]}, {"type": "object"}]})],
    }
    return [*inner[key.inline], {"type": "string"}, {"type": "array", "items": {"type": "string"}}]


def _values(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _ref(key: Key) -> Schema:
    return {"$ref": "#/$defs/when"} if key.section == "symptoms.when" else _section(key.section)


def _path(key: Key) -> list[Schema]:
    elements: list[Schema] = [{"$ref": "#/$defs/hop"}]
    if key.path == "path":
        split: Schema = {
            "type": "object",
            "properties": {"split": _property(SECTIONS["path"]["split"])},
            "required": ["split"],
            "additionalProperties": False,
        }
        elements.append(split)
    return [{"type": "array", "minItems": 1, "items": {"anyOf": elements}}]


def _duration(key: Key) -> list[Schema]:
    return _quantity(key._replace(kind="duration"))


_SHAPES: dict[str, Callable[[Key], list[Schema]]] = {
    "text": lambda _: [_TEXT],
    "word": lambda key: [{"enum": list(key.values)}],
    "words": lambda _: [_TEXT, {"type": "array", "items": _TEXT}],
    "stack": lambda _: [{"type": "string", "pattern": r"^[^@\s]+(@[^@\s]+)?$"}],
    "flag": lambda _: [{"type": "boolean"}],
    "date": lambda _: [{"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}],
    "section": lambda key: [_ref(key)],
    "sections": lambda key: [{"type": "array", "items": _section(key.path)}],
    "symptoms": lambda key: [{"type": "array", "items": {"anyOf": [_TEXT, {"type": "null"}, _section(key.path)]}}],
    "captures": _inline,
    "interval": lambda key: [*_duration(SECTIONS[key.path]["min"]), _section(key.path)],
    "lasts": lambda key: [{"enum": list(key.values)}, *_duration(key)],
    "limits": lambda key: [*_quantity(SECTIONS[key.path]["soft"]), _section(key.path)],
    "methods": lambda key: [
        _METHOD,
        {"type": "array", "items": _METHOD},
        {
            "type": "object",
            "propertyNames": _METHOD,
            "additionalProperties": {"anyOf": [*_quantity(key._replace(kind="share", high=1)), {"type": "null"}]},
        },
    ],
    "settings": lambda _: [{"type": "object"}],
    "host": lambda key: [{"type": "string"}, _section(key.path)],
    "path": _path,
    "split": lambda _: [{"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/branch"}}],
}
