"""Is a customer who comes back worth what the silence that counts makes of them?"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from features import PurchaseProcess
from models import PurchaseValue, Silence, ValueModel, ValueTerms, lifetime_values

SHOP = ValueModel(
    process=PurchaseProcess(r=1.4, alpha=20.0, a=0.6, b=3.0), purchase_value=PurchaseValue(p=1.5, q=4.0, gamma=60.0)
)
YEAR = ValueTerms(years=1, discount_rate=0.0)


def bought(*, tenure: float, silent: float, days: float = 12.0) -> pl.DataFrame:
    """The snapshot of one customer who bought for 600 on so many days, and then nothing for the days of silence."""
    history = {"purchase_day_count_ever": days, "tenure_days": tenure, "days_since_last_purchase": silent}
    known = history | {"spend_ever": 600.0, "acquisition_cost": None, "referral_count_ever": 0.0}
    schema = {"customer_id": pl.String, **dict.fromkeys(known, pl.Float64)}
    return pl.DataFrame([{"customer_id": "A", **known}], schema=schema)


def worth_of(rows: pl.DataFrame) -> dict[str, Any]:
    """The values of the customer within a year."""
    return lifetime_values(rows, SHOP, terms=YEAR).row(0, named=True)


def test_a_silence_that_does_not_count_leaves_the_pace_of_before_and_the_costs_as_they_are() -> None:
    gone = bought(tenure=1300.0, silent=1000.0)

    def worth(silence: Silence, terms: ValueTerms = YEAR) -> float:
        made = lifetime_values(gone, SHOP, terms=terms, silence=silence)
        return float(made["value_to_win"][0])

    whole, half, none = (worth(one) for one in (Silence(), Silence(share=0.5), Silence(share=0.0)))
    assert whole < half < none
    assert worth(Silence(most_days=500.0)) == half
    again = bought(tenure=300.0, silent=0.0, days=13.0)
    there = worth_of(gone)["average_purchase_value"] / worth_of(again)["average_purchase_value"]
    assert none == pytest.approx(worth_of(again)["value_to_come"] * there)


def test_who_buys_as_before_stays_as_long_and_costs_as_much_to_keep_as_that_pace_says() -> None:
    gone = bought(tenure=1300.0, silent=1000.0)
    short = bought(tenure=300.0, silent=0.0)

    def costs(rows: pl.DataFrame, silence: Silence) -> float:
        terms = [ValueTerms(years=10, discount_rate=0.0, retention_cost=cost) for cost in (0.0, 1.0)]
        free, kept = (lifetime_values(rows, SHOP, terms=one, silence=silence)["value_to_win"][0] for one in terms)
        return float(free - kept)

    # As long a customer as the pace of before says, but the first year is over and costs from the first day on.
    quick, slow = costs(gone, Silence(share=0.0)), costs(gone, Silence())
    assert quick < 0.8 * slow
    assert costs(short, Silence()) < quick < costs(short, Silence()) + 64 / 364
