"""
What a repository and the environment say in place of options: `.advisor.yaml`, `[tool.advisor]`, ``ADVISOR_*``.

A key is the long name of an option. At the top it is for every command that has the option; below `check`, `diff` or
`report` for that command alone, and stronger. The environment is stronger than the file, an option than both. Paths in
the file are meant from where the file lies.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from advisor.configuration.written import Written
from advisor.errors import InputError, Place, Problem, meant, nearest, shown

FILE = ".advisor.yaml"
PROJECT = "pyproject.toml"
PREFIX = "ADVISOR_"
_TABLES = (b"[tool.advisor]", b"[tool.advisor.")
_OTHER = ("ADVISOR_CACHE_DIR", "ADVISOR_DEBUG")  # read where they are used
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Option(NamedTuple):
    """
    What a key can say.

    Attributes:
        parameter: The name under which the command gets the value.

        kind: "flag", "text" or "list".

        choices: The words that are allowed; none where any text may stand.

        metavar: How the help writes the value; with FILE or DIR in it the value is a path.
    """

    parameter: str
    kind: str
    choices: Sequence[str] = ()
    metavar: str = ""


Value = bool | str | list[str]


class Setting(NamedTuple):
    """The value of one key, as the command takes it, and where it stands."""

    key: str
    value: Value
    place: Place


Options = Mapping[str, Mapping[str, Option]]  # of each command, by key


def find(start: str | None = None) -> str | None:
    """
    Return the nearest file with a configuration, from *start* (the working directory) up to the root of the repository.

    Outside of a repository only *start* itself is looked at. The path is absolute.
    """
    try:
        first = directory = os.path.abspath(start) if start else os.getcwd()
    except OSError:  # the working directory is gone
        return None
    found = None
    while True:
        found = found or _file_in(directory)
        if found and directory == first:
            return found
        if os.path.exists(os.path.join(directory, ".git")):
            return found
        directory, child = os.path.dirname(directory), directory
        if directory == child:
            return None


def present() -> bool:
    """Return whether there is anything to read; costs a few looks at the file system and no import."""
    return any(name.startswith(PREFIX) and name not in _OTHER for name in os.environ) or find() is not None


def read(options: Options, file: str | None, command: str, only: Sequence[str] = ()) -> dict[str, Setting]:
    """
    Return what *file* and the environment set for *command*, by the command's parameter.

    Args:
        options: Of the commands that can be configured: what is no option of any of them is an error.
        only: The keys to take where *command* is none of those, from the top and by the first command that has them.

    Raises:
        InputError: With all that is wrong: unknown keys of all commands, wrong values of this one.
    """
    problems: list[Problem] = []
    known = options.get(command) or {key: o[key] for o in reversed(list(options.values())) for key in only if key in o}
    folder = os.path.dirname(os.path.relpath(file)) if file else ""
    written = [(w, _from_file(w, folder)) for w in _in_file(file, options, command, problems)] if file else []
    written += [(w, _from_variable(w)) for w in _in_environment(options, command, problems)]
    found: dict[str, Setting] = {}
    for key, as_option in written:
        if option := known.get(key.key):
            try:
                found[option.parameter] = Setting(key.key, as_option(option), key.place)
            except ValueError as error:
                problems.append(Problem(key.place, f"{key.key}: {error}"))
    if problems:
        raise InputError(problems)
    return found


def _file_in(directory: str) -> str | None:
    own = os.path.join(directory, FILE)
    if os.path.isfile(own):
        return own
    project = os.path.join(directory, PROJECT)
    return project if _has_table(project) else None


def _has_table(project: str) -> bool:
    try:
        with open(project, "rb") as stream:
            return any(line.lstrip().startswith(_TABLES) for line in stream)
    except OSError:
        return False


def _in_file(file: str, options: Options, command: str, problems: list[Problem]) -> Iterator[Written]:
    """Yield the keys for *command*: first those at the top, then the command's own; add the unknown ones to *problems*."""
    name = os.path.relpath(file)
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError([Problem(Place(name), f"cannot be read: {why}")]) from None
    if os.path.basename(file) == FILE:
        if _has_table(os.path.join(os.path.dirname(file), PROJECT)):
            problems.append(Problem(Place(name), f"{PROJECT} beside it has [tool.advisor] too; keep one of them"))
        from advisor.configuration.written import from_yaml as parsed
    else:
        from advisor.configuration.written import from_toml as parsed
    own: list[Written] = []
    everywhere = {key for keys in options.values() for key in keys}
    for written in parsed(text, name):
        if written.key in options and written.below is not None:
            for inner in written.below:
                if inner.key not in options[written.key]:
                    problems.append(_unknown(inner, options[written.key], f" for {written.key}"))
                elif written.key == command:
                    own.append(inner)
        elif written.key in everywhere:
            yield written
        elif written.key in options:
            problems.append(Problem(written.place, f"{written.key}: takes keys and values, such as fail-on: warning"))
        else:
            problems.append(_unknown(written, {*everywhere, *options}, ""))
    yield from own


def _in_environment(options: Options, command: str, problems: list[Problem]) -> Iterator[Written]:
    general = {_variable(key): key for keys in options.values() for key in keys}
    own = {_variable(f"{name}-{key}"): (name, key) for name, keys in options.items() for key in keys}
    for name in sorted(os.environ, key=lambda n: (n in own, n)):  # a command's own come last and win
        place, text = Place(name), os.environ[name]
        if not name.startswith(PREFIX) or name in _OTHER or not text:
            continue
        if name in general:
            yield Written(general[name], place, place, text)
        elif name in own:
            if own[name][0] == command:
                yield Written(own[name][1], place, place, text)
        elif near := nearest(name.removeprefix(PREFIX), [n.removeprefix(PREFIX) for n in (*general, *own)]):
            # Others may have variables of this prefix: Kubernetes sets ADVISOR_PORT where a service is called advisor.
            problems.append(Problem(place, f"is no option; did you mean {PREFIX}{near}?"))


def _variable(key: str) -> str:
    return PREFIX + key.upper().replace("-", "_")


def _unknown(written: Written, known: Collection[str], of: str) -> Problem:
    hint = meant(written.key.replace("_", "-"), known, f"keys are {', '.join(sorted(known))}")
    return Problem(written.at, f'no key "{shown(written.key)}"{of}{hint}')


def _value(texts: Sequence[str], option: Option, *, listed: bool) -> Value:
    """Return *texts* as the command takes them; raise ValueError with what is wrong and what was meant."""
    if option.kind == "list":
        return list(texts)
    if listed:
        raise ValueError("takes one value, not a list")
    text = texts[0]
    if option.kind == "flag":
        if text.lower() not in _TRUTHS:
            raise ValueError(f'"{shown(text)}" is neither true nor false')
        return _TRUTHS[text.lower()]
    if option.choices and text not in option.choices:
        hint = meant(text, option.choices, f"it is one of {', '.join(option.choices)}")
        raise ValueError(f'no such value "{shown(text)}"{hint}')
    return text


def _from_file(written: Written, folder: str) -> Callable[[Option], Value]:
    def value(option: Option) -> Value:
        if written.below is not None:
            raise ValueError("takes a value, not keys")
        listed = isinstance(written.value, list)
        texts = written.value if isinstance(written.value, list) else [written.value]
        return _value([_path(text, option, folder) for text in texts], option, listed=listed)

    return value


def _from_variable(written: Written) -> Callable[[Option], Value]:
    def value(option: Option) -> Value:
        text = str(written.value)
        if option.kind != "list":
            return _value([text], option, listed=False)
        import shlex

        return _value(shlex.split(text), option, listed=True)

    return value


def _path(text: str, option: Option, folder: str) -> str:
    """Return a value that is or has a path below *folder* with the path as meant from the working directory."""
    if not folder or not {"DIR", "FILE"} & set(re.findall("[A-Z]+", option.metavar)):
        return text
    name, colon, file = text.partition(":") if option.metavar.endswith("[:FILE]") else ("", "", text)
    if file in ("", "-"):
        return text
    return f"{name}{colon}{os.path.normpath(os.path.join(folder, file))}"
