"""Let ``python -m advisor`` do what the ``advisor`` command does."""

from __future__ import annotations

from advisor.cli import main

main()
