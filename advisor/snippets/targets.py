"""
The registry ``templates/snippets/targets.yaml``: which template writes which settings of which stack.

Keys of an output: ``template``, ``stacks`` (``'*'`` is any), ``sides``, ``file`` (its name; ``{hop}``, ``{peer}``,
``{peer_}`` and ``{kind}`` are filled in), ``language``, ``comment`` (what begins one), ``where`` it goes, ``check``,
``apply``, ``undo``, ``settings``, ``any`` (a pattern of further names, written as they are), ``usual`` (the comment of a
value from ``otherwise``).

Keys of a setting: ``kind`` (where it is written unchanged), ``unit`` of its bare number, ``unlimited`` (how it says no
limit), ``zero`` (what 0 would mean instead, so that 0 is not written), ``words`` (how it says a text), ``as`` (the setting
it is written as), ``keep`` (written unchanged too, where true or the setting of that name is; ``otherwise`` with this
value if it is not known; not where it is the ``same`` as the constructor's own), ``part`` ``of`` a setting of several
figures, ``block`` or ``of`` (what it stands in), ``terraform`` (its type and attribute, "" for none).
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from advisor.data import templates_dir


class Output(NamedTuple):
    """One file that can be written for a stack and side; the module's text says what each key is."""

    template: str
    stacks: tuple[str, ...]
    sides: tuple[str, ...]
    file: str
    language: str
    comment: str
    check: str
    apply: str
    undo: str
    settings: Mapping[str, Mapping[str, Any]]
    where: str = ""
    any: str = r"(?!)"
    usual: str = ""
    folder: str = ""  # of the pack that it comes from; "" is ours

    def key(self, setting: str) -> str | None:
        """Return the longest key that is *setting* or the end of it after a point; None if there is none."""
        found = [k for k in self.settings if setting == k or setting.endswith("." + k)]
        if found:
            return max(found, key=len)
        return setting if re.fullmatch(self.any, setting) else None


@functools.cache
def outputs(packs: tuple[str, ...] = ()) -> tuple[Output, ...]:
    """Return the registry, in the file's order, then those of *packs*: directories with a ``targets.yaml`` of their own."""
    import yaml

    found = []
    for folder in ("", *packs):
        with open(os.path.join(folder or os.path.join(templates_dir(), "snippets"), "targets.yaml"), encoding="utf-8") as file:
            rows = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe
        found += [Output(**row, folder=folder) for row in rows]
    return tuple(found)


def writers(stack: str, side: str, setting: str, packs: tuple[str, ...] = ()) -> dict[int, str]:
    """Return the outputs (by number) that write *setting* of *stack* on *side*, each with its key: the longest wins."""
    found = {
        number: key
        for number, output in enumerate(outputs(packs))
        if (stack in output.stacks or "*" in output.stacks) and side in output.sides and (key := output.key(setting))
    }
    longest = max(map(len, found.values()), default=0)
    return {n: k for n, k in found.items() if len(k) == longest}
