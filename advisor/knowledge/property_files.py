"""``rules/properties.yaml``, read and checked."""

from __future__ import annotations

from advisor.errors import Problem
from advisor.expressions import Expression, kind_of
from advisor.knowledge.language import expression_of
from advisor.knowledge.shapes import check, stops
from advisor.knowledge.tables import PROPERTIES, SUBJECTS
from advisor.origin import Source
from advisor.properties import ALIASES, Derivation, Properties, Property
from advisor.reading import Entry


def load_properties(entry: Entry) -> tuple[Properties, list[Problem]]:
    """Return the properties of ``rules/properties.yaml`` and what is wrong with the file; expressions are not linked."""
    properties, problems = Properties(), check(PROPERTIES, entry.plain, entry)
    properties.all.update((subject, {}) for subject in SUBJECTS)
    if stops(problems):
        return properties, problems
    for subject, group in entry.plain.items():
        if subject not in SUBJECTS:
            continue  # told as an unknown key
        for name, plain in group.items():
            at = entry.key(subject, name)
            try:
                kind = kind_of(plain["kind"], plain.get("values", ()), plain.get("of", ""))
                properties.all[subject][name] = Property(subject, name, kind, plain)
            except KeyError:
                problems.append(Problem(at, f"{subject}.{name} has no known kind ({plain['kind']})"))
            except ValueError as error:
                problems.append(Problem(at, f"{subject}.{name}: {error}"))
    for prop in properties:
        problems += _derivations(properties, prop, entry)
        if prop.key:
            properties.by_key.setdefault(prop.key, []).append((prop.subject, prop.name))
    return properties, problems


def _derivations(properties: Properties, prop: Property, entry: Entry) -> list[Problem]:
    problems: list[Problem] = []
    ways: list[Derivation] = []
    scope = properties.scope({**ALIASES.get(prop.subject, {}), prop.subject: prop.subject}, formulas=True)
    for i, way in enumerate(entry.plain[prop.subject][prop.name].get("derive", ())):
        at = entry.place(prop.subject, prop.name, "derive", i, "value")
        value = expression_of(way["value"], scope, at)
        when = None
        if "when" in way:
            when = expression_of(way["when"], scope, entry.place(prop.subject, prop.name, "derive", i, "when"), asks=True)
        problems += [p for p in (value, when) if isinstance(p, Problem)]
        if isinstance(value, Expression) and not isinstance(when, Problem):
            if not value.kind.fits(prop.kind):
                problems.append(Problem(at, f"{way['value']} is no {prop.kind.name}"))
            title = way.get("title", "")
            kind = "estimated" if way.get("estimate") else "derived"
            ways.append(Derivation(value, when, title, Source(kind, None, title, value.text)))
    prop.derive = tuple(ways)
    return problems
