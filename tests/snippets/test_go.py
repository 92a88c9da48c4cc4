"""The Go snippets compile, are formatted, and hold what they promise: few retries, few dials, a stop with grace."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.snippets import Change, Target, snippets
from tests.snippets.plans import change, everything, output, target, text
from tests.test_snippets import HOSTILE

Go = tuple[str, dict[str, str]]

_RETRY = [
    change("caller.attempts", 4.0),
    change("caller.retry_first", 0.001, "duration"),
    change("caller.retry_cap", 0.002, "duration"),
    change("caller.retry_budget", 0.1, "share"),
]
_DIALS = [change("caller.dial_limit", 5.0, "rate"), change("caller.dial_burst", 3.0)]
_IDLE = change("Transport.IdleConnTimeout", 55.0, "duration", now=90.0)
_NEVER_IDLE = change("Transport.MaxIdleConnsPerHost", float("inf"))
_ATTEMPT = change("caller.attempt_timeout", 0.22, "duration")

PLANS: dict[str, Target] = {
    "all of the client": everything(output("transport.go")),
    "all of the server": everything(output("server.go")),
    "one field": target("go", "caller", [_IDLE], {}),
    "an unlimited pool": target("go", "caller", [_NEVER_IDLE], {}),
    "a field left out": target("go", "caller", [_IDLE._replace(planned=None)], {}),
    "retries only": target("go", "caller", _RETRY, {}),
    "retries without backoff": target("go", "caller", _RETRY[:1], {}),
    "retries without cap or budget": target("go", "caller", _RETRY[:2], {}),
    "retries with equal jitter": target("go", "caller", [*_RETRY, change("caller.retry_jitter", "equal", "text")], {}),
    "retries and timeouts": target("go", "caller", [*_RETRY, _ATTEMPT], {"workload.deadline": 0.8}),
    "retries and a client's timeout": target("go", "caller", [*_RETRY, change("Client.Timeout", 1.0, "duration")], {}),
    "retries and no client's timeout": target("go", "caller", [*_RETRY, change("Client.Timeout", float("inf"), "duration")], {}),
    "dials only": target("go", "caller", _DIALS, {}),
    "dials within a deadline": target("go", "caller", _DIALS, {"workload.deadline": 0.8}),
    "a timeout only": target("go", "caller", [_ATTEMPT], {}),
    "an attempt's timeout and dials": target("go", "caller", [_ATTEMPT, *_DIALS], {}),
    "a body read to its end": target("go", "caller", [change("hop.drains_body", True, "flag")], {}),
    "a connection's probes": target("go", "caller", [change("Dialer.KeepAliveConfig.Idle", 20.0, "duration")], {}),
    "pings": target("go", "caller", [change("Transport.HTTP2Config.SendPingTimeout", 20.0, "duration")], {}),
    "a listener": target("go", "callee", [change("ListenConfig.KeepAliveConfig.Idle", 20.0, "duration")], {}),
    "a listener and a grace": target("go", "callee", [
        change("ListenConfig.KeepAlive", 20.0, "duration"), change("callee.shutdown_grace", 20.0, "duration"),
    ], {}),
    "a server's grace": target("go", "callee", [change("callee.shutdown_grace", 20.0, "duration")], {}),
    "a server's delay": target("go", "callee", [change("callee.pre_stop_delay", 5.0, "duration")], {}),
    "a server's field": target("go", "callee", [change("Server.MaxHeaderBytes", 65536.0, "size")], {}),
}


def _module(directory: str, plans: Iterable[tuple[str, str]]) -> None:
    with open(os.path.join(directory, "go.mod"), "w", encoding="utf-8") as file:
        file.write("module example.test/checkout\n\ngo 1.24\n")
    for name, source in plans:
        folder, _, last = name.rpartition("/")
        os.makedirs(os.path.join(directory, folder), exist_ok=True)
        with open(os.path.join(directory, folder, last), "w", encoding="utf-8") as file:
            file.write(source)


def _run(go: Go, directory: str, *arguments: str) -> str:
    command, environment = go
    found = subprocess.run([command, *arguments], cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def _gofmt(go: Go, *arguments: str, source: str | None = None) -> str:
    beside = os.path.join(os.path.dirname(go[0]), "gofmt")
    goroot = subprocess.run([go[0], "env", "GOROOT"], env=go[1], capture_output=True, text=True, check=True).stdout.strip()
    gofmt = beside if os.path.exists(beside) else os.path.join(goroot, "bin", "gofmt")
    return subprocess.run([gofmt, *arguments], input=source, capture_output=True, text=True, check=True).stdout


def test_every_plan_compiles_and_is_formatted(go: Go, tmp_path: object) -> None:
    directory = str(tmp_path)
    files = {"transport.go", "server.go", "body.go"}
    _module(directory, [
        (os.path.join(name.replace(" ", "").replace("'", ""), os.path.basename(found.path)), found.text)
        for name, plan in PLANS.items() for found in snippets(plan) if os.path.basename(found.path) in files
    ])  # fmt: skip

    assert _gofmt(go, "-l", directory) == ""
    _run(go, directory, "vet", "./...")
    _run(go, directory, "build", "./...")


def test_a_plan_for_one_field_emits_no_machine() -> None:
    (found,) = snippets(PLANS["one field"])

    assert "transport.IdleConnTimeout = 55 * time.Second" in found.text
    assert [word for word in ("budget", "bucket", "backoff", "Client struct", "context") if word in found.text] == []


@pytest.mark.parametrize("attempts", [1.0, 21.0, float("inf")])
def test_attempts_that_are_no_retry_policy_are_listed(attempts: float) -> None:
    changes = [_RETRY[0]._replace(planned=attempts), *_RETRY[1:]]

    (found,) = snippets(target("go", "caller", changes, {}))

    assert found.path == "checkout/settings.md"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.tuples(HOSTILE, HOSTILE, HOSTILE))
def test_text_of_the_input_leaves_the_code_formatted(go: Go, texts: tuple[str, str, str]) -> None:
    hop, peer, said = texts
    plan = PLANS["retries and timeouts"]
    changes = tuple(_hostile(one, said) for one in (*plan.changes, _IDLE, *PLANS["a body read to its end"].changes))

    found = snippets(plan._replace(hop=hop, peer=peer, source=said, version=said, changes=changes))

    # gofmt parses, so it fails where a comment has ended too soon.
    assert [_gofmt(go, source=one.text) for one in found] == [one.text for one in found]
    assert [os.path.basename(one.path) for one in found] == ["transport.go", "body.go"]


def _hostile(one: Change, said: str) -> Change:
    return one._replace(was=said, because=(said,), rules=(said,), effect=said)


_PROGRAM = """package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.test/checkout/pricing"
)

func main() {
	var seen, conns atomic.Int64
	status := http.StatusServiceUnavailable
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		if r.URL.Path == "/slow" {
			time.Sleep(300 * time.Millisecond)
		}
		if r.URL.Path == "/hold" {
			time.Sleep(50 * time.Millisecond)
		}
		w.WriteHeader(status)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := pricing.NewClient(&http.Client{Transport: pricing.NewTransport()})

	get := func(method, path string, body string) (int, error) {
		request, err := http.NewRequestWithContext(context.Background(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		defer response.Body.Close()
		return response.StatusCode, nil
	}

	// A total outage: after the burst of 10 retries, one more for each ten requests.
	for range 100 {
		if code, err := get("GET", "/", ""); err != nil || code != 503 {
			panic(fmt.Sprint(code, err))
		}
	}
	fmt.Println("outage", seen.Swap(0))
	get("POST", "/", "x")
	fmt.Println("post", seen.Swap(0))

	status = http.StatusOK
	started := time.Now()
	_, err := get("POST", "/slow", "x")
	fmt.Println("slow", errors.Is(err, context.DeadlineExceeded), time.Since(started) < 290*time.Millisecond)

	// 20 requests at once, while 5/s after a burst of 3 may be dialled, and none may wait longer than the deadline.
	conns.Store(0)
	client = pricing.NewClient(&http.Client{Transport: pricing.NewTransport()})
	var refused atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			if _, err := get("GET", "/hold", ""); errors.Is(err, pricing.ErrDialLimit) {
				refused.Add(1)
			}
		}()
	}
	all.Wait()
	fmt.Println("dials", conns.Load(), refused.Load() > 0)
}
"""


def test_retries_stay_in_the_budget_and_dials_in_their_limit(go: Go, tmp_path: object) -> None:
    directory = str(tmp_path)
    plan = target("go", "caller", [*_RETRY, *_DIALS, _ATTEMPT, _IDLE], {"workload.deadline": 0.6})
    _module(directory, [("pricing/transport.go", text(snippets(plan), "transport.go")), ("main.go", _PROGRAM)])

    lines = _run(go, directory, "run", ".").split("\n")
    said = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines if line}

    # 100 requests, 10 retries of the first burst, and 10 that the requests earned: the full bucket takes no more than 10.
    assert 100 + 10 <= int(said["outage"]) <= 100 + 20
    assert said["post"] == "1"
    assert said["slow"] == "true true"
    dialled, refused = said["dials"].split(" ")
    # The burst of 3, and as many as 5/s give within the deadline of 0.6 s.
    assert 3 <= int(dialled) <= 3 + 3
    assert refused == "true"


_SERVER = """package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"example.test/checkout/checkout"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	address := listener.Addr().String()
	listener.Close()
	started := make(chan struct{})
	server := &http.Server{Addr: address, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		time.Sleep(200 * time.Millisecond)
		io.WriteString(w, "done")
	})}
	checkout.Tune(server)
	fmt.Println("idle", server.IdleTimeout)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- checkout.Serve(ctx, server) }()
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	go func() {
		<-started
		cancel()
	}()
	response, err := http.Get("http://" + address)
	if err != nil {
		panic(err)
	}
	body, err := io.ReadAll(response.Body)
	fmt.Println("running request", string(body), err)
	fmt.Println("end", <-ended)
}
"""


def test_a_server_lets_a_running_request_finish(go: Go, tmp_path: object) -> None:
    directory = str(tmp_path)
    changes = [change("Server.IdleTimeout", 65.0, "duration"), change("callee.shutdown_grace", 5.0, "duration"),
               change("callee.pre_stop_delay", 0.05, "duration")]  # fmt: skip
    _module(directory, [("checkout/server.go", text(snippets(target("go", "callee", changes)), "server.go")), ("main.go", _SERVER)])

    assert _run(go, directory, "run", ".") == "idle 1m5s\nrunning request done <nil>\nend <nil>\n"
