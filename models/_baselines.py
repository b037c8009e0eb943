"""What must a model beat? Simple estimators that stand in every report, and are served where they win."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import logit
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from features import PurchaseProcess
from models._matrix import Labels, Numbers

RFM = ("days_since_last_purchase", "tenure_days", "purchase_count_84d", "purchase_count_364d", "spend_364d")
SILENCE = "no_purchase_in_4_weeks_probability"
HISTORY = ("purchase_day_count_ever", "tenure_days", "days_since_last_purchase")
_CERTAIN = 1e-6
"""A purchase process never says 0 or 1, but floats may."""


class BaseRate:
    """The share of yes for everybody. Two columns also where only one outcome ever occurred."""

    def fit(self, X: pd.DataFrame, y: Labels) -> BaseRate:
        """Learns the share of yes."""
        self._rate = float(y.mean())
        return self

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Two columns: probability of no and of yes."""
        return np.tile([1 - self._rate, self._rate], (len(X), 1))


class RecencyRule:
    """The baseline of practice: the rate observed at each recency, and nothing else."""

    def fit(self, X: pd.DataFrame, y: Labels) -> RecencyRule:
        """Learns the rate as a monotone step function of the days since the last purchase."""
        recency = X["days_since_last_purchase"].fillna(9999)
        rises = bool(not 0 < y.sum() < len(y) or recency.rank()[y].mean() >= (len(y) + 1) / 2)
        self._rate = IsotonicRegression(increasing=rises, out_of_bounds="clip").fit(recency, y)
        self._least = 0.5 / (len(y) + 1)  # so many customers cannot show that something never happens
        self._middle = float(logit(self.predict_proba(X)[:, 1]).mean())
        return self

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Two columns: probability of no and of yes."""
        yes = self._rate.predict(X["days_since_last_purchase"].fillna(9999)).astype(np.float64)
        yes = np.clip(yes, self._least, 1 - self._least)
        return np.column_stack([1 - yes, yes])

    def contributions(self, X: pd.DataFrame) -> Numbers:
        """All in the days since the last purchase, against the average customer."""
        return _in_column(X, "days_since_last_purchase", logit(self.predict_proba(X)[:, 1]) - self._middle)


class PurchaseRule:
    """The baseline of the journals: MBG/NBD, which knows nothing but when a customer bought, brought to the rate seen.

    `process` was fitted to all customers known on a day; its probability of no purchase within `ahead_days` of the
    as-of date is turned into that of yes by a logistic regression with one slope.
    """

    def __init__(self, process: PurchaseProcess, *, ahead_days: int) -> None:
        self.parameters = [process.r, process.alpha, process.a, process.b]
        self.ahead_days = float(ahead_days)

    def fit(self, X: pd.DataFrame, y: Labels) -> PurchaseRule:
        """Learns slope and level from rows and their labels."""
        silence = self._silence(X)
        self._middle = float(silence.mean())
        fitted = LogisticRegression(C=1e3).fit(silence[:, None], y)
        self._slope, self._level = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
        return self

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Two columns: probability of no and of yes."""
        yes = 1.0 / (1.0 + np.exp(-(self._slope * self._silence(X) + self._level)))
        return np.column_stack([1 - yes, yes])

    def contributions(self, X: pd.DataFrame) -> Numbers:
        """All in the probability of no purchase, against the average customer."""
        return _in_column(X, SILENCE, self._slope * (self._silence(X) - self._middle))

    def _silence(self, X: pd.DataFrame) -> Numbers:
        count, age, recency = (X[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in HISTORY)
        known = np.isfinite(count + age + recency) & (count > 0)
        repeats, age, last = (
            np.where(known, count - 1, 0.0),
            np.where(known, age, 1.0),
            np.where(known, age - recency, 0),
        )
        silent = PurchaseProcess(*self.parameters).no_purchase_probability(repeats, last, age, days=self.ahead_days)
        return np.asarray(logit(np.clip(silent, _CERTAIN, 1 - _CERTAIN)))


def logistic_rfm() -> Pipeline:
    """The baseline of textbooks: logistic regression on recency, frequency and monetary value (logarithms)."""
    pick = ColumnTransformer([("rfm", "passthrough", list(RFM))], verbose_feature_names_out=False)
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    return make_pipeline(pick, fill, FunctionTransformer(_log_of_positive), StandardScaler(), LogisticRegression())


def _log_of_positive(values: Numbers) -> Numbers:
    return np.log1p(np.maximum(values, 0))


def _in_column(X: pd.DataFrame, name: str, values: Numbers) -> Numbers:
    added = np.zeros(X.shape)
    if name in X.columns:
        added[:, X.columns.get_loc(name)] = values
    return added
