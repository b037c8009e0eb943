"""How is a simple rule served? With the season that past dates show, as the model would be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from models._matrix import AS_OF_DAY, Labels, Numbers
from models._season import Season

_CERTAIN = 1e-6
"""A rule may say 0 or 1, which nothing moves."""


class Seasonal:
    """A fitted rule, its log-odds moved with the season. Rows are frames with `as_of_day` beside the features."""

    def __init__(self, rule: Any) -> None:
        self.rule = rule

    def fit(self, X: pd.DataFrame, y: Labels) -> Seasonal:
        """Learns by how much the rule was too high or too low on each date of rows with their labels.

        The rows are those that the rule was fitted to: it has few parameters, and so hardly knows them by heart.
        """
        self.season = Season().fit(self._log_odds(X), y, _days(X))
        return self

    def predict_proba(self, X: pd.DataFrame) -> Numbers:
        """Two columns: probability of no and of yes."""
        yes = expit(self._log_odds(X) + self.shift(X))
        return np.column_stack([1 - yes, yes])

    def shift(self, X: pd.DataFrame) -> Numbers:
        """By how much the log-odds of each row are moved."""
        return self.season.at(_days(X))

    def _log_odds(self, X: pd.DataFrame) -> Numbers:
        return np.asarray(logit(np.clip(self.rule.predict_proba(X)[:, 1].astype(np.float64), _CERTAIN, 1 - _CERTAIN)))


def _days(X: pd.DataFrame) -> Numbers:
    return np.asarray(X[AS_OF_DAY], dtype=np.float64)
