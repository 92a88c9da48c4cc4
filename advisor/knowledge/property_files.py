"""``rules/properties.yaml``, read and checked."""

from __future__ import annotations

from advisor.errors import Problem
from advisor.expressions import Expression, kind_of
from advisor.knowledge.keys import unknown_keys
from advisor.origin import Source
from advisor.parsing import parse
from advisor.properties import ALIASES, Derivation, Properties, Property
from advisor.reading import Entry

_KEYS = frozenset(("kind", "low", "high", "values", "of", "key", "otherwise", "neutral", "assume", "knob", "derive",
                   "ask", "means", "figures", "counter"))  # fmt: skip


def load_properties(entry: Entry) -> tuple[Properties, list[Problem]]:
    """Return the properties of ``rules/properties.yaml`` and what is wrong with the file; expressions are not linked."""
    properties, problems = Properties(), list[Problem]()
    for subject, group in entry.plain.items():
        properties.all[subject] = {}
        for name, plain in group.items():
            at = entry.place(subject, name)
            problems += unknown_keys(plain, _KEYS, entry, subject, name)
            try:
                kind = kind_of(plain.get("kind", ""), map(str, plain.get("values", ())), plain.get("of", ""))
                properties.all[subject][name] = Property(subject, name, kind, plain)
            except KeyError:
                problems.append(Problem(at, f"{subject}.{name} has no known kind ({plain.get('kind')})"))
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
        value = parse(way["value"], scope, at)
        when = parse(way["when"], scope, at) if "when" in way else None
        problems += [p for p in (value, when) if isinstance(p, Problem)]
        if isinstance(value, Expression) and not isinstance(when, Problem):
            if not value.kind.fits(prop.kind):
                problems.append(Problem(at, f"{way['value']} is no {prop.kind.name}"))
            title = way.get("title", "")
            kind = "estimated" if way.get("estimate") else "derived"
            ways.append(Derivation(value, when, title, Source(kind, None, title, value.text)))
    prop.derive = tuple(ways)
    return problems
