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
    )
    traits = traits_among(rows.columns)
    assert traits == ("tenure_days", "purchase_count_364d", "visit_count_364d", "visits_per_purchase_364d")
    made = traits_of(rows, traits)
    assert made.shape == (4, 4)
    assert np.isnan(made[1, 0])
    assert made[0, 3] == 2.0
    assert np.isnan(made[1:, 3]).all()
    assert traits_of(rows.clear(), traits).shape == (0, 4)
