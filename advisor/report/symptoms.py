"""What was seen: the classes of each symptom, what they prove, and which rules would explain them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.document import Symptom
from advisor.knowledge import Knowledge
from advisor.report.parts import SymptomView
from advisor.stacks import Profile
from advisor.symptoms import classify, outside

if TYPE_CHECKING:
    from advisor.report import Judged


def symptom_views(judged: Judged, knowledge: Knowledge) -> tuple[list[SymptomView], dict[str, tuple[int, ...]]]:
    """Return the symptoms of all documents, and for each rule the indices of those that it explains."""
    symptoms: list[tuple[Symptom, list[Profile]]] = []
    for document in {id(p.document): p.document for p in judged.system.paths}.values():
        stacks = [h.profile for p in judged.system.paths if p.document is document for h in p.hops]
        stacks += [s.profile for p in judged.system.paths if p.document is document for h in p.hops for s in h.stores]
        symptoms += [(s, stacks) for s in document.symptoms]
    views = [_view(symptom, stacks, knowledge) for symptom, stacks in symptoms]
    explains = {}
    for rule in knowledge.rules.values():
        explained = tuple(i for i, view in enumerate(views) if set(view.class_names) & set(rule.explains))
        if explained:
            explains[rule.slug] = explained
    return views, explains


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", ":", "?")) else ".")


def _view(symptom: Symptom, stacks: list[Profile], knowledge: Knowledge) -> SymptomView:
    place, hop = str(symptom.place), symptom.from_ or ""
    if symptom.log is not None:
        return SymptomView(
            symptom.log, place, hop, (), (), "A log: this version keeps its name and does not read it.", False, (), ""
        )
    if symptom.class_ is not None:
        names, means = [symptom.class_], ""
        text = symptom.class_
    else:
        text = symptom.text or ""
        # A text is judged against the hop that printed it, where that is said.
        matches = classify(text, knowledge, stacks)
        names, means = [m.symptom for m in matches], next((m.means for m in matches if m.means), "")
    classes = [knowledge.symptoms[n] for n in names if n in knowledge.symptoms]
    said = " ".join(dict.fromkeys(_sentence(text) for text in (*(c.means for c in classes), means) if text))
    look = " ".join(dict.fromkeys(filter(None, (c.tells_apart for c in classes))))
    if not names:
        look = "No stack that is known prints this text; see whether it is cut, or say which hop printed it (from:)."
    return SymptomView(text, place, hop, [c.title for c in classes], names, said, outside(classes), (), look)
