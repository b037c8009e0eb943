"""Is what a campaign changed measured right, with intervals that hold the truth, and nothing claimed without data?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from simulated_campaign import Campaign, World, campaign

from serving import NothingToMeasure, measure

Row = tuple[str, str, float, bool, float, float, float]

WORLD = World(customers=2000, rate=0.3)


def rows_of(*groups: tuple[int, Row]) -> pl.DataFrame:
    """So many customers of each row `(arm, segment, risk, is_good, profit, cost, spend_before)`."""
    every = [row for number, row in groups for _ in range(number)]
    columns = ["arm", "segment", "risk", "is_good", "profit", "cost", "spend_before"]
    names = [f"{number:04d}" for number in range(len(every))]
    return pl.DataFrame(every, schema=columns, orient="row").with_columns(
        customer_id=pl.Series(names, dtype=pl.String), expected_profit=pl.lit(2.0)
    )


TWO_SEGMENTS = rows_of(
    (60, ("treated", "small", 0.5, True, 10.0, 1.0, 5.0)),
    (20, ("treated", "small", 0.5, False, 0.0, 1.0, 5.0)),
    (16, ("treated", "VIP", 0.5, True, 100.0, 1.0, 5.0)),
    (4, ("treated", "VIP", 0.5, False, 0.0, 1.0, 5.0)),
    (10, ("held_out", "small", 0.5, True, 10.0, 0.0, 5.0)),
    (10, ("held_out", "small", 0.5, False, 0.0, 0.0, 5.0)),
    (12, ("held_out", "VIP", 0.5, True, 100.0, 0.0, 5.0)),
    (8, ("held_out", "VIP", 0.5, False, 0.0, 0.0, 5.0)),
)
"""Of the small 75% against 50%, of the VIP 80% against 60%; 80 of 100 treated are small, and 20 of 40 held out."""


def test_each_segment_counts_by_its_share_of_the_treated() -> None:
    found = measure(TWO_SEGMENTS)
    assert found.good_share.mean == pytest.approx(0.8 * 0.25 + 0.2 * 0.2)
    assert found.gained.mean == pytest.approx(24.0)
    assert found.profit.mean == pytest.approx(80 * (7.5 - 5.0) + 20 * (80.0 - 60.0) - 100.0)


def test_profit_is_net_of_cost_and_the_return_is_profit_over_cost() -> None:
    found = measure(TWO_SEGMENTS)
    assert found.profit.mean == pytest.approx(500.0)
    assert found.profit_per_customer.mean == pytest.approx(5.0)
    assert found.return_on_budget is not None
    assert found.return_on_budget.mean == pytest.approx(5.0)
    assert found.return_on_budget.low == pytest.approx(found.profit.low / 100.0)  # type: ignore[operator]


def test_the_effect_is_the_change_over_the_mean_risk() -> None:
    found = measure(TWO_SEGMENTS)
    assert found.effect is not None
    assert found.effect.mean == pytest.approx(0.24 / 0.5)
    assert found.effect.standard_error == pytest.approx(found.good_share.standard_error / 0.5)


def test_counts_and_rates_of_both_arms_are_told() -> None:
    found = measure(TWO_SEGMENTS)
    assert (found.treated.customers, found.treated.good_count, found.treated.good_share) == (100, 76, 0.76)
    assert (found.held_out.customers, found.held_out.good_count, found.held_out.good_share) == (40, 22, 0.55)
    assert (found.treated.cost, found.held_out.cost, found.expected_profit) == (100.0, 0.0, 200.0)


def test_segments_are_measured_each_by_itself() -> None:
    segments = measure(TWO_SEGMENTS).segments
    assert {name: part and round(part.good_share.mean, 6) for name, part in segments.items()} == {
        "VIP": 0.2,
        "small": 0.25,
    }


def test_a_segment_that_lacks_an_arm_is_named_and_not_measured() -> None:
    lonely = TWO_SEGMENTS.filter((pl.col("segment") == "small") | (pl.col("arm") == "treated"))
    found = measure(lonely)
    assert found.segments["VIP"] is None
    assert found.segments["small"] is not None
    assert found.treated.customers == 100


def test_the_order_of_rows_changes_no_figure() -> None:
    rows = campaign(WORLD, seed=5).rows
    assert measure(rows.sample(fraction=1.0, shuffle=True, seed=1)) == measure(rows)


def test_with_one_stratum_the_adjusted_difference_is_that_of_a_regression() -> None:
    rows = campaign(WORLD, seed=3).rows.with_columns(segment=pl.lit("all"))
    risk, spend, profit = (rows[name].to_numpy() for name in ("risk", "spend_before", "profit"))
    is_treated = (rows["arm"] == "treated").to_numpy()
    design = np.column_stack([np.ones(len(spend)), is_treated, risk, spend, risk * spend])
    expected = np.linalg.lstsq(design, profit, rcond=None)[0][1]
    assert measure(rows).profit_per_customer.mean == pytest.approx(expected - 1.0)


def test_what_was_known_before_takes_variance_away_and_no_more_than_there_is() -> None:
    found = measure(campaign(replace(WORLD, customers=5000), seed=2).rows)
    assert 0.05 < found.good_share.variance_reduction < 0.5
    assert 0.1 < found.profit.variance_reduction < 0.9


def test_numbers_that_tell_nothing_change_nothing() -> None:
    rows = campaign(WORLD, seed=4).rows
    constant = rows.with_columns(risk=pl.lit(0.3), spend_before=pl.lit(50.0))
    found = measure(constant)
    shares = rows.group_by("segment", "arm").agg(good=pl.col("is_good").mean(), customers=pl.len())
    wide = shares.pivot("arm", index="segment", values=["good", "customers"])
    difference = wide["good_treated"] - wide["good_held_out"]
    expected = (difference * wide["customers_treated"]).sum() / wide["customers_treated"].sum()
    assert found.good_share.mean == pytest.approx(expected)
    assert found.good_share.variance_reduction == pytest.approx(0.0)


def held(made: Campaign) -> tuple[bool, bool]:
    """Whether the intervals of customers and of profit hold what is true."""
    found = measure(made.rows.with_columns(segment=pl.lit("all")))
    good, profit = found.good_share, found.profit_per_customer
    return (
        good.low <= made.good_share <= good.high,  # type: ignore[operator]
        profit.low <= made.profit <= profit.high,  # type: ignore[operator]
    )


@pytest.mark.parametrize("keeps", [True, False])
def test_intervals_hold_the_truth_though_few_spend_most(keeps: bool) -> None:
    world = World(customers=2000, rate=0.2, keeps=keeps)
    seen = [held(campaign(world, seed=(1, number))) for number in range(400)]
    assert all(np.mean(outcome) >= 0.93 for outcome in zip(*seen, strict=True))


def test_where_too_few_are_held_out_there_is_no_interval_but_how_many_are_needed() -> None:
    found = measure(campaign(World(customers=150, rate=0.2), seed=1).rows)
    assert (found.good_share.low, found.good_share.high, found.gained.low, found.profit.high) == (None,) * 4
    assert found.customers_needed is not None
    enough = World(customers=round(found.customers_needed * 1.5), rate=0.2)
    again = measure(campaign(enough, seed=1).rows)
    assert again.good_share.low is not None
    assert again.customers_needed == 0


def test_where_everybody_ends_well_there_is_no_difference_and_no_interval() -> None:
    found = measure(campaign(WORLD, seed=6).rows.with_columns(is_good=pl.lit(True)))
    assert (found.good_share.mean, found.good_share.low) == (0.0, None)
    assert found.customers_needed
    certain = campaign(WORLD, seed=6).rows.with_columns(is_good=pl.lit(True), risk=pl.lit(0.0))
    assert measure(certain).customers_needed is None
    assert measure(certain).effect is None


def test_where_everybody_brings_the_same_profit_there_is_no_interval_for_it() -> None:
    found = measure(campaign(WORLD, seed=6).rows.with_columns(profit=pl.lit(0.1)))
    assert found.profit_per_customer.mean == pytest.approx(-1.0)
    assert (found.profit.low, found.profit.high) == (None, None)
    assert found.good_share.low is not None


def test_what_was_spent_on_customers_held_out_and_contacted_all_the_same_is_spent_too() -> None:
    contaminated = (pl.col("arm") == "held_out") & (pl.col("segment") == "VIP")
    rows = TWO_SEGMENTS.with_columns(
        is_contaminated=contaminated, cost=pl.when(contaminated).then(3.0).otherwise("cost")
    )
    clean, found = measure(TWO_SEGMENTS), measure(rows)
    wasted = 3.0 * rows["is_contaminated"].sum()
    assert (found.cost, found.held_out.cost) == (clean.cost + wasted, wasted)
    assert found.profit.mean == pytest.approx(clean.profit.mean - wasted)
    assert found.return_on_budget is not None
    assert found.return_on_budget.mean == pytest.approx(found.profit.mean / found.cost)
    assert found.good_share == clean.good_share


def test_a_campaign_that_costs_nothing_has_no_return_on_its_budget() -> None:
    found = measure(TWO_SEGMENTS.with_columns(cost=pl.lit(0.0)))
    assert found.return_on_budget is None
    assert found.profit.mean == pytest.approx(600.0)


def test_a_single_customer_in_each_arm_gives_a_difference_and_no_interval() -> None:
    found = measure(
        rows_of((1, ("treated", "VIP", 0.5, True, 9.0, 1.0, 1.0)), (1, ("held_out", "VIP", 0.5, False, 0.0, 0.0, 1.0)))
    )
    assert (found.good_share.mean, found.good_share.low, found.profit.low) == (1.0, None, None)


def test_campaigns_that_are_too_small_alone_are_measured_together() -> None:
    months = [campaign(World(customers=150, rate=0.3), seed=m, name=f"offer-2026-{m:02d}").rows for m in range(1, 7)]
    assert all(measure(month).effect.low is None for month in months)  # type: ignore[union-attr]
    together = measure(pl.concat(months))
    assert together.good_share.low is not None
    assert together.campaigns == tuple(f"offer-2026-{month:02d}" for month in range(1, 7))


def test_a_campaign_with_another_share_held_out_does_not_bias_those_measured_with_it() -> None:
    good_month = campaign(World(customers=3000, rate=0.1, effect=0.0, holdout_share=0.5), seed=1, name="a").rows
    bad_month = campaign(World(customers=3000, rate=0.5, effect=0.0, holdout_share=0.1), seed=2, name="b").rows
    found = measure(pl.concat([good_month, bad_month])).good_share
    assert found.low is not None
    assert abs(found.mean) < 2 * found.standard_error < 0.1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"arm": pl.lit("treated")}, "none of 140 assigned customers was held out.*holdout_share"),
        ({"arm": pl.lit("held_out"), "cost": pl.lit(0.0)}, "none of 140 assigned customers was treated"),
        ({"arm": pl.lit("control")}, "140 of 140 rows .* neither treated nor held_out .*'0000'"),
        ({"risk": pl.lit(1.5)}, "outside 0 to 1"),
        ({"cost": pl.lit(-1.0)}, "negative cost"),
        ({"cost": pl.lit(1.0)}, "40 of 140 rows .* are held out and cost money.*'0100'"),
        ({"profit": pl.lit(None, dtype=pl.Float64)}, "lack a value"),
        ({"spend_before": pl.lit(float("nan"))}, "not finite"),
        ({"customer_id": pl.lit("0000")}, "twice in one campaign"),
    ],
)
def test_rows_that_say_what_cannot_be_are_refused(change: dict[str, pl.Expr], says: str) -> None:
    with pytest.raises(NothingToMeasure, match=says):
        measure(TWO_SEGMENTS.with_columns(**change))


def test_rows_without_a_column_and_no_rows_at_all_are_refused() -> None:
    with pytest.raises(NothingToMeasure, match="no column 'profit'"):
        measure(TWO_SEGMENTS.drop("profit"))
    with pytest.raises(NothingToMeasure, match="none of 0"):
        measure(TWO_SEGMENTS.clear())


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_that_is_no_share_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="a share between 0 and 1"):
        measure(TWO_SEGMENTS, confidence=confidence)


def test_more_confidence_means_a_wider_interval() -> None:
    rows = campaign(WORLD, seed=8).rows
    wide, narrow = (measure(rows, confidence=confidence).profit for confidence in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high  # type: ignore[operator]
