"""Which definitions made a number? One hash of what all features compute."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

from features import (
    _absent,
    _aggregate,
    _buckets,
    _conditions,
    _events,
    _history,
    _loops,
    _makers,
    _order,
    _polars,
    _process,
    _runs,
    _snapshot,
    _sums,
    _talks,
    _texts,
)
from features._catalogue import catalogue, feature_columns
from features._code import code_of_module, definition_of

_MACHINERY: tuple[Callable[..., object], ...] = (
    _events.Events.within,
    *_aggregate._PORTABLE.values(),
    *_makers._MAKERS.values(),
    _absent.unknown_columns,
    _snapshot._of_events,
    _snapshot._fill,
    _snapshot._with_made_columns,
)
"""What every feature goes through; what these call is found from their code."""

_FAST = (_buckets, _conditions, _history, _loops, _order, _polars, _process, _runs, _sums, _talks, _texts)
"""The same on arrays, and the purchase process: modules that hold nothing else."""


@cache
def fingerprint() -> str:
    """A hash of what all features compute, and of the code that cuts their events in time."""
    parts = [feature.fingerprint for feature in catalogue().values()]
    parts += [f"{name} {sorted(_absent.made_from(column))}" for name, column in feature_columns().items()]
    parts += [definition_of(function) for function in _MACHINERY]
    parts += [code_of_module(module) for module in _FAST]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
