"""What may say whom contact changes? Habits of the catalogue, and what is made of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features import feature_columns
from models import targets
from models._uplift_traits import HABITS, SHARES, features_of, traits_among, traits_of


def test_all_habits_are_in_the_catalogue() -> None:
    assert set(HABITS) <= set(feature_columns())
    assert {part for parts in SHARES.values() for part in parts} <= set(HABITS)


@pytest.mark.parametrize("question", ["churn", "win_back", "cross_sell", "upsell"])
def test_a_question_knows_most_of_them_and_no_more_than_its_own_model_may(question: str) -> None:
    columns = targets()[question].columns
    traits = traits_among(columns)
    assert len(traits) >= 25
    assert set(features_of(traits)) <= set(columns)
    assert "visits_per_purchase_364d" in traits


def test_a_share_needs_both_its_parts() -> None:
    assert traits_among(["visit_count_364d", "tenure_days"]) == ("tenure_days", "visit_count_364d")


def test_a_share_of_nothing_and_what_is_unknown_are_unknown() -> None:
    rows = pl.DataFrame(
        {"visit_count_364d": [6, 6, None, 6], "purchase_count_364d": [3, 0, 3, None], "tenure_days": [1, None, 3, 4]}
    ).with_columns(purchase_count_ever=pl.lit(9))
    traits = traits_among(set(rows.columns) - {"purchase_count_ever"})
    assert traits == ("tenure_days", "purchase_count_364d", "visit_count_364d", "visits_per_purchase_364d")
    made = traits_of(rows, traits)
    assert made.shape == (4, 4)
    assert np.isnan(made[1, 0])
    assert made[0, 3] == 2.0
    assert np.isnan(made[1:, 3]).all()
    assert traits_of(rows.clear(), traits).shape == (0, 4)


def test_what_somebody_did_with_a_purchase_or_two_is_no_habit_yet() -> None:
    rows = pl.DataFrame(
        {
            "purchase_count_ever": [1, 2, 3, None],
            "overall_discount_share": [1.0, 0.5, 0.4, 0.3],
            "visit_count_ever": [4, 4, 6, 6],
            "campaign_response_ratio": [1.0, 0.0, None, 0.5],
            "spend_364d": [10.0, 20.0, 30.0, 40.0],
        }
    )
    traits = ("overall_discount_share", "campaign_response_ratio", "visits_per_purchase_ever", "spend_364d")
    assert features_of(("overall_discount_share",)) == ("purchase_count_ever", "overall_discount_share")
    made = traits_of(rows, traits)
    np.testing.assert_array_equal(made[:, 0], [np.nan, np.nan, 0.4, np.nan])
    np.testing.assert_array_equal(made[:, 1], [1.0, 0.0, np.nan, 0.5])
    np.testing.assert_array_equal(made[:, 2], [np.nan, np.nan, 2.0, np.nan])
    np.testing.assert_array_equal(made[:, 3], [10.0, 20.0, 30.0, 40.0])
