"""
Writes the pages of ``docs/`` that say what the data says: rules, stacks, the document's keys, conflicts of defaults.

``make docs`` runs it; a test fails when a page that is committed differs from what this writes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

# Run as a file, Python knows only this directory; `advisor` may be a checkout that nobody installed.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from advisor.explain.values import default_text, rows_text, source_text, value_text
from advisor.expressions import Kind
from advisor.knowledge import Knowledge, load_knowledge
from advisor.rules import SEVERITIES, Fix, Rule
from advisor.schema.keys import INF, KEYS, Key
from advisor.stacks import Behaviour, Profile, Row, Setting
from advisor.units import show
from tools.conflicts import conflicts_page
from tools.markdown import cell, code, link, prose, sentence, table

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs")
OPERATORS = {"at_most": "at most", "at_least": "at least", "to": "to", "unset": "taken away"}
KINDS = {
    "duration": "duration, `90s`", "size": "size, `64KiB`", "rate": "rate, `75/s`", "bandwidth": "bandwidth, `1Gbit/s`",
    "count": "whole number", "share": "share, `10%`", "ratio": "number", "flag": "true or false", "date": "date, `2027-01-31`",
    "text": "text", "words": "text or a list", "stack": "`name@version`", "section": "mapping", "sections": "list of mappings",
    "captures": "file or list of files", "interval": "duration, or `{min, max}`", "limits": "whole number, or `{soft, hard}`",
    "methods": "`{GET: 80%, …}` or a list", "settings": "mapping", "symptoms": "list of texts or mappings",
    "host": "mapping, or a hop's name", "path": "list of hops", "split": "list of branches", "lasts": "duration",
}  # fmt: skip


_ABOUT_RULES = """\
`advisor explain RULE` shows the same in the terminal, and what to set in each stack. Names such as `caller.idle_timeout` are
those of `rules/properties.yaml`; [expressions.md](expressions.md) is the language."""
_ABOUT_STACKS = """\
What a document can name as `stack`, `client` or `host.os`, and what holds where nobody set anything. A default that differs by
version is listed by version. Of a generic stack nothing is assumed: what is not stated is not known.
`advisor stacks show STACK@VERSION` shows one in the terminal."""
_ABOUT_KEYS = """\
One YAML document is one path; several in a file, apart by `---`, are several. Only `path` is required, and of a hop `stack` or
`name`. Durations, sizes, rates and shares need their unit; `~` in front marks an estimate. `advisor schema` prints the same as JSON
Schema, for editors. The [tutorial](tutorial.md) shows how a document grows."""


def by_version(rows: tuple[Row, ...], kind: Kind) -> str:
    """Return values by version in words; a set in one order, whatever its hashes."""
    ordered = (row._replace(value=" ".join(sorted(row.value))) if isinstance(row.value, frozenset) else row for row in rows)
    return rows_text(tuple(ordered), kind)


def rules_page(knowledge: Knowledge) -> str:
    """Return the page of all rules: a table by area, then a section a rule."""
    areas: dict[str, list[Rule]] = {}
    for rule in sorted(knowledge.rules.values(), key=lambda r: (r.area, SEVERITIES.index(r.severity), r.slug)):
        areas.setdefault(rule.area, []).append(rule)
    lines = ["# Rules", "", f"{len(knowledge.rules)} rules. {_ABOUT_RULES}", ""]
    for area, rules in areas.items():
        lines += [f"**{area}**", ""]
        lines += table(("rule", "severity", "what it finds"),
                       ((f"[{r.slug}](#{r.slug})", r.severity, cell(r.title)) for r in rules))  # fmt: skip
    for rule in (r for rules in areas.values() for r in rules):
        lines += _rule(rule, knowledge)
    return _joined(lines)


def _rule(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    softer = f"; {rule.soften[0]} where {code(rule.soften[1].text)}" if rule.soften else ""
    each = f", for each {code(f'{rule.each[0]} in {rule.each[1]}')}" if rule.each else ""
    weight = f"{rule.severity.capitalize()}{softer}; confidence {rule.confidence}"
    cause = knowledge.causes[rule.cause].title
    yield from (f"## {rule.slug}", "", f"**{rule.title}.** {weight}. Cause: {cause}. Looked at: {rule.scope}{each}.", "")
    if rule.wire:
        yield from ("```", *rule.wire.rstrip().splitlines(), "```", "")
    yield from (*prose(rule.why).strip().splitlines(), "")
    yield "**Must hold.**" + (f" Looked at where {code(rule.applies.text)}." if rule.applies else "")
    yield from ("", "```", *(" ".join(condition.text.split()) for condition in rule.require))
    yield from (f"  {name} = {' '.join(value.text.split())}" for name, value in rule.lets.items())
    yield from ("```", "", "**What to set,** best first.", "")
    for number, fix in enumerate(rule.fixes, 1):
        yield from _fix(number, fix)
    if rule.leave:
        yield from ("", f"**When to leave it.** {sentence(rule.leave)}")
    yield from ("", f"**Proof.** {sentence(rule.proof)}", "", "**References.**", "")
    yield from (f"- {link(prose(reference))}" for reference in rule.references)
    yield ""


def _fix(number: int, fix: Fix) -> Iterator[str]:
    moves = "; ".join(f"`{name}` {OPERATORS[operator]} {code(bound.text)}"
                      for name, operator, bound in fix.moves)  # fmt: skip
    guard = f"Where {code(fix.when.text)}: " if fix.when else ""
    yield f"{number}. {guard}{sentence(fix.do) if fix.do else moves + '.'}"
    if fix.risk:
        yield f"   *May upset:* {sentence(fix.risk)}"
    if fix.verify:
        yield f"   *Verify:* {sentence(fix.verify)}"


def stacks_page(knowledge: Knowledge) -> str:
    """Return the page of all stacks: a table, then a section a stack."""
    profiles = sorted(knowledge.profiles.values(), key=lambda p: (p.generic, p.name))
    lines = ["# Stacks and versions", "", _ABOUT_STACKS, ""]
    lines += table(("stack", "is", "versions", "settings"), (
        (f"[{p.name}](#{p.name})", cell(p.title) + (", generic" if p.generic else ""), _lines_known(p), str(len(p.settings)))
        for p in profiles))  # fmt: skip
    for profile in profiles:
        lines += _stack(profile, knowledge)
    return _joined(lines)


def _lines_known(profile: Profile) -> str:
    return f"{profile.versions[0].line} to {profile.versions[-1].line}" if profile.versions else ""


def _stack(profile: Profile, knowledge: Knowledge) -> Iterator[str]:
    also = f" Also written {', '.join(f'`{name}`' for name in profile.also)}." if profile.also else ""
    owner = " Run by a provider: it has no host or process of yours." if profile.owner == "provider" else ""
    unsure = "" if profile.verified else " Not verified."
    yield from (f"## {profile.name}", "", f"{profile.title}; stands as {' and '.join(profile.ends)}.{also}{owner}{unsure}", "")
    if profile.generic:
        names = ", ".join(f"`{name}`" for name in profile.settings)
        yield from (f"Settings: {names}." if names else "It has no settings of its own.", "")
        return
    yield from table(("setting", "default", "range", "takes effect", "is", "source"),
                     (_setting(profile, setting) for setting in profile.settings.values()))  # fmt: skip
    traps = [f"- `{s.name}`: {sentence(s.trap)}" for s in profile.settings.values() if s.trap]
    yield from (("**Traps.**", "", *traps, "") if traps else ())
    yield from table(("what no setting changes", "value", "source"), _behaviour(profile, knowledge))
    yield from table(("known fault", "from", "mended in", "source"),
                     ((cell(f.title), f.since, f.fixed_in, link(cell(f.source))) for f in profile.faults))  # fmt: skip
    if profile.versions:
        known = ", ".join(f"{v.line} ({v.end_of_life})" if v.end_of_life else f"{v.line} (supported)" for v in profile.versions)
        yield from (f"**End of support.** {known}. Source: {link(profile.versions_source)}", "")


def _setting(profile: Profile, setting: Setting) -> tuple[str, ...]:
    low, high = (value_text(v, setting.kind) for v in setting.range)
    bounds = "fixed" if setting.fixed else f"{low} to {high}" if setting.range != (-INF, INF) else ""
    properties = [name for name, given in profile.gives.items() if given is setting or name in setting.properties]
    sets = any(isinstance(row.value, frozenset) for row in setting.rows)
    default = by_version(setting.rows, setting.kind) if sets else default_text(setting)
    unit = f"; a bare number is {setting.unit}" if setting.unit else ""
    source = "" if profile.generic else source_text(setting)
    return (f"`{setting.name}`", cell(default), cell(bounds), setting.effect,
            cell(setting.means) + unit + "".join(f"<br>`{p}`" for p in dict.fromkeys(properties)), link(cell(source)))  # fmt: skip


def _behaviour(profile: Profile, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    for name, given in profile.gives.items():
        role, _, rest = name.partition(".")
        found = knowledge.properties.find({"caller": "end", "callee": "end"}.get(role, role), rest)
        if isinstance(given, Behaviour) and found:
            source = given.source + ("" if given.verified else "; not verified")
            yield f"`{name}`: {cell(found.means)}", cell(by_version(given.rows, found.kind)), link(cell(source))


def document_page(_: Knowledge) -> str:
    """Return the page of all keys of a document, from the table that the reader and the JSON Schema follow."""
    lines = ["# The document: every key", "", _ABOUT_KEYS, ""]
    parts: dict[str, list[Key]] = {}
    for key in KEYS:
        head = key.path.split(".")[0]
        parts.setdefault(head if any(k.path.startswith(f"{head}.") for k in KEYS) else "", []).append(key)
    for head, keys in parts.items():
        lines += [f"## {head or 'The document'}", ""]
        lines += table(("key", "takes", "says", "bounds"), (_key(key) for key in keys))
    return _joined(lines)


def _key(key: Key) -> tuple[str, ...]:
    takes = " ".join(f"`{word}`" for word in key.values) or KINDS[key.kind]
    if key.inline:
        takes += ", or a mapping"
    if key.kind == "lasts":
        takes += ", or a duration"
    kind = key.kind if key.kind in ("duration", "size", "rate", "bandwidth", "count", "share", "ratio") else ""
    low = f"from {show(key.low, kind)}" if kind and key.low else ""
    high = f"to {show(key.high, kind)}" if kind and key.high != INF else ""
    like = f" Keys as in `{key.like}`." if key.like else ""
    return f"`{key.path}`", takes, cell(key.says) + like, " ".join(filter(None, (low, high)))


def _joined(lines: Iterable[str]) -> str:
    text = "\n".join(["<!-- Written by tools/gendocs.py from the data; change that, then: make docs -->", "", *lines])
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


PAGES: dict[str, Callable[[Knowledge], str]] = {
    "rules.md": rules_page,
    "stacks.md": stacks_page,
    "document.md": document_page,
    "default-conflicts.md": conflicts_page,
}
"""The generated pages of ``docs/``, each with what writes it."""


def main(names: Sequence[str]) -> None:
    """Write the pages *names*, or all."""
    knowledge = load_knowledge()
    for name in names or PAGES:
        with open(os.path.join(DOCS, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(PAGES[name](knowledge))
        print(f"wrote docs/{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
