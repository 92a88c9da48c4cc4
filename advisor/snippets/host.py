"""Of one host: sysctls and descriptor limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from advisor.snippets.contract import Change, Target
from advisor.snippets.lines import Line, Unfit, known
from advisor.snippets.quoting import CannotWrite, literal
from advisor.snippets.retries import effective
from advisor.snippets.targets import outputs

_KUBERNETES = {
    "safe": "a safe sysctl, a pod may set it",
    "unsafe": "an unsafe sysctl, the kubelet must allow it",
    "node-level": "no pod can set it, the node does",
}


def sysctls(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Put the figures of one sysctl together, and what a container may set before what only the host can."""
    rows: list[dict[str, Any]] = []
    left: list[Change | None] = []
    done = set()
    for line in lines:
        name, figures = line.key, [line]
        if "part" in line.spec:
            name = line.key.rpartition(".")[0]
            if name in done:
                continue
            figures = [other for other in lines if other.key.rpartition(".")[0] == name and "part" in other.spec]
            done.add(name)
        text = _figures(target, name, figures, "text")
        if text is None:
            left += [figure.change for figure in figures]
            continue
        before = _figures(target, name, figures, "before")
        extra = line.change.extra if line.change else {}
        rows.append({
            "name": name, "text": text, "before": before, "lines": figures,
            "netns": extra.get("scope") == "netns", "k8s": _KUBERNETES.get(extra.get("k8s", ""), ""),
        })  # fmt: skip
    undo = [f"sysctl -w {row['name']}={_argument(row['before'])}" for row in rows if row["before"]]
    return {"left": left, "undone": undo, "rows": sorted(rows, key=lambda row: not row["netns"])}


def _argument(text: str) -> str:
    return f"'{text}'" if " " in text else text


def _figures(target: Target, name: str, lines: Sequence[Line], which: str) -> str | None:
    """Return the text of a sysctl of which *lines* hold one or more figures; None where another is not known."""
    if "part" not in lines[0].spec:
        text = lines[0].text if which == "text" else lines[0].before
        return text or ("" if which == "text" else None)
    output = next(o for o in outputs() if lines[0].key in o.settings)
    figures = []
    for key, spec in output.settings.items():
        if key.rpartition(".")[0] != name or "part" not in spec:
            continue
        line = next((one for one in lines if one.key == key), None)
        if line is not None:
            figure = line.text if which == "text" else line.before
        else:
            value = known(target, key)
            try:
                kind = lines[0].change.kind if lines[0].change else "count"
                figure = "" if value is None else literal(value, kind, output.language, spec)
            except CannotWrite:
                figure = ""
        if not figure:
            return None
        figures.append(figure)
    return " ".join(figures)


def limits(target: Target, lines: Sequence[Line], _kept: Sequence[Line]) -> Mapping[str, Any]:
    """Give both limits of descriptors: the hard one never below the soft one."""
    soft = effective(target, lines, "hop.nofile_soft")
    hard = effective(target, lines, "hop.nofile_hard")
    figures = [f for f in (soft, hard) if f is not None]
    if any(line.text == "" for line in lines) or any(f < 1 for f in figures):
        raise Unfit
    words = [literal(f, "count", "systemd", {"unlimited": "infinity"}) for f in figures]
    if soft is not None and hard is not None and hard < soft:
        words = [words[0], words[0]]
    return {"lines": lines, "limit": ":".join(words)}
