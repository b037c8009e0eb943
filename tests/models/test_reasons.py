"""Are reasons the model's own, told in the customer's language, three different things, and never made up?"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from features import feature_columns
from models._baselines import BaseRate
from models._matrix import features_of
from models._reasons import _GAPS, _candidates, _say, _three, contributions, reasons
from models._training import Trained

CHINESE = re.compile("[\u4e00-\u9fff]")
REASONS = ["reason_1", "reason_2", "reason_3"]


def before_temperature(trained: Trained, rows: pl.DataFrame) -> np.ndarray:
    """The log-odds of yes that the fitted estimator gives before it is calibrated."""
    fitted = trained.model.calibrated_classifiers_[0].estimator
    return logit(fitted.predict_proba(features_of(rows, trained.columns))[:, 1].astype(float))


def told(trained: Trained, rows: pl.DataFrame, language: str = "en") -> pl.DataFrame:
    return reasons(trained.model, rows, trained.columns, language=language)


def phrases(frame: pl.DataFrame) -> list[str]:
    return [text for name in REASONS for text in frame[name].drop_nulls()]


@pytest.mark.parametrize("model", ["churn_model", "upsell_model", "few_outcomes_model"])
def test_contributions_and_one_constant_add_up_to_the_log_odds_before_temperature(
    model: str, request: pytest.FixtureRequest, rows: pl.DataFrame
) -> None:
    trained: Trained = request.getfixturevalue(model)
    added = contributions(trained.model, features_of(rows, trained.columns))
    assert added.shape == (rows.height, len(trained.columns))
    constant = before_temperature(trained, rows) - added.sum(axis=1)
    assert np.ptp(constant) < 1e-4
    assert np.ptp(added.sum(axis=1)) > 1


def test_the_constant_is_the_bias_of_the_trees(churn_model: Trained, rows: pl.DataFrame) -> None:
    import xgboost

    fitted = churn_model.model.calibrated_classifiers_[0].estimator
    X = features_of(rows.head(50), churn_model.columns)
    full = fitted[-1].get_booster().predict(xgboost.DMatrix(fitted[:-1].transform(X)), pred_contribs=True)
    added = contributions(churn_model.model, X)
    assert np.allclose(added.sum(axis=1) + full[:, -1], before_temperature(churn_model, rows.head(50)), atol=1e-4)


def test_logistic_contributions_are_coefficient_times_distance_from_the_mean(
    few_outcomes_model: Trained, rows: pl.DataFrame
) -> None:
    fitted = few_outcomes_model.model.calibrated_classifiers_[0].estimator
    last = fitted[-1]
    assert isinstance(last, LogisticRegression)
    added = contributions(few_outcomes_model.model, features_of(rows, few_outcomes_model.columns))
    used = {name for name, values in zip(few_outcomes_model.columns, added.T, strict=True) if np.any(values)}
    assert used == {
        "days_since_last_purchase",
        "tenure_days",
        "purchase_count_84d",
        "purchase_count_364d",
        "spend_364d",
    }
    assert np.allclose(added.sum(axis=1) + last.intercept_[0], before_temperature(few_outcomes_model, rows))


def active(rows: pl.DataFrame) -> pl.DataFrame:
    """Those whom a night may list: customers of the population."""
    return rows.filter(pl.col("days_since_last_purchase") <= 84)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("model", ["churn_model", "upsell_model", "few_outcomes_model", "base rate"])
def test_every_customer_keeps_its_row_and_gets_three_different_reasons(
    model: str, language: str, request: pytest.FixtureRequest, rows: pl.DataFrame
) -> None:
    trained: Trained = request.getfixturevalue("churn_model" if model == "base rate" else model)
    if model == "base rate":
        flat = BaseRate().fit(features_of(rows, trained.columns), np.arange(rows.height) % 3 == 0)
        trained = replace(trained, model=flat)
    shuffled = active(rows).sample(fraction=1, shuffle=True, seed=1)
    found = told(trained, shuffled, language)
    assert found.columns == ["customer_id", *REASONS]
    assert found["customer_id"].to_list() == shuffled["customer_id"].to_list()
    for texts in found.select(REASONS).iter_rows():
        assert all(texts)
        assert len(set(texts)) == 3
        assert len({re.split("[:;：；]", text)[0] for text in texts}) == 3


def test_reasons_are_told_in_the_language_asked_for_with_the_customers_own_numbers(
    churn_model: Trained, rows: pl.DataFrame
) -> None:
    english, chinese = told(churn_model, rows), told(churn_model, rows, "zh")
    assert not [text for text in phrases(english) if CHINESE.search(text)]
    assert not [text for text in phrases(chinese) if not CHINESE.search(text)]
    recent = rows.join(english, on="customer_id").filter(pl.col("reason_1").str.contains("has not bought for"))
    assert recent.height > 20
    for days, text in recent.select("days_since_last_purchase", "reason_1").iter_rows():
        assert f"has not bought for {days:.0f} days" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_holds_a_raw_column_name_or_an_empty_value(
    language: str, churn_model: Trained, upsell_model: Trained, rows: pl.DataFrame
) -> None:
    for trained in (churn_model, upsell_model):
        for text in set(phrases(told(trained, rows, language))):
            assert not re.search(r"\b[a-z]+_[a-z_0-9]+\b|nan|None|null|\binf\b|[{}]", text), text


def test_reasons_that_raise_the_probability_come_first_and_each_is_told_by_another_feature(
    churn_model: Trained, rows: pl.DataFrame
) -> None:
    about, some = feature_columns(), active(rows).head(300)
    added = contributions(churn_model.model, features_of(some, churn_model.columns))
    raised = 0
    for row, texts, weights in zip(
        some.iter_rows(named=True), told(churn_model, some).select(REASONS).iter_rows(), added, strict=True
    ):
        by_text = {_say(about[name], row, language="en"): name for name in churn_model.columns}
        weight_of = dict(zip(churn_model.columns, weights, strict=True))
        tellers = [by_text[text] for text in texts]
        assert len({about[name].feature.name for name in tellers}) == 3
        raises = [weight_of[name] > 0 for name in tellers]
        assert raises == sorted(raises, reverse=True)
        for name in (name for name, up in zip(tellers, raises, strict=True) if not up):
            assert about[name].feature.module.rpartition(".")[2] in ("recency", "rhythm", "frequency", "monetary")
        raised += sum(raises)
    assert raised > 600


def row_of(**known: float) -> dict[str, object]:
    return {**dict.fromkeys(feature_columns()), **known}


def told_of(weights: dict[str, float], row: dict[str, object]) -> list[str | None]:
    about = feature_columns()
    candidates = _candidates(about, list(weights), np.array(list(weights.values())))
    return _three(about, candidates, row, language="en", most=3)


def test_a_null_column_gives_way_to_the_next_of_its_family_and_families_come_before_strength() -> None:
    weights = {"overdue_ratio": 3.0, "days_since_last_purchase": 2.0, "tenure_days": 1.5, "spend_84d": 1.0}
    weights |= {"median_gap_days": 0.5}
    row = row_of(days_since_last_purchase=12, tenure_days=90, spend_84d=40, median_gap_days=6)
    assert told_of(weights, row) == [
        "has not bought for 12 days",
        "spent 40 in the last 84 days",
        "half of the time buys again within 6 days",
    ]


def test_what_is_told_at_more_length_takes_the_place_of_the_shorter_and_leaves_room_for_a_third() -> None:
    weights = {"days_since_last_purchase": 3.0, "overdue_ratio": 2.0, "mean_gap_days": 1.0, "longest_pause_ratio": 0.9}
    weights |= {"tenure_days": 0.5, "purchase_count_84d": -2.0, "purchase_count_28d": -1.0, "category_count_84d": -0.1}
    row = row_of(days_since_last_purchase=12, mean_gap_days=5, longest_gap_days=9, overdue_ratio=2.4, tenure_days=90)
    row |= {"longest_pause_ratio": 1.3, "purchase_count_84d": 7, "purchase_count_28d": 2, "category_count_84d": 3}
    assert told_of(weights, row) == [
        "has not bought for 12 days; usually every 5",
        "customer for 90 days",
        "purchases in the last 28 days: 2",
    ]


def test_nobody_is_said_to_buy_every_0_days_or_less_lately_when_it_is_more() -> None:
    about = feature_columns()
    for name in ("mean_gap_days", "median_gap_days", "longest_gap_days", "overdue_ratio", "longest_pause_ratio"):
        row = {**dict.fromkeys(about, 5.0), "mean_gap_days": 0.5, "median_gap_days": 0.2, "longest_gap_days": 0.0}
        assert _say(about[name], row, language="en") is None
        assert _say(about[name], dict.fromkeys(about, 0.51), language="en")
    assert _say(about["recent_purchase_share"], row_of(recent_purchase_share=0.34), language="en") is None
    assert _say(about["recent_purchase_share"], row_of(recent_purchase_share=0.33), language="en")


@pytest.mark.parametrize("name", list(feature_columns()))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_column_is_told_with_its_number_and_never_when_it_is_null(
    name: str, language: str, rows: pl.DataFrame
) -> None:
    column = feature_columns()[name]
    full = dict.fromkeys(rows.columns, 0.2) | dict.fromkeys(_GAPS, 5.0)
    text = _say(column, full, language=language)
    assert text
    assert bool(CHINESE.search(text)) == (language == "zh")
    assert not re.search(r"[a-z]_[a-z]|None|[{}]", text)
    assert _say(column, {**full, name: None}, language=language) is None
    for other in rows.columns:
        assert "None" not in (_say(column, {**full, other: None}, language=language) or "")


def test_a_base_rate_tells_recency_frequency_and_spend(churn_model: Trained, rows: pl.DataFrame) -> None:
    flat = BaseRate().fit(features_of(rows, churn_model.columns), np.arange(rows.height) % 3 == 0)
    one = active(rows).head(1)
    days, bought, spent = one.select("days_since_last_purchase", "purchase_count_84d", "spend_364d").row(0)
    found = reasons(flat, one, churn_model.columns, language="en")
    assert found.select(REASONS).row(0) == (
        f"has not bought for {days:.0f} days",
        f"purchases in the last 84 days: {bought:.0f}",
        f"spent {spent:,.0f} in the last 364 days",
    )


def test_nobody_to_explain_gives_no_rows(churn_model: Trained, rows: pl.DataFrame) -> None:
    found = told(churn_model, rows.clear())
    assert found.columns == ["customer_id", *REASONS]
    assert found.is_empty()
