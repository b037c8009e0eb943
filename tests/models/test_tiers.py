"""Who is a VIP customer, who is small, and who is new?"""

from __future__ import annotations

import polars as pl
import pytest

from models._tiers import TIERS, tenure, tier


def tiers_of(spend: list[float | None]) -> list[str]:
    return pl.DataFrame({"spend_364d": pl.Series(spend, dtype=pl.Float64)}).select(tier())["literal"].to_list()


def test_the_twentieth_that_spends_most_is_vip_and_half_is_small() -> None:
    found = tiers_of([float(n) for n in range(100)])
    assert found == ["small"] * 50 + ["ordinary"] * 30 + ["major"] * 15 + ["VIP"] * 5


def test_customers_who_spend_alike_share_the_lower_tier() -> None:
    assert tiers_of([9.0] * 6 + [1.0] * 94) == ["major"] * 6 + ["small"] * 94


@pytest.mark.parametrize("spend", [[None] * 40, [0.0] * 40])
def test_without_amounts_everybody_is_small(spend: list[float | None]) -> None:
    assert set(tiers_of(spend)) == {"small"}


def test_unknown_spend_counts_as_lowest() -> None:
    assert tiers_of([None, *[float(n) for n in range(-9, 10)]])[0] == "small"


def test_each_as_of_date_has_tiers_of_its_own() -> None:
    rows = pl.DataFrame({"as_of": [1] * 20 + [2] * 20, "spend_364d": [*range(20), *range(1000, 1020)]})
    found = rows.with_columns(tier=tier().over("as_of"))
    assert found.group_by("as_of").agg((pl.col("tier") == "VIP").sum())["tier"].to_list() == [1, 1]


def test_the_last_tier_ends_with_the_last_customer() -> None:
    assert list(TIERS.values()) == sorted(TIERS.values())
    assert TIERS["small"] == 1


def test_tenures_meet_without_a_gap_and_unknown_ones_have_no_group() -> None:
    days = pl.DataFrame({"tenure_days": [1, 90, 91, 364, 365, 4000, None]})
    new, known, old = "up to 90 days", "91 to 364 days", "365 days and more"
    assert days.select(told=tenure())["told"].to_list() == [new, new, known, known, old, old, None]
