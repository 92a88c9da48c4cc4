"""``advisor report``: the same verdict as files, with the snippets of the plan and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from advisor.cli import checking, completing, options, terminal

if TYPE_CHECKING:
    from advisor.report.parts import Report, Run

_COMMANDS = ("aws ", "envoy ", "gcloud ", "haproxy ", "kubectl ", "nginx -", "sysctl ", "systemctl ", "terraform ")


@click.command()
@options.paths
@click.option("-d", "--out", metavar="DIR", required=True, shell_complete=completing.folders,
              help="The directory to write into; made if it is not there.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that the advisor did not write, or that were changed since.")
@options.failing
@options.judging
def report(paths: tuple[str, ...], out: str, force: bool, **given: Any) -> int:
    """
    Write what check finds as files: report.md, report.json, and a folder a hop with its snippets and their rollback.

    Several documents that share no hop get a folder each, named after their service. What was written
    before and not changed since is replaced, or removed where it has no use any more.

    \b
    Examples:
      advisor report path.yaml --out review/
      advisor report deploy/ --out review/ --fail-on never
    """  # noqa: D301
    if not paths:
        raise click.UsageError("no PATH; write advisor report path.yaml --out review/", click.get_current_context())
    from advisor.render.tally import Tally

    run = checking.judge(paths, given, snippets=True)
    seen = Tally(run.reports)
    checking.tell_problems(run, seen)
    if run.reports:
        from advisor import outputs

        files = _files(run)
        gone = outputs.write_tree(out, files, force=force)
        directory = out.rstrip("/") or "/"
        terminal.say("".join(f"wrote {directory}/{name}\n" for name in files))
        terminal.say("".join(f"removed {directory}/{name}, of no use any more\n" for name in gone))
    return checking.exit_code(run, seen, given["fail_on"], fail_on_unknown=given["fail_on_unknown"])


def _files(run: Run) -> dict[str, str]:
    """Return the text of every file by its path below the directory."""
    from advisor.render import RENDERERS, Options
    from advisor.snippets.quoting import file_name

    files: dict[str, str] = {}
    taken: set[str] = set()
    for found in run.reports:
        folder = ""
        if len(run.reports) > 1:
            folder = name = file_name(found.service)
            number = 1
            while folder.casefold() in taken:
                number += 1
                folder = f"{name}-{number}"
            taken.add(folder.casefold())
            folder += "/"
        alone = run._replace(reports=[found], problems=())
        files[f"{folder}report.md"] = RENDERERS["markdown"](alone, Options())
        files[f"{folder}report.json"] = RENDERERS["json"](alone, Options())
        for snippet in found.snippets:
            files[f"{folder}{snippet.path}"] = snippet.text
        files |= {f"{folder}{name}": text for name, text in _rollbacks(found)}
    return files


def _rollbacks(found: Report) -> list[tuple[str, str]]:
    """Return a page for each hop that has snippets: how to apply them, what stood before and how to go back."""
    from advisor.render.marks import inline

    pages = []
    for folder in dict.fromkeys(s.path.split("/")[0] for s in found.snippets):
        mine = [s for s in found.snippets if s.path.split("/")[0] == folder]
        hops = {s.hop for s in mine}
        lines = [f"# {folder}: apply, check, go back", ""]
        for snippet in mine:
            rows = (("Check", _code(snippet.check)), ("Apply", _steps(snippet.apply)), ("Go back", _steps(snippet.undo)))
            lines += [f"## {snippet.path.partition('/')[2]}", ""]
            lines += [f"- {what}: {text}" for what, text in rows if text] + [""]
        lines += ["## What stood before", "", "| setting | before | now planned |", "|---|---|---|"]
        lines += [
            f"| {_code(c.full_name)} | {inline(c.was or c.now)} | {_code(c.planned)} |"
            for step in found.plan.steps for c in step.changes if c.hop in hops
        ]  # fmt: skip
        pages.append((f"{folder}/ROLLBACK.md", "\n".join(lines) + "\n"))
    return pages


def _steps(text: str) -> str:
    """Return what to do as prose, the commands in it as code."""
    from advisor.render.marks import inline

    return "; ".join(_code(step) if step.startswith(_COMMANDS) else inline(step) for step in text.split("; ") if step)


def _code(text: str) -> str:
    from advisor.snippets.quoting import code_span

    return code_span(text) if text else ""
