"""The page of a rule, written from its file and from the profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from advisor.explain.page import Block, Drawing, Page, Rows, Section, paragraphs, section
from advisor.explain.settings import find_properties, where_set
from advisor.knowledge import Knowledge
from advisor.rules import Fix, Rule

OPERATORS = {"at_most": "at most", "at_least": "at least", "to": "to"}
_SOME = 4  # texts of a class of symptoms; its own page has all of them
_TIMERS = {"caller.idle_timeout", "callee.idle_timeout"}


def rule_page(rule: Rule, knowledge: Knowledge) -> Page:
    """
    Return all that is known of *rule*.

    In the order of a reader's questions: what happens on the wire and why, how it is computed, what to set and what that
    may upset, when to leave it, how it is proved; what is long, error texts and names by stack, is at the end.
    """
    happens, others = _why(rule)
    moved = dict.fromkeys(name for fix in rule.fixes for name, _, _ in fix.moves if "." in name)
    return Page(
        rule.slug,
        f"{rule.severity} · confidence {rule.confidence} · {rule.scope}",
        rule.title,
        [
            *section("What happens", Drawing(rule.wire) if rule.wire else None, *happens),
            *others,
            *section("What must hold", *_condition(rule)),
            *section("What it is computed from", Rows(list(_read(rule, knowledge)))),
            *section("Numbers it gives", Rows([(what, value.text) for what, value in rule.impact])),
            *section("What to set, best first", Rows([row for i, fix in enumerate(rule.fixes, 1) for row in _fix(i, fix)])),
            *section("When to leave it", rule.leave),
            *section("Proof", rule.proof if " " in rule.proof else f"none yet; the experiment {rule.proof} is to show it"),
            *section("Sources", Rows([(r,) for r in rule.references])),
            *section("See also", Rows(list(_see(rule, knowledge)))),
            *section("What you see", Rows(list(_seen(rule, knowledge)))),
            *section("What that is in each stack", Rows(list(where_set(moved, knowledge)))),
        ],
    )


def _read(rule: Rule, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield what each property means that the rule's condition reads, and how a reader gets it."""
    for name in rule.leaves(*((rule.applies,) if rule.applies else ()), *rule.require):
        *owners, prop = name.split(".")
        if not owners:
            continue
        owner = owners[-1]
        if rule.each is not None and owner == rule.each[0]:
            owner = _element(rule, knowledge)
        for _, found in find_properties(f"{owner}.{prop}", knowledge)[:1]:
            yield name, found.means + (f"; to get it: {found.ask}" if found.ask else "")


def _element(rule: Rule, knowledge: Knowledge) -> str:
    """Return the kind of subject that the rule looks at one by one."""
    assert rule.each is not None
    *owners, listed = rule.each[1].split(".")
    found = find_properties(f"{owners[-1]}.{listed}", knowledge)
    return found[0][1].kind.of if found else ""


def _seen(rule: Rule, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield the classes of symptoms that the rule explains, each with the texts that most stacks print."""
    for name in rule.explains:
        symptom = knowledge.symptoms[name]
        printed = Counter(e.text for profile in knowledge.profiles.values() for e in profile.errors if e.symptom == name)
        texts = sorted(printed, key=lambda text: (-printed[text], text)) or list(symptom.texts)
        more = f" · {len(texts) - _SOME} more: advisor explain {name}" if len(texts) > _SOME else ""
        yield name, f"{symptom.title}: {' · '.join(texts[:_SOME])}{more}"


def _why(rule: Rule) -> tuple[list[Block], list[Section]]:
    """Return the paragraphs of the rule's `why` without a heading of their own, and those that have one as sections."""
    happens: list[Block] = []
    others: list[Section] = []
    for heading, body in paragraphs(rule.why):
        if heading:
            others += section(heading, body)
        elif others:
            others[-1] = Section(others[-1].title, [*others[-1].blocks, body])
        else:
            happens.append(body)
    return happens, others


def _condition(rule: Rule) -> Iterator[Block]:
    rows = [("", condition.text) for condition in rule.require]
    rows += [(f"{name} =", value.text) for name, value in rule.lets.items()]
    if rule.applies is not None:
        rows.append(("looked at where", " ".join(rule.applies.text.split())))
    if rule.each is not None:
        rows.append(("for each", f"{rule.each[0]} in {rule.each[1]}"))
    if rule.soften is not None:
        rows.append((f"only a {rule.soften[0]} where", rule.soften[1].text))
    yield Rows(rows)


def error_rows(classes: Sequence[str], knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield stacks with the texts they print for *classes*, then those that no stack owns."""
    stacks: dict[tuple[str, ...], list[str]] = {}
    for profile in sorted(knowledge.profiles.values(), key=lambda p: p.name):
        texts = tuple(dict.fromkeys(e.text for e in profile.errors if e.symptom in classes))
        if texts:
            stacks.setdefault(texts, []).append(profile.name)
    for texts, names in stacks.items():
        yield ", ".join(names), " · ".join(texts)
    owned = {text for texts in stacks for text in texts}
    others = list(dict.fromkeys(t for c in classes for t in knowledge.symptoms[c].texts if t not in owned))
    if others:
        yield "others", " · ".join(others)


def _fix(number: int, fix: Fix) -> Iterator[tuple[str, str]]:
    moves = "; ".join(f"{name} {OPERATORS[operator]} {bound.text}" for name, operator, bound in fix.moves)
    yield f"{number}.", fix.do or moves
    if fix.when is not None:
        yield "", f"where {fix.when.text}"
    if fix.risk:
        yield "", f"may upset: {fix.risk}"
    if fix.verify:
        yield "", f"verify: {fix.verify}"


def _see(rule: Rule, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for slug in rule.after:
        yield slug, f"is mended before this one: {knowledge.rules[slug].title}"
    for slug in rule.see:
        yield slug, knowledge.rules[slug].title
    for other in knowledge.rules.values():
        if other.cause == rule.cause and other is not rule and other.slug not in (*rule.after, *rule.see):
            yield other.slug, other.title
    if set(rule.leaves(*rule.require)) >= _TIMERS:
        yield "advisor stacks conflicts", "the defaults of every pair of stacks, compared"
