"""Why this customer? The model's own additive contributions, told in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression

from models._choice import choose, weigh
from models._estimator import RFM, Estimator
from models._spoken import LANGUAGES
from models._training import features_of


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
    model: Estimator, rows: pl.DataFrame, columns: Sequence[str], *, language: str, growth: bool = False, most: int = 3
) -> pl.DataFrame:
    """One row per row of `rows`: `customer_id`, `reason_1` to `reason_{most}`, null where nothing is left to tell.

    `rows` is part of a snapshot. Each reason sums up the contributions of its columns (see `models/_reason.py`) and is
    told while it raises the probability and one of its sentences is true of the customer. Where there are too few, a
    note fills the place: a plain fact, marked as one ("note: ..."). `growth` says that the question is one of growth
    (upsell, win-back), not of loss. `language` is `en` or `zh`; any other raises ValueError.
    """
    if language not in LANGUAGES:
        raise ValueError(f"reasons are told in {' or '.join(LANGUAGES)}, and not in {language!r}")
    weighed = weigh(contributions(model, features_of(rows, columns)), columns)
    told = choose(rows, weighed, growth=growth, most=most).phrases(language=language)
    made = {f"reason_{k + 1}": pl.Series(place, dtype=pl.String) for k, place in enumerate(told)}
    return rows.select("customer_id").with_columns(**made)
