"""Why this customer? The model's own additive contributions, told in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from features import FeatureColumn, feature_columns
from models._blend import Blend
from models._contenders import Estimator
from models._matrix import features_of

LANGUAGES = ("en", "zh")
_PLAIN_FAMILIES = ("recency", "rhythm", "frequency", "monetary")
_PLAIN_FACTS = ("days_since_last_purchase", "purchase_count_84d", "spend_364d")
"""What is said of a customer for whom the model has nothing more to say."""
_GAPS = ("mean_gap_days", "median_gap_days", "longest_gap_days", "last_gap_days", "recent_gap_days")
_LESS_LATELY = {
    "recent_purchase_share": 28 / 84,
    "recent_spend_ratio": 28 / 84,
    "recent_quarter_purchase_share": 84 / 364,
    "recent_half_year_purchase_share": 182 / 364,
    "recent_half_year_spend_ratio": 182 / 364,
    "recent_quarter_spend_ratio": 84 / 364,
}
"""Phrases that say "less lately", and the even share from which on that would be untrue."""


def contributions(model: Estimator, X: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What each column adds to the log-odds of yes, one row per row of `X`, against the average customer.

    Exact for a blend: its members' own sums (TreeSHAP, and coefficients times distance from the mean) by their shares,
    the shift of the season in `as_of_day`. Nothing for a baseline, which has no reasons but plain facts.
    """
    if X.empty or not isinstance(model, Blend):
        return np.zeros(X.shape)
    return model.contributions(X)


def reasons(
    model: Estimator, rows: pl.DataFrame, columns: Sequence[str], *, language: str, most: int = 3
) -> pl.DataFrame:
    """One row per row of `rows`: `customer_id`, `reason_1` to `reason_{most}`.

    `rows` is part of a snapshot. First what raises the probability: the strongest column of each family (one module of
    `features/`), then the next strongest of any family. Where too little raises it, the reasons that are left are no
    causes but plain facts about the customer: what lowers the probability least among recency, rhythm, frequency and
    monetary value, and without contributions (a base rate) recency, frequency and spend. No two are told by one
    feature or name the same number. `language` is `en` or `zh`.
    """
    about = feature_columns()
    weights = contributions(model, features_of(rows, columns))
    told = [
        _three(about, _candidates(about, columns, weight), row, language=language, most=most)
        for row, weight in zip(rows.iter_rows(named=True), weights, strict=True)
    ]
    made = {f"reason_{k + 1}": pl.Series([t[k] for t in told], dtype=pl.String) for k in range(most)}
    return rows.select("customer_id").with_columns(**made)


def _candidates(
    about: Mapping[str, FeatureColumn], columns: Sequence[str], weight: npt.NDArray[np.float64]
) -> list[tuple[FeatureColumn, bool]]:
    """Columns in the order in which they may be told, each with whether it raises the probability."""
    known = [(name, value) for name, value in zip(columns, weight, strict=True) if name in about]
    ranked = sorted(known, key=lambda one: (-one[1], one[0]))
    raising = [(about[name], True) for name, value in ranked if value > 0]
    lowering = [(about[name], False) for name, value in ranked if value < 0 and _is_plain(about[name])]
    return [*raising, *lowering, *[(about[name], False) for name in _PLAIN_FACTS if name in about]]


def _is_plain(column: FeatureColumn) -> bool:
    """Whether its phrase states a number and no judgement ("bought less lately"), which a lowering column belies."""
    phrases, family = column.feature.says, column.feature.module.rpartition(".")[2]
    return family in _PLAIN_FAMILIES and column.feature.of is not None and "{value" in (phrases or ("",))[0]


def _three(
    about: Mapping[str, FeatureColumn],
    candidates: Sequence[tuple[FeatureColumn, bool]],
    row: Mapping[str, object],
    *,
    language: str,
    most: int,
) -> list[str | None]:
    told: dict[str, frozenset[str]] = {}
    families: set[str] = set()
    for column in _families_first(candidates, families):
        if len(told) == most:
            break
        phrase = _say(column, row, language=language)
        if phrase and _add(told, phrase, _facts(about, column)):
            families.add(column.feature.module)
    return [*told, *[None] * (most - len(told))]


def _families_first(candidates: Sequence[tuple[FeatureColumn, bool]], families: set[str]) -> Iterator[FeatureColumn]:
    """Raising columns of families that are not yet among `families`, then all raising columns, then the others."""
    for column, raises in candidates:
        if raises and column.feature.module not in families:
            yield column
    yield from (column for column, _ in candidates)


def _add(told: dict[str, frozenset[str]], phrase: str, facts: frozenset[str]) -> bool:
    """Adds the phrase unless it repeats another; one that says another at more length takes its place."""
    repeated = [other for other, known in told.items() if known & facts or _opening(other) == _opening(phrase)]
    if repeated and not (len(repeated) == 1 and repeated[0] in phrase and repeated[0] != phrase):
        return False
    kept = [(phrase, facts) if other in repeated else (other, known) for other, known in told.items()]
    told.clear()
    told.update(kept if repeated else [*kept, (phrase, facts)])
    return True


def _facts(about: Mapping[str, FeatureColumn], column: FeatureColumn) -> frozenset[str]:
    """The features whose numbers the phrase of a column tells, and its own."""
    named = {field for _, field, _, _ in Formatter().parse((column.feature.says or ("",))[0]) if field in about}
    own = set() if named else {column.feature.name}
    return frozenset(own | {about[str(name)].feature.name for name in named})


def _opening(phrase: str) -> str:
    """What comes before the first colon or semicolon: "bought less lately"."""
    return re.split("[:;：；]", phrase)[0]


def _say(column: FeatureColumn, row: Mapping[str, object], *, language: str) -> str | None:
    """The phrase with the customer's numbers; None when one of them is unknown or the phrase would be untrue."""
    if row[column.name] is None or _would_be_untrue(column, row):
        return None
    phrases = column.feature.says
    if phrases is None:
        return f"{column.description.rstrip('.')}: {row[column.name]:,.4g}"
    try:
        return phrases[LANGUAGES.index(language)].format(**{**row, "value": row[column.name], "days": column.days})
    except TypeError:  # a column that the phrase names beside its own is null for this customer
        return None


def _would_be_untrue(column: FeatureColumn, row: Mapping[str, object]) -> bool:
    """Not told: a gap that rounds to "every 0 days", an even share as "less lately", returns that did not happen."""
    gaps = [row[name] for name in _GAPS if name == column.name or name in column.feature.inputs]
    if any(isinstance(gap, int | float) and gap <= 0.5 for gap in gaps):
        return True
    value = row[column.name]
    if value == 0 and column.feature.module.rpartition(".")[2] in ("trouble", "returned"):
        return True
    return isinstance(value, int | float) and value >= _LESS_LATELY.get(column.name, np.inf)
