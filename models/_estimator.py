"""Which estimator answers a question? One object from raw feature rows to calibrated probabilities."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

# Said before the trees are loaded: threads that wait for each other by spinning take minutes on a busy machine, and
# threads that never spin take twice as long on an idle one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from xgboost import XGBClassifier

RFM = ("days_since_last_purchase", "tenure_days", "purchase_count_84d", "purchase_count_364d", "spend_364d")
FOLDS = 3
MANY_ROWS = 200_000
"""From so many rows on a second thread pays; below, two threads mostly wait for each other, on a busy machine for long.
Fixed, whatever the machine has, because another number of threads adds the same numbers in another order."""
FEW_OUTCOMES = 200
"""Fewer cases of the rarer outcome than this are too few for boosted trees."""


def boosted_trees(columns: Sequence[str], *, row_count: int, seed: int) -> Pipeline:
    """Gradient-boosted trees over the named feature columns; null is a branch of its own.

    Shallow, sampled and regularised: the rows of one customer at many dates resemble each other.
    """
    trees = XGBClassifier(
        n_estimators=250,
        max_depth=4,
        learning_rate=0.04,
        min_child_weight=20,
        subsample=0.7,
        colsample_bytree=0.2,
        reg_lambda=5.0,
        max_bin=128,
        tree_method="hist",
        n_jobs=2 if row_count >= MANY_ROWS else 1,
        random_state=seed,
    )
    pick = ColumnTransformer([("features", "passthrough", list(columns))], verbose_feature_names_out=False)
    return Pipeline([("columns", pick), ("trees", trees)])


class Estimator(Protocol):
    """Anything that answers feature rows with two columns: the probability of no and of yes."""

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]: ...


def fit_best(X: pd.DataFrame, y: npt.NDArray[np.bool_], *, customers: npt.NDArray[np.object_], seed: int) -> Estimator:
    """Fits what the data can bear: boosted trees, on little data logistic regression, on next to none the base rate.

    Calibrated by one temperature on predictions for customers held out from their fit: no customer stands on both
    sides of a fold.
    """
    rarer = min(y.sum(), (~y).sum())
    if rarer < 2 * FOLDS or len(np.unique(customers)) < 2 * FOLDS:
        return BaseRate().fit(X, y)
    folds = list(GroupKFold(n_splits=FOLDS).split(X, y, groups=customers))
    if any(len(np.unique(y[train])) < 2 for train, _ in folds):
        return BaseRate().fit(X, y)
    base = logistic_rfm() if rarer < FEW_OUTCOMES else boosted_trees(list(X.columns), row_count=len(X), seed=seed)
    fitted: Estimator = CalibratedClassifierCV(base, method="temperature", cv=folds, ensemble=False).fit(X, y)
    return fitted


class BaseRate:
    """The share of yes for everybody. Two columns also where only one outcome ever occurred."""

    def fit(self, X: pd.DataFrame, y: npt.NDArray[np.bool_]) -> BaseRate:
        """Learns the share of yes."""
        self._rate = float(y.mean())
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Two columns: probability of no and of yes."""
        return np.tile([1 - self._rate, self._rate], (len(X), 1))


def logistic_rfm() -> Pipeline:
    """The baseline of textbooks: logistic regression on recency, frequency and monetary value (logarithms)."""
    pick = ColumnTransformer([("rfm", "passthrough", list(RFM))], verbose_feature_names_out=False)
    log = FunctionTransformer(_log_of_positive)
    return make_pipeline(pick, SimpleImputer(strategy="median"), log, StandardScaler(), LogisticRegression())


def _log_of_positive(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.log1p(np.maximum(values, 0))


class RecencyRule:
    """The baseline of practice: the rate observed at each recency, and nothing else."""

    def fit(self, X: pd.DataFrame, y: npt.NDArray[np.bool_]) -> RecencyRule:
        """Learns the rate as a monotone step function of the days since the last purchase."""
        recency = X["days_since_last_purchase"].fillna(9999)
        varies = recency.nunique() > 1 and 0 < y.sum() < len(y)
        self._rate = IsotonicRegression(increasing="auto" if varies else True, out_of_bounds="clip").fit(recency, y)
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Two columns: probability of no and of yes."""
        yes = self._rate.predict(X["days_since_last_purchase"].fillna(9999))
        return np.column_stack([1 - yes, yes])
