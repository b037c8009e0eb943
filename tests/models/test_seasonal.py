"""Does a simple rule that is served know the season of the year before, and give reasons as before?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy.special import expit, logit

from features import PurchaseProcess
from models._baselines import RFM, BaseRate, logistic_rfm
from models._contenders import MODEL, Examples, as_served
from models._matrix import AS_OF_DAY
from models._reasons import contributions
from models._seasonal import Seasonal
from models._tracking import trusted_types

TODAY = 20_000.0


def world(*, days: np.ndarray, customers: int = 600, seed: int = 2) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers who leave by recency, and all of them more in one part of the year."""
    dice = np.random.default_rng(seed)
    day = np.repeat(days, customers)
    X = pd.DataFrame({name: dice.gamma(2.0, 20.0, len(day)) for name in RFM})
    X[AS_OF_DAY] = day
    odds = (X[RFM[0]] - 40) / 20 + 2.4 * np.sin(2 * np.pi * day / 364)
    return X.astype(np.float32), (dice.random(len(day)) < expit(odds)).to_numpy()


PAST = TODAY - 28.0 * np.arange(1, 21)


@pytest.fixture(scope="module")
def served() -> Seasonal:
    X, y = world(days=PAST)
    return Seasonal(logistic_rfm().fit(X, y)).fit(X, y)


def test_the_rate_of_a_day_is_that_of_its_season_and_customers_keep_their_order(served: Seasonal) -> None:
    X, y = world(days=np.array([TODAY]), customers=4000, seed=9)
    plain, moved = (one.predict_proba(X)[:, 1] for one in (served.rule, served))
    assert abs(moved.mean() - y.mean()) < 0.04
    assert abs(plain.mean() - y.mean()) > 0.08, "without the season this day is far off, or this test shows nothing"
    assert np.array_equal(np.argsort(plain, kind="stable"), np.argsort(moved, kind="stable"))


def test_the_season_stands_among_the_reasons_in_the_column_of_the_day(served: Seasonal) -> None:
    X, _ = world(days=np.array([TODAY, TODAY - 84]), customers=50, seed=9)
    added, of_the_rule = contributions(served, X), contributions(served.rule, X)
    assert np.allclose((added - of_the_rule)[:, X.columns.get_loc(AS_OF_DAY)], served.shift(X))
    assert np.ptp(logit(served.predict_proba(X)[:, 1]) - added.sum(axis=1)) < 1e-4


def test_a_baseline_is_served_with_the_season_where_dates_show_one_and_the_model_as_it_is() -> None:
    X, y = world(days=PAST, customers=20)
    lesson = Examples(
        X=X,
        y=y,
        customers=np.arange(len(y)).astype(object),
        ahead_days=28,
        seasonal=True,
        process=PurchaseProcess(1.0, 30.0, 1.0, 2.0),
        seed=7,
    )
    rule = BaseRate().fit(X, y)
    assert isinstance(as_served("base_rate", rule, lesson), Seasonal)
    assert as_served(MODEL, rule, lesson) is rule
    young = Examples(**{**vars(lesson), "seasonal": False})
    assert as_served("base_rate", rule, young) is rule


def test_what_is_kept_says_the_same(served: Seasonal) -> None:
    X, _ = world(days=np.array([TODAY]), customers=50)
    again = skops.io.loads(skops.io.dumps(served), trusted=trusted_types(served))
    assert np.array_equal(again.predict_proba(X), served.predict_proba(X))
