"""advisor diff: sides from files, directories and git; what changed, what moved it, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from advisor.cli.group import advisor
from advisor.diff import Diff, OutcomeChange, compare
from advisor.diff.markdown import MARKER, MOST
from advisor.diff.markdown import render as as_markdown
from advisor.errors import InputError
from advisor.knowledge import Knowledge, load_knowledge
from advisor.render.options import Options

KNOWN = load_knowledge()
DAY = "2025-06-01"
PATH = """\
service: shop
workload: {rate: 100/s, latency: {p50: 20ms, p99: 90ms}}
path:
  - name: web
    stack: go@1.22
    settings: {IdleConnTimeout: 50s, MaxIdleConnsPerHost: 100}
    host: {os: linux@6.1, sysctl: captures/sysctl.txt}
  - name: edge
    stack: nginx@1.24
  - name: api
    stack: node@18
    settings: {keepAliveTimeout: 75s}
"""
SYSCTL = "net.core.somaxconn = 4096\nnet.ipv4.ip_local_port_range = 32768 60999\n"
WORSE = PATH.replace("IdleConnTimeout: 50s", "IdleConnTimeout: 90s")


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.diff.load_knowledge", lambda packs=(): load_knowledge(packs) if packs else KNOWN)


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def git(root: Path, *words: str) -> str:
    settings = ("user.name=reader", "user.email=reader@example.org", "commit.gpgsign=false", "core.hooksPath=/dev/null")
    command = ["git", *(word for setting in settings for word in ("-c", setting)), *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def commit(root: Path, files: Mapping[str, str]) -> str:
    write(root, files)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a state")
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: Callable[[str], str]) -> Path:
    """A repository with one document and its capture on main; it is the working directory."""
    needs("git")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, {"deploy/path.yaml": PATH, "deploy/captures/sysctl.txt": SYSCTL})
    monkeypatch.chdir(root)
    return root


def run(*args: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(advisor, ["diff", f"--today={DAY}", *map(str, args)])


def told(diff: Diff, *kinds: str) -> set[tuple[str, str]]:
    return {(c.rule, c.where) for c in diff.changes if not kinds or c.kind in kinds}


IDLE = ("idle-timeout-ordering", "web -> edge")


def test_a_revision_against_the_work_tree(repo: Path) -> None:
    (repo / "deploy/path.yaml").write_text(WORSE)
    before = git(repo, "status", "--porcelain", "--ignored")
    found = compare("main:deploy/path.yaml", "deploy/path.yaml", today=DAY)
    assert IDLE in told(found, "worse")
    change = next(c for c in found.changes if (c.rule, c.where) == IDLE)
    moved = change.moved[0]
    assert (moved.hop, moved.name, moved.decides) == ("web", "IdleConnTimeout", True)
    assert moved.old is not None
    assert moved.new is not None
    assert (moved.old.value, moved.old.place) == ("50s", "main:deploy/path.yaml:6:33")
    assert (moved.new.value, moved.new.place) == ("90s", "deploy/path.yaml:6:33")
    assert "IdleConnTimeout" in change.fix
    assert git(repo, "status", "--porcelain", "--ignored") == before


def test_the_work_tree_before_a_revision_is_the_mirror(repo: Path) -> None:
    (repo / "deploy/path.yaml").write_text(WORSE)
    assert IDLE in told(compare("deploy/path.yaml", "main:deploy/path.yaml", today=DAY), "better")


@pytest.mark.parametrize(("old", "new"), [
    ("main..HEAD", None), ("main...HEAD", None), ("main..", None), ("main..HEAD", "deploy"), ("main", "HEAD"), ("main", "."),
    ("main", "deploy"), ("main:deploy", "deploy"), ("main:deploy/path.yaml", "HEAD:deploy/path.yaml"), ("main:", "HEAD:"),
    ("main:./deploy", "deploy"), ("HEAD~1", "HEAD:deploy"),
])  # fmt: skip
def test_each_way_to_name_two_states(repo: Path, old: str, new: str | None) -> None:
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, {"deploy/path.yaml": WORSE, "notes/other.yaml": "a: {b: c}\n"})
    found = compare(old, new, today=DAY)
    assert IDLE in told(found, "worse")
    assert not found.problems


def test_what_is_on_main_only_is_left_out_by_three_dots(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, {"deploy/second.yaml": PATH.replace("shop", "second").replace("name: ", "name: second-")})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"deploy/path.yaml": WORSE})
    assert not told(compare("main...topic", today=DAY), "better")
    assert IDLE in told(compare("main..topic", today=DAY), "better")


def test_from_a_folder_below_the_top(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "deploy/path.yaml").write_text(WORSE)
    monkeypatch.chdir(repo / "deploy")
    for old in ("main", "main:deploy/path.yaml", "main:./path.yaml"):
        assert IDLE in told(compare(old, "path.yaml", today=DAY), "worse")


def test_captures_are_read_from_the_same_revision(repo: Path) -> None:
    commit(repo, {"deploy/captures/sysctl.txt": SYSCTL.replace("32768 60999", "32768 33000")})
    found = compare("HEAD~1..HEAD", today=DAY)
    moved = [(m.old.place, m.new.place) for m in found.moved if m.old and m.new and "ip_local_port_range" in m.name]
    assert ("HEAD~1:deploy/captures/sysctl.txt:2:1", "HEAD:deploy/captures/sysctl.txt:2:1") in moved
    # A later state of the file does not matter, nor that it is gone.
    (repo / "deploy/captures/sysctl.txt").unlink()
    assert compare("HEAD~1..HEAD", today=DAY) == found


def test_a_capture_through_a_link_is_read_from_the_revision(repo: Path) -> None:
    (repo / "shared").mkdir()
    (repo / "shared/kernel.txt").write_text(SYSCTL)
    (repo / "deploy/captures/sysctl.txt").unlink()
    (repo / "deploy/captures/sysctl.txt").symlink_to("../../shared/kernel.txt")
    commit(repo, {})
    commit(repo, {"shared/kernel.txt": SYSCTL.replace("4096", "128")})
    found = compare("HEAD~1..HEAD", today=DAY)
    assert any(m.name == "net.core.somaxconn" for m in found.moved)


def test_a_capture_outside_the_repository_is_no_part_of_a_revision(repo: Path) -> None:
    (repo.parent / "secret.txt").write_text(SYSCTL)
    text = PATH.replace("captures/sysctl.txt", "../../secret.txt")
    commit(repo, {"deploy/path.yaml": text})
    found = compare("HEAD~1..HEAD", today=DAY)
    assert [str(p) for p in found.problems] == [
        "HEAD:deploy/path.yaml:7:35: ../../secret.txt: lies outside the repository; no revision holds it"]
    # As deep as the scratch directory may lie: what is read never leaves it.
    (repo / "deploy/path.yaml").write_text(text.replace("../../secret.txt", "../" * 40 + "etc/hostname"))
    git(repo, "commit", "-qam", "deeper")
    assert "lies outside the repository" in compare("HEAD~1..HEAD", today=DAY).problems[0].message


def test_a_link_out_of_the_repository_is_not_followed(repo: Path) -> None:
    (repo.parent / "secret.txt").write_text(SYSCTL)
    (repo / "deploy/captures/sysctl.txt").unlink()
    (repo / "deploy/captures/sysctl.txt").symlink_to(repo.parent / "secret.txt")
    commit(repo, {"deploy/path.yaml": WORSE})
    found = compare("HEAD~1..HEAD", today=DAY)
    assert [p.message for p in found.problems] == ["captures/sysctl.txt: no such file; paths start at the document's directory"]


def test_a_bumped_version_moves_defaults(tmp_path: Path) -> None:
    text = PATH.replace("{keepAliveTimeout: 75s}", "{}").replace(", sysctl: captures/sysctl.txt", "")
    old = write(tmp_path / "old", {"path.yaml": text})
    new = write(tmp_path / "new", {"path.yaml": text.replace("node@18", "node@22.9")})
    found = compare(str(old), str(new), today=DAY)
    defaults = {m.name: (m.old.words, m.new.words) for m in found.moved if m.old and m.new and "default" in m.old.words}
    assert ("default of node 18", "default of node 22.9") in defaults.values()
    # The same by hand, without a second document.
    wished = compare(str(old), sets=["api.version=22.9"], today=DAY)
    assert told(wished) == told(found)
    assert wished.new.endswith("with api.version=22.9")


def test_the_default_says_both_versions_where_it_decides(tmp_path: Path) -> None:
    text = ("service: s\npath:\n  - {name: a, stack: go@1.22, settings: {IdleConnTimeout: 4500ms}}\n"
            "  - {name: b, stack: node@20.10, settings: {}}\n")  # fmt: skip
    old, new = write(tmp_path, {"a.yaml": text, "b.yaml": text.replace("20.10", "22.9")}) / "a.yaml", tmp_path / "b.yaml"
    found = compare(str(old), str(new), today=DAY)
    buffers = [m for m in found.moved if m.property == "server.keepAliveTimeoutBuffer"]
    assert [(m.old and (m.old.value, m.old.words), m.new and (m.new.value, m.new.words)) for m in buffers] == [
        (("0s", "default of node 20.10"), ("1s", "default of node 22.9"))]


def test_documents_added_removed_and_renamed(repo: Path) -> None:
    commit(repo, {"deploy/gone.yaml": PATH.replace("shop", "gone").replace("name: ", "name: gone-")})
    git(repo, "mv", "deploy/path.yaml", "deploy/shop.yaml")
    git(repo, "rm", "-q", "deploy/gone.yaml")
    commit(repo, {"deploy/new.yaml": WORSE.replace("shop", "fresh").replace("name: ", "name: new-")})
    found = compare("HEAD~1..HEAD", today=DAY)
    assert [(d.kind, d.name, d.old_name, d.services) for d in found.documents] == [
        ("added", "deploy/new.yaml", "", "fresh"),
        ("removed", "deploy/gone.yaml", "", "gone"),
        ("renamed", "deploy/shop.yaml", "deploy/path.yaml", "shop"),
    ]
    new = [c for c in found.changes if c.rule == IDLE[0] and c.kind == "worse"]
    assert [(c.where, c.old, c.documents) for c in new] == [("new-web -> new-edge", "", ["deploy/new.yaml"])]
    assert all(c.where.startswith(("new-", "gone-", "fresh", "gone")) for c in found.changes)


def test_a_document_that_is_new_to_its_revision(repo: Path) -> None:
    write(repo, {"deploy/new.yaml": WORSE})
    done = run("main:deploy/new.yaml", "deploy/new.yaml")
    assert done.exit_code == 1
    assert "new.yaml is new" in done.stdout
    # Another name there is a slip, and told as one.
    assert "did you mean main:deploy/path.yaml?" in run("main:deploy/pat.yaml", "deploy/path.yaml").stderr


def test_what_is_accepted_and_no_longer(tmp_path: Path) -> None:
    ignore = "ignore:\n  - {rule: idle-timeout-ordering, at: web, reason: known, until: 2030-01-01}\n"
    files = {"plain.yaml": WORSE, "accepted.yaml": WORSE + ignore, "lapsed.yaml": WORSE + ignore.replace("2030", "2020")}
    write(tmp_path, {**files, "captures/sysctl.txt": SYSCTL})
    plain, accepted, lapsed = (str(tmp_path / name) for name in files)
    found = compare(plain, accepted, today=DAY)
    assert told(found) == told(found, "accepted") == {IDLE}
    assert "accepted by ignore" in found.changes[0].because
    back = compare(accepted, plain, today=DAY)
    assert told(back) == told(back, "exposed") == {IDLE}
    assert back.reaches("error")
    expired = compare(accepted, lapsed, today=DAY)
    assert told(expired, "exposed") == {IDLE}
    assert told(expired, "worse") == {("ignore-expired", "web")}


def test_what_is_not_known_any_more_says_what_it_needs(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": PATH, "b.yaml": PATH.replace("nginx@1.24", "unknown"),
                     "captures/sysctl.txt": SYSCTL})  # fmt: skip
    found = compare(str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), today=DAY)
    unknown = found.of("unknown")
    assert unknown
    assert all(c.missing for c in unknown)
    back = compare(str(tmp_path / "b.yaml"), str(tmp_path / "a.yaml"), today=DAY)
    assert told(back, "known") >= {(c.rule, c.where) for c in unknown}


def test_a_document_of_the_new_side_that_is_wrong_is_told_and_exit_2(repo: Path) -> None:
    write(repo, {"deploy/path.yaml": PATH.replace("keepAliveTimeout", "keepAliveTimeot")})
    write(repo, {"deploy/b.yaml": WORSE.replace("name: ", "name: b-")})
    done = run("main", "deploy")
    assert done.exit_code == 2
    assert "deploy/path.yaml:12:16: node has no setting" in done.stderr
    assert "b-web -> b-edge" in done.stdout


def test_a_document_that_is_mended_is_not_wrong(repo: Path) -> None:
    commit(repo, {"deploy/path.yaml": PATH.replace("keepAliveTimeout", "keepAliveTimeot")})
    (repo / "deploy/path.yaml").write_text(PATH)
    done = run("HEAD", "deploy/path.yaml")
    assert done.exit_code == 0
    assert "HEAD:deploy/path.yaml:12:16" in done.stdout


@pytest.mark.parametrize(("level", "code"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
def test_fail_on_new(repo: Path, level: str, code: int) -> None:
    (repo / "deploy/path.yaml").write_text(WORSE)
    assert run("main", "deploy", "--fail-on-new", level).exit_code == code
    assert run("main", "main").exit_code == 0
    # An old finding is none of the change.
    commit(repo, {})
    assert run("main", "deploy", "--fail-on-new", level).exit_code == 0


def test_the_level_may_be_left_out(repo: Path) -> None:
    (repo / "deploy/path.yaml").write_text(WORSE)
    assert run("main:deploy/path.yaml", "deploy/path.yaml", "--fail-on-new").exit_code == 1


@pytest.mark.parametrize(("args", "says"), [
    (("manx:deploy/path.yaml", "deploy/path.yaml"), "no such file, and no revision manx of a git repository here"),
    (("deploy/pth.yaml", "deploy/path.yaml"), "did you mean deploy/path.yaml?"),
    (("deploy", "deploy/path.yaml"), "is a directory, and deploy/path.yaml a file; compare two of a kind"),
    (("main..nowhere",), "no revision nowhere"),
    (("--", "-x:path", "deploy"), "no such file"),
    (("deploy/path.yaml",), "no NEW"),
    (("-", "deploy/path.yaml"), "standard input"),
    (("deploy/captures", "deploy/captures"), "no document in deploy/captures"),
    (("deploy/path.yaml", "--set", "api.keepAliv=1s"), "did you mean keepAlive"),
    (("deploy/path.yaml", "--set", "nobody.keepAlive=1s"), "no hop nobody"),
    (("main:deploy/no.yaml", "HEAD:deploy/no.yaml"), "is not there"),
])  # fmt: skip
@pytest.mark.usefixtures("repo")
def test_a_call_that_is_wrong_says_so_and_exits_with_2(args: tuple[str, ...], says: str) -> None:
    done = run(*args)
    assert says in done.stderr
    assert (done.exit_code, done.stdout) == (2, "")


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.yaml": PATH})
    assert "no revision main of a git repository here" in run("main:a.yaml", "a.yaml").stderr


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.yaml": PATH})
    assert "is not installed; compare two files or two directories" in run("main:a.yaml", "a.yaml").stderr


def test_an_output_is_never_written_over_an_input(repo: Path) -> None:
    assert run("main:deploy/path.yaml", "deploy/path.yaml", "-o", "deploy/path.yaml").exit_code == 2
    assert (repo / "deploy/path.yaml").read_text() == PATH
    assert run("main", "deploy", "-o", "review.md", "--format", "markdown").exit_code == 0
    assert (repo / "review.md").read_text().startswith(MARKER)
    assert run("main", "deploy", "-o", "review.md", "--format", "markdown").exit_code == 0, "its own file is written again"


# Formats. Few rules, so that a new one changes no golden file.

FEW = ("idle-timeout-ordering", "runtime-end-of-life")


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Diff:
    """A change of each kind."""
    few = Knowledge(KNOWN.properties)
    few.__dict__.update(KNOWN.__dict__)
    few.rules = {slug: KNOWN.rules[slug] for slug in FEW}
    monkeypatch.chdir(tmp_path)
    ignore = "ignore:\n  - {rule: runtime-end-of-life, at: web, reason: the platform team upgrades it in July, until: 2025-08-01}\n"
    new = WORSE.replace("node@18", "node@22").replace("MaxIdleConnsPerHost: 100", "MaxIdleConnsPerHost: 1") + ignore
    third = PATH.replace("shop", "third").replace("name: ", "name: third-")
    write(tmp_path, {
        "old/path.yaml": PATH, "old/captures/sysctl.txt": SYSCTL, "old/third.yaml": third,
        "new/path.yaml": new, "new/captures/sysctl.txt": SYSCTL, "new/third.yaml": third,
        "new/second.yaml": "service: second\npath: [{stack: go@1.22}, {stack: node@16}]\n",
    })  # fmt: skip
    found = compare("old", "new", today=DAY, knowledge=few)
    unknown = OutcomeChange(
        kind="unknown", rule="idle-pool-too-small", where="web -> edge", documents=["path.yaml"], old="met", new="not assessed",
        summary="The idle pool is small", message="", place="new/path.yaml:4:5", moved=found.moved[:1], because="",
        missing=["web instances"], fix="",
    )  # fmt: skip
    return found._replace(changes=[*found.changes, unknown], counts=found.counts._replace(unknown=1))


@pytest.mark.parametrize(("module", "name"), [("text", "review.txt"), ("markdown", "review.md"), ("json_v1", "review.json")])
def test_golden(review: Diff, module: str, name: str, golden: Callable[[str, str], None]) -> None:
    from importlib import import_module

    text = import_module(f"advisor.diff.{module}").render(review, Options(width=90))
    golden(f"golden/diff/{name}", text.replace(review.version, "VERSION"))


def test_markdown_is_a_comment_that_a_bot_finds_again(review: Diff) -> None:
    text = as_markdown(review, Options())
    assert text.split("\n")[0] == MARKER
    assert text == as_markdown(review, Options())
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert html.count("<details>") == html.count("</details>") > 2
    assert "<table>" in html
    # Short first: the headline and the table of new findings, before anything that is folded.
    assert text.index("| error |") < text.index("<details>")


def test_markdown_stays_below_what_a_forge_takes(review: Diff) -> None:
    change = next(c for c in review.changes if c.moved)
    changes = [change._replace(where=f"{i} {'x' * 300}") for i in range(3000)]
    many = review._replace(changes=changes, moved=list(change.moved) * 4000)
    text = as_markdown(many, Options())
    assert len(text) <= MOST
    assert "more." in text


def test_no_text_of_the_reader_acts_in_markdown(review: Diff) -> None:
    nasty = "</details><img src=x onerror=1>|@all `x` [a](http://b)\n# head"
    change = next(c for c in review.changes if c.moved)
    moved = change.moved[0]._replace(hop=nasty, name=nasty)
    change = change._replace(where=nasty, summary=nasty, because=nasty, fix=nasty, moved=[moved])
    hostile = review._replace(old=nasty, changes=[change], moved=[moved])
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(as_markdown(hostile, Options()))
    assert "<img" not in html
    assert "<a " not in html
    assert "@all" not in html.replace("@<!-- -->all", "").replace("<code>", "").split("</details>")[0] or "@<!-- -->all" in html
    assert html.count("<details>") == html.count("</details>")
    assert "<h1>" not in html


def test_json_holds_all_and_names_its_shape(review: Diff) -> None:
    from advisor.diff.json_v1 import render

    held = json.loads(render(review, Options()))
    assert held["schema"] == "advisor/diff/v1"
    assert len(held["changes"]) == len(review.changes)
    assert {c["kind"] for c in held["changes"]} <= {"worse", "better", "unknown", "known", "accepted", "exposed", "still"}
    assert [c["new_finding"] for c in held["changes"]] == [c.finding for c in review.changes]
    assert held["counts"]["documents"] == 1


def test_all_formats_from_the_command(repo: Path) -> None:
    (repo / "deploy/path.yaml").write_text(WORSE)
    outputs = {name: run("main", "deploy", "--format", name) for name in ("text", "markdown", "json")}
    assert {done.exit_code for done in outputs.values()} == {1}
    for done in outputs.values():
        assert "idle-timeout-ordering" in done.stdout
        assert done.stderr == ""


def test_a_state_that_is_not_there_is_refused_by_the_function(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        compare(str(tmp_path / "a"), str(tmp_path / "b"))
