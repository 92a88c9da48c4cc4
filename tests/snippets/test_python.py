"""The Python snippets compile, and a local server sees the retries, the pool and the timeouts that they promise."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import types
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import urllib3
from hypothesis import given

from advisor.snippets import Change, snippets
from tests.snippets.plans import change, everything, output, target, text
from tests.test_snippets import HOSTILE

_RETRY = [
    change("caller.attempts", 3.0),
    change("caller.retry_first", 0.002, "duration"),
    change("caller.retry_cap", 0.004, "duration"),
    change("caller.retry_budget", 0.1, "share"),
]


class _Server(ThreadingHTTPServer):
    seen = 0
    connections = 0
    status = 503
    pause = 0.0

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        self.connections += 1
        return super().get_request()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.seen += 1
        time.sleep(self.server.pause)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server(("127.0.0.1", 0), _Handler)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def _module(stack: str, changes: list[Change], known: dict[str, float] | None = None) -> types.ModuleType:
    source = text(snippets(target(stack, "caller", changes, known or {})), "pricing_session.py")
    module = types.ModuleType("pricing_session")
    exec(compile(source, "pricing_session.py", "exec"), module.__dict__)  # noqa: S102  it is what is tested
    return module


def _url(server: _Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def test_a_session_retries_within_its_budget(server: _Server) -> None:
    with _module("requests", _RETRY).session() as session:
        for _ in range(30):
            assert session.get(_url(server)).status_code == 503
        outage = server.seen
        session.post(_url(server))

    # 30 requests, the burst of 10 retries, and 3 more that the requests earned at most.
    assert 30 + 10 <= outage <= 30 + 13
    assert server.seen == outage + 1


def test_a_pool_manager_retries_within_its_budget(server: _Server) -> None:
    with _module("urllib3", _RETRY).pool() as pool:
        for _ in range(30):
            assert pool.request("GET", _url(server)).status == 503

    assert 30 + 10 <= server.seen <= 30 + 13


def test_a_session_gives_up_after_its_attempts(server: _Server) -> None:
    with _module("requests", _RETRY[:3]).session() as session:
        session.get(_url(server))

    assert server.seen == 3


def test_the_wait_doubles_up_to_the_cap_and_is_left_to_chance() -> None:
    module = _module("requests", [_RETRY[0]._replace(planned=9.0), *_RETRY[1:3]])
    retry = module.PlannedRetry(total=8, status_forcelist=(503,))
    longest = []
    for _ in range(4):
        retry = retry.increment("GET", "/", error=OSError())
        longest.append(max(retry.get_backoff_time() for _ in range(200)))

    assert [0.0018 < longest[0] <= 0.002, *(0.0036 < wait <= 0.004 for wait in longest[1:])] == [True] * 4


def test_a_session_keeps_as_many_connections_as_planned(server: _Server) -> None:
    server.status, server.pause = 200, 0.05
    changes = [change("HTTPAdapter.pool_maxsize", 2.0), change("HTTPAdapter.pool_block", True, "flag")]
    with _module("requests", changes).session() as session:
        threads = [threading.Thread(target=session.get, args=(_url(server),)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (server.seen, server.connections) == (6, 2)


@pytest.mark.parametrize("changes", [
    [change("caller.attempt_timeout", 0.1, "duration")],
    [change("timeout", 0.1, "duration")],
    [change("timeout.read", 0.1, "duration"), change("timeout.connect", 1.0, "duration")],
], ids=["attempt", "whole", "read"])  # fmt: skip
def test_a_session_ends_a_slow_attempt(server: _Server, changes: list[Change]) -> None:
    server.status, server.pause = 200, 0.5
    with _module("requests", changes).session() as session, pytest.raises(requests.exceptions.ReadTimeout):
        session.get(_url(server))
    with _module("urllib3", changes).pool() as pool, pytest.raises(urllib3.exceptions.MaxRetryError):
        pool.request("GET", _url(server), retries=0)
    time.sleep(0.5)


def test_a_session_sets_the_planned_socket_options(server: _Server) -> None:
    server.status = 200
    changes = [change("socket_options.SO_KEEPALIVE", True, "flag"), change("socket_options.TCP_KEEPIDLE", 61.0, "duration"),
               change("socket_options.TCP_USER_TIMEOUT", 31.0, "duration")]  # fmt: skip
    with _module("requests", changes).session() as session, session.get(_url(server), stream=True) as response:
        options = response.raw._connection.sock

        assert options.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert options.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 61
        assert options.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 31000


def test_urllib3s_own_names_are_understood() -> None:
    changes = [change("Retry.total", 2.0), change("Retry.backoff_factor", 0.1, "duration"),
               change("Retry.backoff_max", 1.0, "duration"), change("Retry.backoff_jitter", 0.05, "duration"),
               change("PoolManager.maxsize", 32.0)]  # fmt: skip
    with _module("urllib3", changes).pool() as pool:
        retry = pool.connection_pool_kw["retries"]

        assert (retry.total, retry.backoff_factor, retry.backoff_max, retry.backoff_jitter) == (2, 0.1, 1, 0.05)
        assert pool.connection_pool_kw["maxsize"] == 32


@given(HOSTILE, HOSTILE)
def test_text_of_the_input_leaves_the_file_python(name: str, said: str) -> None:
    for file in ("{peer_}_session.py", "gunicorn.conf.py"):
        plan = everything(output(file), hop=name, peer=name, source=said, title=said)
        changes = tuple(one._replace(was=said, because=(said,), rules=(said,)) for one in plan.changes)
        for snippet in snippets(plan._replace(changes=changes)):
            compile(snippet.text.encode(), "snippet.py", "exec")


def test_gunicorn_accepts_all_settings(needs: Callable[[str], str], tmp_path: object) -> None:
    plan = everything(output("gunicorn.conf.py"))
    with open(os.path.join(str(tmp_path), "gunicorn.conf.py"), "w", encoding="utf-8") as file:
        file.write(text(snippets(plan), "gunicorn.conf.py"))
    with open(os.path.join(str(tmp_path), "app.py"), "w", encoding="utf-8") as file:
        file.write("def app(environ, start_response): ...\n")

    found = subprocess.run(
        [needs("gunicorn"), "--print-config", "--config", "gunicorn.conf.py", "app:app"], cwd=str(tmp_path),
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONWARNINGS": "ignore"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert found.returncode == 0, found.stderr
    shown = dict(line.split("=", 1) for line in found.stdout.replace(" ", "").split("\n") if "=" in line)
    expected = {"keepalive": "7", "timeout": "7", "graceful_timeout": "7", "backlog": "8", "workers": "8", "threads": "8",
                "worker_connections": "8", "max_requests": "8"}  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
