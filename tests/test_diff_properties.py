"""What holds for any two states: nothing changes against itself, worse and better are mirrors, order and skipping do not matter."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from advisor.diff import Diff, compare
from advisor.diff.comparing import kind_of
from advisor.knowledge import load_knowledge

KNOWN = load_knowledge()
DAY = "2025-06-01"
SYSCTLS = ("net.core.somaxconn = 128\n", "net.core.somaxconn = 4096\nnet.ipv4.tcp_tw_recycle = 1\n")
MIRROR = {"worse": "better", "better": "worse", "accepted": "exposed", "exposed": "accepted", "still": "still"}

Files = Mapping[str, str]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document with hops of few names, so that some are shared, some contradict each other, and some have no name."""
    caller, callee = draw(st.sampled_from(["web", "jobs"])), draw(st.sampled_from(["api", "db", ""]))
    idle, keep = draw(st.sampled_from(["50s", "90s", "4s"])), draw(st.sampled_from(["5s", "75s"]))
    lines = [f"service: {draw(st.sampled_from(['one', 'two']))}"] if draw(st.booleans()) else []
    if draw(st.booleans()):
        lines.append(f"workload: {{rate: {draw(st.sampled_from([20, 4000]))}/s, latency: {{p50: 20ms, p99: 90ms}}}}")
    lines += ["path:", f"  - name: {caller}", f"    stack: go@{draw(st.sampled_from(['1.19', '1.22']))}"]
    lines.append(f"    settings: {{IdleConnTimeout: {idle}, MaxIdleConnsPerHost: {draw(st.sampled_from([2, 100]))}}}")
    host = draw(st.sampled_from(["", "captures/kernel.txt", "{net.core.somaxconn: 128}"]))
    lines += [f"    host: {{os: linux@6.1, sysctl: {host}}}"] if host else []
    if draw(st.booleans()):
        lines.append(f"  - {{name: edge, stack: nginx@1.24, instances: {draw(st.sampled_from([2, 3]))}}}")
    name, version = f"name: {callee}, " if callee else "", draw(st.sampled_from(["18", "20.10", "22.9"]))
    lines.append(f"  - {{{name}stack: node@{version}, settings: {{keepAliveTimeout: {keep}}}}}")
    if draw(st.booleans()):
        until = draw(st.sampled_from(["2020-01-01", "2030-01-01"]))
        lines += ["ignore:", f"  - {{rule: idle-timeout-ordering, at: {caller}, reason: known, until: {until}}}"]
    return "\n".join(lines) + "\n"


def states() -> st.SearchStrategy[Files]:
    names = st.sampled_from(["a.yaml", "b.yaml", "sub/c.yaml", "d.yaml"])
    return st.tuples(st.dictionaries(names, documents(), min_size=1, max_size=4), st.sampled_from(SYSCTLS)).map(
        lambda made: {**made[0], "captures/kernel.txt": made[1], "sub/captures/kernel.txt": made[1]}
    )


@st.composite
def changes(draw: st.DrawFn, *, same_files: bool = False) -> tuple[Files, Files]:
    """Two states that have most in common."""
    old = draw(states())
    other = draw(states())
    if same_files:
        replaced = [name for name in old if name.endswith(".yaml") and draw(st.booleans())]
        return old, {**old, **{name: draw(documents()) for name in replaced}}
    kept = {name: text for name, text in old.items() if name.startswith("captures") or draw(st.integers(0, 3))}
    return old, {**kept, **{name: text for name, text in other.items() if not draw(st.integers(0, 2))}}


def put(root: Path, files: Files) -> str:
    shutil.rmtree(root, ignore_errors=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return str(root)


def review(root: Path, old: Files, new: Files) -> Diff | None:
    if not any(name.endswith(".yaml") for name in new) or not any(name.endswith(".yaml") for name in old):
        return None
    return compare(put(root / "old", old), put(root / "new", new), today=DAY, knowledge=KNOWN)


def told(diff: Diff) -> Counter[tuple[str, ...]]:
    return Counter((c.kind, c.rule, c.where, *c.documents, c.old, c.new) for c in diff.changes)


fast = settings(
    max_examples=25,  # a fault has many files, so that making it smaller takes long, and explaining it longer
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@fast
@given(states())
def test_against_itself_nothing_changes(tmp_path: Path, files: Files) -> None:
    found = review(tmp_path, files, files)
    assert found is not None
    assert (found.changes, found.moved, found.documents) == ([], [], [])
    assert found.counts.documents == sum(name.endswith(".yaml") for name in files)
    # Nor does it where all of it is judged.
    marked = {name: text + "# the same\n" if name.endswith(".yaml") else text for name, text in files.items()}
    again = review(tmp_path, files, marked)
    assert again is not None
    assert (again.changes, again.moved, again.documents) == ([], [], [])
    assert again.counts.documents == 0
    assert again.counts.unchanged > 0


@fast
@given(changes())
def test_worse_and_better_are_mirrors(tmp_path: Path, change: tuple[Files, Files]) -> None:
    there, back = review(tmp_path, *change), review(tmp_path, *change[::-1])
    if there is None or back is None:
        return
    # Without names of files and services: what is renamed has another one on each side.
    kinds = ("worse", "better", "still")
    forth = Counter((c.kind, c.rule, c.where, c.old, c.new) for c in there.of(*kinds) if c.where not in ("one", "two"))
    turned = Counter((MIRROR[c.kind], c.rule, c.where, c.new, c.old) for c in back.of(*kinds) if c.where not in ("one", "two"))
    assert forth == turned
    assert {(m.property, m.old and m.old.value, m.new and m.new.value) for m in there.moved} == {
        (m.property, m.new and m.new.value, m.old and m.old.value) for m in back.moved}


@fast
@given(changes())
def test_what_is_not_judged_would_not_have_changed(tmp_path: Path, change: tuple[Files, Files]) -> None:
    old, new = change
    marked = {name: text + "# judged all the same\n" if name.endswith(".yaml") else text for name, text in new.items()}
    some, whole = review(tmp_path, old, new), review(tmp_path, old, marked)
    if some is None or whole is None:
        return
    assert told(some) == told(whole)
    assert some.moved == whole.moved


@fast
@given(changes(same_files=True), st.permutations(["a.yaml", "b.yaml", "d.yaml"]))
def test_the_order_of_files_does_not_matter(tmp_path: Path, change: tuple[Files, Files], names: list[str]) -> None:
    other = dict(zip(["a.yaml", "b.yaml", "d.yaml"], names, strict=True))
    turned = tuple({other.get(name, name): text for name, text in files.items()} for files in change)
    one, two = review(tmp_path, *change), review(tmp_path, turned[0], turned[1])
    if one is None or two is None:
        return
    assert Counter((c.kind, c.rule, c.where, c.old, c.new, c.summary) for c in one.changes) == Counter(
        (c.kind, c.rule, c.where, c.old, c.new, c.summary) for c in two.changes)
    assert {m.hop for m in one.moved} == {m.hop for m in two.moved}


STATES = ("error", "warning", "note", "met", "not applicable", "not assessed", "ignored", "")


@pytest.mark.parametrize("old", STATES)
@pytest.mark.parametrize("new", STATES)
def test_each_pair_of_states_has_a_kind_and_its_mirror(old: str, new: str) -> None:
    kind, back = kind_of(old, new), kind_of(new, old)
    assert (kind == "unchanged") == (old == new)
    if kind in MIRROR and old != new:
        assert back == MIRROR[kind]
    assert {kind, back} in ({"unchanged"}, {"neutral"}, {"worse", "better"}, {"accepted", "exposed"}, {"known", "unknown"},
                            {"neutral", "unknown"}, {"neutral", "known"})  # fmt: skip
    if new in ("error", "warning", "note"):
        assert kind in ("worse", "exposed", "known", "unchanged", "better")
        assert kind != "better" or old in ("error", "warning")
