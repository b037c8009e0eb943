"""Are reasons the model's own, told in the customer's language, three different things, and never made up?"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from models._choice import weigh
from models._estimator import BaseRate
from models._reasons import contributions, reasons
from models._training import Trained, features_of

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


@pytest.fixture
def base_rate_model(churn_model: Trained, rows: pl.DataFrame) -> Trained:
    flat = BaseRate().fit(features_of(rows, churn_model.columns), np.arange(rows.height) % 3 == 0)
    return replace(churn_model, model=flat)


MODELS = ["churn_model", "upsell_model", "few_outcomes_model", "base_rate_model"]


@pytest.mark.parametrize("model", MODELS)
def test_what_the_reasons_add_is_all_that_the_columns_add(
    model: str, request: pytest.FixtureRequest, rows: pl.DataFrame
) -> None:
    trained: Trained = request.getfixturevalue(model)
    added = contributions(trained.model, features_of(rows, trained.columns))
    assert np.allclose(sum(weigh(added, trained.columns).values()), added.sum(axis=1, dtype=float), atol=1e-9)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("growth", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_every_customer_keeps_its_row_and_is_told_three_different_things(
    model: str, growth: bool, language: str, request: pytest.FixtureRequest, rows: pl.DataFrame
) -> None:
    trained: Trained = request.getfixturevalue(model)
    shuffled = active(rows).sample(fraction=1, shuffle=True, seed=1)
    found = reasons(trained.model, shuffled, trained.columns, language=language, growth=growth)
    assert found.columns == ["customer_id", *REASONS]
    assert found["customer_id"].to_list() == shuffled["customer_id"].to_list()
    for texts in found.select(REASONS).iter_rows():
        assert all(texts)
        assert len(set(texts)) == 3
    assert not [text for text in phrases(found) if bool(CHINESE.search(text)) != (language == "zh")]
    assert not [text for text in phrases(found) if re.search(r"[a-z]_[a-z]|\b(nan|None|null|inf)\b|[{}]", text)]


def test_reasons_depend_on_no_other_row(churn_model: Trained, rows: pl.DataFrame) -> None:
    some = active(rows).head(200)
    together = told(churn_model, some)
    assert told(churn_model, some.reverse()).reverse().equals(together)
    assert pl.concat([told(churn_model, some.head(1)), told(churn_model, some.tail(199))]).equals(together)


def test_those_who_are_most_likely_to_leave_are_told_causes_and_notes_come_last(
    churn_model: Trained, rows: pl.DataFrame
) -> None:
    some = active(rows)
    probability = churn_model.model.predict_proba(features_of(some, churn_model.columns))[:, 1]
    causes = [
        [not text.startswith("note: ") for text in texts]
        for texts in told(churn_model, some).select(REASONS).iter_rows()
    ]
    assert all(each == sorted(each, reverse=True) for each in causes)
    likely = np.argsort(-probability)[:100]
    assert np.mean([causes[k][0] for k in likely]) > 0.9


def test_what_kind_of_sentence_is_told_follows_the_question(churn_model: Trained, rows: pl.DataFrame) -> None:
    some = active(rows)
    loss = phrases(told(churn_model, some))
    growth = phrases(reasons(churn_model.model, some, churn_model.columns, language="en", growth=True))
    assert [text for text in loss if text.startswith("has not bought for")]
    assert not [text for text in growth if text.startswith("has not bought for")]
    assert [text for text in growth if text.startswith("next order about due")]
    assert not [text for text in loss if text.startswith("next order about due")]


def test_a_base_rate_tells_nothing_but_facts(base_rate_model: Trained, rows: pl.DataFrame) -> None:
    one = active(rows).filter(pl.col("purchase_count_84d") > 1, pl.col("days_since_last_purchase") > 1).head(1)
    days, bought, spent = one.select("days_since_last_purchase", "purchase_count_84d", "spend_364d").row(0)
    assert told(base_rate_model, one).select(REASONS).row(0) == (
        f"note: last bought {days:.0f} days ago",
        f"note: {bought:.0f} purchases in the last 12 weeks",
        f"note: spent {spent:,.0f} in the last 12 months",
    )


def test_nobody_to_explain_gives_no_rows(churn_model: Trained, rows: pl.DataFrame) -> None:
    found = told(churn_model, rows.clear())
    assert found.columns == ["customer_id", *REASONS]
    assert found.is_empty()


def test_another_language_is_refused(churn_model: Trained, rows: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="told in en or zh, and not in 'de'"):
        told(churn_model, rows.head(1), "de")
