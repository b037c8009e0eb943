"""Is spend ahead what the purchase process expects, with an interval around it, and unknown where nothing is known?"""

from __future__ import annotations

import polars as pl
import pytest

from models import fit_value
from models._spend_ahead import YEAR_DAYS, expected_spend, with_learned


@pytest.fixture(scope="module")
def told(rows: pl.DataFrame) -> pl.DataFrame:
    return expected_spend(rows, fit_value(rows), days={"month": 28, "year": YEAR_DAYS})


def test_every_row_keeps_its_place_and_an_interval_stands_around_the_expectation(
    told: pl.DataFrame, rows: pl.DataFrame
) -> None:
    assert told["customer_id"].equals(rows["customer_id"])
    for name in ("month", "year"):
        low, high = (told[column].drop_nulls() for column in (f"{name}_low", f"{name}_high"))
        assert (low >= 0).all()
        assert (low <= high).all()
        lately = (rows["days_since_last_purchase"] <= 28).fill_null(False)  # who has long left mostly spends nothing
        assert (told[name] <= told[f"{name}_high"]).filter(lately).mean() > 0.95


def test_a_year_brings_more_than_a_month_and_less_than_thirteen(told: pl.DataFrame) -> None:
    known = told.drop_nulls()
    assert (known["year"] >= known["month"]).all()
    assert (known["year"] <= 13 * known["month"] + 1e-6).all()  # customers leave, none arrive


def test_who_never_bought_and_who_never_paid_a_known_amount_is_not_guessed(rows: pl.DataFrame) -> None:
    stranger = rows.head(3).with_columns(tenure_days=pl.lit(None, dtype=rows.schema["tenure_days"]))
    told = expected_spend(pl.concat([rows.tail(50), stranger]), fit_value(rows), days={"month": 28})
    assert told["month"].tail(3).null_count() == 3
    free = rows.with_columns(spend_ever=pl.lit(0.0))
    assert expected_spend(free, fit_value(free), days={"month": 28})["month"].null_count() == rows.height


def told_of(*, horizon: float, year: float) -> pl.DataFrame:
    amounts = {"spend": horizon, "year": year}
    return pl.DataFrame(
        {"customer_id": ["learned", "process"]}
        | {
            f"{name}{bound}": [value * factor] * 2
            for name, value in amounts.items()
            for bound, factor in BOUNDS.items()
        }
    )


BOUNDS = {"": 1.0, "_low": 0.5, "_high": 2.0}
LEARNED = pl.DataFrame({"customer_id": ["learned"], "spend": [200.0], "spend_low": [20.0], "spend_high": [900.0]})


def test_a_year_begins_with_what_the_model_says_and_goes_on_as_the_process_does() -> None:
    found = with_learned(told_of(horizon=100.0, year=600.0), LEARNED, name="spend", year="year")
    assert found.row(0) == ("learned", 200.0, 20.0, 900.0, 700.0, 350.0, 1400.0)
    assert found.row(1) == told_of(horizon=100.0, year=600.0).row(1)


def test_of_a_horizon_longer_than_a_year_the_share_of_the_year_is_taken() -> None:
    found = with_learned(told_of(horizon=100.0, year=50.0), LEARNED, name="spend", year="year")
    assert found.select("year", "year_low", "year_high").row(0) == (100.0, 50.0, 200.0)


def test_where_the_process_expects_nothing_there_is_nothing_to_divide_by() -> None:
    found = with_learned(told_of(horizon=0.0, year=0.0), LEARNED, name="spend", year="year")
    assert not any(value is None or value != value for value in found.drop("customer_id").row(0))
