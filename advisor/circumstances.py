"""What a symptom tells a rule: ``seen``, under which circumstances it fails, and ``tried``, under which it did not."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.document import Symptom
from advisor.engine import Instance
from advisor.facts import Given, Source, Subject
from advisor.hostfacts import given
from advisor.told import told

_SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))


def circumstances(symptom: Symptom, classes: Iterable[str], instance: Instance | None) -> dict[str, Subject]:
    """Return ``seen`` and ``tried`` as subjects with facts; with *instance* also which end printed it, and which is silent."""
    seen, tried = Subject("symptom", "seen"), Subject("symptom", "tried")
    seen.stated["classes"] = Given(frozenset(classes), Source("stated", symptom.place))
    for subject, facts in ((seen, {**symptom.facts, **symptom.when}), (tried, symptom.not_when)):
        for name, stated in facts.items():
            if name == "lasts" and stated.value == "restart":
                subject.stated["until_restart"] = Given(True, Source("stated", stated.place, text=stated.text))
            elif name == "method":
                methods = frozenset(str(m).upper() for m in stated.value) if isinstance(stated.value, (tuple, frozenset)) else (
                    frozenset((str(stated.value).upper(),)))  # fmt: skip
                source = Source("stated", stated.place, text=stated.text)
                subject.stated["method"] = Given(methods, source)
                subject.stated["unsafe_only"] = Given(not methods & _SAFE, source)
                subject.stated["safe_fails"] = Given(bool(methods & _SAFE), source)
            elif name != "without":
                subject.stated[name] = given(stated)
    for name, value in told(symptom.text or "").items():
        if name not in seen.stated and name not in symptom.facts:
            source = Source("stated", symptom.place, text=symptom.text or "")
            seen.stated.update({"until_restart": Given(True, source)} if name == "lasts" else {name: Given(value, source)})
    if instance is not None:
        seen.stated.update(_ends(symptom, instance))
    return {"seen": seen, "tried": tried}


def _ends(symptom: Symptom, instance: Instance) -> dict[str, Given]:
    source = Source("stated", symptom.place)
    found = {}
    for role in ("caller", "callee"):
        end = instance.bind.get(role)
        if end is not None and symptom.from_ is not None:
            found[f"from_{role}"] = Given(end.name == symptom.from_, source)
    callee = instance.bind.get("callee")
    if callee is not None and symptom.absent_at:
        found["callee_silent"] = Given(callee.name in symptom.absent_at, source)
    return found
