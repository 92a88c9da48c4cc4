"""A report as a Markdown page for a pull request or a ticket. Same input, same bytes: it holds no date."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING

from advisor.render import chart, words
from advisor.render.marks import Marked, fenced, inline, reference, slug, source
from advisor.render.options import Options
from advisor.render.pages import environment
from advisor.render.quoting import every, visible
from advisor.report.parts import ChangeView, Finding, Run
from advisor.report.shown import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

# Around the name of a heading where its anchor is to stand. No text holds this character: `visible` escapes it.
_MARK = "\0"
_VALUES = 2  # values of one finding in the table of all


def render(run: Run, _options: Options) -> str:
    """Return the run as one page, a heading of the first level a report."""
    run = every(run, visible)
    anchors = _Anchors()
    page = _environment().get_template("report/page.md.j2").render(run=run, heading=anchors.heading, link=anchors.link)
    return anchors.set(page)


@functools.cache
def _environment() -> Environment:
    found = environment()
    found.filters |= {"reference": reference, "source": source, "listed": _listed}
    found.globals |= {
        "back": _back, "coverage": words.coverage, "diff": _diff, "flowchart": chart.flowchart, "lines": chart.lines, "now": _now,
        "number": counted, "outcomes": words.summary, "plan_line": words.planned, "planned": _planned,
        "mended_by": words.mended_by, "said": functools.partial(words.explained, where="here"),
        "causes": words.causes, "apart": words.apart, "unproven": _unproven,
    }  # fmt: skip
    return found


def _listed(texts: Sequence[str]) -> str:
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts)


class _Anchors:
    """The headings of a page and the links to them. A link may stand before its heading, so it is set at the end."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._of: dict[str, str] = {}

    def heading(self, level: int, text: str, name: str = "") -> Marked:
        """Return a heading; links find it by *name*."""
        plain = slug(text)
        number = self._seen[plain]
        anchor = f"{plain}-{number}" if number else plain
        self._seen[plain] += 1
        self._seen[anchor] += bool(number)  # a heading that reads like a numbered anchor gets the next number
        if name:
            self._of[name] = anchor
        return Marked(f"{'#' * level} {inline(text)}")

    def link(self, text: str, name: str) -> Marked:
        """Return a link to the heading of this *name*."""
        return Marked(f"[{inline(text)}](#{_MARK}{name}{_MARK})")

    def set(self, page: str) -> str:
        """Return *page* with its links set."""
        parts = page.split(_MARK)
        parts[1::2] = [self._of[name] for name in parts[1::2]]
        return "".join(parts)


def _unproven(finding: Finding) -> str:
    """Return why no experiment can show it, or nothing where one is named."""
    return finding.proof.removeprefix("none, ") if " " in finding.proof else ""


def _now(finding: Finding) -> str:
    return _values([now for now, _ in _moves(finding)])


def _planned(finding: Finding) -> str:
    if finding.changes:
        return _values([planned for _, planned in _moves(finding)])
    if finding.resolved:
        return "by other changes"
    return "in code or operations" if finding.do else "not planned"


def _moves(finding: Finding) -> list[tuple[str, str]]:
    return list(dict.fromkeys((change.now, change.planned) for change in finding.changes))


def _values(values: list[str]) -> str:
    rest = len(values) - _VALUES
    return ", ".join(values[:_VALUES]) + (f" and {rest} more" if rest > 0 else "")


def _diff(changes: Sequence[ChangeView]) -> Marked:
    lines: list[str] = []
    hop = ""
    for change in changes:
        if change.hop != hop or not lines:
            hop = change.hop
            lines.append(f"--- {hop}")
        if change.now != "not set":
            lines.append(f"-{change.setting}: {change.was or change.now}")
        lines.append(f"+{change.setting}: {change.planned}")
    return fenced("diff", lines)


def _back(change: ChangeView) -> str:
    if change.now in ("not set", "unknown"):
        return f"{change.hop}: take {change.setting} out"
    return f"{change.hop}: {change.setting} back to {change.now}"
