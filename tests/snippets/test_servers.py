"""nginx and HAProxy accept the snippets, each where its header says that it goes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.snippets import Target, snippets
from advisor.snippets.targets import Output, outputs
from tests.snippets.plans import change, everything, output, target, text
from tests.strategies import plans
from tests.test_snippets import HOSTILE

Needs = Callable[[str], str]

_NGINX = [one for one in outputs() if one.language == "nginx"]
# Since nginx 1.27.4; the version that runs here may be older.
_NEW = ("keepalive_min_timeout",)

# The file is included where its header says; {name} is the place, "" elsewhere.
_CONFIGURATION = """
pid nginx.pid; error_log stderr;
{main}
{events}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    {server}
    {proxy}
    upstream pricing {{
        server 127.0.0.1:8080;
        {upstream}
    }}
    server {{
        listen 127.0.0.1:8081;
        location / {{ proxy_pass http://pricing; }}
    }}
}}
"""


def _nginx(needs: Needs, directory: str, plan: Target, file: str) -> subprocess.CompletedProcess[str]:
    place = file.removeprefix("nginx-").removesuffix(".conf")
    with open(os.path.join(directory, "snippet.conf"), "w", encoding="utf-8") as handle:
        handle.write(text(snippets(plan), file))
    places = dict.fromkeys(("main", "server", "proxy", "upstream"), "")
    places["events"] = "" if place == "main" else "events {}"
    with open(os.path.join(directory, "nginx.conf"), "w", encoding="utf-8") as handle:
        handle.write(_CONFIGURATION.format(**{**places, place: "include snippet.conf;"}))
    return subprocess.run([needs("nginx"), "-t", "-p", directory, "-c", "nginx.conf"], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("one", _NGINX, ids=lambda one: one.file)
def test_nginx_accepts_all_settings(needs: Needs, tmp_path: object, one: Output) -> None:
    found = _nginx(needs, str(tmp_path), everything(one, without=_NEW), one.file)

    assert found.returncode == 0, found.stderr
    # worker_rlimit_nofile 8 is below worker_connections 8: the only thing it may warn of.
    assert [line for line in found.stderr.split("\n") if "[emerg]" in line] == []


def test_nginx_accepts_what_one_finding_takes_in_two_places(needs: Needs, tmp_path: object) -> None:
    """Kept connections take a line in the upstream block and two at the proxy_pass; none is lost, and nginx takes them together."""
    (found,) = plans("path: [{name: edge, stack: nginx@1.24}, {name: api, stack: node@18}]")
    kinds = {c.target.setting.name: (c.target.setting.kind.name or "text", c.value) for c in found.plan.changes
             if c.target.setting and c.target.subject.name == "edge"}  # fmt: skip
    assert {"upstream.keepalive", "proxy_http_version", "proxy_set_header.Connection"} <= kinds.keys()
    plan = target("nginx", "caller", [change(name, value, kind=kind) for name, (kind, value) in kinds.items()])
    files = {s.path.rpartition("/")[2]: s.text for s in snippets(plan)}
    assert "keepalive " in files["nginx-upstream.conf"]
    assert "proxy_http_version 1.1;" in files["nginx-proxy.conf"]
    assert 'proxy_set_header Connection "";' in files["nginx-proxy.conf"]
    for name, written in files.items():
        with open(os.path.join(str(tmp_path), name), "w", encoding="utf-8") as handle:
            handle.write(written)
    places = {"main": "", "server": "", "events": "events {}", "proxy": "include nginx-proxy.conf;",
              "upstream": "include nginx-upstream.conf;"}  # fmt: skip
    with open(os.path.join(str(tmp_path), "nginx.conf"), "w", encoding="utf-8") as handle:
        handle.write(_CONFIGURATION.format(**places))

    ran = subprocess.run(
        [needs("nginx"), "-t", "-p", str(tmp_path), "-c", "nginx.conf"], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr


def test_nginx_refuses_a_directive_that_does_not_belong_there(needs: Needs, tmp_path: object) -> None:
    """The check can fail: the same text, included elsewhere."""
    plan = target("nginx", "caller", [change("upstream.keepalive", 32.0)])
    moved = text(snippets(plan), "nginx-upstream.conf")
    assert "keepalive 32;" in moved
    with open(os.path.join(str(tmp_path), "snippet.conf"), "w", encoding="utf-8") as handle:
        handle.write(moved)
    places = {**dict.fromkeys(("server", "proxy", "upstream"), ""), "main": "include snippet.conf;", "events": "events {}"}
    with open(os.path.join(str(tmp_path), "nginx.conf"), "w", encoding="utf-8") as handle:
        handle.write(_CONFIGURATION.format(**places))

    found = subprocess.run(
        [needs("nginx"), "-t", "-p", str(tmp_path), "-c", "nginx.conf"], capture_output=True, text=True, check=False
    )

    assert '"keepalive" directive is not allowed here' in found.stderr


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=HOSTILE, said=HOSTILE)
def test_nginx_accepts_any_text_of_the_input(needs: Needs, tmp_path: object, name: str, said: str) -> None:
    found = _nginx(needs, str(tmp_path), hostile(everything(output("nginx-upstream.conf")), name, said), "nginx-upstream.conf")

    assert found.returncode == 0, found.stderr


def hostile(plan: Target, name: str, said: str) -> Target:
    """Return *plan* with other names and texts."""
    changes = tuple(one._replace(was=said, because=(said,), rules=(said,), effect=said) for one in plan.changes)
    return plan._replace(hop=name, peer=name, source=said, version=said, title=said, changes=changes)


_HAPROXY = """
frontend in
    mode http
    timeout client 30s
    bind 127.0.0.1:8082
    default_backend pricing
backend pricing
    mode http
    timeout connect 5s
    timeout server 30s
    server one 127.0.0.1:8080
"""


def _haproxy(needs: Needs, directory: str, plan: Target) -> subprocess.CompletedProcess[str]:
    snippet, base = os.path.join(directory, "snippet.cfg"), os.path.join(directory, "base.cfg")
    with open(snippet, "w", encoding="utf-8") as handle:
        handle.write(text(snippets(plan), "haproxy.cfg"))
    with open(base, "w", encoding="utf-8") as handle:
        handle.write(_HAPROXY)
    return subprocess.run([needs("haproxy"), "-c", "-f", snippet, "-f", base], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flag", [True, False])
def test_haproxy_accepts_all_settings(needs: Needs, tmp_path: object, flag: bool) -> None:
    plan = everything(output("haproxy.cfg"))
    changes = tuple(one._replace(planned=flag) if one.kind == "flag" else one for one in plan.changes)

    found = _haproxy(needs, str(tmp_path), plan._replace(changes=changes))

    assert found.returncode == 0, found.stderr
    assert "unknown keyword" not in found.stderr


def test_the_way_back_of_a_flag_is_written_as_haproxy_reads_it() -> None:
    (written,) = snippets(target("haproxy", "caller", [change("option srvtcpka", True, now=False, kind="flag")]))
    assert written.undo.startswith("no option srvtcpka; ")


def test_haproxy_refuses_a_wrong_value(needs: Needs, tmp_path: object) -> None:
    """The check can fail: a mode of reuse that does not exist."""
    found = _haproxy(needs, str(tmp_path), target("haproxy", "caller", [change("http-reuse", "sometimes", "text")]))

    assert found.returncode != 0


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.tuples(HOSTILE, HOSTILE))
def test_haproxy_accepts_any_text_of_the_input(needs: Needs, tmp_path: object, texts: tuple[str, str]) -> None:
    found = _haproxy(needs, str(tmp_path), hostile(everything(output("haproxy.cfg")), *texts))

    assert found.returncode == 0, found.stderr
