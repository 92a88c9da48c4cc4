"""Whatever goes wrong becomes a sentence and an exit code, here and once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from advisor.cli.terminal import flush, forgive, print_problems, tell
from advisor.errors import AdvisorError, InputError, KnowledgeError, shown

INTERRUPTED = 130  # as a shell counts SIGINT


def guarded(work: Callable[[], int], words: Sequence[str]) -> NoReturn:
    """Do *work* and exit with the code that it returns; *words* are the arguments of the call."""
    forgive()
    try:
        code = work()
    except BrokenPipeError:
        code = 0
    except KeyboardInterrupt:
        tell("advisor: interrupted")
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last one to see it says it in a sentence
        code = _told(error, words)
    sys.exit(flush(code))


def _told(error: Exception, words: Sequence[str]) -> int:
    """Say on standard error what *error* means, and return the exit code for it."""
    if isinstance(error, InputError) or (isinstance(error, KnowledgeError) and _in_pack(error, words)):
        print_problems(error.problems)
        return InputError.exit_code
    if isinstance(error, KnowledgeError):
        print_problems(error.problems)
        tell("advisor: the advisor's own knowledge is wrong, see above; nothing was checked")
        return error.exit_code
    command = next((w for w in words if not w.startswith("-")), "")
    what = str(error) if isinstance(error, AdvisorError) else f"{type(error).__name__}: {error}"
    line = f"advisor: internal error in advisor {shown(command)}".rstrip() + f": {shown(' '.join(what.split()), 300)}"
    if {"--verbose", "-v"} & set(words) or os.environ.get("ADVISOR_DEBUG"):
        import traceback

        tell("".join(traceback.format_exception(error)).rstrip())
        tell(line)
    else:
        tell(f"{line}; the same call with ADVISOR_DEBUG=1 shows where")
    return AdvisorError.exit_code


def _in_pack(error: KnowledgeError, words: Sequence[str]) -> bool:
    """Return whether all of the problems lie in rule packs, installed or named by the call, and not in our own knowledge."""
    if all(p.place.file != "rules" and not p.place.file.startswith(("rules/", "templates/")) for p in error.problems):
        return True
    packs = tuple(os.path.join(word.removeprefix("--rules="), "") for word in words if not word.startswith("-") or "=" in word)
    return all(p.place.file.removeprefix("rules/").startswith(packs) for p in error.problems)
