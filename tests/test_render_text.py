from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from advisor.render import RENDERERS, Options
from advisor.render.terminal import cells
from tests.render_fixtures import CHECKOUT as REPORT
from tests.render_fixtures import RUNS, finding, run

WAYS = {
    "plain": Options(),
    "verbose": Options(verbose=True),
    "quiet": Options(quiet=True),
    "ascii": Options(ascii=True, width=70),
}


def text(name: str, options: Options = WAYS["plain"]) -> str:
    return RENDERERS["text"](RUNS[name](), options)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_reads_as_kept(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"golden/render/{name}.txt", text(name))


@pytest.mark.parametrize("way", ["verbose", "quiet", "ascii"])
def test_the_checkout_reads_as_kept_in_every_way(way: str, golden: Callable[[str, str], None]) -> None:
    golden(f"golden/render/checkout-{way}.txt", text("checkout", WAYS[way]))


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("width", [50, 72, 100, 500])
def test_no_line_is_wider_than_the_terminal_or_100_columns(name: str, width: int) -> None:
    shown = text(name, Options(width=width, verbose=True))
    lines = re.sub(r"(?m)^(Next:| {5}) advisor.*", "", shown).splitlines()  # a command to copy is not wrapped

    assert [line for line in lines if cells(line) > min(width, 100)] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_colour_marks_only_what_words_say() -> None:
    colored = text("several", Options(color=True, verbose=True))

    assert "\x1b[1;31merror[idle-timeout-ordering]\x1b[0m: pricing" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text("several", Options(verbose=True))


def test_ascii_is_ascii() -> None:
    assert all(text(name, Options(ascii=True, verbose=True)).isascii() for name in RUNS)


def test_a_healthy_path_is_said_in_few_lines() -> None:
    assert len(text("healthy").splitlines()) <= 15


def test_quiet_says_only_the_findings_and_the_outcomes() -> None:
    lines = [line for line in text("checkout", WAYS["quiet"]).splitlines() if line]

    assert len(lines) == len(REPORT.findings) + 1


def test_one_is_one_and_two_are_two() -> None:
    one = run(REPORT._replace(counts=REPORT.counts._replace(error=1, warning=2, note=0)))

    assert "1 error, 2 warnings · 2 met" in RENDERERS["text"](one, Options())


def test_a_long_list_is_cut_unless_all_is_wanted() -> None:
    assert "20, the most telling first; 11 shown, --verbose shows all" in text("twenty")
    assert "20, the most telling first\n" in text("twenty", WAYS["verbose"])
    assert "shop-20" in text("twenty", WAYS["verbose"]).partition("= also")[2].partition("= why")[0]
    assert "shop-8" not in text("twenty").partition("= also")[2].partition("= why")[0]


def test_a_file_name_is_quoted_for_the_shell_in_the_next_command() -> None:
    odd = run(REPORT._replace(files=("a b; $(id).yaml",), findings=(finding("r", "error", ["x"], "s"),)))

    assert "advisor report 'a b; $(id).yaml' --out review/" in RENDERERS["text"](odd, Options())


def test_brief_is_a_line_a_finding_and_the_sum(golden: Callable[[str, str], None]) -> None:
    golden("golden/render/several.brief.txt", RENDERERS["brief"](RUNS["several"](), Options()))


@pytest.mark.parametrize(
    ("keeps", "closes", "ok", "row"),
    [
        ("90s", "60s", False, "keeps idle 90s ──▶ closes at 60s   ✗"),
        ("never", "never", True, "keeps idle without limit ──▶ never closes   ✓"),
        ("unknown", "2 to 6s", None, "keeps idle ? ──▶ closes at 2 to 6s   ?"),
        ("no reuse", "5s", None, "no reuse ───▶ closes at 5s\n"),
    ],
)
def test_a_leg_reads_as_a_sentence(keeps: str, closes: str, ok: bool | None, row: str) -> None:
    hops = REPORT.paths[0].hops
    path = REPORT.paths[0]._replace(
        hops=(hops[0]._replace(version="1"), hops[-1]),
        legs=(REPORT.paths[0].legs[0]._replace(callee="pricing", keeps=keeps, closes=closes, ok=ok, boxes=()),),
    )

    shown = RENDERERS["text"](run(REPORT._replace(paths=(path,))), Options())

    assert re.sub("─+", "──", row) in re.sub("─+", "──", shown)


def test_a_finding_that_other_changes_mend_says_so() -> None:
    one = finding("r", "error", ["x"], "s")._replace(mended_by=("idle-pool-too-small",))
    mended = run(REPORT._replace(findings=(one,)))

    shown = RENDERERS["text"](mended, Options())

    assert "   = fix     Mended by the change for idle-pool-too-small.\n" in shown
