"""Which conditions can be worked out on arrays at once? Simple ones: whole numbers compared, and, or, not.

Narwhals writes an expression as the calls that made it, such as `col(weekday).__ge__(6)`. What can be read of that is
worked out with NumPy, which is faster than to hand columns to an engine and take the answer back; anything else is left
to the engine. Nothing is guessed: a column that may be unknown, or that is no whole number, is not read.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Rows = Callable[[str], Array]
"""The whole numbers of a column."""
Condition = Callable[[Rows], Array]

_COMPARE = {f"__{name}__": getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")}
_JOIN = {"__and__": np.logical_and, "__or__": np.logical_or}


class _NotSimple(Exception):
    """The expression is none of those that are read here."""


def simple_condition(expression: nw.Expr, *, flags: Iterable[str], scales: Mapping[str, int]) -> Condition | None:
    """How to work out a condition over columns of yes and no and of whole numbers; None where an engine has to.

    `scales` says of each column of whole numbers how many of them are one unit. No column may hold unknown values.
    """
    try:
        return _truth(ast.parse(repr(expression), mode="eval").body, frozenset(flags), scales)
    except (SyntaxError, _NotSimple):
        return None


def simple_product(expression: nw.Expr) -> tuple[str, str] | None:
    """The two columns whose product an expression is; None where it is anything else."""
    try:
        method, inner, arguments = _call(ast.parse(repr(expression), mode="eval").body)
    except (SyntaxError, _NotSimple):
        return None
    names = [_column(node) for node in (inner, *arguments)]
    return (str(names[0]), str(names[1])) if method == "__mul__" and len(names) == 2 and all(names) else None


def _truth(node: ast.expr, flags: frozenset[str], scales: Mapping[str, int]) -> Condition:
    if (name := _column(node)) in flags:
        return lambda rows: rows(str(name)) != 0
    method, inner, arguments = _call(node)
    if method == "__invert__" and not arguments:
        negated = _truth(inner, flags, scales)
        return lambda rows: ~negated(rows)
    if len(arguments) != 1:
        raise _NotSimple
    if method in _JOIN:
        left, right = _truth(inner, flags, scales), _truth(arguments[0], flags, scales)
        return lambda rows: _JOIN[method](left(rows), right(rows))
    name, (other, constant) = _column(inner), _other(arguments[0])
    if (
        method not in _COMPARE
        or name is None
        or name not in scales
        or (other is not None and scales.get(other) != scales[name])
    ):
        raise _NotSimple
    scaled = constant * scales[name]
    return lambda rows: _COMPARE[method](rows(name), scaled if other is None else rows(other))


def _other(node: ast.expr) -> tuple[str | None, int]:
    """A column or a whole number to compare with."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return None, node.value
    if (name := _column(node)) is not None:
        return name, 0
    raise _NotSimple


def _column(node: ast.expr) -> str | None:
    """The name in `col(name)`."""
    match node:
        case ast.Call(func=ast.Name(id="col"), args=[ast.Name(id=name)], keywords=[]):
            return name
    return None


def _call(node: ast.expr) -> tuple[str, ast.expr, list[ast.expr]]:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=method), args=arguments, keywords=[]):
            return method, inner, arguments
    raise _NotSimple
