"""``rules/<area>/<slug>.yaml``: a rule, read and checked; and what is wrong between rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from advisor.errors import Place, Problem, meant
from advisor.expressions import Expression, unit_kind
from advisor.knowledge.given import given_problems
from advisor.knowledge.language import expression_of
from advisor.knowledge.parts import OutsideCause
from advisor.knowledge.shapes import check, stops
from advisor.knowledge.tables import OUTSIDE, RULE, RULE_CASES
from advisor.properties import ALIASES, PARTS, Properties, PropertyScope
from advisor.reading import Entry
from advisor.rules import OPERATORS, Fix, Rule, Sign, Template, rank


def rule_aliases(scope: str) -> dict[str, str]:
    """Return the names that an expression of a rule of *scope* may begin with, and their kinds of subject."""
    return dict(ALIASES[scope])


class _Loader:
    def __init__(self, entry: Entry, properties: Properties, at: tuple[str, ...] = ()) -> None:
        self.entry, self.plain, self.at = entry, entry.plain, at
        self.properties = properties
        self.problems: list[Problem] = []
        self.rule = Rule()

    def fail(self, message: str, *path: str | int) -> None:
        self.problems.append(Problem(self.entry.place(*self.at, *path), message))

    def expression(self, scope: PropertyScope, raw: Any, *path: str | int, kind: str = "") -> Expression | None:
        asks = path[-1] in ("when", "applies")
        found = expression_of(raw, scope, self.entry.place(*self.at, *path), asks=asks)
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        if kind == "flag" and found.kind.base != "flag":
            self.fail(f"{found.text} is no condition", *path)
            return None
        return found

    def load(self) -> None:
        """Fill in the rule from a file whose form is right."""
        plain, rule = self.plain, self.rule
        rule.slug, rule.place, rule.plain = str(plain["rule"]), self.entry.place("rule"), plain
        rule.title, rule.cause, rule.why = plain["title"], plain["cause"], plain["why"]
        rule.leave, rule.wire = plain.get("leave", ""), plain.get("wire", "")
        rule.references, rule.proof = tuple(map(str, plain["references"])), str(plain["proof"])
        rule.after, rule.explains = tuple(plain.get("after", ())), tuple(plain.get("explains", ()))
        rule.see = tuple(plain.get("see", ()))
        rule.severity, rule.confidence, rule.scope = plain["severity"], plain["confidence"], plain["scope"]
        scope = self._scope()
        self._conditions(scope)
        self._texts(scope)
        rule.impact = tuple(
            (line["what"], value) for i, line in enumerate(plain.get("impact", ()))
            if (value := self.expression(scope, line["value"], "impact", i, "value")) is not None)  # fmt: skip
        rule.evidence = tuple(plain.get("evidence", ())) or rule.leaves(*rule.require)
        for i, name in enumerate(plain.get("evidence", ())):
            if scope.lookup(name) is None:
                self.fail(f"no property {name}", "evidence", i)
        rule.fixes = tuple(self._fix(scope, i, raw) for i, raw in enumerate(plain.get("fix", ())))
        rule.signs = self.signs(scope, plain.get("signs", ()))

    def signs(self, scope: PropertyScope, plain: Any) -> tuple[Sign, ...]:
        """Return what speaks for the cause and against it; *seen* and *tried* are the symptom and what did not fail."""
        wider = PropertyScope(scope.properties, {**scope.aliases, "seen": "symptom", "tried": "symptom"}, extra=scope.extra)
        found = []
        for i, raw in enumerate(plain):
            when = self.expression(wider, raw["when"], "signs", i, "when", kind="flag")
            if when is not None:
                found.append(Sign(when, float(raw["weigh"]), self._template(wider, raw["say"], "signs", i, "say")))
        return tuple(found)

    def _scope(self) -> PropertyScope:
        rule, aliases = self.rule, rule_aliases(self.rule.scope)
        rule.each = None
        scope = self.properties.scope(aliases)
        if "each" in self.plain:
            match = re.fullmatch(r"(\w+) in ([\w.]+)", str(self.plain["each"]))
            kind = scope.lookup(match[2]) if match else None
            if match is None or kind is None or kind.base != "list":
                self.fail(f"each: {self.plain['each']} names no list; write: m in leg.middleboxes", "each")
            else:
                rule.each = (match[1], match[2])
                scope = scope.element(match[2], match[1])
        return scope

    def _conditions(self, scope: PropertyScope) -> None:
        rule, plain = self.rule, self.plain
        rule.lets = {}
        for name, raw in plain.get("let", {}).items():
            found = self.expression(scope, raw, "let", name)
            if found is not None:
                rule.lets[name] = found
                scope.extra[name] = found.kind
        rule.applies = self.expression(scope, plain["applies"], "applies", kind="flag") if "applies" in plain else None
        require = plain["require"] if isinstance(plain["require"], list) else [plain["require"]]
        rule.require = tuple(e for i, raw in enumerate(require)
                             if (e := self.expression(scope, raw, "require", i, kind="flag")) is not None)  # fmt: skip
        rule.soften = None
        if "soften" in plain:
            when = self.expression(scope, plain["soften"]["when"], "soften", "when", kind="flag")
            if when is not None:
                rule.soften = (plain["soften"]["to"], when)

    def _texts(self, scope: PropertyScope) -> None:
        rule = self.rule
        rule.summary = self._template(scope, self.plain["summary"], "summary")
        raw = self.plain["message"]
        lines = raw if isinstance(raw, list) else [{"say": raw}]
        messages = []
        for i, line in enumerate(lines):
            when = self.expression(scope, line["when"], "message", i, "when", kind="flag") if "when" in line else None
            messages.append((when, self._template(scope, line["say"], "message", i, "say")))
        rule.messages = tuple(messages)

    def _template(self, scope: PropertyScope, text: str, *path: str | int) -> Template:
        parts: list[str | Expression | tuple[str]] = []
        for i, piece in enumerate(re.split(r"\{([^{}]*)\}", " ".join(str(text).split()))):
            if i % 2 == 0:
                parts += [piece] if piece else []
            elif _subject_path(scope, piece):
                parts.append((piece,))
            elif (found := self.expression(scope, piece, *path)) is not None:
                parts.append(found)
        return Template(str(text), parts)

    def _fix(self, scope: PropertyScope, index: int, raw: Any) -> Fix:
        moves: list[tuple[str, str, Expression]] = []
        for name, bound in raw.get("set", {}).items():
            path = ("fix", index, "set", name)
            kind = scope.lookup(name)
            if kind is None:
                self.fail(f"no property {name}{meant(name, scope.names())}", *path)
                continue
            if not isinstance(bound, dict) or len(bound) != 1 or next(iter(bound)) not in OPERATORS:
                self.fail(f"{name}: write one of {', '.join(OPERATORS)}, as in {{at_most: latest}}", *path)
                continue
            operator, text = next(iter(bound.items()))
            found = self.expression(scope, text, *path, operator)
            if found is None:
                continue
            if not found.kind.fits(kind):
                self.fail(f"{found.text} is a {unit_kind(found.kind)}, {name} a {unit_kind(kind)}", *path)
            if name in self.rule.leaves(found):
                self.fail(f"the bound on {name} hangs on {name} itself; write the inverse", *path)
            moves.append((name, operator, found))
        when = self.expression(scope, raw["when"], "fix", index, "when", kind="flag") if "when" in raw else None
        if not moves and not raw.get("do"):
            self.fail("a fix has set or do", "fix", index)
        return Fix(tuple(moves), str(raw.get("do", "")), when, str(raw.get("risk", "")), str(raw.get("verify", "")),
                   self.entry.place("fix", index))  # fmt: skip


def _subject_path(scope: PropertyScope, path: str) -> bool:
    """Return whether *path* means a subject (``caller``, ``own.caller``), whose name a text then shows."""
    first, *rest = path.split(".")
    kind = scope.aliases.get(first)
    for part in rest:
        kind = PARTS.get(kind or "", {}).get(part)
    return kind is not None


def load_rule(entries: list[Entry], properties: Properties) -> tuple[Rule | None, list[Problem]]:
    """Return the rule in *entries* (the rule, its cases), not yet linked, and what is wrong with it."""
    entry, cases = entries[0], entries[1:]
    problems = check(RULE, entry.plain, entry)
    problems += [p for c in cases[:1] for p in check(RULE_CASES, c.plain, c)]
    problems += [Problem(extra.place(), "a third document; a rule's file has the rule and its cases") for extra in cases[1:]]
    if stops(problems):
        return None, problems
    loader = _Loader(entry, properties)
    loader.load()
    problems += loader.problems
    if problems:
        return None, problems
    rule = loader.rule
    name = re.split(r"[/\\]", entry.file)[-1]
    rule.area = re.split(r"[/\\]", entry.file)[-2] if "/" in entry.file else ""
    if name != f"{rule.slug}.yaml":
        problems.append(Problem(rule.place, f"rule {rule.slug} stands in {name}; its file is {rule.slug}.yaml"))
    if not cases:
        problems.append(Problem(rule.place, f"rule {rule.slug} has no cases"))
        rule.cases, rule.case_entry = [], entry
        return rule, problems
    rule.case_entry, rule.cases = cases[0], cases[0].plain["cases"]
    problems += given_problems(rule, properties)
    problems += _kinds_of_cases(rule)
    return rule, problems


def load_outside(entry: Entry, properties: Properties) -> tuple[dict[str, OutsideCause], list[Problem]]:
    """Return the causes outside configuration of ``rules/outside.yaml``, and what is wrong with the file."""
    problems = check(OUTSIDE, entry.plain, entry)
    found: dict[str, OutsideCause] = {}
    if stops(problems):
        return found, problems
    for slug, plain in entry.plain.items():
        loader = _Loader(entry, properties, (slug,))
        signs = loader.signs(properties.scope({"workload": "workload", "run": "run"}), plain.get("signs", ()))
        problems += loader.problems
        found[slug] = OutsideCause(slug, plain.get("title", slug), tuple(plain.get("explains", ())),
                                   float(plain.get("weigh", 1)), signs, plain.get("look_for", ""),
                                   tuple(plain.get("same", ())))  # fmt: skip
    return found, problems


def _kinds_of_cases(rule: Rule) -> list[Problem]:
    expected = {case["expect"] for case in rule.cases}
    missing = [kind for kind in ("violated", "met", "unknown") if kind not in expected]
    if not any("edge" in case["name"].lower() for case in rule.cases):
        missing.append("edge (its name says so)")
    return [Problem(rule.place, f"rule {rule.slug} has no case: {kind}") for kind in missing]


def check_rules(rules: Mapping[str, Rule], causes: Collection[str], symptoms: Collection[str],
                slugs: Collection[str] = ()) -> list[Problem]:  # fmt: skip
    """
    Return what is wrong between rules: unknown slugs in ``after`` and ``see``, cycles, unknown causes and symptoms.

    *slugs* are all that may be named, where some rules could not be loaded; default: those of *rules*.
    """
    problems, known = [], slugs or rules
    for rule in rules.values():
        unknown = [slug for slug in (*rule.after, *rule.see) if slug not in known]
        problems += [Problem(rule.place, f"no rule {slug}{meant(slug, known)}") for slug in unknown]
        if causes and rule.cause not in causes:
            problems.append(Problem(rule.place, f"no cause {rule.cause} in causes.yaml"))
        problems += [Problem(rule.place, f"no symptom class {c} in symptoms.yaml")
                     for c in rule.explains if symptoms and c not in symptoms]  # fmt: skip
    if not problems:
        try:
            rank(rules)
        except RecursionError:
            problems.append(Problem(Place("rules"), "the rules' `after` runs in a circle"))
    return problems
