"""What libyaml complains of, said for the reader."""

from __future__ import annotations

import re

import yaml

from advisor.errors import Place, Problem, shown

_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def explained(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Return libyaml's complaint as a sentence, at the place where the reader mends it."""
    if not isinstance(error, yaml.MarkedYAMLError):
        match = _NOT_TEXT.search(text)
        if match is None:
            return Problem(Place(file), "cannot be read as YAML; see that it is UTF-8 text")
        before = text[: match.start()]
        place = Place(file, before.count("\n") + 1, match.start() - before.rfind("\n"))
        return Problem(place, f"control character U+{ord(match[0]):04X}; YAML takes none")
    mark, context = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    problem = error.problem or error.context or ""
    if mark is None or context is None:
        return Problem(Place(file), f"not YAML: {problem}")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    rest = line[mark.column :]
    at, since = Place(file, mark.line + 1, mark.column + 1), Place(file, context.line + 1, context.column + 1)
    if "cannot start any token" in problem and rest and not rest.startswith("\t"):
        return Problem(at, f'a value cannot begin with "{shown(rest[0])}"; put it in quotes')
    if rest.startswith("\t") or "tab character" in problem or ("\t" in line[: len(line) - len(line.lstrip())]):
        return Problem(Place(at.file, at.line, line.index("\t") + 1 if "\t" in line else at.column), _TAB)
    if "undefined alias" in problem:
        name = re.match(r"\*([^\s,\[\]{}]*)", rest)
        return Problem(at, f"alias *{shown(name[1] if name else '')} has no anchor before it; write the value out")
    sentence = next((say for part, say in _SENTENCES if part in problem), None)
    if sentence is None:
        return Problem(at, f"not YAML: {problem}")
    return Problem(since if sentence.startswith("^") else at, sentence.lstrip("^"))


_TAB = "tab used for indentation; YAML takes spaces"
# What libyaml says, and what we say instead; ^ is told at the place where the broken part began.
_SENTENCES: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "a colon where no key can stand; quote the value, or mend the indentation"),
    ("could not find expected ':'", '^neither "key: value" nor a "- element"; mend the line, or quote the text'),
    ("did not find expected ',' or ']'", "^the list that begins here is not closed; look for a missing comma or ]"),
    ("did not find expected ',' or '}'", "^the mapping that begins here is not closed; look for a missing comma or }"),
    ("did not find expected key", "no key where one is expected; mend the indentation"),
    ("did not find expected '-' indicator", 'no "- " where the list goes on; mend the indentation'),
    ("did not find expected node content", "no value where one is expected; look for a missing bracket or comma"),
    ("found unexpected end of stream", "^the quote that begins here is not closed"),
    ("found unexpected document indicator", "^the quote that begins here is not closed"),
    ("unknown escape character", "a backslash in double quotes begins an escape; double it, or use single quotes"),
    ("found duplicate anchor", "the anchor is set twice; name one of them differently"),
    ("block sequence entries are not allowed", 'a "- " where no list can begin; put it on its own line'),
    ("incompatible YAML document", "the version in %YAML is not known; leave the line out"),
    ("did not find expected <document start>", "text after the document's end; mend the indentation"),
)
