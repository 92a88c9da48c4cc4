"""Values and sections of a document, read by the table of keys; everything wrong is noted and reading goes on."""

from __future__ import annotations

import os
import re

from advisor.document.parts import Capture, Facts, Stated
from advisor.errors import Place, Problem, meant, shown
from advisor.schema.keys import SECTIONS, Key
from advisor.source import Node
from advisor.units import UNITS, parse, show

STACK = re.compile(r"([^@\s]+)(?:@([^@\s]+))?")
METHOD = re.compile(r"[A-Z][A-Z-]{1,30}", re.ASCII)
MOST_PROBLEMS = 100
MOST_ELEMENTS = 1000
# Sections whose keys say nothing without the section's name.
_NAMED = frozenset(("latency", "upload_time", "interval", "nofile", "burst", "retry"))
_ORDERED = (("p50", "p99"), ("min", "max"), ("soft", "hard"))
_PARSED = frozenset((*UNITS, "flag", "date", "version"))
_ARTICLE = {"mapping": "a mapping", "list": "a list", "scalar": "a single value"}

Found = dict[str, tuple[Key, Place, Node]]


class TooMany(Exception):
    """More problems than anyone reads at once: reading stops."""


class Fields:
    """
    Reads values of one document and gathers what is wrong with it.

    Args:
        file: The document's file; its folder is where the paths of captures start.

        check_files: Whether a capture that does not exist is a problem.

    Attributes:
        beside: What is told with the problems, and is none by itself.

        references: Names of hops in the document, with the place of each, to be checked when the path is known.
    """

    def __init__(self, file: str, *, check_files: bool = True) -> None:
        self.folder = os.path.dirname(file) if file != "-" else ""
        self.check_files = check_files
        self.problems: list[Problem] = []
        self.beside: list[Problem] = []
        self.references: list[tuple[str, Place]] = []

    def complain(self, place: Place, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, message))
        if len(self.problems) >= MOST_PROBLEMS:
            raise TooMany

    def is_kind(self, node: Node, kind: str, name: str, meant: str) -> bool:
        """Return whether *node* is a mapping, list or scalar; complain, saying what was *meant*, where it is not."""
        if node.kind == kind:
            return True
        self.complain(node.place, f"{name} is {_ARTICLE[node.kind]}; write {meant}")
        return False

    def elements(self, node: Node, name: str) -> list[Node]:
        """Return the elements of a list, or none with a complaint where nobody can have written so many."""
        elements = list(node.elements())
        if len(elements) <= MOST_ELEMENTS:
            return elements
        self.complain(node.place, f"{name} has {len(elements)} elements, over {MOST_ELEMENTS}; split the document")
        return []

    def keys(self, node: Node, section: str, name: str) -> Found:
        """Return the known keys of a section that have a value; complain of the others."""
        known = SECTIONS[section]
        found: Found = {}
        if not self.is_kind(node, "mapping", name, f"a mapping, such as {{{next(iter(known))}: …}}"):
            return found
        for text, place, value in node.items():
            key = known.get(text)
            if key is None and text in ("", "<<"):
                continue  # a fault of the YAML, told already
            if key is None:
                hint = meant(text, known, f"{name} takes {', '.join(known)}")
                self.complain(place, f'no key "{shown(text)}" in {name}{hint}')
            elif not value.absent:
                found[text] = key, place, value
        return found

    def facts(self, node: Node, section: str, name: str, prefix: str = "") -> dict[str, Stated]:
        """Return the values of a section by dotted key, those of its sections included."""
        return self.facts_of(self.keys(node, section, name), node, name, prefix)

    def facts_of(self, found: Found, node: Node, name: str, prefix: str = "") -> dict[str, Stated]:
        """Return the values among the *found* keys of the section at *node*, less kinds with a reader of their own."""
        facts: dict[str, Stated] = {}
        for text, (key, _, value) in found.items():
            label = f"{name}.{text}" if name in _NAMED else text
            if key.kind in ("section", "captures") and key.inline in ("", "section") and value.kind == "mapping":
                facts |= self.facts(value, key.section, text, f"{prefix}{text}.")
            elif key.kind == "section":
                self.keys(value, key.section, text)  # complains of the kind
            elif key.kind == "interval":
                facts |= self._interval(key, value, f"{prefix}{text}")
            elif key.kind == "limits":
                facts |= self._limits(key, value, f"{prefix}{text}")
            elif (stated := self._any(key, value, label)) is not None:
                facts[prefix + text] = stated
        self._check_order(facts, node, name, prefix)
        return facts

    def value(self, key: Key, node: Node, name: str) -> Stated | None:
        """Return a single value, or None with a complaint."""
        if not self.is_kind(node, "scalar", name, _meant(key)):
            return None
        text, place = node.text, node.place
        if key.kind == "text":
            return Stated(text, place, text)
        if key.kind == "word":
            if text in key.values:
                return Stated(text, place, text)
            hint = meant(text, key.values, f"write one of {', '.join(key.values)}")
            self.complain(place, f'no {name} "{shown(text)}"{hint}')
            return None
        if key.kind == "stack":
            if STACK.fullmatch(text):
                return Stated(text, place, text)
            self.complain(place, f'{name} "{shown(text)}" is not name@version; write one such as go@1.22')
            return None
        if key.kind == "lasts":
            if text in key.values:
                return Stated(text if text == "restart" else float("inf"), place, text)
            key = key._replace(kind="duration")
        return self._parsed(key, node, name)

    def _parsed(self, key: Key, node: Node, name: str) -> Stated | None:
        text, place = node.text, node.place
        estimated = text.startswith("~") and key.kind in UNITS
        if estimated:
            text = text[1:].lstrip()
        try:
            value = parse(text, key.kind, name)
        except ValueError as error:
            self.complain(place, str(error))
            return None
        if isinstance(value, float):
            if value > key.high:
                what = "cannot be over" if key.kind == "share" else "is over"
                hint = "is it a part of the whole?" if key.kind == "share" else "is the unit right?"
                if key.kind in ("count", "ratio"):
                    hint = "is there a digit too many?"
                self.complain(place, f"{name} is {text}, and {what} {show(key.high, key.kind)}; {hint}")
                return None
            if value < key.low:
                least = show(key.low, key.kind)
                self.complain(place, f"{name} is {text}, and cannot be below {least}; write {least} or more")
                return None
        return Stated(value, place, text, estimated)

    def words(self, key: Key, node: Node, name: str) -> Stated | None:
        """Return one text or a list of texts as a tuple of text."""
        if node.kind == "mapping":
            self.complain(node.place, f"{name} is a mapping; write a list, such as [GET]")
            return None
        elements = [node] if node.kind == "scalar" else list(node.elements())
        texts = [e.text for e in elements if self.is_kind(e, "scalar", f"an element of {name}", "a text")]
        if name in ("method", "methods") or key.path.endswith(".methods"):
            for element in elements:
                self._check_method(element.text, element.place)
        return Stated(tuple(texts), node.place, ", ".join(texts))

    def captures(self, key: Key, node: Node, name: str) -> list[Capture]:
        """Return a file or a list of files."""
        elements = list(node.elements()) if node.kind == "list" else [node]
        found = []
        for element in elements:
            inline = "a mapping or a file" if key.inline else "a file's path"
            if self.is_kind(element, "scalar", name, f"{inline}, such as captures/{name}.txt"):
                capture = Capture(name, element.text, element.place)
                self._check_file(capture)
                found.append(capture)
        return found

    def _any(self, key: Key, node: Node, name: str) -> Stated | None:
        if key.kind == "words":
            return self.words(key, node, name)
        if key.kind == "methods":
            return self._methods(key, node, name)
        if key.kind in _PARSED or key.kind in ("text", "word", "stack", "lasts"):
            return self.value(key, node, name)
        return None

    def _interval(self, key: Key, node: Node, prefix: str) -> dict[str, Stated]:
        if node.kind != "scalar":
            return self.facts(node, key.path, "interval", f"{prefix}.")
        stated = self.value(SECTIONS[key.path]["min"], node, "interval")
        if stated is None:
            return {}
        periodic = Stated(True, stated.place, stated.text, stated.estimated)
        return {f"{prefix}.min": stated, f"{prefix}.max": stated, f"{prefix}.periodic": periodic}

    def _limits(self, key: Key, node: Node, prefix: str) -> dict[str, Stated]:
        if node.kind != "scalar":
            return self.facts(node, key.path, "nofile", f"{prefix}.")
        stated = self.value(SECTIONS[key.path]["soft"], node, "nofile")
        return {} if stated is None else {f"{prefix}.soft": stated, f"{prefix}.hard": stated}

    def _methods(self, key: Key, node: Node, name: str) -> Stated | None:
        if node.kind != "mapping":
            listed = self.words(key, node, name)
            if listed is None or not isinstance(listed.value, tuple):
                return None
            return listed._replace(value=tuple((method, None) for method in listed.value))
        pairs: list[tuple[str, float | None]] = []
        for text, place, value in node.items():
            self._check_method(text, place)
            stated = None
            if not value.absent:
                stated = self.value(Key(f"{key.path}.{text}", "share", "", high=1), value, shown(text))
            pairs.append((text, float(stated.value) if stated and isinstance(stated.value, float) else None))
        total = sum(share for _, share in pairs if share is not None)
        if total > 1 + 1e-9:
            percent = f"{total * 100:.6g}%"
            self.complain(node.place, f"methods add up to {percent}, and cannot be over 100%; mend one of the shares")
        return Stated(tuple(pairs), node.place, ", ".join(method for method, _ in pairs))

    def _check_method(self, text: str, place: Place) -> None:
        if METHOD.fullmatch(text) is None:
            upper = text.upper()
            hint = f"write {upper}" if METHOD.fullmatch(upper) else "write one such as GET"
            self.complain(place, f'"{shown(text)}" is not an HTTP method; {hint}')

    def _check_file(self, capture: Capture) -> None:
        path = capture.path
        if not path.isprintable() or not path:
            self.complain(capture.place, f'{capture.kind} "{shown(path)}" is not a path; write a file\'s name')
        elif self.check_files:
            full = os.path.join(self.folder, path)
            if os.path.isdir(full):
                self.complain(capture.place, f"{shown(path)} is a directory; write the file's name")
            elif not os.path.exists(full):
                self.complain(
                    capture.place, f"{shown(path)}: no such file; paths start at the document's directory"
                )

    def _check_order(self, facts: Facts, node: Node, name: str, prefix: str) -> None:
        for low, high in _ORDERED:
            first, second = facts.get(prefix + low), facts.get(prefix + high)
            if first is None or second is None or prefix.count(".") < 1:
                continue
            if isinstance(first.value, float) and isinstance(second.value, float) and second.value < first.value:
                self.complain(
                    node.place,
                    f"{name}.{low} is {first.text} and {high} is {second.text}; {high} cannot be below {low}; "
                    "are the two swapped?",
                )


def _meant(key: Key) -> str:
    return f"one of {', '.join(key.values)}" if key.kind == "word" else f"a single {key.kind}"
