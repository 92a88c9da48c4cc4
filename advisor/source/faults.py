"""What YAML allows and we do not: a key set twice, merge keys, tags, keys that are no text."""

from __future__ import annotations

from typing import Any

import yaml

from advisor.errors import Place, Problem, shown
from advisor.source.parser import Limits, place_of, too_deep

_MOST_PROBLEMS = 100


def find_faults(root: Any, file: str, limits: Limits, *, tagged: bool = True) -> list[Problem]:
    """
    Return what YAML allows and we do not: a key set twice, merge keys, tags, keys that are no text, depth.

    Where nothing is *tagged*, scalars need no look.
    """
    problems: list[Problem] = []
    level, depth = [root], 0
    mapping, scalar = yaml.MappingNode, yaml.ScalarNode
    seen: set[int] = set()  # a node behind an alias is looked at once
    while level and len(problems) < _MOST_PROBLEMS:
        depth += 1
        if depth > limits.depth:
            return [*problems, Problem(place_of(level[0], file), too_deep(limits))]
        below: list[Any] = []
        for node in level:
            if tagged and node.tag is not None:
                problems.append(Problem(place_of(node, file), f"tag {shown(node.tag)} is not read; leave it out"))
            kind = type(node)
            if kind is scalar or id(node) in seen:
                continue
            seen.add(id(node))
            value = node.value
            if kind is mapping:
                keys = {key.value for key, _ in value if type(key) is scalar}
                if len(keys) < len(value) or "<<" in keys or "" in keys:  # seldom, so look closer only then
                    problems += _key_faults(value, file)
                below += [p for pair in value for p in pair] if tagged else [v for _, v in value if type(v) is not scalar]
            else:
                below += value if tagged else [v for v in value if type(v) is not scalar]
        level = below
    return problems[:_MOST_PROBLEMS]


def _key_faults(pairs: list[tuple[Any, Any]], file: str) -> list[Problem]:
    problems: list[Problem] = []
    first: dict[str, Place] = {}
    for key, _ in pairs:
        place = place_of(key, file)
        if type(key) is not yaml.ScalarNode:
            problems.append(Problem(place, "a key is a list or a mapping; write a name"))
        elif key.value == "<<" and key.style == "":
            problems.append(Problem(place, "merge keys (<<) are not read; write the keys out"))
        elif not key.value:
            problems.append(Problem(place, "a key is empty; write a name before the colon"))
        elif key.value in first:
            before = first[key.value]
            at = f"{before.line}:{before.column}"
            problems.append(Problem(place, f"{shown(key.value)} is set twice, here and at {at}; keep one"))
        else:
            first[key.value] = place
    return problems
