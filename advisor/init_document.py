"""A commented document to start from: the hops that are asked for, and as comments what is most worth stating of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from advisor.errors import InputError, Place, Problem, shown
from advisor.knowledge import Knowledge
from advisor.stacks import UNSET, Effective, Profile, Setting
from advisor.units import show

_DEFAULT = ("go", "l7-lb", "node")
_SETTINGS = 6  # a hop shows as many settings as comments
_HEAD = """\
# A path of an HTTP service, as advisor reads it: from the caller to the last server. `advisor check` judges it as it
# stands; what is left out is the default of the stack, or not known. Take the # off what you know; values there are
# examples or defaults. Every key: advisor schema. Stacks: advisor stacks list.
service: {service}

workload:
  # rate: 2400/s                      # requests, all instances of the first hop together; sizing needs it
  # peak_factor: 2                    # the busiest second over the average one
  # latency: {{p50: 35ms, p99: 180ms}}  # from request to answer, as the first hop sees it
  # deadline: 800ms                   # how long the first hop can wait
  # methods: {{GET: 80%, POST: 20%}}    # what may be repeated hangs on them

# symptoms:                           # what was seen: lines from a log as they stand, in quotes
#   - "read: connection reset by peer"

path:
"""


class _Hop(NamedTuple):
    name: str
    profile: Profile
    version: str | None


def starter(stacks: Sequence[str], knowledge: Knowledge) -> str:
    """
    Return a document with a hop for each of *stacks* (``name`` or ``name@version``), in their order.

    A path needs a caller and a callee: where only one is given, the other is of an unknown stack.

    Raises:
        InputError: With everything that is wrong with *stacks*.
    """
    problems: list[Problem] = []
    hops: list[_Hop] = []
    for text in stacks or _DEFAULT:
        found = _read(text, knowledge)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            hops.append(found)
    if problems:
        raise InputError(problems)
    hops = _named(_with_both_ends(hops, knowledge))
    ends = [i for i, hop in enumerate(hops) if not hop.profile.is_middlebox]
    body = "".join("".join(_hop(hop, i > ends[0], i < ends[-1], knowledge)) for i, hop in enumerate(hops))
    return _HEAD.format(service=hops[-1].name) + body


def _read(text: str, knowledge: Knowledge) -> _Hop | Problem:
    name, at, version = text.partition("@")
    profile = knowledge.profile(name)
    place = Place("advisor")
    if profile is None:
        return knowledge.no_stack(name, place)
    if at and not re.fullmatch(r"[0-9][0-9A-Za-z._-]{0,30}", version):
        return Problem(place, f'"{shown(text)}" is not name@version; write one such as {name}@{_example(profile)}')
    if not {"caller", "callee", "middlebox"} & set(profile.ends):
        return Problem(place, f'{name} is no hop; write it below one, as host: {{os: {name}@{_example(profile)}}}')
    return _Hop("", profile, version or None)


def _example(profile: Profile) -> str:
    return profile.versions[-1].line if profile.versions else "1"


def _with_both_ends(hops: list[_Hop], knowledge: Knowledge) -> list[_Hop]:
    other = knowledge.profiles["unknown"]
    ends = [hop for hop in hops if not hop.profile.is_middlebox]
    if not ends:
        return [_Hop("client", other, None), *hops, _Hop("server", other, None)]
    if len(ends) == 1 and "callee" in ends[0].profile.ends and "caller" not in ends[0].profile.ends:
        return [_Hop("client", other, None), *hops]
    return [*hops, _Hop("server", other, None)] if len(ends) == 1 else hops


def _named(hops: list[_Hop]) -> list[_Hop]:
    named: list[_Hop] = []
    for hop in hops:
        name = base = hop.name or hop.profile.name
        number = 1
        while any(other.name == name for other in named):
            number += 1
            name = f"{base}-{number}"
        named.append(hop._replace(name=name))
    return named


def _hop(hop: _Hop, is_called: bool, calls: bool, knowledge: Knowledge) -> Iterator[str]:
    stack = f"{hop.profile.name}@{hop.version}" if hop.version else hop.profile.name
    yield f"  - name: {hop.name}\n    stack: {stack}\n"
    if not hop.version and hop.profile.versions:
        yield f"    # stack: {hop.profile.name}@{_example(hop.profile)}   # with its version: defaults and faults depend on it\n"
    if not hop.profile.is_middlebox and hop.profile.owner == "us":
        yield "    # instances: 2                    # hosts or pods\n"
    roles = [role for role, serves in (("callee", is_called), ("caller", calls)) if serves]
    if hop.profile.is_middlebox:
        roles = ["middlebox"]
    rows = [(_short(s, hop.profile), _value(s, hop), s.means) for s in _worth_stating(hop.profile, roles, knowledge)]
    if rows:
        yield "    # settings:\n"
        width = max(len(name) + len(value) for name, value, _ in rows)
        for name, value, means in rows:
            yield f"    #   {name}: {value}{' ' * (width - len(name) - len(value))}  # {' '.join(means.split(';')[0].split())}\n"
    if calls and hop.profile.code:
        yield "    # retry: {attempts: 3, first: 50ms, cap: 1s, jitter: full}\n"
    if hop.profile.owner == "us" and not hop.profile.is_middlebox and not hop.profile.generic:
        yield "    # host: {os: linux@6.1, sysctl: sysctl.txt, sockets: ss.txt}    # outputs of sysctl -a and ss -tan\n"


def _worth_stating(profile: Profile, roles: Sequence[str], knowledge: Knowledge) -> list[Setting]:
    """Return the settings that most rules look at, of the ends that the hop is on this path."""
    counts: dict[str, int] = {}
    for rule in knowledge.rules.values():
        read = {*rule.leaves(*rule.require), *(name for fix in rule.fixes for name, _, _ in fix.moves)}
        for name in read:
            counts[name] = counts.get(name, 0) + 1
    bearings: dict[Setting, set[str]] = {}
    for setting in profile.settings.values():
        bears_on = {p for p in setting.properties if p.split(".")[0] in roles}
        for name, given in profile.gives.items():
            if isinstance(given, Effective) and name.split(".")[0] in roles and _moved(given) == setting.name:
                bears_on.add(name)
        if setting.part is None and not setting.fixed:
            bearings[setting] = bears_on
    chosen: list[Setting] = []
    while bearings and len(chosen) < _SETTINGS:
        best = max(bearings, key=lambda s: sum(counts.get(name, 0) for name in bearings[s]))
        told = bearings.pop(best)
        if not any(name in counts for name in told):
            break
        chosen.append(best)
        for name in told:  # a second setting of the same property tells less than a first of another
            counts.pop(name, None)
    return chosen


def _moved(given: Effective) -> str:
    return given.moves.setting if given.moves else ""


def _short(setting: Setting, profile: Profile) -> str:
    last = setting.name.rsplit(".", 1)[-1]
    return last if profile.names(last) == [setting.name] else setting.name


def _value(setting: Setting, hop: _Hop) -> str:
    value = setting.default(hop.version)[0]
    if value is UNSET or not isinstance(value, (float, int, bool, str)):
        return "…"
    shown_value = show(value, setting.kind.name or setting.kind.base)
    return f'"{shown_value}"' if isinstance(value, str) and not re.fullmatch(r"[\w.-]+", shown_value) else shown_value
