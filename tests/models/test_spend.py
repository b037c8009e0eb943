"""Is spend foretold by process and trees as the data bear it, with an interval that holds, whatever the season?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skops.io

from features import fit_process
from models import ValueModel, fit_purchase_value
from models._matrix import AS_OF_DAY
from models._spend import BOUGHT, Spend, SpendProcess, _shift_and_variance, fit_spend, tweedie
from models._spend_contenders import (
    PROCESS,
    RULES,
    SpendExamples,
    SpendRule,
    spend_as_served,
    spend_baselines,
    spend_fitted,
    spend_refitted,
    spend_winner,
)
from models._tracking import trusted_types

DAYS = 28
TODAY = 20_000.0
COLUMNS = [*BOUGHT, "spend_364d", "richness", "noise", AS_OF_DAY]


def world(
    customers: int, *, dates: int = 8, season: float = 0.0, told: float = 1.0, seed: int = 3
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Customers who buy at a rate of their own; `richness` tells trees alone by how much more they will spend."""
    dice = np.random.default_rng(seed)
    rows = customers * dates
    names = np.tile([f"C{number:05d}" for number in range(customers)], dates).astype(object)
    rate = np.tile(dice.gamma(2.0, 0.02, customers), dates)
    day = np.repeat(TODAY - 28.0 * np.arange(dates, 0, -1), customers)
    age = np.full(rows, 300.0) + day - day.min()
    count = 1 + dice.poisson(rate * age)
    X = pd.DataFrame({"purchase_day_count_ever": count, "tenure_days": age})
    X["days_since_last_purchase"] = np.minimum(dice.exponential(1 / rate), age - 1) * (count > 1) + 1.0
    X["spend_ever"] = count * 40.0
    X["spend_364d"] = X["spend_ever"] * np.minimum(364.0 / age, 1.0)
    X["richness"] = dice.integers(0, 4, rows).astype(float)
    X["noise"] = np.where(dice.random(rows) < 0.3, np.nan, dice.normal(0, 1, rows))
    X[AS_OF_DAY] = day
    level = np.exp(season * np.sin(2 * np.pi * day / 364.0) + told * np.where(X["richness"] % 3 == 0, 0.7, -0.7))
    spend = dice.poisson(rate * DAYS) * 40.0 * level * dice.gamma(4.0, 0.25, rows)
    return X[COLUMNS].astype(np.float32), np.asarray(spend), names


def process_of(X: pd.DataFrame) -> SpendProcess:
    return SpendProcess(value_of(X), days=DAYS)


def value_of(X: pd.DataFrame) -> ValueModel:
    last = X[X[AS_OF_DAY] == X[AS_OF_DAY].max()]
    count, age, recency, spend = (last[name].to_numpy(dtype=np.float64) for name in BOUGHT)
    worth = fit_purchase_value(count, spend / count)
    return ValueModel(process=fit_process(count, age, recency), purchase_value=worth)


def fit(X: pd.DataFrame, spend: np.ndarray, names: np.ndarray, **more: object) -> Spend:
    told = {"process": process_of(X), "ahead_days": DAYS, "seasonal": True, "seed": 7} | more
    return fit_spend(X, spend, customers=names, **told)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rich() -> tuple[Spend, pd.DataFrame, np.ndarray, np.ndarray]:
    X, spend, names = world(1200)
    return fit(X, spend, names), X, spend, names


def test_trees_have_a_share_where_they_know_more_and_none_where_few_spent(
    rich: tuple[Spend, pd.DataFrame, np.ndarray, np.ndarray],
) -> None:
    assert rich[0].share >= 0.5
    assert fit(*world(60)).share == 0.0


def test_the_total_of_customers_never_seen_is_right_and_four_of_five_lie_inside(
    rich: tuple[Spend, pd.DataFrame, np.ndarray, np.ndarray],
) -> None:
    X, spend, _ = world(4000, dates=2, seed=11)
    expected, low, high = rich[0].predict(X.assign(**{AS_OF_DAY: np.float32(TODAY)})).T
    assert expected.sum() / spend.sum() == pytest.approx(1.0, abs=0.06)
    assert np.mean(spend > high + 0.01) == pytest.approx(0.1, abs=0.03)
    assert 0.78 <= np.mean((spend >= low - 0.01) & (spend <= high + 0.01)) <= 0.93
    assert np.mean(spend < low - 0.01) <= 0.12
    assert (low <= high).all()


def test_a_season_of_the_year_before_is_expected_again() -> None:
    X, spend, names = world(800, dates=21, season=0.6, told=0.0)
    asked = (X[AS_OF_DAY] == X[AS_OF_DAY].max()).to_numpy()
    past = X[~asked].reset_index(drop=True), spend[~asked], names[~asked]
    off = {
        seasonal: abs(np.log(fit(*past, seasonal=seasonal).predict(X[asked])[:, 0].sum() / spend[asked].sum()))
        for seasonal in (True, False)
    }
    assert off[True] < 0.1
    assert off[False] > 0.2, "without a season this date is far off, or this test shows nothing"


def test_a_date_after_which_nobody_spent_says_as_little_as_one_after_which_one_customer_did() -> None:
    expected = np.full(300, 40.0)
    nobody, one = np.zeros(300), np.zeros(300)
    one[7] = 40.0
    (none_shift, none_variance), (_, one_variance) = (_shift_and_variance(expected, spend) for spend in (nobody, one))
    assert none_shift == pytest.approx(np.log(1 / 600))
    assert none_variance >= 2.0
    assert one_variance >= 1.0


def test_the_order_of_rows_changes_no_bit() -> None:
    X, spend, names = world(150)
    order = np.random.default_rng(1).permutation(len(X))
    mixed = fit(X.iloc[order].reset_index(drop=True), spend[order], names[order], process=process_of(X))
    assert np.array_equal(fit(X, spend, names).predict(X), mixed.predict(X))


def test_what_is_kept_predicts_the_same_to_the_last_bit(
    rich: tuple[Spend, pd.DataFrame, np.ndarray, np.ndarray],
) -> None:
    model, X = rich[:2]
    again = skops.io.loads(skops.io.dumps(model), trusted=trusted_types(model))
    assert np.array_equal(again.predict(X), model.predict(X))


def test_who_never_bought_is_expected_to_spend_next_to_nothing(
    rich: tuple[Spend, pd.DataFrame, np.ndarray, np.ndarray],
) -> None:
    X = rich[1].head(3).assign(**dict.fromkeys(BOUGHT, np.float32(np.nan)))
    assert (process_of(rich[1]).expected(X) == 0.0).all()
    assert np.isfinite(rich[0].predict(X)).all()


def test_without_any_amount_nothing_is_said_of_spend() -> None:
    X = world(50)[0]
    unknown = ValueModel(process=value_of(X).process, purchase_value=None)
    with pytest.raises(ValueError, match="no purchase has a value above zero"):
        SpendProcess(unknown, days=DAYS)


def test_the_deviance_is_least_for_the_true_mean() -> None:
    spend = np.random.default_rng(4).gamma(0.3, 3.0, 20_000)
    at = [tweedie(spend, np.full(len(spend), spend.mean() * factor)).mean() for factor in (0.8, 1.0, 1.25)]
    assert at[1] < min(at[0], at[2])


def test_every_contender_answers_with_an_expectation_inside_its_interval() -> None:
    X, spend, names = world(300)
    lesson = examples(X, spend, names)
    assert spend_baselines(lesson) == (*RULES, PROCESS)
    for name in ("model", *RULES, PROCESS):
        expected, low, high = spend_fitted(name, lesson).predict(X).T
        assert (expected >= 0).all()
        assert (low <= high).all()
        assert np.mean(expected <= high + 0.01) > 0.8


def test_a_baseline_whose_columns_are_excluded_is_left_out() -> None:
    X, spend, names = world(60)
    assert "last_year" not in spend_baselines(examples(X.drop(columns="spend_364d"), spend, names))


def test_a_baseline_wins_only_where_it_clearly_beats_the_model_and_not_by_level_alone() -> None:
    dice = np.random.default_rng(2)
    truth = dice.gamma(1.0, 50.0, 3000)
    spend = truth * dice.gamma(2.0, 0.5, 3000)
    poor = np.full(3000, truth.mean())
    assert spend_winner(spend, {"model": poor, "own_rate": truth}) == "own_rate"
    assert spend_winner(spend, {"model": truth, "own_rate": poor}) == "model"
    assert spend_winner(spend, {"model": truth * 1.5, "own_rate": truth}) == "model"
    assert spend_winner(np.zeros(3000), {"model": poor, "own_rate": truth}) == "model"
    assert spend_winner(spend[:15], {"model": poor[:15], "own_rate": truth[:15]}) == "model"
    hardly_other = np.maximum(truth, 0.001 * truth.mean())
    assert spend_winner(spend, {"model": hardly_other * 1.3, "purchase_process": truth}) == "model"


def test_a_refit_keeps_the_share_that_was_judged(rich: tuple[Spend, pd.DataFrame, np.ndarray, np.ndarray]) -> None:
    X, spend, names = world(300, seed=8)
    again = spend_refitted("model", rich[0], examples(X, spend, names))
    assert isinstance(again, Spend)
    assert again.share == rich[0].share


def examples(X: pd.DataFrame, spend: np.ndarray, names: np.ndarray) -> SpendExamples:
    return SpendExamples(
        X=X,
        spend=spend,
        customers=names,
        horizon_days=DAYS,
        ahead_days=DAYS,
        seasonal=True,
        value=value_of(X),
        seed=7,
    )


def test_a_horizon_that_begins_later_expects_less_of_who_may_leave_before() -> None:
    X = world(80)[0]
    now, later = (SpendProcess(value_of(X), days=DAYS, lead_days=lead).expected(X) for lead in (0, 56))
    assert (later <= now + 1e-9).all()
    assert later.sum() < now.sum()


def test_last_year_is_no_more_than_a_year_even_over_a_longer_horizon() -> None:
    X, spend, _ = world(20)
    rich = X.assign(spend_364d=np.float32(1000.0), tenure_days=np.float32(900.0))
    told = SpendRule("last_year", days=728).fit(rich, spend).predict(rich)[:, 0]
    assert told == pytest.approx(2000.0)


def test_a_process_that_is_served_has_level_and_season_as_the_model_has() -> None:
    X, spend, names = world(300)
    lesson = examples(X, spend * 3.0, names)
    rule = spend_fitted(PROCESS, lesson)
    served = spend_as_served(PROCESS, rule, lesson)
    assert isinstance(served, Spend)
    assert served.share == 0.0
    assert served.predict(X)[:, 0].sum() == pytest.approx((spend * 3.0).sum(), rel=0.1)
    assert rule.predict(X)[:, 0].sum() < 0.6 * (spend * 3.0).sum()
