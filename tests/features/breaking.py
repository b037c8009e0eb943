"""How is a function broken for a test? It gets other code, wherever it is used; a compiled one as plain Python."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import CodeType, FunctionType
from typing import Any

import pytest

from features import (
    Where,
    _buckets,
    _history,
    _loops,
    _order,
    _polars,
    _runs,
    _sums,
    _talks,
    _time,
)
from features._aggregate import Compound
from features._polars import Moment

in_window, combine = Where.expression.fget, Compound.expression.fget
start, number = Moment.start.fget, Moment.number.fget
"""Properties, as the functions that they are."""


@contextmanager
def breaking(functions: Any, old: str, new: str) -> Iterator[None]:
    """Gives a function, or each of several, other code: it is then broken wherever it is used, whatever holds it."""
    with ExitStack() as stack:
        if is_compiled(functions):
            stack.enter_context(plain_python())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for function in plain_functions(functions):
            whole, source = inspect.getsource(inspect.getmodule(function)), inspect.getsource(function)
            assert old in source, f"{function.__qualname__} no longer says {old!r}; renew this guard"
            code = compile(whole.replace(source, source.replace(old, new)), "broken", "exec", dont_inherit=True)
            patch.setattr(function, "__code__", code_of(code, function.__qualname__))
        remembered = [_history._calendar] + ([_time.zone_shifts] if functions in _OF_CLOCKS else [])
        for each in remembered:
            stack.callback(each.cache_clear)
            each.cache_clear()
        yield


_OF_CLOCKS = (_time.zone_shifts, _time.micros, _time._ahead, _time._change)
"""What changes of clocks are found with; they are found once, because that takes a third of a second."""


def plain_functions(functions: Any) -> list[FunctionType]:
    """One function or several, each as it is written."""
    return [inspect.unwrap(each) for each in (functions if isinstance(functions, tuple) else (functions,))]


def is_compiled(functions: Any) -> bool:
    """Whether one of these functions is compiled."""
    return any(hasattr(each, "py_func") for each in (functions if isinstance(functions, tuple) else (functions,)))


@contextmanager
def plain_python() -> Iterator[None]:
    """Nothing is compiled but the numbering of texts; loops take two customers at once."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(_loops, "CUSTOMERS_AT_ONCE", 2)
        patch.setattr(_loops, "ROWS_AT_ONCE", 3)
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)  # hashes overflow, as they should
        for module in (_buckets, _history, _loops, _order, _polars, _runs, _sums, _talks):
            for name, each in list(vars(module).items()):
                if is_compiled(each):
                    patch.setattr(module, name, each.py_func)
        yield


def code_of(whole: CodeType, name: str) -> CodeType | None:
    """The code of a function or method in that of its module."""
    inner = [each for each in whole.co_consts if isinstance(each, CodeType)]
    found = [each if each.co_qualname == name else code_of(each, name) for each in inner]
    return next(filter(None, found), None)
