"""Packs: the worked example of docs/rule-packs.md, what stands in another's place, and packs that are installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.api import check
from advisor.cli.group import advisor
from advisor.cli.pack_cases import pack_results
from advisor.data import rules_dir
from advisor.errors import InputError, KnowledgeError
from advisor.knowledge import Knowledge, installed, knowledge_files, load_knowledge
from advisor.knowledge.loading import Loader
from advisor.symptoms import classify
from tests.test_readme import DAY, blocks, differing, session

PAGE = "docs/rule-packs.md"
FILE = re.compile(r"(?:# |\{# )([\w./-]+\.(?:yaml|j2))")


def write_page(root: Path) -> None:
    """Write every file of the page below *root*."""
    for language, text in blocks(PAGE):
        found = FILE.match(text) if language in ("yaml", "jinja") else None
        if found:
            path = root / found[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page's pack, in the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)
    write_page(tmp_path)
    return "house"


def told(packs: list[str]) -> list[str]:
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(packs)
    return [str(p) for p in error.value.problems]


def change(path: str, old: str, new: str) -> None:
    text = Path(path).read_text("utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new, 1), "utf-8")


def test_the_page_is_what_the_tool_does(house: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each session prints what the page shows, and what it writes is the file that the page shows."""
    code, ran = 0, 0
    for language, text in blocks(PAGE):
        for step in session(text) if text.startswith("$ ") else ():
            if step.words == ("echo", "$?"):
                assert step.shown == [str(code)]
                continue
            capsys.readouterr()
            with pytest.raises(SystemExit) as left:
                advisor.main(step.words[1:])
            code, ran = int(left.value.code or 0), ran + 1
            out, err = capsys.readouterr()
            assert differing(step.shown, (out + err).splitlines()) == "", out + err
        if language == "ini":
            assert Path("review/gateway/gate.conf").read_text("utf-8") == text
    assert ran == 4
    assert house == "house"


def test_a_pack_adds_all_that_it_may(house: str) -> None:
    known = load_knowledge([house])

    assert {kind for kind, _ in known.added} == {"rule", "stack", "class"}
    assert known.templates == (os.path.abspath("house/templates"),)
    assert {m.symptom for m in classify("2026 gate: shed caller 4", known)} == {"gate-sheds"}
    report = check(["fleet.yaml"], packs=[house], snippets=True).reports[0]
    assert list(report.symptoms[0].class_names) == ["gate-sheds"]
    assert [s.path for s in report.snippets] == ["gateway/gate.conf"]


def test_a_pack_is_kept_between_runs_until_it_changes(house: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir(mode=0o700)
    load_knowledge([house])
    monkeypatch.setattr("advisor.knowledge.loading.Loader.finish", lambda _: pytest.fail("it was read again"))

    kept = load_knowledge([house])
    assert ("rule", "idle-timeout-below-minimum") in kept.added
    assert kept.profiles["gate"].settings["idle.close"].step == 1.0
    change(f"{house}/gate.yaml", "until: '2', value: 20s", "until: '2', value: 250s")
    with pytest.raises(pytest.fail.Exception, match="read again"):
        load_knowledge([house])


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("rules/idle-timeout-ordering.yaml", "rule: idle-timeout-below-minimum", "rule: idle-timeout-ordering",
         "timeouts/idle-timeout-ordering"),
        ("node.yaml", "stack: gate", "stack: node", "stacks/node"),
        ("symptoms.yaml", "gate-sheds:", "closed-by-peer:", "symptoms"),
    ],
)  # fmt: skip
def test_nothing_is_shadowed_in_silence(house: str, file: str, old: str, new: str, where: str) -> None:
    """A slug, a stack, a class that is there already: both files are named; with ``replaces`` it goes in its place."""
    source = {"rules/idle-timeout-ordering.yaml": "idle-timeout-below-minimum.yaml", "node.yaml": "gate.yaml"}.get(file, file)
    os.makedirs("other/rules")
    text = Path(house, source).read_text("utf-8").replace("class: gate-sheds", "class: closed-by-peer")
    text = text.replace("explains: [gate-sheds]", "explains: [closed-by-peer]").replace(old, new, 1)
    Path("other", file).write_text(text, "utf-8")
    name = new.rstrip(":").split()[-1]

    [problem] = [p for p in told(["other"]) if "too" in p]
    assert problem.startswith(f"other/{file}:")
    assert f"rules/{where}.yaml too; to put this one in its place write replaces: {name}" in problem

    change(f"other/{file}", new, f"{new}\n{'  ' if new.endswith(':') else ''}replaces: {name}")
    if name == "node":  # the advisor's own rules and cases do not speak of it
        assert load_knowledge(["other"]).profiles["node"].title == "The house's gateway"
    elif name == "closed-by-peer":
        assert load_knowledge(["other"]).symptoms[name].title == "The gateway sheds load"
    else:
        assert load_knowledge(["other"]).rules[name].severity == "note"
        assert {r.owner for r in pack_results("other")} == {name}


@pytest.mark.parametrize(
    ("replaces", "problem"),
    [
        (
            "idle-timeout-orderng",
            "replaces idle-timeout-orderng, but is idle-timeout-below-minimum; what replaces another has its name",
        ),
        ("idle-timeout-below-minimum", "replaces idle-timeout-below-minimum, but there is none"),
    ],
)
def test_what_replaces_has_the_name_of_what_is_there(house: str, replaces: str, problem: str) -> None:
    change(f"{house}/idle-timeout-below-minimum.yaml", "severity:", f"replaces: {replaces}\nseverity:")

    [said] = told([house])
    assert said.startswith(f"house/idle-timeout-below-minimum.yaml:4:1: {problem}")


def test_two_packs_do_not_replace_the_same(house: str) -> None:
    for pack in ("one", "two"):
        os.mkdir(pack)
        text = Path(house, "gate.yaml").read_text("utf-8").replace("class: gate-sheds", "class: closed-by-peer")
        Path(pack, "node.yaml").write_text(text.replace("stack: gate", "stack: node\nreplaces: node"), "utf-8")

    assert told(["one", "two"]) == ["two/node.yaml:3:1: stack node stands in one/node.yaml too"]
    assert load_knowledge(["one", "./one"]).profiles["node"].title == "The house's gateway"


def test_another_name_of_a_stack_leads_to_one_stack(house: str) -> None:
    change(f"{house}/gate.yaml", "ends:", "also: [nginx]\nends:")

    assert told([house]) == ["house/gate.yaml:2:8: gate is also nginx, which is nginx in rules/stacks/nginx.yaml"]


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("causes.yaml", "pools: {causes: {a-cause: A cause}}\n", "1:1: the group pools has no title"),
        ("causes.yaml", "versions: {title: Ours, causes: {}}\n", "1:12: versions has the title Versions; leave this out"),
        (
            "causes.yaml",
            "versions: {causes: {runtime-version: Ours}}\n",
            "1:21: cause runtime-version stands in rules/causes.yaml too",
        ),
        ("causes.yaml", "[a]\n", "1:1: the file is a list; wanted: a mapping of groups of causes"),
        ("properties.yml", "leg: {}\n", "1:1: a pack adds no properties; it speaks of those that there are"),
        ("symptoms.yaml", "a: {texts: x}\n", '1:5: "texts" is the text "x"; wanted: a list of texts'),
        ("outside.yaml", "a: {explain: [x]}\n", '1:5: unknown key "explain"; did you mean explains?'),
        ("outside.yaml", "a: {same: [idle-timeout-order]}\n", "1:1: no rule idle-timeout-order"),
        ("sysctls.yaml", "- {name: a, harm: bad, says: b}\n", "1:19: harm bad is none of: no-effect, wrong-place, harmful"),
        ("empty.yaml", "# nothing\n", "1:1: the file is empty"),
        ("templates/targets.yaml", "- {template: x.j2}\n", "1:3: the output has no stacks, sides, file, language"),
    ],
)
def test_what_is_wrong_with_another_file_of_a_pack_is_told(tmp_path: Path, file: str, text: str, problem: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")

    loader = Loader()  # with few files of the advisor's own, which is quick
    for name in ("causes.yaml", "symptoms.yaml"):
        loader.file(os.path.join(rules_dir(), name), name)
    for found, name in knowledge_files(str(tmp_path)):
        loader.file(found, name, str(tmp_path))
    if file.startswith("templates"):
        loader.templates(str(path.parent))
    with pytest.raises(KnowledgeError) as error:
        loader.finish()
    assert any(str(p).startswith(f"{path}:{problem}") for p in error.value.problems)


def test_files_of_tools_are_left_alone(house: str) -> None:
    os.makedirs(f"{house}/.github/workflows")
    Path(house, ".github/workflows/ci.yaml").write_text("on: push\n", "utf-8")
    Path(house, ".advisor.yaml").write_text("a: 1\n", "utf-8")

    assert "gate" in load_knowledge([house]).profiles


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("symptoms.yaml", "'shed by gateway'", "'connection reset by peer by gateway'", ""),
        ("symptoms.yaml", "'GATE-17'", "'connection reset by peer'", "it is read as closed-by-peer and gate-sheds"),
        ("gate.yaml", "gate: shed …", "connection reset by peer", "it is read as closed-by-peer and gate-sheds; write more of it"),
        ("templates/targets.yaml", "idle.close:", "idle.clothes:", "gate has no setting idle.clothes"),
        ("templates/targets.yaml", "stacks: [gate]", "stacks: [gait]", "no stack gait"),
        ("templates/gate.conf.j2", "line.text", "line.txet", "gate.conf.j2, callee: 'advisor.snippets.lines.Line object' has no"),
        ("templates/gate.conf.j2", "{% endfor %}", "", "gate.conf.j2, callee: Unexpected end of template"),
        ("templates/gate.conf.j2", "m.said(line, mark)", "''", "gate.conf.j2 does not write it on the side callee"),
        ("idle-timeout-below-minimum.yaml", "at_least: 60s", "at_least: 50s", "the fix callee.idle_timeout leaves it violated"),
    ],
)  # fmt: skip
def test_the_test_of_a_pack_covers_all_of_it(house: str, file: str, old: str, new: str, fault: str) -> None:
    change(f"{house}/{file}", old, new)
    faults = [f for r in pack_results(house) for f in r.faults]
    assert any(f.startswith(fault) for f in faults) if fault else faults == []


def distribution(root: Path, points: str) -> str:
    """Write a distribution with *points* of entry to *root*, as an installer does, and return where it lies."""
    site = root / "site"
    (site / "house_pack-1.0.dist-info").mkdir(parents=True)
    (site / "house_pack-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: house-pack\nVersion: 1.0\n")
    (site / "house_pack-1.0.dist-info/entry_points.txt").write_text(f"[advisor.packs]\n{points}\n")
    write_page(root)
    (root / "house").rename(site / "house_pack")
    (site / "house_pack/__init__.py").write_text("raise RuntimeError('it was imported')\n")
    (site / "house_where.py").write_text(
        "import os\n\ndef rules():\n    return os.path.join(os.path.dirname(__file__), 'house_pack')\n"
    )
    return str(site)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(cache))
    return tmp_path


def test_an_installed_pack_is_used(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found as a package without importing it; once where it is named too; gone with its distribution."""
    site = distribution(fresh, "house = house_pack")
    monkeypatch.syspath_prepend(site)

    known: Knowledge = load_knowledge()
    assert known.added["stack", "gate"] == os.path.join(site, "house_pack")
    assert load_knowledge([os.path.join(site, "house_pack")]).added == known.added
    os.remove(os.path.join(site, "house_pack-1.0.dist-info", "entry_points.txt"))
    os.rename(os.path.join(site, "house_pack-1.0.dist-info"), os.path.join(site, "house_pack-2.0.dist-info"))
    assert load_knowledge().added == {}


def test_an_entry_point_may_be_a_function(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = distribution(fresh, "house = house_where:rules")
    monkeypatch.syspath_prepend(site)

    assert installed.installed_packs() == [os.path.join(site, "house_pack")]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("house_pack:rules", "pack house: house_pack:rules cannot be loaded (RuntimeError: it was imported)"),
        ("house_where:paths", "pack house: house_where:paths cannot be loaded (AttributeError"),
        ("house_none", "pack house: house_none leads to no directory of rules"),
    ],
)
def test_an_installed_pack_that_is_broken_is_told(fresh: Path, monkeypatch: pytest.MonkeyPatch, value: str, problem: str) -> None:
    monkeypatch.syspath_prepend(distribution(fresh, f"house = {value}"))

    with pytest.raises(InputError) as error:
        load_knowledge()
    assert str(error.value).startswith(problem)


def test_the_index_saves_the_look_at_all_distributions(fresh: Path) -> None:
    """A second start does not import importlib.metadata, and the directory that it runs in is not looked into."""
    distribution(fresh, "house = house_pack")
    code = (
        "import sys; from advisor.knowledge.installed import installed_packs as p; print(p(), 'importlib.metadata' in sys.modules)"
    )
    plain = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}  # coverage itself imports it
    runs = [
        subprocess.run([sys.executable, "-c", code], cwd=fresh / "site", capture_output=True, text=True, check=True,
                       env={**plain, "PYTHONPATH": os.pathsep.join([os.getcwd(), str(fresh / "site")])}).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    assert runs == [["[]", "True"], ["[]", "False"]]
