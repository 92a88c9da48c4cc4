"""What a platform implies of a hop that runs there, and the devices that stand around it without being drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from advisor.document import Hop, StackRef
from advisor.facts import Given, Source, Store
from advisor.model.parts import HopModel
from advisor.stacks import UNSET, Behaviour, Effective, Implied, Profile, Setting, pick
from advisor.values import Range


def imply(model: HopModel, platform: Profile, ref: StackRef) -> None:
    """State of a hop and its host what *platform* implies, where neither the document nor the stack says otherwise."""
    subjects = {s.role: s for s in (*model.subjects, model.host)}
    for name, implied in platform.implies.items():
        role, _, prop = name.partition(".")
        subject = subjects.get(role)
        if subject is not None and prop not in subject.stated and not _says(subject.store, name, implied):
            title = platform.name if implied.verified else f"{platform.name}, not verified"
            subject.stated[prop] = Given(implied.value, Source("implied", ref.place, title, implied.source))


def forget(model: HopModel, store: Store, setting: str) -> None:
    """Take back what is implied in the place of a default of *setting*, which is set now."""
    for subject in model.subjects:
        implied = [prop for prop, given in subject.stated.items() if given.source.kind == "implied" and subject.store is store]
        for prop in implied:
            if setting in _behind(store.profile, f"{subject.role}.{prop}"):
                del subject.stated[prop]


def devices(platform: Profile, side: str, drawn: Sequence[Profile]) -> list[str]:
    """
    Return the stacks of the devices that *platform* puts on one *side* of a hop, inbound or outbound.

    One that is *drawn* takes the place of its own kind, and of those that its profile names.
    """
    taken = {name for profile in drawn for name in (profile.name, *profile.instead_of)}
    return [name for name in platform.middleboxes.get(side, ()) if name not in taken]


def apart(caller: Hop, callee: Hop) -> bool:
    """Return whether a call leaves the host, or the pod; one to a sidecar or over a Unix socket passes no device."""
    hosts = [hop.host.name_of if hop.host and hop.host.name_of else hop.name for hop in (caller, callee)]
    transport = callee.link.get("transport")
    return hosts[0] != hosts[1] and (transport is None or transport.value != "unix")


def _says(store: Store | None, name: str, implied: Implied) -> bool:
    """Return whether the stack's say on the property *name* goes before what is implied: what is set, and a default within it."""
    if store is None or name not in store.profile.gives:
        return False
    if any(setting in store.settings for setting in _behind(store.profile, name)):
        return True
    default = _default(store, store.profile.gives[name])
    if default is UNSET:
        return False
    low = default.low if type(default) is Range else default
    return not (implied.limit and type(low) is float and low >= implied.value)


def _default(store: Store, gives: Setting | Effective | Behaviour) -> Any:
    """Return what a stack has with nothing set; UNSET where that is nothing, None where it hangs on more than its settings."""
    if isinstance(gives, Effective):
        aliases = store.profile.aliases
        values = {name: _default(store, aliases[name]) for name in gives.value.names if name in aliases}
        return gives.value.run(values) if len(values) == len(set(gives.value.names)) and UNSET not in values.values() else None
    if all(row.value is UNSET for row in gives.rows):
        above = store.profile.settings.get(gives.inherits) if isinstance(gives, Setting) else None
        return _default(store, above) if above is not None else UNSET
    value, _ = pick(gives.rows, store.version)
    meaning = gives.special.get(value, value) if isinstance(gives, Setting) and type(value) in (float, str) else value
    return None if isinstance(meaning, dict) else meaning


def _behind(profile: Profile, name: str) -> Iterable[str]:
    """Return the settings that the property *name* hangs on, with those that they inherit."""
    gives = profile.gives.get(name)
    names = [gives.name] if isinstance(gives, Setting) else []
    if isinstance(gives, Effective):
        names = [profile.aliases[n].name for n in gives.value.names if n in profile.aliases]
    for setting in names:  # grows while it is gone through
        names += [above for above in [profile.settings[setting].inherits] if above and above not in names]
    return names
