"""Settings as the reader names them: found in the profile of the hop's stacks, read in their unit."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.document import Setting as StatedSetting
from advisor.errors import Place, Problem, nearest, shown
from advisor.facts import Given, Source, Store
from advisor.model.parts import HopModel
from advisor.model.platforms import forget
from advisor.properties import Properties, read
from advisor.stacks import Effective, Setting

Found = tuple[Store, Setting]


class SettingsReader:
    """Takes over the settings of hops; *problems* collects what is wrong with them."""

    def __init__(self, properties: Properties) -> None:
        self.properties = properties
        self.problems: list[Problem] = []

    def take(self, model: HopModel, settings: Iterable[StatedSetting]) -> None:
        """Read all settings of a hop."""
        seen: dict[tuple[Store, str], Place] = {}
        for raw in settings:
            for store, setting in self._meant(model, raw):
                before = seen.get((store, setting.name))
                if before is not None:
                    self.problems.append(Problem(raw.key_place, f"{shown(raw.name)} is set twice, here and at "
                                                                f"{before.line}:{before.column}; keep one"))  # fmt: skip
                    continue
                seen[store, setting.name] = raw.key_place
                if setting.missing(store.version):
                    what = f"{store.profile.name} {store.version} has no {setting.name}; it came with {setting.since}"
                    self.problems.append(Problem(raw.key_place, what))
                    continue
                self._value(store, setting, raw)

    def twice(self, model: HopModel) -> None:
        """
        Say which properties of an end are told both by the advisor's own name and by the one setting of the stack that they are.

        What a process has is no such thing: its limits are what came of the settings, seen from outside.
        """
        ends = [s for s in model.subjects if s is not model.hop]
        told = [(s, s.store, name, given) for s in ends if s.store is not None for name, given in s.stated.items()]
        for subject, store, name, given in told:
            setting = _only(store, f"{subject.role}.{name}")
            places = [_written(given), _written(store.settings.get(setting.name) if setting is not None else None)]
            if setting is None or None in places:
                continue
            prop = self.properties.find(subject.kind, name)
            own = prop.key if prop is not None and prop.key else f"{subject.role}.{name}"
            first, second = sorted(place for place in places if place is not None)
            self.problems.append(Problem(second, f"{own} and {setting.name} are one thing, set twice, here and at "
                                                     f"{first.line}:{first.column}; keep one"))  # fmt: skip

    def _value(self, store: Store, setting: Setting, raw: StatedSetting) -> None:
        if raw.node.kind != "scalar":
            if raw.node.kind == "list" and setting.kind.base == "text":
                return
            self.problems.append(Problem(raw.place, f"{shown(raw.name)} is a {raw.node.kind}; write one value"))
            return
        if raw.node.absent:
            return
        text = raw.node.text.strip()
        estimated = text.startswith("~")
        text = text.removeprefix("~").strip()
        bare = setting.suspicious(text)
        if bare:
            self.problems.append(Problem(raw.place, bare % store.profile.name))
            return
        if setting.part and len(text.split()) > setting.part[1]:
            text = text.split()[setting.part[1]]
        try:
            value = setting.read(text)
        except ValueError as error:
            self.problems.append(Problem(raw.place, str(error)))
            return
        if why := setting.refused(value, strict=store.profile.owner == "provider"):
            self.problems.append(Problem(raw.place, f"{why}, and not {shown(text)}"))
            return
        store.settings[setting.name] = Given(value, Source("estimated" if estimated else "stated", raw.place, text=raw.node.text))

    def _meant(self, model: HopModel, raw: StatedSetting) -> list[tuple[Store, Setting]]:
        """Return the settings that a name in the document means; none, with a problem, where that is not clear."""
        candidates: dict[tuple[Store, str], None] = {}
        for store in model.stores:
            roles = [s.role for s in (model.caller, model.callee, model.middlebox, model.hop) if s is not None and s.store is store]
            for name in store.profile.names(raw.name):
                if len(model.stores) == 1 or any(store.profile.serves(name, role) for role in roles):
                    candidates[store, name] = None
        found = [(store, store.profile.settings[name]) for store, name in candidates]
        parts = {s.part[0] for _, s in found if s.part}
        if len(found) == 1 or (len(parts) == 1 and all(s.part for _, s in found)):
            return found
        if not found:
            self._unknown_setting(model, raw)
        else:
            what = model.raw.stack.name if model.raw.stack else "the hop"
            names = " or ".join(s.name for _, s in found)
            self.problems.append(Problem(raw.key_place, f"{shown(raw.name)}: {what} has it more than once; write {names}"))
        return []

    def set(self, hop: HopModel, name: str, value: str, at: Place) -> Problem | None:
        """Set one setting of a hop to *value*, as ``--set`` says it; return what is wrong with that."""
        source = Source("stated", at, text=value)
        if name == "version":
            hop.hop.stated["version"] = Given(value, source)
            end = hop.profile.end_of_life(value)
            if isinstance(end, str):
                hop.hop.stated["end_of_life"] = Given(end, Source("default", at, hop.profile.title, hop.profile.versions_source))
            return None
        found = {(store, n): None for store in hop.stores for n in store.profile.names(name)}
        if len(found) > 1 and not any(store.profile.settings[n].part for store, n in found):
            ends = " or ".join(f"{hop.name}.{n}" for _, n in found)
            return Problem(at, f"{hop.name} ({hop.profile.name}) has {name} more than once; write {ends}")
        for store, n in found:
            setting = store.profile.settings[n]
            part = value.split()[setting.part[1]] if setting.part and len(value.split()) > setting.part[1] else value
            try:
                read_ = setting.read(part)
            except ValueError as error:
                return Problem(at, str(error))
            if why := setting.refused(read_, strict=store.profile.owner == "provider"):
                return Problem(at, f"{why}, and not {shown(part)}")
            store.settings[n] = Given(read_, source)
            forget(hop, store, n)
        if found:
            return None
        known = [n for store in hop.stores for n in store.profile.settings]
        meant = nearest(name, [*known, *(n.rsplit(".", 1)[-1] for n in known)])
        return Problem(at, f'{hop.profile.name} has no setting "{shown(name)}"{f"; did you mean {meant}?" if meant else ""}')

    def _unknown_setting(self, model: HopModel, raw: StatedSetting) -> None:
        prop = self._advisors_own(model, raw)
        if prop:
            return
        title = " and ".join(store.profile.name for store in model.stores)
        known = [n for store in model.stores for n in store.profile.settings]
        bare = {n.rsplit(".", 1)[-1]: n for n in reversed(known)}
        meant = nearest(raw.name, [*known, *bare])
        hint = f"; did you mean {meant}?" if meant else f"; see: advisor stacks show {model.stores[0].profile.name}"
        self.problems.append(Problem(raw.key_place, f'{title} has no setting "{shown(raw.name)}"{hint}'))

    def _advisors_own(self, model: HopModel, raw: StatedSetting) -> bool:
        """Take a property stated by the advisor's own name (``caller.idle_timeout``); whether it is one."""
        role, _, name = raw.name.rpartition(".")
        subjects = {"caller": model.caller, "callee": model.callee, "hop": model.hop, "middlebox": model.middlebox,
                    "host": model.host, "": model.middlebox}  # fmt: skip
        subject = subjects.get(role)
        prop = self.properties.find(subject.kind, name) if subject is not None else None
        if subject is None or prop is None or prop.kind.base in ("list", "counter"):
            return False
        try:
            value = read(raw.node.text.removeprefix("~").strip(), prop.kind, None)
        except ValueError as error:
            self.problems.append(Problem(raw.place, str(error)))
            return True
        kind = "estimated" if raw.node.text.startswith("~") else "stated"
        subject.stated[name] = Given(value, Source(kind, raw.place, text=raw.node.text))
        return True


def _only(store: Store, name: str) -> Setting | None:
    """Return the setting that alone makes the property *name* of a stack, if one does."""
    gives = store.profile.gives.get(name)
    if isinstance(gives, Effective):
        settings = {n for n in gives.value.names if n in store.profile.aliases}
        return store.profile.aliases[settings.pop()] if len(settings) == 1 else None
    return gives if isinstance(gives, Setting) else None


def _written(given: Given | None) -> Place | None:
    """Return where the document states a fact; None where something else does."""
    return given.source.place if given is not None and given.source.kind in ("stated", "estimated") else None
