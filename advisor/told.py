"""Circumstances that a symptom's text tells in words ("502 at every rollout"), for those that ``when`` leaves out."""

from __future__ import annotations

import re
from functools import lru_cache

_TIME = r"(\d+(?:\.\d+)?)\s?(ms|s|sec|seconds?|m|min|minutes?|h|hours?)\b"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_NO_REQUEST_YET = r"\b(?:handshake|dial|refused|while connecting|connect(?:ion)? timed? ?out)\b"
_ONE = "containers?|instances?|nodes?|pods?|process(?:es)?|servers?|tasks?|workers?"
_ENDS = "(?:is|are|was|were|gets?) (?:stopped|terminated|replaced|recreated|restarted)"
_WORDS: tuple[tuple[str, str, str], ...] = (
    ("during", "rollout", r"\b(?:rollouts?|re-?deploys?|deploys?|rolling (?:update|restart|deploy)s?)\b"),
    ("during", "failover", r"\bfail-?overs?\b"),
    ("during", "restart", r"\b(?:after|on|at|during) (?:an? |the |each |every )?(?:\w+ )?(?:restart|reload)s?\b"),
    (
        "during",
        "restart",
        rf"\b(?:when(?:ever)?|while|as) (?:an? |the )?(?:\w+ )?(?:{_ONE}) {_ENDS}\b",
    ),
    ("during", "start", r"\b(?:after|at|during) (?:the )?(?:start|start-?up|boot|port opens)\b"),
    (
        "during",
        "peak",
        r"\b(?:at|during) (?:the )?peak\b|\bunder (?:high |heavy |full )?load\b|\bpeak hours?\b|\b(?:load|stress)[ -]?tests?\b",
    ),
    (
        "during",
        "quiet",
        r"\b(?:at night|overnight|quiet hours?|low traffic|off-peak|(?:after|in) (?:a )?(?:long )?(?:pauses?|idle periods?))\b",
    ),
    (
        "lasts",
        "restart",
        r"\buntil (?:\w+ ){0,4}restart(?:s|ed)?\b|\brestart(?:ing)?(?: \w+){0,3} (?:cures|ends|fixes|fixed|resolves|solves) it\b",
    ),
    ("pattern", "bursts", r"\bin (?:bursts|clusters|waves)\b"),
    ("phase", "body", r"\bwhile reading (?:the )?body\b"),
    ("phase", "send", rf"^(?!.*{_NO_REQUEST_YET}).*\b(?:while|when) (?:uploading|pushing|sending (?:the )?(?:request|body))\b"),
)
_NOTHING = r"without (?:any )?(?:activity|data|messages?|operations?|requests?|traffic|use)"
_QUIETLY = rf"(?:of )?(?:idle|idling|inactivity|silence)|{_NOTHING}"
_IDLE = rf"\b{_TIME} (?:{_QUIETLY})\b|\bidle (?:for )?(?:about |over |more than )?{_TIME}"
_QUIET = r"\blast packet successfully received from the server was ([\d,]+) milliseconds? ago"
_BULKY = "payload|upload|download|bod(?:y|ies)|file|image|object|transfer|request|response|answer"
_LARGE = rf"\b(?:large|big|huge) (?:\w+ )?(?:{_BULKY})"
LARGE = 2.0**20
"""Bytes: what a text calls large."""
_SINCE = "at|after|exactly|takes?|took|hangs? for|hung for|stuck for"
_AFTER = rf"\b(?:{_SINCE}) (?:about |exactly |longer than |more than )?{_TIME}(?! (?:{_QUIETLY}|(?:of )?uptime))"


@lru_cache(512)
def told(text: str) -> dict[str, str | float]:
    """Return circumstances by the names of ``symptoms.when``, durations in seconds; only what the words say outright."""
    found: dict[str, str | float] = {}
    for name, value, pattern in _WORDS:
        if name not in found and re.search(pattern, text, re.IGNORECASE):
            found[name] = value
    for name, pattern in (("idle", _IDLE), ("after", _AFTER)):
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            number, unit = [g for g in match.groups() if g is not None][:2]
            short = "ms" if unit.lower() == "ms" else unit[0].lower()
            found[name] = float(number) * _SECONDS[short]
    quiet = re.search(_QUIET, text, re.IGNORECASE)
    if quiet is not None:
        found["idle"] = int(quiet[1].replace(",", "")) / 1000
    if re.search(_LARGE, text, re.IGNORECASE):
        found["size"] = LARGE
    return found
