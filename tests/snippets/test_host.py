"""The kernel's and systemd's own checkers accept the drop-ins."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.snippets import snippets
from tests.snippets.plans import change, everything, output, target, text
from tests.snippets.test_servers import hostile
from tests.test_snippets import HOSTILE

Needs = Callable[[str], str]
NETNS = {"scope": "netns", "k8s": "safe"}


def _dry_run(needs: Needs, directory: object, source: str) -> dict[str, str]:
    path = os.path.join(str(directory), "60-advisor.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    found = subprocess.run([needs("sysctl"), "--dry-run", "-p", path], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return dict(line.split(" = ", 1) for line in found.stdout.rstrip("\n").split("\n"))


def test_sysctl_reads_what_was_planned(needs: Needs, tmp_path: object) -> None:
    found = _dry_run(needs, tmp_path, text(snippets(everything(output("60-advisor.conf"))), "60-advisor.conf"))

    assert found == {
        "net.core.somaxconn": "4096",
        "net.ipv4.ip_local_port_range": "1024 60999",
        "net.ipv4.tcp_keepalive_time": "60",
        "net.ipv4.tcp_rmem": "4096 131072 8388608",
        "net.ipv4.tcp_tw_reuse": "2",
        "fs.file-max": "1000000",
        "net.ipv4.tcp_mem": "65536 131072 262144",
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=HOSTILE, said=HOSTILE)
def test_no_text_of_the_input_sets_a_sysctl(needs: Needs, tmp_path: object, name: str, said: str) -> None:
    plan = hostile(everything(output("60-advisor.conf")), name, said)
    plan = plan._replace(changes=tuple(one._replace(extra={**one.extra, "k8s": said}) for one in plan.changes))

    assert len(_dry_run(needs, tmp_path, text(snippets(plan), "60-advisor.conf"))) == 7


def test_what_a_container_may_set_stands_before_what_only_the_host_can() -> None:
    lines = text(snippets(everything(output("60-advisor.conf"))), "60-advisor.conf").split("\n")

    host = lines.index("# Of the whole host: no container can set it.")
    assert lines.index("net.core.somaxconn = 4096") < host < lines.index("fs.file-max = 1000000")
    assert "# Kubernetes: an unsafe sysctl, the kubelet must allow it." in lines[:host]


def test_a_figure_whose_neighbour_is_not_known_is_listed() -> None:
    plan = target("linux", "host", [change("net.ipv4.tcp_rmem.max", 2.0**23, "size", extra=NETNS)], {})

    (found,) = snippets(plan)

    assert found.path == "checkout/settings.md"


def test_two_figures_of_one_sysctl_are_one_line_and_both_are_said() -> None:
    changes = [change("net.ipv4.ip_local_port_range.first", 1024.0, now=32768.0, extra=NETNS, was="32768"),
               change("net.ipv4.ip_local_port_range.last", 65535.0, now=60999.0, extra=NETNS, was="60999")]  # fmt: skip

    (found,) = snippets(target("linux", "host", changes, {}))

    assert "was: 32768\n" in found.text
    assert "was: 60999\n" in found.text
    assert "net.ipv4.ip_local_port_range = 1024 65535\n" in found.text
    assert found.undo.endswith("sysctl -w net.ipv4.ip_local_port_range='32768 60999'")


def test_an_unknown_namespace_of_sysctls_is_listed() -> None:
    (found,) = snippets(target("linux", "host", [change("net.core.somaxconn = 1\nkernel.x", 1.0)]))

    assert found.path == "checkout/settings.md"


@pytest.mark.parametrize(
    ("soft", "hard", "known", "expected"),
    [
        (8192.0, 16384.0, {}, "8192:16384"),
        (8192.0, None, {"hop.nofile_hard": 524288.0}, "8192:524288"),
        (8192.0, None, {"hop.nofile_hard": 4096.0}, "8192:8192"),
        (8192.0, None, {}, "8192"),
        (float("inf"), None, {}, "infinity"),
    ],
)
def test_systemd_accepts_the_limit(
    tmp_path: object, soft: float, hard: float | None, known: dict[str, float], expected: str
) -> None:
    changes = [change("hop.nofile_soft", soft), *([change("hop.nofile_hard", hard)] if hard else [])]
    source = text(snippets(target("go", "process", changes, known)), "limits.conf")
    parser = configparser.ConfigParser(strict=True, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(source)
    assert {name: dict(parser[name]) for name in parser.sections()} == {"Service": {"LimitNOFILE": expected}}

    unit = os.path.join(str(tmp_path), "checkout.service")
    os.mkdir(unit + ".d")
    with open(unit, "w", encoding="utf-8") as file:
        file.write("[Service]\nExecStart=/bin/true\n")
    with open(os.path.join(unit + ".d", "limits.conf"), "w", encoding="utf-8") as file:
        file.write(source)
    # Not where systemd is missing, as in most containers: the parser above has read the file all the same.
    if checker := shutil.which("systemd-analyze"):
        found = subprocess.run([checker, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
        assert (found.returncode, [line for line in found.stderr.split("\n") if "limits.conf" in line]) == (0, [])


@given(HOSTILE, HOSTILE)
def test_no_text_of_the_input_sets_a_limit(name: str, said: str) -> None:
    source = text(snippets(hostile(everything(output("limits.conf")), name, said)), "limits.conf")
    parser = configparser.ConfigParser(strict=True, interpolation=None, comment_prefixes=("#",))
    parser.read_string(source)

    assert {name: list(parser[name]) for name in parser.sections()} == {"Service": ["limitnofile"]}
