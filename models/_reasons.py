"""Why this customer? The model's own additive contributions, told in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from sklearn.pipeline import Pipeline

from models._baselines import RFM, BaseRate
from models._choice import choose, weigh
from models._contenders import Estimator, Explained
from models._matrix import AS_OF_DAY, features_of
from models._seasonal import Seasonal
from models._spoken import LANGUAGES


def contributions(model: Estimator, X: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What each column adds to the log-odds of yes, one row per row of `X`, against the average customer.

    Exact for all that may be served: of a blend its members' own sums (TreeSHAP, and coefficients times distance from
    the mean) by their shares, with the shift of the season in `as_of_day`; of a simple rule what it goes by; nothing
    of a base rate, which has no reasons but plain facts.
    """
    if X.empty or isinstance(model, BaseRate):
        return np.zeros(X.shape)
    if isinstance(model, Seasonal):
        added = contributions(model.rule, X)
        added[:, X.columns.get_loc(AS_OF_DAY)] += model.shift(X)
        return added
    if isinstance(model, Pipeline):  # logistic RFM
        added = np.zeros(X.shape)
        added[:, [X.columns.get_loc(name) for name in RFM]] = model[:-1].transform(X) * model[-1].coef_[0]
        return added
    return np.asarray(model.contributions(X)) if isinstance(model, Explained) else np.zeros(X.shape)


def reasons(
    model: Estimator, rows: pl.DataFrame, columns: Sequence[str], *, language: str, growth: bool = False, most: int = 3
) -> pl.DataFrame:
    """One row per row of `rows`: `customer_id`, `reason_1` to `reason_{most}`, null where nothing is left to tell.

    `rows` is part of a snapshot, with `as_of`. Each reason sums up the contributions of its columns (see
    `models/_reason.py`) and is told while it raises the probability and one of its sentences is true of the customer.
    Where there are too few, a
    note fills the place: a plain fact, marked as one ("note: ..."). `growth` says that the question is one of growth
    (upsell, win-back), not of loss. `language` is `en` or `zh`; any other raises ValueError.
    """
    return reasons_in((language,), model, rows, columns, growth=growth, most=most)[language]


def reasons_in(
    languages: Sequence[str],
    model: Estimator,
    rows: pl.DataFrame,
    columns: Sequence[str],
    *,
    growth: bool = False,
    most: int = 3,
) -> dict[str, pl.DataFrame]:
    """The same in several languages, by language: the model is asked once."""
    for language in languages:
        if language not in LANGUAGES:
            raise ValueError(f"reasons are told in {' or '.join(LANGUAGES)}, and not in {language!r}")
    weights, named = contributions(model, features_of(rows, columns)), [name != AS_OF_DAY for name in columns]
    weighed = weigh(weights[:, named], [name for name in columns if name != AS_OF_DAY])
    chosen = choose(rows, weighed, growth=growth, most=most)
    return {language: _told(rows, chosen.phrases(language=language)) for language in languages}


def _told(rows: pl.DataFrame, phrases: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    made = {f"reason_{k + 1}": pl.Series(place, dtype=pl.String) for k, place in enumerate(phrases)}
    return rows.select("customer_id").with_columns(**made)
