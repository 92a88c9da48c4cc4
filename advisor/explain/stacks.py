"""The page of a stack: what it does when nothing is set, its settings, its traps, and whom it disagrees with."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.explain.page import Page, Rows, section
from advisor.explain.pairs import pairs
from advisor.explain.settings import find_properties, means
from advisor.explain.values import Alone, default_text, newest, rows_text
from advisor.knowledge import Knowledge
from advisor.stacks import Behaviour, Profile

_ENDS = {"caller": "calls others", "callee": "is called", "middlebox": "watches connections pass", "host": "a kernel",
         "platform": "a platform"}  # fmt: skip


def stack_page(profile: Profile, version: str | None, knowledge: Knowledge) -> Page:
    """Return what is known of a stack, its defaults at *version* (None: at the newest)."""
    at = version or newest(profile)
    ends = " and ".join(_ENDS.get(end, end) for end in profile.ends)
    also = f"Also: {', '.join(profile.also)}." if profile.also else ""
    owner = "Run by a provider: only its settings can be changed." if profile.owner == "provider" else ""
    unsaid = "Nothing is assumed of it: what is not stated is not known." if profile.generic else ""
    return Page(
        f"{profile.name}@{version}" if version else profile.name,
        ends,
        " ".join(filter(None, (f"{profile.title}.", also, owner, unsaid, "" if profile.verified else "Not verified."))),
        [
            *section(f"With nothing set{f', {profile.name} {at}' if at else ''}", Rows(list(_effective(profile, at, knowledge)))),
            *section("Settings and defaults", Rows(list(_settings(profile)))),
            *section("What no setting changes", Rows(list(_behaviour(profile, knowledge)))),
            *section("Conflicts of defaults", Rows(list(_conflicts(profile, version, knowledge)))),
            *section("Known faults", Rows([(_since(f.since, f.fixed_in), f"{f.title} ({f.source})") for f in profile.faults])),
            *section("Error texts", Rows([(e.text, e.symptom, e.means) for e in profile.errors])),
            *section("Versions", ", ".join(f"{v.line} until {v.end_of_life}" if v.end_of_life else f"{v.line}"
                                           for v in profile.versions), profile.versions_source),
            *section("Sources", Rows([(s,) for s in _sources(profile)])),
        ],
    )  # fmt: skip


def _effective(profile: Profile, version: str | None, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    alone = Alone(profile, knowledge, version)
    for name, given in profile.gives.items():
        if not isinstance(given, Behaviour) and (shown := alone.text(name)) and not (profile.generic and shown == "unknown"):
            yield name, shown, means(name, knowledge)


def _settings(profile: Profile) -> Iterator[tuple[str, str]]:
    for setting in profile.settings.values():
        effect = setting.effect if setting.effect.startswith("at ") else f"on {setting.effect}" if setting.effect else ""
        rest = (setting.means, setting.unit and f"a bare number is in {setting.unit}", effect and f"acts {effect}")
        yield setting.name, "; ".join(filter(None, (default_text(setting), *rest)))
        if setting.trap:
            yield "", f"Trap: {setting.trap}"


def _behaviour(profile: Profile, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    for name, given in profile.gives.items():
        found = find_properties(name, knowledge)
        if isinstance(given, Behaviour) and found:
            yield name, rows_text(given.rows, found[0][1].kind), found[0][1].means


def _conflicts(profile: Profile, version: str | None, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    if profile.generic:
        return
    for pair in pairs(knowledge, with_stack=profile.name, version=version):
        if pair.verdict == "conflict":
            yield f"{pair.caller} -> {pair.callee}", f"keeps idle {pair.keeps}, closes at {pair.closes}"


def _since(since: str, fixed: str) -> str:
    return f"{since if since != '0' else 'all'} to before {fixed}" if fixed else f"from {since}"


def _sources(profile: Profile) -> list[str]:
    return list(dict.fromkeys(s.source for s in profile.settings.values() if s.source))
