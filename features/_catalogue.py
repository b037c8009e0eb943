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
    feature_columns(features.values())
    return features


def feature_columns(features: Iterable[Feature] | Feature | None = None) -> dict[str, FeatureColumn]:
    """Every snapshot column by name, features of events before those made from other columns.

    Raises UnknownColumn when a feature is made from a column that none of `features` makes, and ValueError when two
    of them make one column.
    """
    given = [features] if isinstance(features, Feature) else features
    chosen = list(catalogue().values() if given is None else given)
    for each in chosen:
        if not isinstance(each, Feature):
            raise TypeError(f"{each!r} is no feature: give declared ones, such as catalogue()['purchase_count']")
    columns: dict[str, FeatureColumn] = {}
    for feature in sorted(chosen, key=lambda feature: feature.of is None):
        for column in feature.columns:
            if column.name in columns:
                homes = sorted({columns[column.name].feature.module, feature.module})
                raise ValueError(f"two features make the column {column.name!r} (in {' and '.join(homes)}); rename one")
            columns[column.name] = column
    _check_inputs(chosen, list(columns))
    return columns


def _check_inputs(features: Iterable[Feature], names: list[str]) -> None:
    for feature in features:
        for name in feature.inputs:
            if name not in names:
                close = difflib.get_close_matches(name, names, n=1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                raise UnknownColumn(f"{feature.module}.{feature.name} names no column of a snapshot: {name!r}.{hint}")
