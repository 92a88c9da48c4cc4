"""All that a pack says of itself, tried: the cases of its rules and stacks, its error texts, its snippets."""

from __future__ import annotations

import os
from collections.abc import Iterator

from advisor.cases import Result, profile_cases, rule_cases
from advisor.errors import Place
from advisor.expressions import Kind, unit_kind
from advisor.knowledge import Knowledge, load_knowledge
from advisor.snippets import Change, Target, all_snippets
from advisor.snippets.targets import Output, outputs
from advisor.stacks import Profile
from advisor.symptoms import classify

_PLANNED = {"duration": 60.0, "size": 2.0**20, "count": 10.0, "rate": 10.0, "bandwidth": 2.0**20, "share": 0.5, "flag": True}


def pack_results(directory: str) -> Iterator[Result]:
    """Run what is in the pack *directory*; where properties are too, it is knowledge of its own, and all of it is run."""
    whole = os.path.isfile(os.path.join(directory, "properties.yaml"))
    known = load_knowledge(directory=directory) if whole else load_knowledge([directory])

    def ours(kind: str, name: str) -> bool:
        return whole or known.added.get((kind, name)) == directory

    for slug, rule in known.rules.items():
        if ours("rule", slug):
            yield from rule_cases(rule, known)
    for name, profile in known.profiles.items():
        if ours("stack", name):
            yield from profile_cases(profile, known)
            if not whole:
                yield from _texts(name, [(e.text, e.symptom) for e in profile.errors], known, [profile], directory)
    for name, symptom in known.symptoms.items():
        if not whole and ours("class", name):
            yield from _texts(name, [(text, name) for text in symptom.texts], known, [], directory)
    if not whole:
        folder = os.path.join(directory, "templates")
        for output in outputs(known.templates):
            if output.folder == os.path.abspath(folder):
                yield from _written(output, known, Place(os.path.join(folder, "targets.yaml")))


def _texts(owner: str, texts: list[tuple[str, str]], known: Knowledge, near: list[Profile], directory: str) -> Iterator[Result]:
    """Try each text: in a log it is read as its class, and as no other."""
    for text, symptom in texts:
        found = sorted({m.symptom for m in classify(text.replace("…", "x"), known, near)})
        fault = () if found == [symptom] else (f"it is read as {' and '.join(found)}; write more of it",)
        yield Result(owner, text, Place(directory), fault)


def _written(output: Output, known: Knowledge, place: Place) -> Iterator[Result]:
    """Write each setting of *output* alone, for each of its stacks and sides."""
    for stack in output.stacks:
        profile = known.profile(stack) if stack != "*" else None
        if stack != "*" and profile is None:
            yield Result(output.file, stack, place, (f"no stack {stack}",))
            continue
        for key in output.settings:
            found = _setting(key, profile, known)
            if found is None:
                yield Result(output.file, key, place, (f"{stack} has no setting {key}",))
                continue
            faults = tuple(fault for side in output.sides if (fault := _fault(output, profile, side, *found, known)))
            yield Result(output.file, key, place, faults)


def _setting(key: str, profile: Profile | None, known: Knowledge) -> tuple[str, Kind, str] | None:
    """Return the full name, kind and effect of what an output calls *key*: a setting, or a property that no setting is."""
    for name, setting in profile.settings.items() if profile else ():
        if name == key or name.endswith("." + key):
            return name, setting.kind, setting.effect
    role, _, rest = key.partition(".")
    subject = {"caller": "end", "callee": "end", "hop": "hop"}.get(role)
    prop = known.properties.find(subject, rest) if subject else None
    return (key, prop.kind, "") if prop else None


def _fault(output: Output, profile: Profile | None, side: str, name: str, kind: Kind, effect: str, known: Knowledge) -> str:
    from jinja2 import TemplateError

    unit = unit_kind(kind)
    planned = _PLANNED.get(unit, 2.0) if kind.base in ("number", "flag") else next(iter(kind.options), "x")
    change = Change(name, unit, None, planned, "not set", ("a-rule",), ("because of it",), effect, {})
    stack, title = (profile.name, profile.title) if profile else ("unknown", "unknown")
    target = Target(hop="hop", stack=stack, title=title, version=None, side=side, instances=1.0, peer="peer", changes=(change,),
                    value=lambda _: None, source="document.yaml")  # fmt: skip
    try:
        written = all_snippets([target], known.templates)
    except (TemplateError, KeyError, TypeError, ValueError, AttributeError) as error:
        return f"{output.template}, {side}: {error}"
    # What no template wrote is listed in settings.md.
    if any(snippet.path.endswith("/settings.md") for snippet in written):
        return f"{output.template} does not write it on the side {side}"
    return ""
