"""Why this customer? The model's own additive contributions, told in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression

from features import FeatureColumn, feature_columns
from models._estimator import RFM, Estimator
from models._training import features_of

LANGUAGES = ("en", "zh")


def contributions(model: Estimator, X: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What each column adds to the log-odds of yes, one row per row of `X`, against the average customer.

    Exact for what is served, but for its temperature, by which all log-odds are divided alike: TreeSHAP sums of the
    boosted trees (Lundberg et al. 2020), coefficient times distance from the mean for the logistic regression,
    nothing for a base rate.
    """
    flat = np.zeros(X.shape)
    if X.empty or not isinstance(model, CalibratedClassifierCV):
        return flat
    fitted = model.calibrated_classifiers_[0].estimator
    last = fitted.steps[-1][1]
    rows = fitted[:-1].transform(X)
    if isinstance(last, LogisticRegression):
        flat[:, [list(X.columns).index(name) for name in RFM]] = rows * last.coef_[0]
        return flat
    added: npt.NDArray[np.float64] = last.get_booster().predict(xgboost.DMatrix(np.asarray(rows)), pred_contribs=True)
    return added[:, :-1]


def reasons(
    model: Estimator, rows: pl.DataFrame, columns: Sequence[str], *, language: str, most: int = 3
) -> pl.DataFrame:
    """One row per row of `rows`: `customer_id`, `reason_1` to `reason_{most}`; null where nothing more speaks for it.

    `rows` is part of a snapshot. Features of one family (one module of `features/`) count as one reason, told by the
    column that says most, so that three reasons are three different things. Only what raises the probability is a
    reason. `language` is `en` or `zh`.
    """
    about = feature_columns()
    weights = contributions(model, features_of(rows, columns))
    told = [
        _strongest(about, columns, row, weight, language=language, most=most)
        for row, weight in zip(rows.iter_rows(named=True), weights, strict=True)
    ]
    made = {f"reason_{k + 1}": pl.Series([t[k] for t in told], dtype=pl.String) for k in range(most)}
    return rows.select("customer_id").with_columns(**made)


def _strongest(
    about: Mapping[str, FeatureColumn],
    columns: Sequence[str],
    row: Mapping[str, object],
    weight: npt.NDArray[np.float64],
    *,
    language: str,
    most: int,
) -> list[str | None]:
    sums: dict[str, float] = {}
    best: dict[str, tuple[float, str]] = {}
    for name, value in zip(columns, weight, strict=True):
        group = about[name].feature.module
        sums[group] = sums.get(group, 0.0) + value
        best[group] = max(best.get(group, (-np.inf, name)), (value, name))
    told: list[str] = []
    for group in sorted(sums, key=lambda g: (-sums[g], g)):
        if sums[group] <= 0 or len(told) == most:
            break
        phrase = _say(about[best[group][1]], row, language=language)
        if phrase:
            told = _without_repetition(told, phrase)
    return [*told, *[None] * (most - len(told))]


def _without_repetition(told: list[str], phrase: str) -> list[str]:
    """The phrases with the new one; of two that say the same, one at more length, the longer stays in its place."""
    for position, other in enumerate(told):
        if phrase in other:
            return told
        if other in phrase:
            return [*told[:position], phrase, *told[position + 1 :]]
    return [*told, phrase]


def _say(column: FeatureColumn, row: Mapping[str, object], *, language: str) -> str | None:
    if row[column.name] is None:
        return None
    phrases = column.feature.says
    if phrases is None:
        return f"{column.description.rstrip('.')}: {row[column.name]:,.4g}"
    try:
        return phrases[LANGUAGES.index(language)].format(**{**row, "value": row[column.name], "days": column.days})
    except TypeError:  # a column that the phrase names beside its own is null for this customer
        return None
