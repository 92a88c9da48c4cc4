"""A comparison in a terminal."""

from __future__ import annotations

from advisor.diff import words
from advisor.diff.parts import Diff, Moved, OutcomeChange
from advisor.render.options import Options
from advisor.render.quoting import every, typed, visible
from advisor.render.terminal import Page

_SHOWN = 6  # values of one outcome, unless all are wanted


def render(diff: Diff, options: Options) -> str:
    """Return the comparison for a terminal of ``options.width`` columns."""
    diff = every(diff, (lambda text: typed(visible(text))) if options.ascii else visible)
    page = Page(options)
    page.text(f"{diff.old} -> {diff.new}")
    page.text(words.verdict(diff))
    for document in diff.documents:
        page.text(f"{words.document(document)} ({document.services})", "DOCUMENT  ", head="DOCUMENT")
    for kind, heading in words.HEADINGS.items():
        found = diff.of(kind)
        if not found:
            continue
        page.gap()
        page.write(f"{heading.upper()}  {len(found)}", heading.upper())
        for change in found:
            _change(page, change, options)
    if options.verbose and diff.moved:
        page.gap()
        page.write(f"VALUES THAT MOVED  {len(diff.moved)}", "VALUES THAT MOVED")
        for moved in diff.moved:
            _moved(page, moved, "  ")
    for problem in diff.old_problems:
        page.text(str(problem), "BEFORE    ", head="BEFORE")
    page.gap()
    if diff.counts.documents:
        page.text(words.untouched(diff))
    page.text(words.summary(diff, page.sign("·")))
    return page.done()


def _change(page: Page, change: OutcomeChange, options: Options) -> None:
    state = words.head(change)
    head = f"{state}[{change.rule}]"
    color = state if state in ("error", "warning", "note") and change.kind not in ("better", "accepted") else "strong"
    page.text(f"{change.where}: {change.summary}", f"{head} ", 2, head, color)
    if options.quiet:
        return
    if change.kind != "still":
        page.text(words.was(change) + (f" ({change.because})" if change.because else ""), "  was    ", 9)
    shown = change.moved if options.verbose else change.moved[:_SHOWN]
    decided = any(moved.decides for moved in change.moved)
    for moved in shown:
        _moved(page, moved, "  also   " if decided and not moved.decides else "  moved  ")
    if len(shown) < len(change.moved):
        page.text(f"and {len(change.moved) - len(shown)} more", "         ")
    if change.missing:
        page.text(", ".join(change.missing), "  needs  ", 9)
    if change.fix and change.kind != "still":
        page.text(change.fix, "  fix    ", 9)


def _moved(page: Page, moved: Moved, first: str) -> None:
    page.text(f"{moved.hop} {moved.name}: {words.values(moved)}", first)
    page.text(words.sources(moved), " " * (len(first) + 2))
