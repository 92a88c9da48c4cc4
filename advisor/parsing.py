"""
The language of rules and profiles: parse and check kinds.

A small, total subset of Python's expressions with unit literals; ``docs/expressions.md`` is its reference. The source of an
expression's function is made here from checked syntax only: text of a rule never reaches the compiler.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Protocol

from advisor.errors import Place, Problem, meant, shown
from advisor.expressions import COUNT, FLAG, NUMBERS, Expression, Kind, kind_of, unit_kind
from advisor.formulas import FORMULAS
from advisor.units import parse_date, parse_quantity, version_key

MAX_LENGTH, MAX_DEPTH = 400, 12
FOLDS = ("min", "max", "sum", "prod", "any", "all", "count")
FUNCTIONS = ("min", "max", "ceil", "floor", "sqrt", "exp", "first", "known", "rate", "total", "grown")

_QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)(us|ms|s|m|h|d|B|KiB|MiB|GiB|[kMG]?bit/s|/s|/min|/h|/d)(?![\w/])|'[^']*'|\"[^\"]*\""
)
_UNIT_KINDS = {"us": "duration", "ms": "duration", "s": "duration", "m": "duration", "h": "duration", "d": "duration",
               "B": "size", "KiB": "size", "MiB": "size", "GiB": "size"}  # fmt: skip


class Scope(Protocol):
    """What names an expression may use."""

    formulas: bool

    def lookup(self, name: str) -> Kind | None:
        """Return the kind of a dotted name, or None."""

    def element(self, name: str, item: str) -> Scope:
        """Return the scope of a fold's body, in which *item* is an element of the list *name*."""

    def names(self) -> Iterable[str]:
        """Return all names, for the nearest one to a mistyped one."""


class ExpressionError(Exception):
    """The text is not an expression of the language: *column* counts from 0 in it."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


def parse(text: str, scope: Scope, place: Place) -> Expression | Problem:
    """Return the checked expression, not yet linked, or what is wrong with it."""
    text = str(text)
    try:
        return _Compiler(text, scope).expression(place)
    except ExpressionError as error:
        return Problem(Place(place.file, place.line, place.column + error.column if place.column else 0), str(error))


class _Compiler:
    def __init__(self, text: str, scope: Scope) -> None:
        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read")
        if not text.isascii():
            raise ExpressionError("the expression has characters outside ASCII", _first_foreign(text))
        self.text, self.scope = text, scope
        self.names: dict[str, None] = {}
        self.quantities: dict[int, tuple[float, Kind]] = {}
        self.depth = 0

    def expression(self, place: Place) -> Expression:
        plain = _QUANTITY.sub(self._quantity, self.text.replace("\n", " "))
        indent = len(plain) - len(plain.lstrip())
        self.shift = indent
        try:
            tree = ast.parse(plain.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            column = (getattr(error, "offset", 1) or 1) - 1
            raise ExpressionError(f'"{shown(self.text)}" is no expression', column) from None
        try:
            source, kind = self.visit(tree)
        except ExpressionError as error:
            error.column += indent
            raise
        return Expression(self.text, source, kind, tuple(self.names), place)

    def _quantity(self, match: re.Match[str]) -> str:
        if match.group(1) is None:
            return match.group()
        unit = match.group(2)
        family = _UNIT_KINDS.get(unit) or ("bandwidth" if "bit" in unit else "rate")
        try:
            value = parse_quantity(match.group(), family)
        except ValueError as error:
            raise ExpressionError(str(error), match.start()) from None
        self.quantities[match.start()] = (float(value), kind_of(family))
        return "Q".ljust(len(match.group()), "_")

    def visit(self, node: ast.expr) -> tuple[str, Kind]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested more than {MAX_DEPTH} deep", node.col_offset)
        method = getattr(self, "visit_" + type(node).__name__, None)
        if method is None:
            raise ExpressionError(f"{_words(node)} is not part of the language", node.col_offset)
        result: tuple[str, Kind] = method(node)
        self.depth -= 1
        return result

    def number(self, node: ast.expr) -> tuple[str, Kind]:
        source, kind = self.visit(node)
        if kind.base != "number":
            raise ExpressionError(f"{kind.base} where a number is wanted", node.col_offset)
        return source, kind

    def truth(self, node: ast.expr) -> str:
        source, kind = self.visit(node)
        if kind.base != "flag":
            raise ExpressionError(f"{unit_kind(kind)} where a condition is wanted", node.col_offset)
        return source

    def visit_Constant(self, node: ast.Constant) -> tuple[str, Kind]:
        if isinstance(node.value, str):
            return repr(node.value), Kind("literal", None)
        if type(node.value) is int or type(node.value) is float:
            try:
                return repr(float(node.value)), Kind("number", (0, 0))
            except OverflowError:
                raise ExpressionError("the number is too large", node.col_offset) from None
        raise ExpressionError(f"{node.value!r} is not part of the language", node.col_offset)

    def visit_Name(self, node: ast.Name) -> tuple[str, Kind]:
        start = node.col_offset + self.shift
        if start in self.quantities:
            value, kind = self.quantities[start]
            return repr(value), kind
        if node.id in ("true", "false"):
            return node.id.capitalize(), FLAG
        if node.id in ("never", "unlimited"):
            return "inf", Kind("number", None)
        return self.property(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> tuple[str, Kind]:
        return self.property(node, _dotted(node))

    def property(self, node: ast.expr, name: str) -> tuple[str, Kind]:
        kind = self.scope.lookup(name)
        if kind is None:
            raise ExpressionError(f"no property {name}{meant(name, self.scope.names())}", node.col_offset)
        self.names[name] = None
        return f"v[{name!r}]", kind

    def visit_UnaryOp(self, node: ast.UnaryOp) -> tuple[str, Kind]:
        if isinstance(node.op, ast.Not):
            return f"negate({self.truth(node.operand)})", FLAG
        if isinstance(node.op, ast.USub):
            source, kind = self.number(node.operand)
            return f"neg({source})", kind
        raise ExpressionError(f"{_words(node)} is not part of the language", node.col_offset)

    def visit_BoolOp(self, node: ast.BoolOp) -> tuple[str, Kind]:
        name = "both" if isinstance(node.op, ast.And) else "either"
        source = self.truth(node.values[0])
        for value in node.values[1:]:
            source = f"{name}({source}, lambda: {self.truth(value)})"
        return source, FLAG

    def visit_IfExp(self, node: ast.IfExp) -> tuple[str, Kind]:
        condition = self.truth(node.test)
        (then, a), (otherwise, b) = self.visit(node.body), self.visit(node.orelse)
        kind = self.common(node, a, b)
        return f"choose({condition}, lambda: {then}, lambda: {otherwise})", kind

    def common(self, node: ast.expr, a: Kind, b: Kind) -> Kind:
        if not a.fits(b):
            raise ExpressionError(f"{unit_kind(a)} and {unit_kind(b)} do not go together", node.col_offset)
        if a.base == "literal" or (a.base == "number" and a.dims is None):
            a, b = b, a
        return a if a.base != "number" or a.name == b.name or b.dims is None else Kind("number", a.dims)

    def visit_BinOp(self, node: ast.BinOp) -> tuple[str, Kind]:
        (left, a), (right, b) = self.number(node.left), self.number(node.right)
        match node.op:
            case ast.Add() | ast.Sub():
                name = "add" if isinstance(node.op, ast.Add) else "sub"
                return f"{name}({left}, {right})", self.common(node, a, b)
            case ast.Mult() | ast.Div():
                name, sign = ("mul", 1) if isinstance(node.op, ast.Mult) else ("div", -1)
                (s, size), (t, other) = a.dims or (0, 0), b.dims or (0, 0)
                dims = (s + sign * t, size + sign * other)
                keep = a.name if b.dims == (0, 0) else b.name if sign == 1 and a.dims == (0, 0) else ""
                if dims == (0, 0) and {a.name, b.name} & {"count"} and b.dims == a.dims == (0, 0):
                    keep = "count" if sign == 1 or a.name == "count" else ""
                return f"{name}({left}, {right})", Kind("number", dims, name=keep if keep in NUMBERS else "")
        raise ExpressionError(f"{_words(node)} is not part of the language", node.col_offset)

    def visit_Compare(self, node: ast.Compare) -> tuple[str, Kind]:
        if len(node.ops) > 1:
            raise ExpressionError("a chain of comparisons; write two joined by and", node.col_offset)
        (left, a), (right, b), op = self.visit(node.left), self.visit(node.comparators[0]), node.ops[0]
        if isinstance(op, (ast.In, ast.NotIn)):
            if b.base != "set" or a.base not in ("literal", "text"):
                raise ExpressionError("in takes a text and a set", node.col_offset)
            source = f"member({left}, {right})"
            return (f"negate({source})" if isinstance(op, ast.NotIn) else source), FLAG
        if not a.fits(b) or a.base in ("list", "counter"):
            raise ExpressionError(f"{unit_kind(a)} cannot be compared with {unit_kind(b)}", node.col_offset)
        self.listed(node, a, b)
        swap = isinstance(op, (ast.Gt, ast.GtE))
        if swap:
            left, right = right, left
        if isinstance(op, (ast.Eq, ast.NotEq)):
            source = f"same({left}, {right})"
            return (f"negate({source})" if isinstance(op, ast.NotEq) else source), FLAG
        if not isinstance(op, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            raise ExpressionError(f"{_words(node)} is not part of the language", node.col_offset)
        strict = isinstance(op, (ast.Lt, ast.Gt))
        bases = {a.base, b.base}
        if "version" in bases or "date" in bases:
            before = "older" if "version" in bases else "earlier"
            return (f"{before}({left}, {right})" if strict else f"negate({before}({right}, {left}))"), FLAG
        if bases != {"number"}:
            raise ExpressionError(f"{a.base} has no order", node.col_offset)
        return f"{'lt' if strict else 'le'}({left}, {right})", FLAG

    def listed(self, node: ast.Compare, a: Kind, b: Kind) -> None:
        """Refuse a text that the property does not list, or that is no version or date where one is compared."""
        options = a.options or b.options
        for side, other in ((node.left, b), (node.comparators[0], a)):
            if not isinstance(side, ast.Constant):
                continue
            if options and side.value not in options:
                raise ExpressionError(f"'{side.value!s}' is none of: {', '.join(options)}", side.col_offset)
            if other.base in ("version", "date"):
                try:
                    version_key(str(side.value)) if other.base == "version" else parse_date(str(side.value))
                except ValueError as error:
                    raise ExpressionError(str(error), side.col_offset) from None

    def visit_Call(self, node: ast.Call) -> tuple[str, Kind]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ExpressionError(f"{_words(node)} is not part of the language", node.col_offset)
        name = node.func.id
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self.fold(node, name, node.args[0])
        if self.scope.formulas and name in FORMULAS:
            return self.formula(node, name)
        if name not in FUNCTIONS:
            raise ExpressionError(f"no function {name}{meant(name, FUNCTIONS + FOLDS)}", node.col_offset)
        if not node.args or (len(node.args) > 1) != (name in ("min", "max", "first")):
            raise ExpressionError(
                f"{name} takes {'several' if name in ('min', 'max', 'first') else 'one'} arguments"[
                    : None if name in ("min", "max", "first") else -1
                ],
                node.col_offset,
            )
        return self.function(node, name)

    def function(self, node: ast.Call, name: str) -> tuple[str, Kind]:
        parts = [self.visit(a) for a in node.args]
        sources, kinds = [p[0] for p in parts], [p[1] for p in parts]
        kind = kinds[0]
        for other in kinds[1:]:
            kind = self.common(node, kind, other)
        if name == "known":
            return f"known({sources[0]})", FLAG
        if name == "first":
            return f"first({', '.join(f'lambda: {s}' for s in sources)})", kind
        if name in ("rate", "total", "grown"):
            if kind.base != "counter":
                raise ExpressionError(f"{name} takes a counter", node.col_offset)
            return f"{name}({sources[0]})", kind_of("rate" if name == "rate" else "count")
        if kind.base != "number":
            raise ExpressionError(f"{name} takes numbers", node.col_offset)
        if name in ("min", "max"):
            return f"{name}imum({', '.join(sources)})", kind
        if name in ("exp", "sqrt") and kind.dims not in ((0, 0), None):
            raise ExpressionError(f"{name} takes a plain number, not a {unit_kind(kind)}", node.col_offset)
        rename = {"ceil": "ceiling", "floor": "flooring", "sqrt": "root", "exp": "power_of_e"}[name]
        return f"{rename}({sources[0]})", COUNT if name in ("ceil", "floor") and kind.dims == (0, 0) else kind

    def formula(self, node: ast.Call, name: str) -> tuple[str, Kind]:
        formula = FORMULAS[name]
        if len(node.args) != len(formula.arguments):
            raise ExpressionError(f"{name} takes {len(formula.arguments)} arguments", node.col_offset)
        sources = []
        for argument, wanted in zip(node.args, formula.arguments, strict=True):
            source, kind = self.visit(argument)
            if not kind.fits(kind_of(wanted)):
                raise ExpressionError(f"{unit_kind(kind)} where {name} takes {wanted}", argument.col_offset)
            sources.append(source)
        return f"formula({name!r}, {', '.join(sources)})", kind_of(formula.result)

    def fold(self, node: ast.Call, name: str, generator: ast.GeneratorExp) -> tuple[str, Kind]:
        clause = generator.generators[0]
        if name not in FOLDS or len(generator.generators) > 1 or len(clause.ifs) > 1:
            raise ExpressionError(f"no fold {name}; there are {', '.join(FOLDS)}, of one list", node.col_offset)
        if not isinstance(clause.target, ast.Name) or not isinstance(clause.iter, (ast.Name, ast.Attribute)):
            raise ExpressionError("a fold takes one name in one list", node.col_offset)
        _, listed = self.property(clause.iter, listed_name := _dotted(clause.iter))
        if listed.base != "list":
            raise ExpressionError(f"{listed_name} is no list", clause.iter.col_offset)
        if isinstance(self.scope, _Inside):
            raise ExpressionError("a fold inside a fold", node.col_offset)
        item, outer = clause.target.id, self.scope
        self.scope = _Inside(outer.element(listed_name, item))
        try:
            keep = self.truth(clause.ifs[0]) if clause.ifs else "True"
            want, kind = ("1.0", COUNT) if name == "count" else self.visit(generator.elt)
        finally:
            self.scope = outer
        self.names = {n: None for n in self.names if n.split(".")[0] != item}
        if name in ("any", "all"):
            if kind.base != "flag":
                raise ExpressionError(f"{name} takes conditions", node.col_offset)
        elif kind.base != "number":
            raise ExpressionError(f"{name} takes numbers", node.col_offset)
        inner = f"(lambda v: {{}})(v.child({item!r}, item))"
        return (f"fold({name!r}, v[{listed_name!r}], lambda item: {inner.format(want)}, "
                f"lambda item: {inner.format(keep)})"), kind  # fmt: skip


class _Inside:
    """The scope of a fold's body."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.formulas = scope, scope.formulas
        self.lookup, self.names, self.element = scope.lookup, scope.names, scope.element


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise ExpressionError(f"{_words(node)} is not part of the language", node.col_offset)


def _words(node: ast.AST) -> str:
    return {"Subscript": "an index", "Lambda": "a function", "Call": "this call", "Attribute": "an attribute",
            "List": "a list", "Dict": "a mapping", "Tuple": "a tuple", "JoinedStr": "an f-string",
            "BinOp": "this operator", "UnaryOp": "this operator", "Compare": "this comparison",
            "NamedExpr": "an assignment"}.get(type(node).__name__, type(node).__name__)  # fmt: skip


def _first_foreign(text: str) -> int:
    return next(i for i, c in enumerate(text) if not c.isascii())
