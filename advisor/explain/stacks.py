"""The page of a stack: its timers, what it does when nothing is set, what it prints, and whom it disagrees with."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.explain.conflicts import conflict_sections
from advisor.explain.page import Page, Rows, section
from advisor.explain.settings import find_properties
from advisor.explain.values import Alone, default_text, given_source, newest, rows_text, source_text, value_text
from advisor.knowledge import Knowledge
from advisor.stacks import Behaviour, Effective, Fault, Profile, Setting

_ENDS = {"caller": "calls others", "callee": "is called", "middlebox": "watches connections pass", "host": "a kernel",
         "platform": "a platform"}  # fmt: skip
_ORDER = ("callee", "caller", "middlebox", "hop", "host", "leg", "workload", "run", "path")


def stack_page(profile: Profile, version: str | None, knowledge: Knowledge) -> Page:
    """Return what is known of a stack, its defaults at *version* (None: at the newest)."""
    at = version or newest(profile)
    ends = " and ".join(_ENDS.get(end, end) for end in profile.ends)
    also = f"Also: {', '.join(profile.also)}." if profile.also else ""
    owner = "Run by a provider: only its settings can be changed." if profile.owner == "provider" else ""
    unsaid = "Nothing is assumed of it: what is not stated is not known." if profile.generic else ""
    title = f", {profile.name} {at}" if at else ""
    timers, others = _effective(profile, at, knowledge)
    return Page(
        f"{profile.name}@{version}" if version else profile.name,
        ends,
        " ".join(filter(None, (f"{profile.title}.", also, owner, unsaid, "" if profile.verified else "Not verified."))),
        [
            *section(f"Timers with nothing set{title}", Rows(timers)),
            *section(f"What it does with nothing set{title}", Rows(others)),
            *section("Worth knowing", profile.notes),
            *section("What runs there has, unless the document says otherwise", Rows(list(_implied(profile, knowledge)))),
            *section("Devices around what runs there", Rows(list(_devices(profile, knowledge)))),
            *section("Drawn on a path, it takes the place of", ", ".join(profile.instead_of)),
            *section("Traps", Rows([(s.name, s.trap) for s in profile.settings.values() if s.trap])),
            *conflict_sections(profile, version, knowledge),
            *section("Error texts", Rows([(e.text, e.symptom, e.means) for e in profile.errors])),
            *section("Known faults", Rows([_fault(f) for f in profile.faults])),
            *section("Settings, with defaults by version", Rows(list(_settings(profile)))),
            *section("What no setting changes, by version", Rows(list(_by_version(profile, knowledge)))),
            *section("Versions", ", ".join(f"{v.line} until {v.end_of_life}" if v.end_of_life else f"{v.line}"
                                           for v in profile.versions), profile.versions_source),
        ],
    )  # fmt: skip


def _effective(profile: Profile, version: str | None, knowledge: Knowledge) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what the stack comes to at *version*, each with its value and source: its timers, and all else."""
    alone = Alone(profile, knowledge, version)
    timers: list[tuple[str, ...]] = []
    others: list[tuple[str, ...]] = []
    order: dict[str, int] = {}
    for prop in knowledge.properties:
        order.setdefault(prop.name, len(order))
    for name in sorted(profile.gives, key=lambda n: (_ORDER.index(n.split(".")[0]), order.get(n.split(".")[-1], 0))):
        shown, found = alone.text(name), find_properties(name, knowledge)
        if not shown or not found or (profile.generic and shown == "unknown"):
            continue
        fact = alone.fact(name)
        called = "no setting" if isinstance(profile.gives[name], Behaviour) else fact.name
        unsure = "; not verified" if "not verified" in fact.words and fact.source == "behaviour" else ""
        source = fact.words if fact.source in ("effective", "derived") else fact.reference + unsure
        told = f"{called}: {found[0][1].means}" + (f" [{source}]" if source else "")
        if fact.value == "unknown":
            shown = "the host's" if _hosts(profile.gives[name]) and not name.startswith("host.") else "unknown"
        (timers if found[0][1].kind.name == "duration" else others).append((name, shown, told))
    return timers, others


def _hosts(given: Setting | Effective | Behaviour) -> bool:
    """Return whether the kernel of the host has a say in what *given* comes to."""
    return isinstance(given, Effective) and any(name.startswith("host.") for name in given.value.names)


def _implied(profile: Profile, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    for name, implied in profile.implies.items():
        for _, prop in find_properties(name, knowledge):
            limit = " at most" if implied.limit else ""
            yield name, f"{value_text(implied.value, prop.kind)}{limit}", f"{prop.means} [{given_source(implied)}]"


def _devices(profile: Profile, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    sides = {"inbound": "before it", "outbound": "on its calls"}
    for side, names in profile.middleboxes.items():
        for name in names:
            device = knowledge.profile(name)
            yield sides[side], f"{name}: {device.title}" if device is not None else name


def _settings(profile: Profile) -> Iterator[tuple[str, str]]:
    for setting in profile.settings.values():
        effect = setting.effect if setting.effect.startswith("at ") else f"on {setting.effect}" if setting.effect else ""
        rest = (setting.means, setting.unit and f"a bare number is in {setting.unit}", effect and f"acts {effect}")
        source = "" if profile.generic else f" [{source_text(setting)}]"
        yield setting.name, "; ".join(filter(None, (default_text(setting), *rest))) + source


def _by_version(profile: Profile, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for name, given in profile.gives.items():
        found = find_properties(name, knowledge)
        if isinstance(given, Behaviour) and found and len(given.rows) > 1:
            yield name, f"{rows_text(given.rows, found[0][1].kind)} [{given_source(given)}]"


def _fault(fault: Fault) -> tuple[str, str]:
    since = "all" if fault.since == "0" else fault.since
    end = f", as {fault.end}" if fault.end else ""
    return f"{since} to before {fault.fixed_in}" if fault.fixed_in else f"from {since}", f"{fault.title}{end} ({fault.source})"
