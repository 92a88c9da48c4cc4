"""What a platform implies: facts of what runs there, and devices that nobody drew; what the document states comes first."""

from __future__ import annotations

import pytest

from advisor.document import read_documents
from advisor.errors import Place
from advisor.explain import explain, text
from advisor.model import Builder
from advisor.render import RENDERERS, Options
from advisor.sheet import Sheet
from advisor.stacks import Profile
from advisor.values import Range, bounds
from tests.strategies import TODAY, knowledge, run
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
    for name, implied in platform.implies.items():
        role, _, prop = name.partition(".")
        if name not in api.profile.gives:  # what the stack says of itself goes before
            fact = sheet.cell(subjects[role], prop)
            found[name] = (fact.value, fact.source.kind, fact.source.detail, fact.source.reference)
            expected[name] = (implied.value, "implied", platform.name, implied.source)

    assert found == expected
    assert found


def named() -> list[tuple[str, str, str]]:
    """Return platform, side and stack of every device that a platform implies."""
    return [(p.name, side, stack) for p in PLATFORMS for side, stacks in p.middleboxes.items() for stack in stacks]


@pytest.mark.parametrize(("platform", "side", "stack"), named())
def test_its_devices_stand_on_their_side_and_one_that_is_drawn_takes_their_place(platform: str, side: str, stack: str) -> None:
    inbound = path(platform)
    text = inbound if side == "inbound" else inbound.replace(f", platform: {platform}", "").replace(
        "go@1.22}", f"go@1.22, platform: {platform}}}", 1)  # fmt: skip
    owner = "api" if side == "inbound" else "web"

    assert (f"{stack} of {owner}", stack) in devices(text)
    assert f"[{stack} of {owner}]" in RENDERERS["text"](run(text), Options())
    drawn = devices(text.replace("  - {name: api", f"  - {{name: drawn, stack: {stack}}}\n  - {{name: api"))
    assert [name for name, of in drawn if of == stack] == ["drawn"]


def test_the_callers_devices_come_first_and_the_callees_last() -> None:
    text = ("path:\n  - {name: web, stack: go, platform: azure-app-service}\n  - {name: edge, stack: firewall}\n"
            "  - {name: api, stack: go, platform: docker}\n")  # fmt: skip

    assert [stack for _, stack in devices(text)] == ["azure-app-service-snat", "firewall", "linux-conntrack"]
    (system,) = systems(text)
    assert [hop.profile.name for hop in system.paths[0].hops[1:]] == ["azure-app-service-snat", "firewall", "linux-conntrack", "go"]


@pytest.mark.parametrize("drawn", [p for p in knowledge().profiles.values() if p.instead_of], ids=lambda p: p.name)
def test_a_device_drawn_takes_the_place_of_those_that_its_profile_names(drawn: Profile) -> None:
    for stack in drawn.instead_of:
        (platform, side), *_ = [(p, s) for p, s, name in named() if name == stack]
        ends = ("", f", platform: {platform}") if side == "inbound" else (f", platform: {platform}", "")
        text = (f"path:\n  - {{name: web, stack: go{ends[0]}}}\n  - {{name: drawn, stack: {drawn.name}}}\n"
                f"  - {{name: api, stack: go{ends[1]}}}\n")  # fmt: skip
        assert devices(text) == [("drawn", drawn.name)]


@pytest.mark.parametrize("more", [", host: web", ", link: {transport: unix}"])
def test_a_call_that_does_not_leave_the_host_passes_no_device(more: str) -> None:
    assert devices(path("kubernetes")) != []
    assert devices(path("kubernetes", more=more)) == []


def test_every_device_that_is_named_is_known() -> None:
    every = {stack for _, _, stack in named()} | {name for p in knowledge().profiles.values() for name in p.instead_of}

    assert [name for name in every if (found := knowledge().profiles.get(name)) is None or not found.is_middlebox] == []


@pytest.mark.parametrize(
    ("stack", "platform", "more", "fact", "told"),
    [
        ("unknown", "aws-lambda", "", "callee.handler_timeout", (3, "implied")),
        ("unknown", "kubernetes", "", "callee.kill_after", (30, "implied")),
        ("unknown", "aws-lambda", "settings: {callee.handler_timeout: 1m}", "callee.handler_timeout", (60, "stated")),
        ("node@18", "aws-lambda", "", "callee.handler_timeout", (3, "implied")),  # its default is no limit
        ("node@18", "aws-lambda", "settings: {server.timeout: 10s}", "callee.handler_timeout", (10, "stated")),
        ("node@12", "azure-app-service", "", "callee.handler_timeout", (120, "default")),  # the lower limit holds
        ("node", "aws-lambda", "", "callee.handler_timeout", (3, "implied")),  # whatever its version
        ("gunicorn@23", "aws-lambda", "", "callee.handler_timeout", (3, "implied")),
        ("gunicorn@23", "azure-app-service", "", "callee.handler_timeout", (30, "effective")),
        ("gunicorn@23", "aws-lambda", "settings: {timeout: 20s}", "callee.handler_timeout", (20, "effective")),
        ("nginx", "systemd", "", "hop.nofile_hard", (524288, "implied")),  # it has a setting, and no default
        ("nginx", "systemd", "settings: {worker_rlimit_nofile: 8192}", "hop.nofile_hard", (8192, "stated")),
        ("apisix", "systemd", "", "hop.nofile_soft", (20480, "default")),  # it sets its own, which is no limit on it
        ("caddy", "kubernetes", "settings: {shutdown_delay: 5s}", "callee.pre_stop_delay", (5, "stated")),
    ],
)
def test_what_is_set_comes_first_and_a_default_yields_to_a_lower_limit(
    stack: str, platform: str, more: str, fact: str, told: tuple[float, str]
) -> None:
    (system,) = systems(f"path:\n  - {{name: web, stack: go}}\n"
                        f"  - {{name: api, stack: {stack}, platform: {platform}{more and ', ' + more}}}\n")  # fmt: skip
    role, _, name = fact.partition(".")
    api = next(hop for hop in system.hops if hop.name == "api")
    cell = Sheet(knowledge().properties).cell(getattr(api, role), name)

    assert (cell.value, cell.source.kind) == told


def test_what_if_a_setting_were_set_takes_the_implied_values_place() -> None:
    text = "path:\n  - {name: web, stack: go}\n  - {name: api, stack: node@18, platform: aws-lambda}\n"
    documents, _ = read_documents(["-"], stdin=text)
    builder = Builder(knowledge(), TODAY)
    (system,) = builder.build(documents)
    api = next(hop for hop in system.hops if hop.name == "api")

    assert api.callee is not None
    assert Sheet(knowledge().properties).value(api.callee, "handler_timeout") == 3
    assert builder.settings.set(api, "server.timeout", "10s", Place("--set")) is None
    assert Sheet(knowledge().properties).value(api.callee, "handler_timeout") == 10


def test_what_the_document_states_comes_first() -> None:
    (system,) = systems(path("aws-fargate", more=", process: {nofile: {soft: 4096}}"))
    api = next(hop for hop in system.hops if hop.name == "api")
    sheet = Sheet(knowledge().properties)

    assert (sheet.value(api.hop, "nofile_soft"), sheet.value(api.hop, "nofile_hard")) == (4096, 65535)


@pytest.mark.parametrize("platform", PLATFORMS, ids=[p.name for p in PLATFORMS])
def test_its_page_shows_what_it_implies_its_devices_and_what_is_worth_knowing(
    platform: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advisor.explain.stacks.conflict_sections", lambda *_: [])  # they take long
    page = " ".join(text(explain(platform.name, knowledge()), 1000).split())

    assert " ".join(platform.notes.split()) in page
    assert platform.notes
    assert [n for n, i in platform.implies.items() if n not in page or " ".join(i.source.split()) not in page] == []
    assert [stack for stacks in platform.middleboxes.values() for stack in stacks if f"{stack}: " not in page] == []


@pytest.mark.parametrize(("stack", "more", "ports"), [
    ("azure-app-service-snat", ", settings: {size: small}", 5 * 128),  # each instance of the app is one of the plan
    ("azure-app-service-snat", ", settings: {size: small, instances: 8}", 8 * 128),
    ("gcp-cloud-nat", "", Range(64.0, 5 * 64.0)),  # several pods can share a VM
    ("gcp-cloud-nat", ", settings: {VMs: 3}", 3 * 64),
])  # fmt: skip
def test_the_ports_of_a_device_are_counted_by_the_instances_that_call_through_it(stack: str, more: str, ports: object) -> None:
    """One caller of two hops counts once, two callers count both."""
    way = f"  - {{name: way, stack: {stack}{more}}}\n"
    text = "---\n".join(f"path:\n  - {{name: {a}, stack: go, instances: {n}}}\n{way}  - {{name: {b}, stack: node}}\n"
                        for a, n, b in (("one", 2, "x"), ("one", 2, "y"), ("two", 3, "x")))  # fmt: skip
    (system,) = systems(text)
    (box,) = {box for leg in system.subjects["leg"] for box in leg.lists["middleboxes"] or ()}
    found = Sheet(knowledge().properties).value(box, "ports")

    assert bounds(found) == bounds(ports)  # type: ignore[arg-type]
