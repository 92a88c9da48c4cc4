"""How a number came about: the expression of a rule or of a derivation with the figures that it was computed from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from advisor import values
from advisor.expressions import Expression, unit_kind
from advisor.facts import Subject
from advisor.formulas import FORMULAS
from advisor.report.shown import shown, tidy
from advisor.sheet import Env, Sheet
from advisor.values import Range, known

_FIGURES = {
    "idle_pool_size": "6 × √{0}",
    "idle_pool_size_servers": "{2} × (1 + √{1}) × √{0}",
    "lognormal_mean": "log-normal, median {0}, p99 {1}",
    "churn_share": "{0} kept idle, {1} busy",
    "churn_share_round_robin": "{0} kept idle, {1} busy, {2} servers in turn",
    "churn_share_quiet": "{0}, idle for {1} at most, {2} servers in turn",
    "slow_start_rounds": "{0} after windows of {1}, {1} × 2, {1} × 4 … segments of {2}",
    "connect_time": "{0} repeats of the SYN, {1} of them without doubling the wait",
    "erlang_c_mean_wait": "Erlang C: {0} connections, {1}, {2} each",
    "backoff_total": "{0} attempts, first wait {1}, factor {2}, at most {3}",
    "request_worst_case": "{0} × {1}, and the waits between them",
}
"""What is told of a formula's arguments."""
_LEAST: Mapping[str, tuple[Callable[..., float], str]] = {"idle_pool_size": (lambda *_: 8.0, "8, the least for any"),
          "idle_pool_size_servers": (lambda *given: 2 * given[1], "2 × {1}, the least")}  # fmt: skip
"""What some formulas do not go below, and how that is told."""
_CALL = re.compile(r"\b(first|rate|total|grown|sqrt)\(([^()]*)\)")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_][\w.]*(?![\w.(])")
_FOLD = re.compile(r"(prod|sum)\(([\w.]+) for (\w+) in ([\w.]+)\)")
_NONE = re.compile(r"^max\(0[a-z/%]*, ((?:[^(),]|\([^()]*\))*)\)$")  # what is not there does not bound
_FOLDED = 6  # elements of a fold that are told


def resolve(sheet: Sheet, bind: Mapping[str, Subject], name: str) -> tuple[Subject, str]:
    """Return the subject that answers for the dotted *name*, and its property."""
    first, *rest = name.split(".")
    subject = bind[first]
    for part in rest[:-1]:
        subject = subject.parts[part]
    if rest[-1] not in sheet.properties.all.get(subject.kind, {}) and subject.wide is not None:
        subject = subject.wide
    return subject, rest[-1]


def arithmetic(expression: Expression, env: Env) -> str:
    """Return how a number came about: its expression with figures, one derivation deep; nothing where that tells nothing."""
    if not expression.names:
        return ""
    name = expression.names[0]
    if expression.text.strip() == name:
        return arithmetic(env.lets[name], env) if env.lets and name in env.lets else _derived(env, name)
    filled = _filled(expression, env)
    return filled if " " in filled or "√" in filled else ""  # one figure alone is the number itself


def _derived(env: Env, name: str) -> str:
    """Return the figures of the derivation that gave *name*, its title where they cannot be told."""
    sheet = env.sheet
    subject, prop = resolve(sheet, env.bind, name)
    cell, spec = sheet.cell(subject, prop), sheet.properties.find(subject.kind, prop)
    if cell.source.kind not in ("derived", "estimated") or spec is None or not spec.derive:
        return ""
    way = next((w for w in spec.derive if w.title == cell.source.detail), spec.derive[0])
    inner = Env(sheet, sheet.bind(subject))
    return _called(way.value, inner, cell.value) or _filled(way.value, inner) or cell.source.detail


def _called(expression: Expression, env: Env, result: Any) -> str:
    """Return the figures of the formula that gave *result*, on the branch of *expression* that was taken."""
    if not isinstance(expression.run, FunctionType):
        return ""
    said = ""

    def note(name: str, *arguments: Any) -> Any:
        nonlocal said
        formula = FORMULAS[name]
        value = values.apply_formula(formula.function, formula.monotone, *arguments)
        kinds = (k if k != "number" else "ratio" for k in formula.arguments)
        if name in _FIGURES and value == result:
            least, told = _LEAST.get(name, (None, ""))
            form = told if least and least(*arguments) == value else _FIGURES[name]
            said = form.format(*(shown(a, k) for a, k in zip(arguments, kinds, strict=True)))
        return value

    FunctionType(expression.run.__code__, {**expression.run.__globals__, "formula": note})(env)
    return said if "unknown" not in said else ""


def _filled(expression: Expression, env: Env) -> str:
    """Return the expression with figures for names and what its functions come to; nothing where it cannot be read so."""
    text = expression.text.strip()
    if fold := _FOLD.fullmatch(text):
        return _folded(env, *fold.groups())
    if " if " in text or " for " in text:
        return ""
    rounded = _rounded(text)
    text = rounded or text
    figures: list[str] = []

    def kept(figure: str) -> str:
        figures.append(f"({figure})" if " " in figure else figure)
        return f"\0{len(figures) - 1}\0"

    while call := _CALL.search(text):
        text = text[: call.start()] + _came_to(call[1], call[2], env, kept) + text[call.end() :]
    text = _NAME.sub(lambda m: kept(_figure(env, m[0])) if m[0] in expression.names else m[0], text)
    text = re.sub("\0(\\d+)\0", lambda m: figures[int(m[1])], tidy(text))
    text = _NONE.sub(r"\1", text)
    return "" if "unknown" in text else f"{text}, rounded up" if rounded else text


def _rounded(text: str) -> str:
    """Return what stands in a ``ceil( )`` around all of *text*, else nothing."""
    if not text.startswith("ceil("):
        return ""
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == ")" and not depth:
            return text[5:-1] if place == len(text) - 1 else ""
    return ""


def _came_to(function: str, inside: str, env: Env, kept: Any) -> str:
    """Return what *function* of the plain arguments *inside* came to."""
    arguments = [argument.strip() for argument in inside.split(",")]
    if function == "first":
        return next((a for a in arguments if all(known(env[n]) for n in _NAME.findall(a) if "." in n or n in (env.lets or ()))),
                    arguments[-1])  # fmt: skip
    if function in ("rate", "total", "grown"):
        counter = env[arguments[0]]
        return str(kept(shown(getattr(counter, function), "rate" if function == "rate" else "count")))
    return f"√{inside}" if _NAME.fullmatch(inside) else f"√[{inside}]"


def _folded(env: Env, function: str, body: str, item: str, listed: str) -> str:
    """Return "3 × 20" for the product of a property over a list, without what changes nothing."""
    found = []
    for element in env[listed] if isinstance(env[listed], list) else ():
        child = env.child(item, element)
        if child[body] != (1.0 if function == "prod" else 0.0):
            found.append(_figure(child, body))
    return (" × " if function == "prod" else " + ").join(found) if 1 < len(found) <= _FOLDED and "unknown" not in found else ""


def _figure(env: Env, name: str) -> str:
    if name in ("never", "unlimited", "true", "false"):
        return name
    value = env[name]
    if env.lets and name in env.lets:
        return shown(value, unit_kind(env.lets[name].kind))
    subject, prop = resolve(env.sheet, env.bind, name)
    spec = env.sheet.properties.find(subject.kind, prop)
    if spec is not None and type(value) is Range and (value.low <= spec.low or value.high >= spec.high):
        return "unknown"  # a physical bound is no figure
    return shown(value, unit_kind(spec.kind) if spec else "ratio")
