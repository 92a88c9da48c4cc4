"""
Write what a plan changes as files to paste out: one a target and hop, each line with its rule and what stood before.

Templates lie under ``templates/snippets``; which one writes which setting of which stack is data (``targets.yaml``
there). A change that no template can write is listed in ``settings.md``: none is lost.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from advisor.snippets.contract import Change, Snippet, Target, Value
from advisor.snippets.details import DETAILS
from advisor.snippets.lines import Line, Unfit, changed, kept, tag
from advisor.snippets.quoting import CannotWrite, code_span, comment, file_name
from advisor.snippets.targets import Output, outputs, writers
from advisor.units import show

if TYPE_CHECKING:
    from jinja2 import Environment

_PROPERTIES = ("caller.", "callee.", "hop.")
_SHORT = 160  # characters of a list that is still read

__all__ = ["Change", "Snippet", "Target", "Value", "all_snippets", "snippets"]


def all_snippets(targets: Iterable[Target], packs: tuple[str, ...] = ()) -> list[Snippet]:
    """
    Return the snippets of all *targets*, in their order, no two with the same path; *packs* are further directories of templates.

    Hops whose names are alike as file names get folders with numbers; so do files that two targets of a hop write.
    """
    folders: dict[str, str] = {}
    taken: set[str] = set()
    found = []
    for target in targets:
        if target.hop not in folders:
            folders[target.hop] = _numbered(file_name(target.hop), {f.casefold() for f in folders.values()})
        for snippet in _write(target, folders[target.hop], packs):
            path = _numbered(snippet.path, taken)
            taken.add(path.casefold())
            found.append(snippet._replace(path=path, hop=target.hop))
    return found


def snippets(target: Target) -> list[Snippet]:
    """Return what *target*'s changes are written as, in the registry's order; the list of what remains is the last."""
    return all_snippets([target])


def _numbered(name: str, taken: set[str]) -> str:
    head, slash, last = name.rpartition("/")
    stem, dot, ending = last.partition(".")
    number, chosen = 1, name
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{head}{slash}{stem}-{number}{dot}{ending}"
    return chosen


def _write(target: Target, folder: str, packs: tuple[str, ...]) -> list[Snippet]:
    known = outputs(packs)
    held: dict[int, list[Line]] = {}
    for change in target.changes:
        for number, key in writers(target.stack, target.side, change.setting, packs).items():
            try:
                held.setdefault(number, []).append(changed(change, known[number], key))
            except CannotWrite:
                continue
    found, written = [], set()
    for number in sorted(held):
        output = known[number]
        try:
            snippet, said = _render(target, folder, output, held[number])
        except Unfit:
            continue
        found.append(snippet)
        written.update(said)
    rest = [change for i, change in enumerate(target.changes) if id(change) not in written]
    if rest:
        found.append(_listed(target, folder, rest))
    return found


def _render(target: Target, folder: str, output: Output, lines: list[Line]) -> tuple[Snippet, set[int]]:
    """Return the file, and the ids of the changes that it holds."""
    names = {
        "hop": file_name(target.hop),
        "peer": file_name(target.peer, "peer"),
        "peer_": file_name(target.peer, "peer").replace("-", "_").replace(".", "_").lower(),
        "kind": target.stack.rpartition("-")[2],
    }
    file = _filled(output.file, names)
    names.update(file=file, stem=file.rpartition(".")[0])
    lines = sorted(lines, key=lambda line: list(output.settings).index(line.key) if line.key in output.settings else -1)
    detail = DETAILS.get(output.template)
    same = kept(target, output, lines)
    facts = detail(target, lines, same) if detail else {"lines": lines}
    said = {id(line.change) for line in lines if line.change not in facts.get("left", ())}
    if not said:
        raise Unfit
    names["old"] = _old([line for line in lines if id(line.change) in said], output.language)
    undo = comment("; ".join([_filled(output.undo, names), *facts.get("undone", ())]))
    header: dict[str, Any] = {
        "check": comment(_filled(output.check, names)),
        "apply": comment(_filled(output.apply, names)),
        "undo": undo,
        "where": comment(_filled(output.where, {**names, "peer": target.peer})),
        "hop": comment(target.hop),
        "peer": comment(target.peer),
        "source": comment(target.source),
        "title": comment(f"{target.title} {target.version or ''}"),
        "instances": show(target.instances, "count") if target.instances else "",
        "mark": output.comment,
        "file": file,
        "names": names,
        "kept": same,
    }
    text = _environment(output.folder).get_template(output.template).render({**header, **facts})
    text = re.sub("[ \\t]+$", "", text, flags=re.MULTILINE)  # where a name is empty
    # What a template passed over counts as not written, whatever it was given.
    said = {id(line.change) for line in lines if id(line.change) in said and line.tag in text}
    return Snippet(f"{folder}/{file}", text, output.language, header["check"], header["apply"], undo), said


def _filled(text: str, names: Mapping[str, str]) -> str:
    """Return *text* with each ``{name}`` replaced; other braces stand for themselves."""
    return re.sub(r"\{(\w+)\}", lambda match: names[match[1]], text)


def _old(lines: Sequence[Line], language: str) -> str:
    """Return what stood before the change, in the target's language: for one who takes it back."""
    own = [line for line in lines if not line.key.startswith(_PROPERTIES)]
    short = ", ".join(_stood(line, language) for line in own)
    if len(own) < len(lines):  # no setting holds it, so the code of this file does
        short += ", and the rest of this file left out" if own else "what was called before in place of this file"
    return short if len(short) <= _SHORT else 'restore what stands after "was"'


def _stood(line: Line, language: str) -> str:
    if language == "haproxy" and line.before in ("true", "false"):  # a flag is there, or said not to be
        return f"no {line.name}" if line.before == "false" else line.name
    return f"{line.name} {line.before}" if line.before else f"{line.name} left out"


def _listed(target: Target, folder: str, changes: list[Change]) -> Snippet:
    def shown(change: Change, value: Value) -> str:
        return code_span("not set" if value is None else show(value, change.kind))

    rows = [
        {
            "setting": code_span(change.setting),
            "now": shown(change, change.now),
            "planned": shown(change, change.planned),
            "tag": code_span(tag(change)),
            "because": [code_span(sentence) for sentence in change.because],
            "effect": code_span(change.effect) if change.effect else "",
        }
        for change in changes
    ]
    text = _environment().get_template("settings.md.j2").render(
        rows=rows, hop=code_span(target.hop), source=code_span(target.source),
        title=code_span(f"{target.title} {target.version or ''}"),
    )  # fmt: skip
    apply, undo = "set them where the stack keeps them", 'restore what stands after "was"'
    return Snippet(f"{folder}/settings.md", text, "markdown", "", apply, undo)


@functools.cache
def _environment(folder: str = "") -> Environment:
    """
    Return the environment of all snippets: an unknown name in a template is an error, and nothing is HTML.

    *folder* is a pack's, whose templates are looked for first, and only for its own outputs.
    """
    import os

    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from advisor.data import templates_dir

    return Environment(
        loader=FileSystemLoader([*([folder] if folder else []), os.path.join(templates_dir(), "snippets")]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  snippets are no HTML; quoting.py quotes for each language
    )
