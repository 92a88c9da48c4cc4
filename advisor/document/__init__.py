"""
The reader's documents: every value kept with its place, every problem found at once.

`Documents` is the way in; the records it yields are in `advisor.document.parts`.
"""

from __future__ import annotations

from advisor.document.collection import Documents, read_documents
from advisor.document.hops import chains
from advisor.document.parts import (
    Branch,
    Capture,
    Change,
    Document,
    Facts,
    Hop,
    Host,
    Ignore,
    Inline,
    Setting,
    StackRef,
    Stated,
    Symptom,
)
from advisor.document.reader import read_document

__all__ = [
    "Branch", "Capture", "Change", "Document", "Documents", "Facts", "Hop", "Host", "Ignore", "Inline", "Setting", "StackRef",
    "Stated", "Symptom", "chains", "read_document", "read_documents",
]  # fmt: skip
