"""Is the holdout drawn fairly? Reproducible, anew for each campaign, stratified, and kept through a campaign."""

from __future__ import annotations

import polars as pl

from serving._holdout import arms, draw

NOBODY = pl.DataFrame(schema=dict.fromkeys(("customer_id", "campaign", "segment", "arm"), pl.String))


def assigned(count: int, *, campaign: str = "offer-1", share: float = 0.1, first: int = 0) -> pl.DataFrame:
    """Customers of whom every fourth is a VIP."""
    numbers = range(first, first + count)
    return pl.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in numbers],
            "campaign": [campaign] * count,
            "segment": ["VIP" if number % 4 == 0 else "small" for number in numbers],
            "holdout_share": [share] * count,
        }
    )


def drawn(table: pl.DataFrame, before: pl.DataFrame = NOBODY, salt: str = "salt") -> pl.DataFrame:
    return table.with_columns(arms(table.with_columns(salt=pl.lit(salt)), before=before))


def held(table: pl.DataFrame) -> set[str]:
    return set(table.filter(pl.col("arm") == "held_out")["customer_id"])


def test_the_share_holds_in_each_segment() -> None:
    found = drawn(assigned(4_000))
    counts = dict(found.filter(pl.col("arm") == "held_out")["segment"].value_counts().iter_rows())
    assert counts == {"VIP": 100, "small": 300}


def test_the_draw_is_the_same_again_whatever_the_order_and_another_in_another_campaign_or_with_another_salt() -> None:
    table = assigned(1_000)
    first = held(drawn(table))
    assert held(drawn(table.reverse())) == first
    other = held(drawn(assigned(1_000, campaign="offer-2")))
    assert len(other & first) < 40
    assert len(held(drawn(table, salt="other")) & first) < 40


def test_a_customer_keeps_the_arm_of_the_campaigns_first_night() -> None:
    first = drawn(assigned(400))
    before = first.select("customer_id", "campaign", "segment", "arm")
    again = drawn(assigned(600), before)
    both = again.join(first, on="customer_id")
    assert both["arm"].to_list() == both["arm_right"].to_list()
    assert len(held(again)) == 60


def test_few_a_night_add_up_to_the_share() -> None:
    before = NOBODY
    for night in range(200):
        made = drawn(assigned(3, first=3 * night), before)
        before = pl.concat([before, made.select(before.columns)])
    assert abs(len(held(before)) - 60) <= 2


def test_a_share_of_nothing_holds_nobody_out_and_half_holds_out_half() -> None:
    assert held(drawn(assigned(500, share=0.0))) == set()
    assert len(held(drawn(assigned(400, share=0.5)))) == 200


def test_the_draw_knows_nothing_of_the_customer() -> None:
    numbers = [draw("salt", "offer-1", f"C{number}") for number in range(20_000)]
    assert min(numbers) >= 0
    assert max(numbers) < 1
    tenths = [sum(1 for value in numbers if k / 10 <= value < (k + 1) / 10) for k in range(10)]
    assert max(tenths) - min(tenths) < 300
