"""Are reasons the model's own, told in the customer's language, three different things, and never made up?"""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from features import feature_columns
from models._estimator import BaseRate
from models._reasons import _say, contributions, reasons
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


def test_every_customer_keeps_its_row_and_gets_at_most_three_reasons_without_gaps(
    churn_model: Trained, rows: pl.DataFrame
) -> None:
    shuffled = rows.sample(200, shuffle=True, seed=1)
    found = told(churn_model, shuffled)
    assert found.columns == ["customer_id", *REASONS]
    assert found["customer_id"].to_list() == shuffled["customer_id"].to_list()
    for one, two, three in found.select(REASONS).iter_rows():
        assert one is not None or two is None
        assert two is not None or three is None
    assert 400 < len(phrases(found)) < 600
    assert (
        told(churn_model, shuffled, "zh")
        .select(pl.exclude("customer_id").is_null())
        .equals(found.select(pl.exclude("customer_id").is_null()))
    )


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


def test_each_reason_is_told_by_another_family_of_features_that_raises_the_probability(
    churn_model: Trained, rows: pl.DataFrame
) -> None:
    about, some = feature_columns(), rows.head(300)
    added = contributions(churn_model.model, features_of(some, churn_model.columns))
    seen = 0
    for row, texts, weights in zip(
        some.iter_rows(named=True), told(churn_model, some).select(REASONS).iter_rows(), added, strict=True
    ):
        families: dict[str, float] = {}
        for name, weight in zip(churn_model.columns, weights, strict=True):
            module = about[name].feature.module
            families[module] = families.get(module, 0.0) + float(weight)
        by_text = {_say(about[name], row, language="en"): about[name].feature.module for name in churn_model.columns}
        tellers = [by_text[text] for text in texts if text]
        assert len(set(tellers)) == len(tellers)
        assert all(families[teller] > 0 for teller in tellers)
        strengths = [families[teller] for teller in tellers]
        assert strengths == sorted(strengths, reverse=True)
        seen += len(tellers)
    assert seen > 500


def test_a_customer_whom_nothing_pushes_up_has_no_reason(churn_model: Trained, rows: pl.DataFrame) -> None:
    added = contributions(churn_model.model, features_of(rows, churn_model.columns))
    about = feature_columns()
    families = sorted({column.feature.module for column in about.values()})
    belongs = np.array([[about[name].feature.module == family for name in churn_model.columns] for family in families])
    raising = (added @ belongs.T > 0).sum(axis=1)
    found = told(churn_model, rows).select(pl.sum_horizontal(pl.col(REASONS).is_not_null())).to_series().to_numpy()
    assert (found <= raising).all()
    assert (raising < 3).any()


@pytest.mark.parametrize("name", list(feature_columns()))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_column_is_told_with_its_number_and_never_when_it_is_null(
    name: str, language: str, rows: pl.DataFrame
) -> None:
    column = feature_columns()[name]
    full = dict.fromkeys(rows.columns, 0.5)
    text = _say(column, full, language=language)
    assert text
    assert bool(CHINESE.search(text)) == (language == "zh")
    assert not re.search(r"[a-z]_[a-z]|None|[{}]", text)
    assert _say(column, {**full, name: None}, language=language) is None
    for other in rows.columns:
        assert "None" not in (_say(column, {**full, other: None}, language=language) or "")


def test_a_base_rate_gives_no_reasons(churn_model: Trained, rows: pl.DataFrame) -> None:
    flat = BaseRate().fit(features_of(rows, churn_model.columns), np.arange(rows.height) % 3 == 0)
    found = reasons(flat, rows.head(5), churn_model.columns, language="en")
    assert found.columns == ["customer_id", *REASONS]
    assert found.select(REASONS).null_count().row(0) == (5, 5, 5)
    assert found.schema["reason_1"] == pl.String


def test_nobody_to_explain_gives_no_rows(churn_model: Trained, rows: pl.DataFrame) -> None:
    found = told(churn_model, rows.clear())
    assert found.columns == ["customer_id", *REASONS]
    assert found.is_empty()
