"""
The shape of the JSON output: one table that the writer follows and that the JSON Schema is made from.

A shape's fields are chosen here, one by one: a change of the report inside changes nothing for those who read the JSON.
Fields may be added under the same name of the format; a field that goes or means something else makes it v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

FORMAT = "advisor/report/v1"
_ID = "https://json-schema.org/draft/2020-12/schema"

TEXT, FLAG, COUNT, RAW, MAYBE_FLAG, DIGESTS, SEVERITY, PLACE = "text", "flag", "count", "raw", "maybe", "map", "severity", "place"


class Field(NamedTuple):
    """
    One key of an object.

    Attributes:
        kind: One of the kinds above, or a `Shape`.

        many: Whether it is a list of them.

        source: The attribute of the report that it is read from, where the name differs.
    """

    kind: str | Shape
    means: str
    many: bool = False
    source: str = ""


class Shape(NamedTuple):
    """An object of the output: its name in the schema, what it is, and its keys in the order in which they are written."""

    name: str
    means: str
    fields: Mapping[str, Field]


FACT = Shape("fact", "A value of one subject, with its source.", {
    "hop": Field(TEXT, "Whose it is: a hop, a leg (\"checkout -> edge\") or the workload."),
    "name": Field(TEXT, "What its stack calls it."),
    "property": Field(TEXT, "What the advisor calls it."),
    "value": Field(TEXT, "Shown with its unit; a range where it is not known."),
    "raw": Field(RAW, "In seconds, bytes, a second, bytes a second; \"unlimited\" for no limit; null where not known or a range."),
    "kind": Field(TEXT, "duration, size, count, rate, bandwidth, ratio, share, flag or text."),
    "source": Field(TEXT, "stated, captured, default, derived … : where it comes from, as one word."),
    "words": Field(TEXT, "Where it comes from, in words."),
    "place": Field(TEXT, "file:line:column, or empty."),
    "reference": Field(TEXT, "The reference of a default, or empty."),
    "means": Field(TEXT, "What the property is."),
})  # fmt: skip
CHANGE = Shape("change", "One planned value.", {
    "hop": Field(TEXT, "The hop to change."),
    "side": Field(TEXT, "Its role that the setting belongs to: caller, callee, host …"),
    "setting": Field(TEXT, "The stack's own name, as its user writes it."),
    "full_name": Field(TEXT, "The stack's own name, where another setting of the stack has the same last part."),
    "property": Field(TEXT, "What the advisor calls it."),
    "now": Field(TEXT, "What it is."),
    "planned": Field(TEXT, "What to set."),
    "was": Field(TEXT, "What it is, with its source."),
    "effect": Field(TEXT, "When it acts: at once, new connections, reload, restart, at listen, deploy; or empty."),
    "rules": Field(TEXT, "The rules that ask for it.", many=True),
    "step": Field(COUNT, "The step of the roll-out, from 1."),
    "because": Field(TEXT, "How the value was computed, a sentence each.", many=True),
})  # fmt: skip
NUMBER = Shape("number", "What a finding costs.", {
    "what": Field(TEXT, "What is counted."),
    "value": Field(TEXT, "Now, with unit."),
    "arithmetic": Field(TEXT, "How it was computed, or empty."),
    "after": Field(TEXT, "With the plan applied, or empty."),
})  # fmt: skip
FINDING = Shape("finding", "A rule that is violated, on one subject or on several with the same knob.", {
    "rule": Field(TEXT, "The rule's name."),
    "severity": Field(SEVERITY, "How bad it is."),
    "confidence": Field(TEXT, "How sure the rule is, given facts that are true: high, medium, low."),
    "cause": Field(TEXT, "The documented cause."),
    "where": Field(TEXT, "The subjects; the first is the one shown in full.", many=True),
    "title": Field(TEXT, "The rule's title."),
    "summary": Field(TEXT, "The headline."),
    "message": Field(TEXT, "What happens."),
    "evidence": Field(FACT, "The facts that decide.", many=True),
    "numbers": Field(NUMBER, "What it costs.", many=True),
    "changes": Field(CHANGE, "What the plan changes for it; empty where it is left open.", many=True),
    "instead": Field(TEXT, "Other ways to mend it.", many=True),
    "do": Field(TEXT, "Actions in code or operations.", many=True),
    "risk": Field(TEXT, "What to watch when it is mended.", many=True),
    "verify": Field(TEXT, "How to see that it is mended.", many=True),
    "open": Field(TEXT, "Why the plan leaves it; empty where it is resolved.", many=True),
    "explains": Field(COUNT, "Indices of the symptoms that it explains, from 0.", many=True),
    "references": Field(TEXT, "Sources.", many=True),
    "proof": Field(TEXT, "The experiment that shows it, or why there is none."),
    "place": Field(TEXT, "file:line:column of the setting to look at first, or empty."),
    "resolved": Field(FLAG, "Whether the plan resolves it."),
    "mended_by": Field(TEXT, "Rules for which the plan changes what mends this one too.", many=True),
})  # fmt: skip
MISSING = Shape("missing", "A fact that would decide.", {
    "hop": Field(TEXT, "Whose it is."),
    "name": Field(TEXT, "Its name."),
    "means": Field(TEXT, "What it is."),
    "ask": Field(TEXT, "How to get it, or empty."),
})  # fmt: skip
UNASSESSED = Shape("unassessed", "A rule that could not be decided.", {
    "rule": Field(TEXT, "The rule's name."),
    "where": Field(TEXT, "The subjects.", many=True),
    "title": Field(TEXT, "The rule's title."),
    "severity": Field(SEVERITY, "How bad it would be."),
    "missing": Field(MISSING, "What would decide.", many=True),
    "threshold": Field(TEXT, "From where on of one fact it is a finding, or empty."),
})  # fmt: skip
CAUSE = Shape("cause", "A cause that a symptom may have.", {
    "rule": Field(TEXT, "The rule's name, or that of a cause that no setting has."),
    "title": Field(TEXT, "What it is."),
    "where": Field(TEXT, "The subject, or empty."),
    "state": Field(TEXT, "violated, unknown (facts are missing) or outside (no setting causes it)."),
    "weight": Field(TEXT, "What it was ranked by."),
    "speaks_for": Field(TEXT, "What speaks for it.", many=True),
    "speaks_against": Field(TEXT, "What speaks against it.", many=True),
    "missing": Field(MISSING, "Facts that would decide it.", many=True),
    "asks": Field(TEXT, "Circumstances of the symptom that would weigh.", many=True),
    "look_for": Field(TEXT, "What would tell more."),
})  # fmt: skip
SYMPTOM = Shape("symptom", "What was seen, and what it says.", {
    "text": Field(TEXT, "As it was written."),
    "place": Field(TEXT, "file:line:column, or empty."),
    "hop": Field(TEXT, "Where it was seen, or empty."),
    "classes": Field(TEXT, "Titles of the classes of errors it belongs to.", many=True),
    "class_names": Field(TEXT, "Names of these classes; empty where the text is not known.", many=True),
    "means": Field(TEXT, "What it proves and what it does not."),
    "outside": Field(FLAG, "Whether no setting causes it."),
    "explained_by": Field(TEXT, "Rules among the findings that explain it, most likely first.", many=True),
    "look_for": Field(TEXT, "What would tell more."),
    "causes": Field(CAUSE, "The causes it may have, the most likely first.", many=True),
})  # fmt: skip
IGNORED = Shape("ignored", "A finding that the document ignores.", {
    "rule": Field(TEXT, "The rule's name."),
    "where": Field(TEXT, "The subject."),
    "reason": Field(TEXT, "The reason given."),
    "until": Field(TEXT, "The last day of it, or empty."),
    "place": Field(TEXT, "file:line:column."),
})  # fmt: skip
HOP = Shape("hop", "A role on the path.", {
    "name": Field(TEXT, "Its name."),
    "stack": Field(TEXT, "What it runs.", source="title"),
    "version": Field(TEXT, "In which version, or empty."),
    "instances": Field(TEXT, "How many there are, or empty."),
    "kind": Field(TEXT, "end or middlebox."),
    "notes": Field(TEXT, "What is worth showing of it.", many=True),
})  # fmt: skip
BOX = Shape("box", "A middlebox of a leg.", {
    "name": Field(TEXT, "Its name."),
    "forgets": Field(TEXT, "After how long without a packet it forgets a connection."),
    "ok": Field(MAYBE_FLAG, "Whether that is late enough; null where not known."),
})  # fmt: skip
LEG = Shape("leg", "A connection's stretch between two hops that end connections.", {
    "caller": Field(TEXT, "The hop that owns the pool."),
    "callee": Field(TEXT, "The hop that it connects to."),
    "keeps": Field(TEXT, "How long the caller keeps an idle connection."),
    "closes": Field(TEXT, "After how long the callee closes one."),
    "ok": Field(MAYBE_FLAG, "Whether that is in order; null where not known."),
    "boxes": Field(BOX, "The middleboxes between them.", many=True),
})  # fmt: skip
PATH = Shape("path", "One document's path.", {
    "service": Field(TEXT, "The document's service."),
    "file": Field(TEXT, "The document."),
    "hops": Field(HOP, "From the caller to the last server.", many=True),
    "legs": Field(LEG, "From the caller to the last server.", many=True),
})  # fmt: skip
STEP = Shape("step", "One step of the roll-out.", {
    "number": Field(COUNT, "From 1."),
    "hop": Field(TEXT, "The hop to change."),
    "changes": Field(CHANGE, "What to change.", many=True),
    "roll_out": Field(TEXT, "How to roll it out."),
    "go_on_when": Field(TEXT, "What to see before the next step.", many=True),
})  # fmt: skip
PLAN = Shape("plan", "The fixes of all findings merged, one value a setting.", {
    "steps": Field(STEP, "In the order of the roll-out.", many=True),
    "ordered": Field(FLAG, "Whether no step of that order makes a finding that was not there."),
    "resolved": Field(COUNT, "How many findings it resolves."),
    "left": Field(TEXT, "The findings that stay, with the reason.", many=True),
    "new": Field(COUNT, "How many findings it makes."),
    "again": Field(TEXT, "What checking again with the plan applied gave, as a sentence."),
})  # fmt: skip
GROUP = Shape("group", "One group of documented causes.", {
    "slug": Field(TEXT, "Its name."),
    "title": Field(TEXT, "Its title."),
    "state": Field(TEXT, "checked, in part or not."),
    "checked": Field(TEXT, "The causes that were checked.", many=True),
    "unchecked": Field(TEXT, "The causes that were not.", many=True),
})  # fmt: skip
COUNTS = Shape("counts", "How many outcomes of each sort.", {
    "error": Field(COUNT, "Findings that are errors."),
    "warning": Field(COUNT, "Findings that are warnings."),
    "note": Field(COUNT, "Findings that are notes."),
    "met": Field(COUNT, "Rules that hold."),
    "unknown": Field(COUNT, "Rules that could not be decided."),
    "ignored": Field(COUNT, "Findings that the document ignores."),
    "not_applicable": Field(COUNT, "Rules that do not apply."),
    "known": Field(COUNT, "Findings that a baseline makes known; no other number counts them."),
    "known_errors": Field(COUNT, "How many of these are errors."),
})  # fmt: skip
SNIPPET = Shape("snippet", "A file to paste or drop in.", {
    "path": Field(TEXT, "Its name."),
    "hop": Field(TEXT, "The hop it is for."),
    "language": Field(TEXT, "What it is written in."),
    "text": Field(TEXT, "What is in it."),
    "check": Field(TEXT, "The command that checks it, or empty."),
    "apply": Field(TEXT, "How to apply it."),
    "undo": Field(TEXT, "How to go back."),
})  # fmt: skip
REPORT = Shape("report", "One system: a document, or several that share hops.", {
    "service": Field(TEXT, "The service."),
    "files": Field(TEXT, "The documents.", many=True),
    "digests": Field(DIGESTS, "SHA-256 of every file that was read."),
    "verdict": Field(TEXT, "The result in a sentence."),
    "counts": Field(COUNTS, "How many outcomes of each sort."),
    "findings": Field(FINDING, "What is violated, the most important first.", many=True),
    "symptoms": Field(SYMPTOM, "What was seen.", many=True),
    "do_first": Field(TEXT, "What to do first, at most three.", many=True, source="first"),
    "plan": Field(PLAN, "The remedy."),
    "unassessed": Field(UNASSESSED, "What could not be decided, the most telling first.", many=True),
    "ignored": Field(IGNORED, "What the document ignores.", many=True),
    "met": Field(TEXT, "Rules that hold, with their subject.", many=True),
    "coverage": Field(GROUP, "What was checked of the documented causes.", many=True),
    "paths": Field(PATH, "The paths.", many=True),
    "facts": Field(FACT, "Every fact; empty where it was not asked for.", many=True),
    "snippets": Field(SNIPPET, "The plan as files; empty where it was not asked for.", many=True),
    "notes": Field(TEXT, "Questions and remarks on the document.", many=True),
})  # fmt: skip
PROBLEM = Shape("problem", "What is wrong with the input; the document that it is in was not checked.", {
    "place": Field(PLACE, "Where it is: file, line and column from 1; 0 where there is none."),
    "message": Field(TEXT, "What is wrong; what was meant."),
})  # fmt: skip
RUN = Shape("run", "Everything one call found.", {
    "advisor": Field(TEXT, "The version that made it.", source="version"),
    "today": Field(TEXT, "The day versions and ignores were judged by."),
    "problems": Field(PROBLEM, "What is wrong with the input.", many=True),
    "faults": Field(TEXT, "What went wrong in the advisor itself, a sentence each; what it says of the rest holds.", many=True),
    "reports": Field(REPORT, "A report a system.", many=True),
})  # fmt: skip

_KINDS: dict[str, dict[str, Any]] = {
    TEXT: {"type": "string"},
    FLAG: {"type": "boolean"},
    COUNT: {"type": "integer", "minimum": 0},
    RAW: {"type": ["number", "boolean", "string", "null"]},
    MAYBE_FLAG: {"type": ["boolean", "null"]},
    DIGESTS: {"type": "object", "additionalProperties": {"type": "string"}},
    SEVERITY: {"enum": ["error", "warning", "note"]},
    PLACE: {
        "type": "object",
        "properties": {"file": {"type": "string"}, "line": {"type": "integer"}, "column": {"type": "integer"}},
        "required": ["file", "line", "column"],
    },
}


def output_schema() -> dict[str, Any]:
    """Return the JSON Schema of the JSON output. Objects may get further keys, so readers skip what they do not know."""
    shapes: dict[str, Any] = {}
    top = _object(RUN, shapes)
    top["properties"] = {"schema": {"const": FORMAT, "description": "The format of this output."}, **top["properties"]}
    top["required"] = ["schema", *top["required"]]
    return {"$schema": _ID, "title": f"Output of advisor ({FORMAT})", **top, "$defs": dict(sorted(shapes.items()))}


def _object(shape: Shape, shapes: dict[str, Any]) -> dict[str, Any]:
    keys = {key: _field(field, shapes) for key, field in shape.fields.items()}
    return {"description": shape.means, "type": "object", "properties": keys, "required": list(keys)}


def _field(field: Field, shapes: dict[str, Any]) -> dict[str, Any]:
    if isinstance(field.kind, Shape):
        if field.kind.name not in shapes:
            shapes[field.kind.name] = {}  # holds the place while its own fields are read
            shapes[field.kind.name] = _object(field.kind, shapes)
        kind: dict[str, Any] = {"$ref": f"#/$defs/{field.kind.name}"}
    else:
        kind = dict(_KINDS[field.kind])
    return {"description": field.means, "type": "array", "items": kind} if field.many else {"description": field.means, **kind}
