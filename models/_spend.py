"""What will a customer spend? The purchase process and boosted trees averaged in logarithms, moved with the season."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from xgboost import XGBRegressor

from features import PurchaseProcess
from models._ahead import Histories, purchases_ahead
from models._held_out import Rows, by_folds, days_of, latest_third, standard_error, study_rows
from models._lifetime import INTERVAL, LEAST_ALIVE, ValueModel
from models._matrix import AS_OF_DAY, Matrix, Numbers, block_of
from models._members import MANY_ROWS, at_once, varies
from models._purchase_value import PurchaseValue
from models._season import Season
from models._spend_interval import spend_interval

BOUGHT = ("purchase_day_count_ever", "tenure_days", "days_since_last_purchase", "spend_ever")
"""The columns from which the purchase process and gamma-gamma know a customer."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How much of the trees may stand beside the purchase process."""
FEWEST_SPENDERS = 100
"""Fewer customers who spent are too few for trees."""
_CHUNK = 65_536
POWER = 1.5
"""Of the Tweedie distribution (Jorgensen 1987): many spend nothing, the rest amounts as skewed as gamma-distributed."""
OF_TREES = {
    "n_estimators": 150,
    "max_depth": 5,
    "learning_rate": 0.05,
    "min_child_weight": 60,
    "subsample": 0.7,
    "colsample_bytree": 0.3,
    "reg_lambda": 5.0,
}
_LEAST = 1e-3
"""Of the mean spend: nobody is expected to spend less, so that logarithms and the deviance stay finite."""
_NEAREST, _FARTHEST = 0.25, 4.0
"""By how much the bounds of the interval may be moved."""


class SpendTrees:
    """Gradient-boosted trees with the Tweedie deviance; null is a branch of its own, money in means of the past."""

    def __init__(self, *, seed: int) -> None:
        self.seed = seed

    def fit(self, X: Matrix, spend: Numbers) -> SpendTrees:
        """Learns from rows and what was spent after them."""
        self.used = [number for number in range(X.shape[1]) if varies(X[:, number])]
        self.unit = float(spend.mean())
        trees = XGBRegressor(
            **OF_TREES,
            objective="reg:tweedie",
            tweedie_variance_power=POWER,
            max_bin=128,
            tree_method="hist",
            n_jobs=2 if len(X) >= MANY_ROWS else 1,
            random_state=self.seed,
        )
        self.trees = trees.fit(X[:, self.used], spend / self.unit)
        return self

    def expected(self, X: Matrix) -> Numbers:
        """Expected spend, one number per row."""
        booster = self.trees.get_booster()
        booster.set_param({"nthread": 2})  # prediction is the same on any number of threads
        return np.asarray(booster.inplace_predict(X[:, self.used]), dtype=np.float64) * self.unit


class SpendProcess:
    """The purchase process times gamma-gamma: expected spend within `days`, which begin after `lead_days`."""

    def __init__(self, value: ValueModel, *, days: int, lead_days: int = 0) -> None:
        if value.purchase_value is None:
            raise ValueError("no purchase has a value above zero, so that nothing can be said of spend")
        process, worth = value.process, value.purchase_value
        self.process = [process.r, process.alpha, process.a, process.b]
        self.worth = [worth.p, worth.q, worth.gamma]
        self.days, self.lead_days = float(days), float(lead_days)

    def expected(self, X: pd.DataFrame) -> Numbers:
        """Expected spend, one number per row; nothing of who never bought."""
        return self.told(X)[:, 0]

    def told(self, X: pd.DataFrame) -> Numbers:
        """Three columns: expected spend, and the bounds of its interval over the expectation."""
        bought = np.column_stack([X[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in BOUGHT])
        parts = at_once(lambda start: self._told(bought[start : start + _CHUNK]), range(0, len(bought), _CHUNK))
        return np.concatenate(parts) if parts else np.zeros((0, 3))

    def _told(self, bought: Numbers) -> Numbers:
        count, age, recency, spend = bought.T
        known = np.isfinite(count + age + recency) & (count > 0)
        spend = np.where(known, np.nan_to_num(spend), 0.0)
        count, age, recency = (np.where(known, values, 1.0) for values in (count, age, recency))
        process, worth = PurchaseProcess(*self.process), PurchaseValue(*self.worth)
        histories = Histories(count - 1.0, np.maximum(age - recency, 0.0), age)
        ahead = purchases_ahead(process, histories, ends_days=np.array([self.days]))
        asked = ahead.purchases[:, 0]
        if self.lead_days:
            ends = np.array([self.lead_days, self.lead_days + self.days])
            asked = purchases_ahead(process, histories, ends_days=ends).purchases[:, 1]
        alive = process.alive_probability(histories.repeats, histories.last_days, histories.age_days)
        alive = np.maximum(alive, LEAST_ALIVE)
        low, high = spend_interval(ahead, alive, worth, count, at=INTERVAL)
        expected = alive * asked * worth.average(count, spend / count)
        return np.column_stack([np.where(known, expected, 0.0), low, high])


class Spend:
    """Expected spend within the horizon, with an interval that holds four of five.

    `share` is that of the trees, the rest that of the purchase process. Rows are frames with `columns`, the features
    and `as_of_day`.
    """

    def __init__(self, columns: Sequence[str], *, process: SpendProcess, share: float, seed: int) -> None:
        self.columns = list(columns)
        self.process = process
        self.share = share
        self.trees = SpendTrees(seed=seed)
        self.level, self.least = 0.0, 0.0
        self.stretch = [1.0, 1.0]
        self.season = Season()

    @property
    def parameters(self) -> dict[str, object]:
        """The share of the trees, and what they were fitted with."""
        return {"share_of_trees": self.share, **(OF_TREES if self.share else {})}

    def predict(self, X: pd.DataFrame) -> Numbers:
        """Three columns: expected spend, and between which sums it lies for four of five."""
        told = self.process.told(X)
        rows = block_of(X, self.columns)
        trees = self.trees.expected(rows[:, :-1]) if self.share else None
        shift = self.level + self.season.at(days_of(rows))
        expected = _mixed(told[:, 0], trees, self.share, self.least) * np.exp(shift)
        low, high = expected * told[:, 1] * self.stretch[0], expected * told[:, 2] * self.stretch[1]
        return np.column_stack([expected, np.minimum(low, high), high])


def fit_spend(
    X: pd.DataFrame,
    spend: Numbers,
    *,
    customers: npt.NDArray[np.object_],
    process: SpendProcess,
    ahead_days: int,
    seasonal: bool,
    seed: int,
    share: float | None = None,
) -> Spend:
    """Fits what the data can bear; level, season and interval are learned from customers who were held out.

    `ahead_days` from an as-of date its spend is known. `share` is chosen by the latest dates, predicted from earlier
    ones, where it is not given. The order of rows is no matter.
    """
    order = np.lexsort((customers.astype(str), X[AS_OF_DAY].to_numpy()))
    X, spend, customers = X.iloc[order], spend[order], customers[order]
    study = _Study(X, spend, customers, process=process, seed=seed)
    made = Spend(
        list(X.columns), process=process, share=study.choose(ahead_days) if share is None else share, seed=seed
    )
    made.least = study.least
    if made.share:
        made.trees.fit(block_of(X, made.columns)[:, :-1], spend)
    expected, days = study.held_out(made.share), study.days
    made.level = float(np.log(_over(study.spend, expected)))
    expected = expected * np.exp(made.level)
    if seasonal:
        made.season = season_of(expected, study.spend, days)
        expected = expected * np.exp(made.season.at(days))
    made.stretch = _stretched(study.spend, expected, study.told)
    return made


def season_of(expected: Numbers, spend: Numbers, days: Numbers) -> Season:
    """By how much all customers spent more or less than expected on each past date, as logarithms."""
    dates = np.unique(days)
    seen = [_shift_and_variance(expected[days == day], spend[days == day]) for day in dates]
    shifts, variances = (np.array(values) for values in zip(*seen, strict=True))
    return Season().fit_shifts(dates, shifts, variances)


def tweedie(spend: Numbers, expected: Numbers) -> Numbers:
    """The deviance of each row, the less the better, for spend over its mean; see `sklearn.metrics`.

    Least, on average, for whoever knows the true expectation, which is not so of the distance from it.
    """
    at = np.maximum(expected, _LEAST)
    return 2.0 * (
        spend ** (2 - POWER) / ((1 - POWER) * (2 - POWER))
        - spend * at ** (1 - POWER) / (1 - POWER)
        + at ** (2 - POWER) / (2 - POWER)
    )


class _Study:
    """What is studied on some of the customers: what process and trees say of them, the trees without knowing them."""

    def __init__(
        self, X: pd.DataFrame, spend: Numbers, customers: npt.NDArray[np.object_], *, process: SpendProcess, seed: int
    ) -> None:
        taken = study_rows(customers)
        self.rows = block_of(X, list(X.columns))[taken]
        self.spend, self.customers, self.days = spend[taken], customers[taken], days_of(self.rows)
        self.told = process.told(X.iloc[taken])
        self.least = _LEAST * float(spend.mean())
        self.seed = seed

    def choose(self, ahead_days: int) -> float:
        """The share of trees that is best on the latest third of the dates; none where it is not clearly better."""
        before, after = latest_third(self.days, ahead_days=ahead_days)
        spenders = min(len(np.unique(self.customers[part & (self.spend > 0)])) for part in (before, after))
        if spenders < FEWEST_SPENDERS:
            return 0.0
        trees = self._trees(before, after)
        unit, spend, days = self.spend.mean(), self.spend[after], self.days[after]
        loss = []
        for share in SHARES:
            expected = _levelled(_mixed(self.told[after, 0], trees, share, self.least), spend, days)
            loss.append(tweedie(spend / unit, expected / unit))
        best = min(range(len(SHARES)), key=lambda k: loss[k].mean())
        behind = loss[0] - loss[best]
        return SHARES[best] if behind.mean() > standard_error(behind, self.customers[after]) else 0.0

    def held_out(self, share: float) -> Numbers:
        """Expected spend before level and season, each customer's from trees fitted without them."""
        trees = np.zeros(len(self.spend))
        if share:
            for test, values in by_folds(self._trees, self.customers):
                trees[test] = values
        return _mixed(self.told[:, 0], trees if share else None, share, self.least)

    def _trees(self, train: Rows | npt.NDArray[np.bool_], test: Rows | npt.NDArray[np.bool_]) -> Numbers:
        fitted = SpendTrees(seed=self.seed).fit(self.rows[train, :-1], self.spend[train])
        return fitted.expected(self.rows[test, :-1])


def _mixed(process: Numbers, trees: Numbers | None, share: float, least: float) -> Numbers:
    """The weighted mean in logarithms."""
    known = np.log(np.maximum(process, least))
    return np.exp(known if trees is None else (1 - share) * known + share * np.log(np.maximum(trees, least)))


def _over(spend: Numbers, expected: Numbers) -> float:
    """Spend over expectation of all; where nothing was spent at all, as little as one customer in twice as many."""
    return float(max(spend.sum(), expected.mean() / 2) / expected.sum())


def _shift_and_variance(expected: Numbers, spend: Numbers) -> tuple[float, float]:
    """Log of spend over expectation of one date, and its variance by the differences between customers.

    At least that of as many events as there were spenders, half a one where there were none: a date after which next
    to nobody spent says little of others.
    """
    ratio = _over(spend, expected)
    rest = spend - ratio * expected
    seen = float((rest**2).sum() / (ratio * expected.sum()) ** 2)
    return float(np.log(ratio)), max(seen, 1.0 / max(float((spend > 0).sum()), 0.5))


def _levelled(expected: Numbers, spend: Numbers, days: Numbers) -> Numbers:
    """Each date at its own level: seasons are learned elsewhere."""
    _, place = np.unique(days, return_inverse=True)
    return expected * (np.bincount(place, weights=spend) / np.bincount(place, weights=expected))[place]


def _stretched(spend: Numbers, expected: Numbers, told: Numbers) -> list[float]:
    """By what the bounds must be multiplied for one in ten held-out customers to lie above the upper one.

    And of those whose lower bound is above nothing, one in ten below it: fewer of all, for most may spend nothing.
    Conformal quantile regression (Romano, Patterson and Candes 2019), by ratios in place of differences.
    """
    low, high = expected * told[:, 1], expected * told[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.where(spend > 0, spend / high, 0.0)
    bounded = low > 0
    below = spend[bounded] / low[bounded]
    quantiles = (np.quantile(below, INTERVAL[0]) if len(below) else 1.0, np.quantile(over, INTERVAL[1], method="lower"))
    return [float(np.clip(found, _NEAREST, _FARTHEST)) for found in quantiles]
