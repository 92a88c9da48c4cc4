"""Circumstances in the words of a symptom are taken as if ``when`` had stated them, and error texts are left alone."""

from __future__ import annotations

import pytest

from advisor.knowledge import load_knowledge
from advisor.told import told

WORDS = {
    "HTTP 502, a few hundred at every rollout": {"during": "rollout"},
    "the web app freezes after a proxy restart": {"during": "restart"},
    "connect timeout right after the port opens": {"during": "start"},
    "connection timeouts under load": {"during": "peak"},
    "connection reset after a long idle period": {"during": "quiet"},
    "502 in clusters": {"pattern": "bursts"},
    "503 at 20 s": {"after": 20.0},
    "reset after 6 min of inactivity": {"idle": 360.0},
    "EOF on connections idle for 350s": {"idle": 350.0},
    "hangs after about 900 s": {"after": 900.0},
    "took 41.5 ms": {"after": 0.0415},
    "reset by peer, only with large payloads": {"size": 1048576.0},
    "the query hangs for 2 hours": {"after": 7200.0},
    "The last packet successfully received from the server was 50,420,117 milliseconds ago.": {"idle": 50420.117},
    "504, occasional, until nginx is restarted": {"lasts": "restart"},
    "only restarting the pod helps": {},
    "hangs; restarting the proxy solves it": {"lasts": "restart"},
    "502 whenever an nginx pod is terminated": {"during": "restart"},
    "the old pod was terminated": {},
    "503 in a load test": {"during": "peak"},
    "WebSocket closed after 60s without data": {"idle": 60.0},
    "hung up when a build takes longer than 4 minutes": {"after": 240.0},
    "reset while pushing a large docker image": {"phase": "send", "size": 1048576.0},
    "TLS handshake timeout while uploading": {},
    "connection to deployment-7 refused": {},
    "restarted": {},
}


@pytest.mark.parametrize("text", WORDS)
def test_words_tell_a_circumstance(text: str) -> None:
    """Only what is said outright is taken, durations in seconds."""
    assert told(text) == WORDS[text]


def test_error_texts_tell_none_but_the_body() -> None:
    """The texts that stacks print are no prose: of all that are known one names a phase."""
    knowledge = load_knowledge()
    texts = [e.text for _, e in knowledge.errors] + [t for s in knowledge.symptoms.values() for t in s.texts]
    assert {name for text in texts for name in told(text)} <= {"phase"}
