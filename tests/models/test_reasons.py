"""Are reasons the model's own, told in the customer's language, three different things, and never made up?"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import logit

from features import PurchaseProcess
from models._baselines import RFM, SILENCE, BaseRate
from models._choice import weigh
from models._contenders import Examples, fitted
from models._matrix import AS_OF_DAY, features_of
from models._reasons import contributions, reasons
from models._training import Trained

CHINESE = re.compile("[\u4e00-\u9fff]")
REASONS = ["reason_1", "reason_2", "reason_3"]


def log_odds(trained: Trained, rows: pl.DataFrame) -> np.ndarray:
    return logit(trained.model.predict_proba(features_of(rows, trained.columns))[:, 1].astype(float))


def told(trained: Trained, rows: pl.DataFrame, language: str = "en") -> pl.DataFrame:
    return reasons(trained.model, rows, trained.columns, language=language)


def phrases(frame: pl.DataFrame) -> list[str]:
    return [text for name in REASONS for text in frame[name].drop_nulls()]


@pytest.mark.parametrize("model", ["churn_model", "upsell_model", "few_outcomes_model"])
def test_contributions_and_one_constant_add_up_to_the_log_odds(
    model: str, request: pytest.FixtureRequest, rows: pl.DataFrame
) -> None:
    trained: Trained = request.getfixturevalue(model)
    asked = active(rows)
    added = contributions(trained.model, features_of(asked, trained.columns))
    assert added.shape == (asked.height, len(trained.columns))
    assert np.ptp(log_odds(trained, asked) - added.sum(axis=1)) < 1e-4
    assert np.ptp(added.sum(axis=1)) > 1


@pytest.mark.parametrize("name", ["recency_rule", "logistic_rfm", "purchase_process"])
def test_simple_rules_are_explained_by_what_they_go_by(name: str, churn_model: Trained, rows: pl.DataFrame) -> None:
    asked = active(rows)
    X = features_of(asked, churn_model.columns)
    lesson = Examples(
        X=X,
        y=np.arange(asked.height) % 3 == 0,
        customers=asked["customer_id"].to_numpy(),
        ahead_days=28,
        seasonal=False,
        process=PurchaseProcess(1.0, 30.0, 0.5, 2.0),
        seed=1,
    )
    rule = fitted(name, lesson)
    added = contributions(rule, X)
    used = {column for column, values in zip(churn_model.columns, added.T, strict=True) if np.any(values)}
    basis = {"recency_rule": {"days_since_last_purchase"}, "purchase_process": {SILENCE}, "logistic_rfm": set(RFM)}
    assert used <= basis[name]
    assert np.ptp(logit(rule.predict_proba(X)[:, 1]) - added.sum(axis=1)) < 1e-4


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
    names = [name for name in trained.columns if name != AS_OF_DAY]
    named = [name != AS_OF_DAY for name in trained.columns]
    added = contributions(trained.model, features_of(rows, trained.columns))[:, named]
    assert np.allclose(sum(weigh(added, names).values()), added.sum(axis=1, dtype=float), atol=1e-9)


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
