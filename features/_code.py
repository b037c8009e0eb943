"""What does a function compute? Its code as text, deaf to comments, layout and docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator

_OURS = "features"


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


def _tree_of(function: Callable[..., object]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function!r} is no function written with def")
    return tree


def _collect(function: Callable[..., object], found: set[str]) -> None:
    code = f"{function.__name__}({code_of(function)})"
    if code in found:
        return
    found.add(code)
    for name, value in _named_in(function):
        if inspect.isfunction(value) and value.__module__.partition(".")[0] in (_OURS, _package_of(function)):
            _collect(value, found)
        elif isinstance(value, str | int | float | tuple):
            found.add(f"{name}={value!r}")


def _named_in(function: Callable[..., object]) -> Iterator[tuple[str, object]]:
    known = getattr(function, "__globals__", {})
    for node in ast.walk(_tree_of(function)):
        if isinstance(node, ast.Name) and node.id in known:
            yield node.id, known[node.id]


def _package_of(function: Callable[..., object]) -> str:
    return function.__module__.partition(".")[0]
