"""
Reports as text for a reader or a program: one function a format, from a run and options to the whole output.

A renderer lays out and quotes; what is said stands in the report. Text of the reader's cannot become a directive of
the target: each renderer quotes all of it, at one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import cast

from advisor.render.options import Options, Renderer, Streamer
from advisor.report.parts import Report, Run

__all__ = ["RENDERERS", "STREAMERS", "Options", "Renderer", "Streamer"]


def _later(name: str) -> Renderer:
    # One call needs one format; the others are not loaded for it.
    def render(run: Run, options: Options) -> str:
        return cast(Renderer, import_module(f"advisor.render.{name}").render)(run, options)

    return render


def _by_and_by(name: str) -> Streamer:
    def stream(reports: Iterable[Report], options: Options) -> Iterator[str]:
        return cast(Streamer, import_module(f"advisor.render.{name}").stream)(reports, options)

    return stream


# Formats of which a report's part can be written before the next report is made.
STREAMERS: Mapping[str, Streamer] = {name: _by_and_by(name) for name in ("text", "brief")}

RENDERERS: Mapping[str, Renderer] = {
    "text": _later("text"),
    "brief": _later("brief"),
    "json": _later("json_v1"),
    "markdown": _later("markdown"),
    "sarif": _later("sarif"),
    "junit": _later("junit"),
    "github": _later("github"),
    "gitlab": _later("gitlab"),
}
