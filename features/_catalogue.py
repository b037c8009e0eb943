"""Which features are there? All that the plain modules of this folder declare."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache

from data_contracts import declared
from features._events import UnknownColumn
from features._feature import Feature, FeatureColumn


@cache
def catalogue() -> dict[str, Feature]:
    """Every declared feature by name, in a fixed order. Raises when two have one name or one names no column."""
    features = declared("features", Feature)
    names = [column.name for feature in features.values() for column in feature.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two features make the column {twice[0]!r}; rename one of them")
    _check_inputs(features.values(), names)
    return features


def feature_columns(features: Iterable[Feature] | None = None) -> dict[str, FeatureColumn]:
    """Every snapshot column by name, features of events before those made from other columns.

    Raises UnknownColumn when a feature is made from a column that none of `features` makes.
    """
    chosen = list(catalogue().values() if features is None else features)
    ordered = sorted(chosen, key=lambda feature: feature.of is None)
    columns = {column.name: column for feature in ordered for column in feature.columns}
    _check_inputs(chosen, list(columns))
    return columns


def _check_inputs(features: Iterable[Feature], names: list[str]) -> None:
    for feature in features:
        for name in feature.inputs:
            if name not in names:
                close = difflib.get_close_matches(name, names, n=1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                raise UnknownColumn(f"{feature.module}.{feature.name} names no column of a snapshot: {name!r}.{hint}")
