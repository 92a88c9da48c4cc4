"""The path of a document: its hops, the hosts under them and the branches it may end in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from advisor.document.fields import STACK, Fields, Found
from advisor.document.inline import inline_or_captures
from advisor.document.parts import Branch, Capture, Hop, Host, Inline, Setting, StackRef, Stated
from advisor.errors import Place, Problem, shown
from advisor.source import Node

CheckStack = Callable[[StackRef], Problem | None]
CheckHop = Callable[[Hop], Iterable[Problem]]
# What facts() leaves to readers of their own.
_APART = frozenset(
    ("name", "stack", "client", "runtime", "platform", "settings", "host", "link", "config", "use", "split")
)


class HopReader:
    """
    Reads the hops of one document.

    Args:
        fields: Reads the values and gathers the problems.

        check_stack: Says what is wrong with a stack's name or version; None accepts all.

        check_hop: Says what is wrong with the settings of a hop; None accepts all.
    """

    def __init__(
        self, fields: Fields, check_stack: CheckStack | None = None, check_hop: CheckHop | None = None
    ) -> None:
        self.fields, self.check_stack, self.check_hop = fields, check_stack, check_hop

    def path(self, node: Node, *, may_split: bool) -> tuple[list[Hop], list[Branch]]:
        """Return the hops of a path in order, and the branches it ends in."""
        hops: list[Hop] = []
        branches: list[Branch] = []
        if not self.fields.is_kind(node, "list", "path", "a list of hops, such as [{stack: go}, {stack: nginx}]"):
            return hops, branches
        elements = self.fields.elements(node, "path")
        for number, element in enumerate(elements):
            if not self.fields.is_kind(element, "mapping", "a hop", "a mapping, such as {stack: go@1.22}"):
                continue
            found = self.fields.keys(element, "path", "a hop")
            if "split" not in found:
                hop = self._hop(element, found)
                if hop is not None:
                    hops.append(hop)
                continue
            place = found["split"][1]
            if not may_split:
                self.fields.complain(place, "a split within a split is not read; write each way out to its last hop")
            elif number < len(elements) - 1:
                self.fields.complain(place, "split stands before the last hop; move it to the end of the path")
            elif len(found) > 1:
                self.fields.complain(place, "split has keys of a hop beside it; write the hop as an element before it")
            else:
                branches = self._split(found["split"][2])
        return hops, branches

    def _split(self, node: Node) -> list[Branch]:
        branches: list[Branch] = []
        if not self.fields.is_kind(node, "list", "split", "a list of branches, such as [{share: 80%, path: […]}]"):
            return branches
        for element in self.fields.elements(node, "split"):
            found = self.fields.keys(element, "path.split", "a branch")
            share = None
            if "share" in found:
                share = self.fields.value(found["share"][0], found["share"][2], "share")
            if "path" in found:
                hops, _ = self.path(found["path"][2], may_split=False)
                if hops:
                    branches.append(Branch(share, hops))
            elif element.kind == "mapping":
                self.fields.complain(element.place, "a branch has no path; write the hops it goes on to")
        total = sum(b.share.value for b in branches if b.share is not None and isinstance(b.share.value, float))
        if total > 1 + 1e-9:
            self.fields.complain(
                node.place, f"the shares of the branches add up to {total * 100:.6g}%; mend what is over 100%"
            )
        return branches

    def _hop(self, node: Node, found: Found) -> Hop | None:
        fields = self.fields
        stacks = {kind: self._stack(found, kind) for kind in ("stack", "client", "runtime", "platform")}
        stack = stacks["stack"]
        name = fields.value(found["name"][0], found["name"][2], "name") if "name" in found else None
        if name is not None and (not name.text.strip() or not name.text.isprintable()):
            fields.complain(name.place, f'name "{shown(name.text)}" cannot be shown; write one such as checkout')
        rest = {text: entry for text, entry in found.items() if text not in _APART}
        facts = fields.facts_of(rest, node, "a hop")
        process: list[Capture] = []
        if "process" in found and found["process"][2].kind != "mapping":
            process = fields.captures(found["process"][0], found["process"][2], "process")
        settings = self._settings(found["settings"][2]) if "settings" in found else []
        host = self._host(found["host"][2]) if "host" in found else None
        link = self._section(found, "link")
        use = self._section(found, "use")
        config = fields.captures(found["config"][0], found["config"][2], "config") if "config" in found else []
        if name is None and stack is None:
            if "name" not in found and "stack" not in found:
                fields.complain(node.place, "a hop has neither stack nor name; write stack: unknown if it is not known")
            return None
        label = name.text if name is not None else stack.name if stack is not None else ""
        name_place = name.place if name is not None else stack.place if stack is not None else node.place
        hop = Hop(
            name=label, name_place=name_place, place=node.place, **stacks, facts=facts, settings=settings, host=host,
            link=link, config=config, use=use, process=process,
        )  # fmt: skip
        for problem in self.check_hop(hop) if self.check_hop is not None and settings else ():
            fields.complain(problem.place, problem.message)
        return hop

    def _section(self, found: Found, name: str) -> dict[str, Stated]:
        return self.fields.facts(found[name][2], f"path.{name}", name) if name in found else {}

    def _stack(self, found: Found, kind: str) -> StackRef | None:
        if kind not in found:
            return None
        key, _, node = found[kind]
        stated = self.fields.value(key, node, kind)
        match = STACK.fullmatch(stated.text) if stated is not None else None
        if match is None:
            return None
        ref = StackRef(match[1], match[2], node.place)
        problem = self.check_stack(ref) if self.check_stack is not None else None
        if problem is not None:
            self.fields.complain(problem.place, problem.message)
        return ref

    def _settings(self, node: Node) -> list[Setting]:
        if not self.fields.is_kind(node, "mapping", "settings", "a mapping of the stack's settings"):
            return []
        return [Setting(name, place, value, value.place) for name, place, value in node.items() if not value.absent]

    def _host(self, node: Node) -> Host | None:
        fields = self.fields
        if node.kind == "scalar":
            fields.references.append((node.text, node.place))
            return Host(node.text, {}, {}, {}, {}, node.place)
        found = fields.keys(node, "path.host", "host")
        captures: dict[str, Inline | list[Capture]] = {}
        for name in ("sysctl", "sockets", "counters"):
            captures[name] = inline_or_captures(fields, found[name][0], found[name][2], name) if name in found else {}
        facts = fields.facts_of({t: e for t, e in found.items() if t not in captures}, node, "host")
        return Host(None, facts, captures["sysctl"], captures["sockets"], captures["counters"], node.place)


def chains(path: list[Hop], split: list[Branch]) -> list[list[Hop]]:
    """Return every way from the caller to a last server."""
    return [path + branch.path for branch in split] if split else [path]


def check_names(fields: Fields, path: list[Hop], split: list[Branch]) -> None:
    """Complain of names that occur twice."""
    first: dict[str, Place] = {}
    for hop in [*path, *(hop for branch in split for hop in branch.path)]:
        before = first.setdefault(hop.name, hop.name_place)
        if before is not hop.name_place:
            fields.complain(
                hop.name_place,
                f"two hops are named {shown(hop.name)}, here and at {before.line}:{before.column}; names must differ",
            )


def check_ends(
    fields: Fields, place: Place, path: list[Hop], split: list[Branch], is_middlebox: Callable[[str], bool]
) -> None:
    """Complain of a way that has not both a caller and a callee."""
    for chain in chains(path, split):
        ends = sum(1 for hop in chain if hop.stack is None or not is_middlebox(hop.stack.name))
        if ends < 2:
            has = "one hop that ends" if ends else "no hop that ends"
            fields.complain(place, f"the path has {has} connections; it needs a caller and a callee")
            return

