"""What does a function compute? Its code as text, deaf to comments, layout and docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from types import ModuleType

_OURS = "features"
_CONSTANTS = (str, int, float, date, time, timedelta, tuple, list, dict, set, frozenset)


class SourceLost(Exception):
    """The code of a definition is asked for, and Python has kept none."""


def definition_of(function: Callable[..., object]) -> str:
    """The function's code, and that of every function and plain constant of this package that it names."""
    found: set[str] = set()
    _collect(function, found)
    return "\n".join(sorted(found))


def code_of(function: Callable[..., object]) -> str:
    """The function's code without comments, layout, decorators and docstring."""
    tree = _tree_of(function)
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    return ast.unparse(tree.args) + ":" + "\n".join(ast.unparse(statement) for statement in body)


def code_of_module(module: ModuleType) -> str:
    """A module's code without comments, layout and docstrings."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_text(each)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _tree_of(function: Callable[..., object]) -> ast.FunctionDef:
    try:
        source = inspect.getsource(function)
    except OSError as error:
        raise SourceLost(
            f"the code of {function.__name__!r} cannot be read: it was typed where Python keeps none (a plain prompt, "
            "`python -c`, exec). It can be computed so, but has no fingerprint: define it in a notebook or a file."
        ) from error
    tree = ast.parse(textwrap.dedent(source)).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function!r} is no function written with def")
    return tree


def _collect(function: Callable[..., object], found: set[str]) -> None:
    code = f"{function.__name__}({code_of(function)})"
    if code in found:
        return
    found.add(code)
    for name, value in _named_in(function):
        for inner in _functions_in(value):
            if inner.__module__.partition(".")[0] in (_OURS, _package_of(function)):
                _collect(inner, found)
        if isinstance(value, _CONSTANTS):
            found.add(f"{name}={_text_of(value)}")


def _functions_in(value: object) -> Iterator[Callable[..., object]]:
    """The function itself, or those that a constant holds."""
    if inspect.isfunction(value):
        yield value
    elif isinstance(value, dict):
        yield from (function for inner in value.values() for function in _functions_in(inner))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (function for inner in value for function in _functions_in(inner))


def _text_of(value: object) -> str:
    """A constant as text that is the same in every process: sets and mappings in order, functions by their names."""
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{_text_of(key)}: {_text_of(inner)}" for key, inner in value.items())) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(_text_of, value))) + "}"
    if isinstance(value, list | tuple):
        inside = ", ".join(map(_text_of, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if inspect.isfunction(value) or inspect.isclass(value):
        return value.__qualname__
    return repr(value)


def _named_in(function: Callable[..., object]) -> Iterator[tuple[str, object]]:
    known = getattr(function, "__globals__", {})
    for node in ast.walk(_tree_of(function)):
        if isinstance(node, ast.Name) and node.id in known:
            yield node.id, known[node.id]


def _package_of(function: Callable[..., object]) -> str:
    return function.__module__.partition(".")[0]
