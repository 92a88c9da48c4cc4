"""What a platform implies: facts of what runs there, and devices that nobody drew; what the document states comes first."""

from __future__ import annotations

import pytest

from advisor.render import RENDERERS, Options
from advisor.sheet import Sheet
from advisor.stacks import Profile
from tests.strategies import knowledge, run
from tests.test_model import systems

PLATFORMS = [p for p in knowledge().profiles.values() if "platform" in p.ends]
PATH = "path:\n  - {{name: web, stack: go@1.22}}\n{between}  - {{name: api, stack: go@1.22, platform: {platform}{more}}}\n"


def path(platform: str, between: str = "", more: str = "") -> str:
    return PATH.format(platform=platform, between=between, more=more)


def devices(text: str) -> list[tuple[str, str]]:
    """Return name and stack of what stands between the ends of a path, as its document and its platforms have it."""
    (system,) = systems(text)
    (leg,) = system.subjects["leg"]
    return [(box.name, box.store.profile.name) for box in leg.lists["middleboxes"] or [] if box.store is not None]


@pytest.mark.parametrize("platform", PLATFORMS, ids=[p.name for p in PLATFORMS])
def test_what_runs_there_has_what_is_implied_and_the_source_is_told(platform: Profile) -> None:
    (system,) = systems(path(platform.name))
    api = next(hop for hop in system.hops if hop.name == "api")
    subjects = {subject.role: subject for subject in (*api.subjects, api.host)}
    sheet = Sheet(knowledge().properties)
    found = {}
    expected = {}
    for name, (value, reference) in platform.implies.items():
        role, _, prop = name.partition(".")
        if name not in api.profile.gives:  # what the stack says of itself goes before
            fact = sheet.cell(subjects[role], prop)
            found[name] = (fact.value, fact.source.kind, fact.source.detail, fact.source.reference)
            expected[name] = (value, "implied", platform.name, reference)

    assert found == expected
    assert found


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if p.middleboxes], ids=lambda p: p.name)
def test_its_devices_stand_before_it_in_brackets_and_one_that_is_drawn_takes_their_place(platform: Profile) -> None:
    (stack,) = platform.middleboxes

    assert devices(path(platform.name)) == [(f"{stack} of api", stack)]
    assert f"[{stack} of api]" in RENDERERS["text"](run(path(platform.name)), Options())
    assert devices(path(platform.name, f"  - {{name: drawn, stack: {stack}}}\n")) == [("drawn", stack)]


def test_what_the_document_states_comes_first() -> None:
    (system,) = systems(path("aws-fargate", more=", process: {nofile: {soft: 4096}}"))
    api = next(hop for hop in system.hops if hop.name == "api")
    sheet = Sheet(knowledge().properties)

    assert (sheet.value(api.hop, "nofile_soft"), sheet.value(api.hop, "nofile_hard")) == (4096, 65535)
