"""One document: its sections read, and what one of them says of another checked."""

from __future__ import annotations

from collections.abc import Callable, Collection

from advisor.document.fields import MOST_PROBLEMS, Fields, Found, TooMany
from advisor.document.hops import CheckHop, CheckStack, HopReader, chains, check_ends, check_names
from advisor.document.parts import Branch, Change, Document, Hop, Ignore, Symptom
from advisor.errors import Problem, meant, nearest, shown
from advisor.source import Node


def read_document(
    node: Node,
    *,
    check_stack: CheckStack | None = None,
    check_hop: CheckHop | None = None,
    is_middlebox: Callable[[str], bool] = lambda _: False,
    known_rules: Collection[str] | None = None,
    check_files: bool = True,
) -> tuple[Document | None, list[Problem]]:
    """Return one YAML document as a `Document`, or None and every problem it has, up to a hundred."""
    place = node.place
    fields = Fields(place.file, check_files=check_files)
    fields.problems += node.faults
    document = None
    try:
        document = _read(node, fields, HopReader(fields, check_stack, check_hop), is_middlebox, known_rules)
    except TooMany:
        fields.problems.append(Problem(place, f"more than {MOST_PROBLEMS - 1} problems; the rest is not shown"))
    if not fields.problems:
        return document, []
    return None, sorted({*fields.problems, *fields.beside})


def _read(
    node: Node,
    fields: Fields,
    hops: HopReader,
    is_middlebox: Callable[[str], bool],
    known_rules: Collection[str] | None,
) -> Document | None:
    place = node.place
    if not fields.is_kind(node, "mapping", "the document", "a mapping with the key path; see advisor init"):
        return None
    found = fields.keys(node, "", "the document")
    service = fields.value(found["service"][0], found["service"][2], "service") if "service" in found else None
    workload = fields.facts(found["workload"][2], "workload", "workload") if "workload" in found else {}
    symptoms = _symptoms(fields, found["symptoms"][2]) if "symptoms" in found else []
    changes = [_change(fields, n, f) for n, f in _each(fields, found, "changes", "{what: edge.timeout, effect: none}")]
    ignore = [
        _ignore(fields, n, f, known_rules) for n, f in _each(fields, found, "ignore", "{rule: retry-without-jitter}")
    ]
    if "path" not in found:
        fields.complain(
            place, "no path; write the hops from the caller to the last server: path: [{stack: go}, {stack: node}]"
        )
        return None
    path_place, path_node = found["path"][1], found["path"][2]
    before = len(fields.problems)
    path, split = hops.path(path_node, may_split=True)
    complete = len(fields.problems) == before  # else a hop may be missing only because it could not be read
    if complete:
        check_ends(fields, path_place, path, split, is_middlebox)
    check_names(fields, path, split)
    _check_references(fields, path, split, complete=complete)
    _check_changes(fields, [c for c in changes if c], path, split)
    return Document(
        place.file, place, service, workload, [s for s in symptoms if s], [c for c in changes if c], path, split,
        [i for i in ignore if i],
    )  # fmt: skip


def _each(fields: Fields, found: Found, name: str, example: str) -> list[tuple[Node, Found]]:
    if name not in found or not fields.is_kind(found[name][2], "list", name, f"a list, such as [{example}]"):
        return []
    return [(element, fields.keys(element, name, name)) for element in fields.elements(found[name][2], name)]


def _symptoms(fields: Fields, node: Node) -> list[Symptom | None]:
    if not fields.is_kind(node, "list", "symptoms", 'a list, such as ["502 Bad Gateway"]'):
        return []
    return [_symptom(fields, element) for element in fields.elements(node, "symptoms") if not element.absent]


def _symptom(fields: Fields, node: Node) -> Symptom | None:
    if node.kind == "scalar":
        return Symptom(node.text, None, None, None, (), {}, {}, {}, node.place)
    found = fields.keys(node, "symptoms", "a symptom")
    if node.kind != "mapping":
        return None
    kinds = [k for k in ("text", "class", "log") if k in found]
    if not kinds:
        fields.complain(node.place, "a symptom has no text, class or log; write what was seen")
    texts = {k: _text(fields, found, k) for k in ("text", "class", "from")}
    log = None
    if "log" in found:
        logs = fields.captures(found["log"][0], found["log"][2], "log")
        log = logs[0].path if logs else None
        if len(logs) > 1:
            fields.complain(logs[1].place, "a symptom has one log; write a symptom for each")
    absent = fields.words(found["absent_at"][0], found["absent_at"][2], "absent_at") if "absent_at" in found else None
    absent_at = tuple(str(t) for t in absent.value) if absent is not None and isinstance(absent.value, tuple) else ()
    if "from" in found and texts["from"] is not None:
        fields.references.append((texts["from"], found["from"][2].place))
    if absent is not None:
        element_nodes = list(found["absent_at"][2].elements()) or [found["absent_at"][2]]
        fields.references += [(e.text, e.place) for e in element_nodes]
    facts = fields.facts_of({k: found[k] for k in ("share", "rate", "lasts") if k in found}, node, "a symptom")
    circumstances = {
        k: fields.facts(found[k][2], "symptoms.when", k) if k in found else {} for k in ("when", "not_when")
    }
    for circumstance in circumstances.values():
        if "without" in circumstance:
            fields.references.append((circumstance["without"].text, circumstance["without"].place))
    return Symptom(
        texts["text"], texts["class"], log, texts["from"], absent_at, facts, circumstances["when"],
        circumstances["not_when"], node.place,
    )  # fmt: skip


def _change(fields: Fields, node: Node, found: Found) -> Change | None:
    if node.kind != "mapping":
        return None
    what, before, after, effect = (_text(fields, found, k) for k in ("what", "from", "to", "effect"))
    if what is None:
        if "what" not in found:
            fields.complain(node.place, "a change does not say what; write what: HOP.SETTING")
        return None
    return Change(what, before, after, effect, found["what"][2].place)


def _ignore(fields: Fields, node: Node, found: Found, known_rules: Collection[str] | None) -> Ignore | None:
    if node.kind != "mapping":
        return None
    rule, at, reason, until = (_text(fields, found, k) for k in ("rule", "at", "reason", "until"))
    if rule is None:
        if "rule" not in found:
            fields.complain(node.place, "ignore does not say which rule; write rule: NAME (advisor rules list shows all)")
        return None
    rule_place = found["rule"][2].place
    if known_rules is not None and rule not in known_rules:
        hint = meant(rule, known_rules, "advisor rules list shows all")
        fields.beside.append(Problem(rule_place, f'no rule "{shown(rule)}"{hint}'))
    if at is not None:
        fields.references.append((at, found["at"][2].place))
    return Ignore(rule, at, reason, until, node.place, rule_place)


def _text(fields: Fields, found: Found, name: str) -> str | None:
    stated = fields.value(found[name][0], found[name][2], name) if name in found else None
    return stated.text if stated is not None else None


def _check_references(fields: Fields, path: list[Hop], split: list[Branch], *, complete: bool) -> None:
    names = {hop.name for chain in chains(path, split) for hop in chain}
    for name, place in fields.references:
        if name in names:
            continue
        if complete or nearest(name, names):
            hint = meant(name, names, f"the path has {', '.join(sorted(map(shown, names)))}")
            fields.complain(place, f'no hop "{shown(name)}"{hint}')


def _check_changes(fields: Fields, changes: list[Change], path: list[Hop], split: list[Branch]) -> None:
    """Complain of a change that names no hop; what has a space in it is a sentence, and stands for itself."""
    names = {hop.name for chain in chains(path, split) for hop in chain} | {"workload"}
    for change in changes:
        if " " in change.what or any(f"{change.what}.".startswith(f"{name}.") for name in names):
            continue
        head = change.what.partition(".")[0]
        hint = meant(head, names, "write what: HOP.SETTING, or a sentence")
        fields.complain(change.place, f'no hop "{shown(head)}"{hint}')
