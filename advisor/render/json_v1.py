"""The run as JSON, in a shape of its own that stays: `advisor.render.json_schema` holds it."""

from __future__ import annotations

import json
import math
from typing import Any

from advisor.render.json_schema import FORMAT, PLACE, RUN, Field, Shape
from advisor.render.json_schema import output_schema as json_schema
from advisor.render.options import Options
from advisor.report.parts import Run

__all__ = ["json_schema", "render"]


def render(run: Run, _options: Options) -> str:
    """Return the run as JSON in ASCII: no character of it acts on a terminal either."""
    text = json.dumps({"schema": FORMAT, **_object(RUN, run)}, indent=2, allow_nan=False)
    return text.replace("\x7f", "\\u007f") + "\n"


def _object(shape: Shape, value: Any) -> dict[str, Any]:
    return {key: _value(field, getattr(value, field.source or key)) for key, field in shape.fields.items()}


def _value(field: Field, value: Any) -> Any:
    if field.many:
        return [_one(field.kind, item) for item in value]
    return _one(field.kind, value)


def _one(kind: str | Shape, value: Any) -> Any:
    if isinstance(kind, Shape):
        return _object(kind, value)
    if kind == PLACE:
        return {"file": _whole(value.file), "line": value.line, "column": value.column}
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "unlimited" if value > 0 else None  # JSON has no number for either
    return {_whole(key): _whole(value[key]) for key in sorted(value)} if hasattr(value, "keys") else value


def _whole(text: str) -> str:
    # Half of a surrogate pair (a file name that is no text) is not JSON that every reader takes.
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text
