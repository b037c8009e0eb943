"""Which features are there? All that the plain modules of this folder declare."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable
from functools import cache

from data_contracts import declared
from features import _events, _time
from features._events import UnknownColumn
from features._feature import Feature, FeatureColumn, code_of

_MACHINERY: tuple[Callable[..., object], ...] = (
    _time.day_start,
    _time.local_day,
    _time.known_before,
    _time._without_later_state,
    _events.with_order_key,
    _events.orders_of,
    *_events._MAKERS.values(),
)


@cache
def catalogue() -> dict[str, Feature]:
    """Every declared feature by name, in a fixed order. Raises when two have one name or one names no column."""
    features = declared("features", Feature)
    names = [column.name for feature in features.values() for column in feature.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two features make the column {twice[0]!r}; rename one of them")
    for feature in features.values():
        for name in feature.inputs:
            if name not in names:
                close = difflib.get_close_matches(name, names, n=1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                raise UnknownColumn(f"{feature.module}.{feature.name} names no column of a snapshot: {name!r}.{hint}")
    return features


def feature_columns(features: Iterable[Feature] | None = None) -> dict[str, FeatureColumn]:
    """Every snapshot column by name, features of events before those made from other columns."""
    chosen = list(catalogue().values() if features is None else features)
    ordered = sorted(chosen, key=lambda feature: feature.of is None)
    return {column.name: column for feature in ordered for column in feature.columns}


@cache
def fingerprint() -> str:
    """A hash of what all features compute, and of the code that cuts their events in time."""
    parts = [feature.fingerprint for feature in catalogue().values()]
    parts += [code_of(function) for function in _MACHINERY]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
