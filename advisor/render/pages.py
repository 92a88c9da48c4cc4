"""What all Markdown pages are made with: templates in which a text is quoted unless it is Markdown already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advisor.render.marks import Marked, cell, code, quoted

if TYPE_CHECKING:
    from jinja2 import Environment


def environment() -> Environment:
    """Return a new environment of the advisor's templates, with the filters that every page has."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from advisor.data import templates_dir

    found = Environment(
        loader=FileSystemLoader(templates_dir()), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False, finalize=_quoted,  # noqa: S701 - finalize quotes, for Markdown
    )  # fmt: skip
    found.filters |= {"code": code, "cell": cell}
    return found


def _quoted(value: Any) -> Any:
    return value if isinstance(value, (Marked, int)) else quoted(str(value))
