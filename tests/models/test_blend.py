"""Is a blend as rich as the data can bear, calibrated, explained in full, and the same whatever the order of rows?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from models._baselines import RFM, SILENCE
from models._blend import BLENDS, NOTHING, Blend, fit_blend
from models._contenders import MODEL, winner
from models._matrix import AS_OF_DAY
from models._members import Linear, Process, Trees

COLUMNS = [*RFM, SILENCE, "pattern", "noise", "constant", AS_OF_DAY]


def world(
    customers: int, *, dates: int = 6, signal: float = 1.0, seed: int = 3
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Customers at several dates, who leave by recency, by a pattern that only trees can see, and by chance."""
    dice = np.random.default_rng(seed)
    names = np.tile([f"C{number:05d}" for number in range(customers)], dates).astype(object)
    rows = customers * dates
    X = pd.DataFrame({name: dice.gamma(2.0, 20.0, rows) for name in RFM})
    X[SILENCE] = np.clip(X["days_since_last_purchase"] / 200, 0.01, 0.99)
    X["pattern"] = dice.integers(0, 4, rows).astype(float)
    X["noise"] = np.where(dice.random(rows) < 0.3, np.nan, dice.normal(0, 1, rows))
    X["constant"] = 1.0
    X[AS_OF_DAY] = np.repeat(20_000 + 14 * np.arange(dates), customers).astype(float)
    odds = signal * ((X["days_since_last_purchase"] - 40) / 20 + np.where(X["pattern"] % 3 == 0, 1.0, -1.0))
    return X.astype(np.float32), (dice.random(rows) < expit(odds)).to_numpy(), names


def fit(customers: int, **more: object) -> tuple[Blend, pd.DataFrame, np.ndarray]:
    X, y, names = world(customers, **more)
    return fit_blend(X, y, customers=names, ahead_days=14, seasonal=True, seed=7), X, y


@pytest.fixture(scope="module")
def rich() -> tuple[Blend, pd.DataFrame, np.ndarray]:
    return fit(1500)


def test_many_customers_are_answered_by_a_blend_and_few_by_something_simple(
    rich: tuple[Blend, pd.DataFrame, np.ndarray],
) -> None:
    assert rich[0].shares in [dict(shares) for shares in BLENDS]
    assert "trees" not in fit(90)[0].shares
    assert fit(5)[0].shares == NOTHING


def test_where_nothing_can_be_foretold_everybody_gets_nearly_the_base_rate() -> None:
    for customers in (60, 1500):
        blend, X, y = fit(customers, signal=0.0)
        assert np.abs(blend.predict_proba(X)[:, 1] - y.mean()).mean() < 0.04


def test_probabilities_of_customers_never_seen_are_calibrated(rich: tuple[Blend, pd.DataFrame, np.ndarray]) -> None:
    X, y, _ = world(4000, seed=99)
    said = rich[0].predict_proba(X)[:, 1]
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        part = (said >= low) & (said < high)
        assert said[part].mean() == pytest.approx(y[part].mean(), abs=0.04)


def test_a_season_common_to_all_customers_does_not_flatten_what_tells_them_apart() -> None:
    dice = np.random.default_rng(5)
    raw = dice.normal(0, 1.0, 60_000)
    days = np.repeat(20_000.0 + 28 * np.arange(12), 5000)
    y = dice.random(len(raw)) < expit(1.2 * raw + 1.5 * np.sin(days / 364 * 2 * np.pi))
    blend = Blend([AS_OF_DAY], shares=NOTHING, seed=7)
    blend.calibrate(raw, y, days=days, seasonal=True)
    assert blend.slope == pytest.approx(1.2, abs=0.05)
    alike = Blend([AS_OF_DAY], shares=NOTHING, seed=7)
    alike.calibrate(raw, y, days=np.zeros(len(raw)), seasonal=False)
    assert alike.slope < 1.1, "with one level for all dates the slope is too flat, or this test shows nothing"


def test_contributions_and_one_constant_are_the_log_odds(rich: tuple[Blend, pd.DataFrame, np.ndarray]) -> None:
    blend, X, _ = rich
    some = X.iloc[::40]
    added = blend.contributions(some)
    assert added.shape == some.shape
    assert np.ptp(logit(blend.predict_proba(some)[:, 1]) - added.sum(axis=1)) < 1e-4
    assert not added[:, COLUMNS.index("constant")].any()


def test_columns_in_another_order_are_found_by_name(rich: tuple[Blend, pd.DataFrame, np.ndarray]) -> None:
    blend, X, _ = rich
    some, mixed = X.head(50), X.head(50)[COLUMNS[::-1]]
    assert np.array_equal(blend.predict_proba(some), blend.predict_proba(mixed))
    assert np.allclose(blend.contributions(some)[:, ::-1], blend.contributions(mixed))


def test_the_order_of_rows_changes_no_bit() -> None:
    X, y, names = world(300)
    order = np.random.default_rng(1).permutation(len(X))
    one = fit_blend(X, y, customers=names, ahead_days=14, seasonal=True, seed=7)
    other = fit_blend(
        X.iloc[order].reset_index(drop=True), y[order], customers=names[order], ahead_days=14, seasonal=True, seed=7
    )
    assert np.array_equal(one.predict_proba(X), other.predict_proba(X))


def test_an_outlier_never_seen_decides_nothing_in_a_linear_model() -> None:
    X, y, _ = world(400)
    rows = X.to_numpy()
    linear = Linear(range(len(COLUMNS) - 1), strength=0.02).fit(rows, y)
    far = rows[:1].copy()
    far[0, COLUMNS.index("spend_364d")] = 1e12
    assert abs(linear.log_odds(far)[0] - linear.log_odds(rows[:1])[0]) < 1.0


def test_a_rare_outcome_is_never_thinned_out_of_a_linear_model() -> None:
    X, _, _ = world(6500)
    y = np.zeros(len(X), dtype=bool)
    y[[5, 9001, 20_003, 33_333]] = True
    for seed in range(4):
        turned = np.roll(y, seed)
        linear = Linear(range(len(COLUMNS) - 1), strength=0.02).fit(X.to_numpy(), turned)
        assert expit(linear.log_odds(X.to_numpy())).mean() == pytest.approx(turned.mean(), rel=0.3)


def test_members_bear_columns_that_are_all_unknown() -> None:
    X, y, _ = world(200)
    X["noise"] = np.float32(np.nan)
    rows = X.to_numpy()
    place = range(len(COLUMNS) - 1)
    for member in (Trees(place, seed=1), Linear(place, strength=0.02), Process(COLUMNS.index(SILENCE))):
        assert np.isfinite(member.fit(rows, y).log_odds(rows)).all()


def test_a_baseline_wins_only_where_it_clearly_beats_the_model() -> None:
    dice = np.random.default_rng(2)
    truth = dice.random(3000)
    label = dice.random(3000) < truth
    blurred, hair = expit(logit(truth) + dice.normal(0, 1.5, 3000)), np.clip(truth + 1e-4, 0, 1)
    assert winner(label, {MODEL: blurred, "recency_rule": truth}) == "recency_rule"
    assert winner(label, {MODEL: truth, "recency_rule": blurred}) == MODEL
    assert winner(label, {MODEL: hair, "recency_rule": truth}) in (MODEL, "recency_rule")
    never = np.zeros(40, dtype=bool)  # which of two levels is nearer to nothing is no evidence
    assert winner(never, {MODEL: np.full(40, 0.3), "base_rate": np.full(40, 0.28)}) == MODEL
    assert winner(label, {MODEL: expit(logit(truth) + 0.7), "recency_rule": blurred}) == MODEL  # only the day's level
