"""The keys of each kind of knowledge file, and the shape of each key's value; ``docs/formats.md`` says what they mean."""

from __future__ import annotations

from advisor.knowledge.shapes import (
    DATE,
    EXPRESSION,
    FLAG,
    INDEX,
    NAME,
    NAMES,
    NUMBER,
    PATTERN,
    TEXT,
    TEXTS,
    VALUE,
    VERSION,
    Either,
    ListOf,
    MapOf,
    Shape,
    Table,
    Tuple,
    Words,
)
from advisor.rules import CONFIDENCES, OPERATORS, SCOPES, SEVERITIES

EFFECTS = ("at once", "new connections", "reload", "restart", "at listen")
OUTCOMES = ("violated", "met", "unknown", "not applicable")
SUBJECTS = ("workload", "run", "path", "leg", "end", "middlebox", "hop", "host", "fault", "sysctl", "endpoint", "listener",
            "symptom")  # fmt: skip

_SIGNS = ListOf(
    Table("the sign", {"when": EXPRESSION, "weigh": NUMBER, "say": TEXT}, ("when", "weigh", "say")),
    "a list of {when, weigh, say}",
)
_BOUND = Table("the bound", dict.fromkeys(OPERATORS, EXPRESSION))
_FIX = Table("the fix", {
    "set": MapOf(Either(_BOUND, EXPRESSION), "a mapping of properties to bounds", 1), "do": TEXT,
    "when": EXPRESSION, "risk": TEXT, "verify": TEXT,
})  # fmt: skip
RULE = Table("the rule", {
    "rule": NAME, "replaces": NAME, "title": NAME, "severity": Words(*SEVERITIES), "confidence": Words(*CONFIDENCES),
    "soften": Table("soften", {"to": Words(*SEVERITIES), "when": EXPRESSION}, ("to", "when")),
    "cause": NAME, "scope": Words(*SCOPES), "each": TEXT, "after": NAMES, "explains": NAMES, "see": NAMES,
    "applies": EXPRESSION, "let": MapOf(EXPRESSION, "a mapping of names to expressions"),
    "require": Either(EXPRESSION, ListOf(EXPRESSION, "a list of expressions", 1)),
    "summary": TEXT,
    "message": Either(TEXT, ListOf(Table("the line", {"when": EXPRESSION, "say": TEXT}, ("say",)), "a list of {when, say}", 1)),
    "evidence": NAMES,
    "impact": ListOf(Table("the impact", {"what": TEXT, "value": EXPRESSION}, ("what", "value")), "a list of {what, value}"),
    "fix": ListOf(_FIX, "a list of alternatives"),
    "why": TEXT, "leave": TEXT, "wire": TEXT, "references": TEXTS, "proof": TEXT, "signs": _SIGNS,
}, ("rule", "title", "severity", "confidence", "cause", "scope", "require", "summary", "message", "why", "references",
    "proof"))  # fmt: skip


class _Given(Shape):
    """What a case gives: a value, a list of them or of subjects, or a subject's own facts."""

    wanted = "a value, or a list"

    def __init__(self) -> None:
        self.shape = Either(VALUE, ListOf(Either(VALUE, MapOf(self, "facts")), "a list"), MapOf(VALUE, "a mapping"))
        self.takes, self.inside = self.shape.takes, self.shape.inside  # type: ignore[method-assign]


RULE_CASES = Table("the document of cases", {"cases": ListOf(Table("the case", {
    "name": NAME, "given": MapOf(_Given(), "a mapping of properties to values"), "expect": Words(*OUTCOMES),
    "missing": NAMES, "fix": MapOf(VALUE, "a mapping of properties to values"), "stays": FLAG,
}, ("name", "expect")), "a list of cases", 1)}, ("cases",))  # fmt: skip

_SPOKEN = Either(VALUE, ListOf(VALUE, "a list of values"))
_MEANING = Either(VALUE, Table("the meaning", {"as": NAME}, ("as",)))
_ROW = Table("the row", {"from": VERSION, "until": VERSION, "value": _SPOKEN, "source": TEXT, "note": TEXT}, ("value",))
_SETTING = Table("the setting", {
    "kind": NAME, "unit": NAME, "is": NAMES, "default": Either(VALUE, ListOf(_ROW, "a list of {from, until, value}", 1)),
    "special": MapOf(_MEANING, "a mapping of values to what they mean"), "negative": _MEANING, "inherits": NAME,
    "fixed": FLAG, "since": VERSION, "range": Tuple("a list of the lowest and the highest value", VALUE, VALUE), "step": VALUE,
    "effect": Words(*EFFECTS), "means": TEXT, "trap": TEXT, "source": TEXT, "verified": FLAG,
    "part": Tuple("a list of a setting and a number from 0", NAME, INDEX), "values": ListOf(VALUE, "a list of words"),
    "scope": TEXT, "k8s": TEXT, "advise": TEXT, "figures": TEXT,
}, ("kind",))  # fmt: skip
_PART = Table("the part", {**dict.fromkeys(OPERATORS, EXPRESSION), "bound": EXPRESSION, "flips": FLAG, "when": EXPRESSION})
_MOVES = Table("moves", {
    "setting": NAME, "bound": EXPRESSION, "flips": FLAG, "gives": VALUE, "set": MapOf(_PART, "a mapping of settings to bounds", 1),
})  # fmt: skip
PROFILE = Table("the stack", {
    "stack": NAME, "replaces": NAME, "title": NAME, "also": NAMES,
    "ends": ListOf(Words("caller", "callee", "middlebox", "host", "platform"), "a list of ends"),
    "owner": Words("us", "provider"), "generic": FLAG, "code": FLAG, "verified": FLAG, "notes": TEXT,
    "versions": ListOf(Table("the version", {"line": VERSION, "end_of_life": DATE}, ("line",)), "a list of {line, end_of_life}"),
    "versions_source": TEXT, "settings": MapOf(_SETTING, "a mapping of settings"),
    "effective": MapOf(Table("the effective property", {
        "value": EXPRESSION, "moves": Either(NAME, _MOVES), "source": TEXT, "note": TEXT, "verified": FLAG,
    }, ("value",)), "a mapping of properties"),
    "behaviour": MapOf(Table("the behaviour", {
        "value": _SPOKEN, "rows": ListOf(_ROW, "a list of {from, until, value}", 1), "source": TEXT, "note": TEXT,
        "verified": FLAG,
    }), "a mapping of properties"),
    "errors": ListOf(Table("the error text", {
        "text": NAME, "class": NAME, "end": TEXT, "means": TEXT,
    }, ("text", "class")), "a list of {text, class, end, means}"),
    "faults": ListOf(Table("the fault", {
        "title": NAME, "end": Words("caller", "callee"), "since": VERSION, "fixed_in": VERSION, "source": TEXT,
    }, ("title",)), "a list of {title, end, since, fixed_in, source}"),
    "implies": MapOf(Table("what is implied", {
        "value": _SPOKEN, "source": TEXT, "limit": FLAG, "verified": FLAG,
    }, ("value", "source")), "a mapping of properties"),
    "middleboxes": Table("the devices", {"inbound": NAMES, "outbound": NAMES}), "instead_of": NAMES,
}, ("stack",))  # fmt: skip
PROFILE_CASES = Table("the document of cases", {"cases": ListOf(Table("the case", {
    "name": NAME, "version": VERSION, "given": MapOf(_Given(), "a mapping of settings to values"),
    "expect": MapOf(_SPOKEN, "a mapping of properties to values", 1),
}, ("name", "expect")), "a list of cases")}, ("cases",))  # fmt: skip

_PROPERTY = Table("the property", {
    "kind": NAME, "low": VALUE, "high": VALUE, "values": NAMES, "of": NAME, "key": NAME, "otherwise": _SPOKEN,
    "neutral": _SPOKEN, "assume": _SPOKEN, "knob": FLAG, "ask": TEXT, "means": TEXT, "figures": TEXT, "counter": TEXT,
    "derive": ListOf(Table("the derivation", {
        "value": EXPRESSION, "when": EXPRESSION, "title": TEXT, "estimate": FLAG,
    }, ("value",)), "a list of {value, when, title, estimate}"),
}, ("kind",))  # fmt: skip
PROPERTIES = Table("the file", dict.fromkeys(SUBJECTS, MapOf(_PROPERTY, "a mapping of properties")))
CAUSES = MapOf(Table("the group", {
    "title": NAME, "causes": MapOf(NAME, "a mapping of causes to their titles"),
}, ("causes",)), "a mapping of groups of causes")  # fmt: skip
SYMPTOMS = MapOf(Table("the class", {
    "replaces": NAME, "title": NAME, "means": TEXT, "outside": FLAG, "tells_apart": TEXT, "texts": NAMES,
}), "a mapping of classes of error texts")  # fmt: skip
OUTSIDE = MapOf(Table("the cause", {
    "replaces": NAME, "title": NAME, "explains": NAMES, "weigh": NUMBER, "signs": _SIGNS, "look_for": TEXT, "same": NAMES,
}), "a mapping of causes outside configuration")  # fmt: skip
_SYSCTLS = ListOf(Table("the row", {
    "name": NAME, "when": EXPRESSION, "since": VERSION, "until": VERSION,
    "harm": Words("no-effect", "wrong-place", "harmful"), "says": NAME, "source": TEXT,
}, ("name", "harm", "says")), "a list of {name, when, since, until, harm, says, source}")  # fmt: skip
SYSCTLS = Either(_SYSCTLS, Table("the file", {"rows": _SYSCTLS}, ("rows",)))
_KEY = Table("the setting", {
    "kind": TEXT, "unit": TEXT, "unlimited": VALUE, "zero": VALUE, "words": MapOf(VALUE, "a mapping of words"), "as": TEXT,
    "keep": VALUE, "otherwise": VALUE, "same": VALUE, "part": INDEX, "of": VALUE, "block": VALUE,
    "terraform": Either(VALUE, ListOf(VALUE, "a list of its type and attribute")),
})  # fmt: skip
TARGETS = ListOf(Table("the output", {
    "template": NAME, "stacks": NAMES,
    "sides": ListOf(Words("caller", "callee", "host", "process", "middlebox"), "a list of sides"),
    "file": NAME, "language": TEXT, "comment": TEXT, "check": TEXT, "apply": TEXT, "undo": TEXT, "where": TEXT, "any": PATTERN,
    "usual": TEXT, "settings": MapOf(_KEY, "a mapping of settings"),
}, ("template", "stacks", "sides", "file", "language", "comment", "check", "apply", "undo", "settings")),
    "a list of outputs")  # fmt: skip
