"""What a profile tells of a version by itself: its last day of support, and its known faults."""

from __future__ import annotations

from advisor.errors import Place
from advisor.facts import Given, Source, Subject
from advisor.stacks import Profile

_NEVER, _LATER = "9999-12-31", "9999"  # a day, and a version, after all others


def state_life(hop: Subject, profile: Profile, version: str | None, place: Place) -> None:
    """State the last day of support; a stack or line that has none yet has no end."""
    end = profile.end_of_life(version)
    if isinstance(end, str):
        hop.stated["end_of_life"] = Given(end, Source("default", place, profile.name, profile.versions_source))
    elif not profile.generic and (profile.is_supported(version) or not any(v.end_of_life for v in profile.versions)):
        hop.stated["end_of_life"] = Given(_NEVER, Source("none", None, profile.name))


def known_faults(profile: Profile) -> list[Subject]:
    """Return the faults of all versions that the profile lists."""
    found = []
    for fault in profile.faults:
        element = Subject("fault", fault.title)
        source = Source("default", reference=fault.source)
        element.stated["title"] = Given(fault.title, source)
        element.stated["since"] = Given(fault.since, source)
        element.stated["fixed_in"] = Given(fault.fixed_in or _LATER, source)
        if fault.end:
            element.stated["end"] = Given(fault.end, source)
        found.append(element)
    return found
