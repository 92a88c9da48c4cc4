"""The Node snippets parse, and do on a local server what they say."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable

from advisor.snippets import Target, snippets
from tests.snippets.plans import change, everything, output, target, text

Needs = Callable[[str], str]


def _write(directory: object, plan: Target, file: str) -> str:
    path = os.path.join(str(directory), file)
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(text(snippets(plan), file))
    return path


def _run(needs: Needs, directory: object, program: str) -> dict[str, object]:
    found = subprocess.run(
        [needs("node"), "-e", program], cwd=str(directory), capture_output=True, text=True, check=True, timeout=30
    )
    result: dict[str, object] = json.loads(found.stdout)
    return result


def test_all_settings_parse(needs: Needs, tmp_path: object) -> None:
    for plan, file in ((everything(output("{peer}-agent.js")), "pricing-agent.js"),
                       (everything(output("{hop}-connections.js")), "checkout-connections.js")):  # fmt: skip
        subprocess.run([needs("node"), "--check", _write(tmp_path, plan, file)], check=True)


def test_a_server_takes_the_settings(needs: Needs, tmp_path: object) -> None:
    changes = [change("server.keepAliveTimeout", 65.0, "duration", now=5.0), change("server.maxRequestsPerSocket", 9.0),
               change("server.requestTimeout", float("inf"), "duration")]  # fmt: skip
    path = _write(tmp_path, target("node", "callee", changes), "checkout-connections.js")

    found = _run(needs, tmp_path, f"""
        const server = require('node:http').createServer();
        require({json.dumps(path)})(server);
        const {{ keepAliveTimeout, maxRequestsPerSocket, requestTimeout }} = server;
        console.log(JSON.stringify({{ keepAliveTimeout, maxRequestsPerSocket, requestTimeout }}));
    """)  # fmt: skip

    assert found == {"keepAliveTimeout": 65000, "maxRequestsPerSocket": 9, "requestTimeout": 0}


def test_a_server_that_is_told_to_stop_announces_it_and_ends(needs: Needs, tmp_path: object) -> None:
    """An idle kept connection would hold the stop up for 65 s; a running request gets its answer."""
    changes = [change("server.keepAliveTimeout", 65.0, "duration", now=5.0),
               change("callee.pre_stop_delay", 0.1, "duration"), change("callee.shutdown_grace", 5.0, "duration")]  # fmt: skip
    path = _write(tmp_path, target("node", "callee", changes, version="18"), "checkout-connections.js")

    found = _run(needs, tmp_path, f"""
        const http = require('node:http');
        const agent = new http.Agent({{ keepAlive: true }});
        const server = http.createServer((_request, response) => setTimeout(() => response.end('done'), 50));
        require({json.dumps(path)})(server);
        const get = (port) => new Promise((resolve, reject) => http.get({{ port, agent }}, (response) => {{
          response.resume().on('end', () => resolve(response.headers.connection));
        }}).on('error', reject));
        server.listen(0, '127.0.0.1', async () => {{
          const before = await get(server.address().port);
          process.kill(process.pid, 'SIGTERM');
          await new Promise((resolve) => setTimeout(resolve, 20));
          const during = await get(server.address().port);
          server.on('close', () => console.log(JSON.stringify({{ before, during }})));
        }});
    """)  # fmt: skip

    assert found == {"before": "keep-alive", "during": "close"}


def test_a_longer_keep_alive_alone_brings_the_sweep_before_node_19_only() -> None:
    changes = [change("server.keepAliveTimeout", 65.0, "duration", now=5.0)]

    texts = {v: text(snippets(target("node", "callee", changes, version=v)), "checkout-connections.js") for v in ("18", "20")}

    assert "closeIdleConnections" in texts["18"]
    assert "SIGTERM" not in texts["20"]


def test_an_agent_reuses_connections_within_its_limits(needs: Needs, tmp_path: object) -> None:
    changes = [change("Agent.maxSockets", 2.0), change("Agent.maxFreeSockets", 1.0)]
    path = _write(tmp_path, target("node", "caller", changes), "pricing-agent.js")

    found = _run(needs, tmp_path, f"""
        const http = require('node:http');
        const agent = require({json.dumps(path)})(http);
        let connections = 0;
        const server = http.createServer((_request, response) => setTimeout(() => response.end(), 20));
        server.on('connection', () => {{ connections += 1; }});
        const get = (port) => new Promise((resolve, reject) => http.get({{ port, agent }}, (response) => {{
          response.resume().on('end', resolve);
        }}).on('error', reject));
        server.listen(0, '127.0.0.1', async () => {{
          const {{ port }} = server.address();
          await Promise.all([1, 2, 3, 4].map(() => get(port)));
          await new Promise((resolve) => setTimeout(resolve, 50));
          const free = Object.values(agent.freeSockets).flat().length;
          console.log(JSON.stringify({{ connections, free }}));
          process.exit();
        }});
    """)  # fmt: skip

    assert found == {"connections": 2, "free": 1}
