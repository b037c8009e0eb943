"""Is a lifetime value the sum of its parts, and is each part what it says? Small snapshots, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features import PurchaseProcess, snapshot
from models import (
    PurchaseValue,
    ValueModel,
    ValueTerms,
    fit_value,
    lifetime_values,
    referrals_known,
)

Tables = Mapping[str, pl.LazyFrame]

SHOP = ValueModel(
    process=PurchaseProcess(r=1.4, alpha=20.0, a=0.6, b=3.0), purchase_value=PurchaseValue(p=1.5, q=4.0, gamma=60.0)
)
PLAIN = ValueTerms(years=1, discount_rate=0.0)
AS_OF = date(2025, 12, 1)


def snapshot_of(*customers: Mapping[str, Any]) -> pl.DataFrame:
    """Rows of a snapshot: twelve purchases in 300 days for 600, the last 10 days ago, unless said otherwise."""
    usual = {
        "purchase_day_count_ever": 12.0,
        "tenure_days": 300.0,
        "days_since_last_purchase": 10.0,
        "spend_ever": 600.0,
        "acquisition_cost": None,
        "referral_count_ever": 0.0,
    }
    schema = {"customer_id": pl.String, **dict.fromkeys(usual, pl.Float64)}
    return pl.DataFrame([{**usual, **customer} for customer in customers], schema=schema)


def only(rows: pl.DataFrame, terms: ValueTerms = PLAIN, **how: Any) -> dict[str, Any]:
    """The values of the first customer."""
    return lifetime_values(rows, SHOP, terms=terms, **how).row(0, named=True)


def alive(repeats: float, last: float, age: float) -> float:
    return float(SHOP.process.alive_probability(*(np.array([each]) for each in (repeats, last, age)))[0])


def purchases(repeats: float, last: float, age: float, *, days: float) -> float:
    history = (np.array([each]) for each in (repeats, last, age))
    return float(SHOP.process.expected_purchases(*history, days=days)[0])


def test_value_is_purchases_times_average_value_times_margin_beside_what_was_earned_and_what_it_cost() -> None:
    terms = ValueTerms(years=1, discount_rate=0.0, margin=0.3)
    made = only(snapshot_of({"customer_id": "A", "acquisition_cost": 40.0}), terms)
    number = purchases(11, 290, 300, days=364)
    average = 1.5 * (60 + 600) / (1.5 * 12 + 3)
    assert made["expected_purchases"] == pytest.approx(number)
    assert made["average_purchase_value"] == pytest.approx(average)
    assert made["value_to_come"] == pytest.approx(0.3 * number * average)
    assert made["lifetime_value"] == pytest.approx(0.3 * 600 - 40 + 0.3 * number * average)


def test_undiscounted_purchases_over_ten_years_are_exactly_those_of_the_process() -> None:
    made = only(snapshot_of({"customer_id": "A"}), ValueTerms(discount_rate=0.0))
    assert made["expected_purchases"] == pytest.approx(purchases(11, 290, 300, days=3640), rel=1e-12)


def test_discounting_by_periods_is_right_to_two_thousandths() -> None:
    steps = np.linspace(0, 3640, 1301)
    upto = np.array([purchases(11, 290, 300, days=day) for day in steps])
    factors = 1.1 ** -((steps[1:] + steps[:-1]) / 2 / 364)
    average = only(snapshot_of({"customer_id": "A"}))["average_purchase_value"]
    made = only(snapshot_of({"customer_id": "A"}), ValueTerms(discount_rate=0.1))
    assert made["value_to_come"] == pytest.approx((np.diff(upto) * factors).sum() * average, rel=2e-3)


def test_unknown_acquisition_costs_are_those_of_the_terms() -> None:
    rows = snapshot_of({"customer_id": "A"}, {"customer_id": "B", "acquisition_cost": 0.0})
    values = lifetime_values(rows, SHOP, terms=ValueTerms(acquisition_cost=25.0))["lifetime_value"]
    assert values[1] - values[0] == pytest.approx(25)


def costs_of_keeping(**customer: float) -> tuple[float, float]:
    """What 100 a year for keeping a customer take off the lifetime value, and off the value to come of a year."""
    rows = snapshot_of({"customer_id": "A", **customer})
    free, kept = (only(rows, ValueTerms(years=1, discount_rate=0.0, retention_cost=cost)) for cost in (0.0, 100.0))
    return tuple(free[name] - kept[name] for name in ("lifetime_value", "value_to_come"))


def test_keeping_a_customer_costs_from_the_second_year_on() -> None:
    whole, to_come = costs_of_keeping(tenure_days=910.0, days_since_last_purchase=1.0)
    assert whole - to_come == pytest.approx(150, abs=0.3)
    assert 0 < to_come < 100 * alive(11, 909, 910)
    whole, to_come = costs_of_keeping(tenure_days=91.0)
    assert whole == pytest.approx(to_come)
    assert 0 < to_come < 25


def test_keeping_a_customer_who_has_left_costs_nothing_since_the_last_purchase() -> None:
    whole, to_come = costs_of_keeping(tenure_days=2912.0, days_since_last_purchase=2184.0)
    assert whole == pytest.approx(100, abs=0.1)
    assert to_come == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("wrong", [{"years": 0}, {"discount_rate": -1.0}, {"acquisition_cost": -1.0}])
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        ValueTerms(**wrong)


def test_what_leaving_would_cost_is_the_value_to_come_of_who_stays_and_never_below_zero() -> None:
    made = only(snapshot_of({"customer_id": "A"}))
    assert made["value_to_lose"] == pytest.approx(made["value_to_come"] / alive(11, 290, 300))
    assert made["value_to_lose"] > made["value_to_come"]
    dear = only(snapshot_of({"customer_id": "A"}), ValueTerms(retention_cost=1e6))
    assert dear["value_to_come"] < 0
    assert dear["value_to_lose"] == 0


def test_who_came_back_would_be_worth_what_one_purchase_more_today_makes_of_them() -> None:
    gone = {"customer_id": "A", "tenure_days": 1300.0, "days_since_last_purchase": 1000.0}
    made = only(snapshot_of(gone))
    again = only(snapshot_of(gone | {"purchase_day_count_ever": 13.0, "days_since_last_purchase": 0.0}))
    each = made["average_purchase_value"] / again["average_purchase_value"]
    assert made["value_to_win"] == pytest.approx(again["value_to_come"] * each)
    assert made["value_to_win"] > made["value_to_lose"] > made["value_to_come"]


def test_who_came_back_would_cost_to_keep_as_many_years_as_since_the_first_purchase() -> None:
    gone = snapshot_of({"customer_id": "A", "tenure_days": 1300.0, "days_since_last_purchase": 1000.0})
    free, kept = (only(gone, ValueTerms(years=1, discount_rate=0.0, retention_cost=cost)) for cost in (0.0, 10.0))
    assert 5 < free["value_to_win"] - kept["value_to_win"] < 10
    assert only(gone, ValueTerms(retention_cost=1e6))["value_to_win"] == 0


def test_who_never_bought_has_no_value_and_unknown_amounts_leave_it_unknown() -> None:
    never = snapshot_of({"customer_id": "A", "purchase_day_count_ever": 0.0, "tenure_days": None})
    assert set(only(never).values()) == {"A", None}
    unpriced = ValueModel(process=SHOP.process, purchase_value=None)
    rows = snapshot_of({"customer_id": "A", "spend_ever": 0.0})
    made = lifetime_values(rows, unpriced, terms=PLAIN).row(0, named=True)
    assert made["expected_purchases"] > 0
    assert made["average_purchase_value"] is made["lifetime_value"] is made["value_to_lose"] is None
    assert made["value_to_win"] is None


# --- referrals

CHAIN = snapshot_of(
    {"customer_id": "A", "referral_count_ever": 1.0},
    {"customer_id": "B", "referral_count_ever": 1.0, "spend_ever": 900.0, "acquisition_cost": 30.0},
    {"customer_id": "C", "spend_ever": 90.0},
)
BROUGHT = pl.DataFrame({"customer_id": ["A", "B"], "referred_id": ["B", "C"]})


def test_a_referral_is_worth_what_the_customer_brought_is_worth_without_whom_they_brought_in_turn() -> None:
    alone = dict(lifetime_values(CHAIN, SHOP, terms=PLAIN).select("customer_id", "lifetime_value").iter_rows())
    made = lifetime_values(CHAIN, SHOP, terms=PLAIN, referrals=BROUGHT)
    assert made["referral_value"].to_list() == pytest.approx([alone["B"], alone["C"], 0.0], abs=1e-4)
    assert made["lifetime_value"].to_list() == pytest.approx(
        [alone["A"] + alone["B"], alone["B"] + alone["C"], alone["C"]], abs=1e-4
    )


def test_who_is_asked_about_alone_is_worth_as_much_as_among_all() -> None:
    together = lifetime_values(CHAIN, SHOP, terms=PLAIN, referrals=BROUGHT)
    alone = lifetime_values(CHAIN, SHOP, terms=PLAIN, referrals=BROUGHT, among=CHAIN.head(1))
    assert_frame_equal(alone, together.head(1), check_exact=True)


def test_unknown_referrals_are_no_zero_and_are_left_out_of_the_total() -> None:
    rows = CHAIN.with_columns(referral_count_ever=pl.lit(None, dtype=pl.Float64))
    for referrals in (None, BROUGHT):
        made = only(rows, referrals=referrals)
        assert made["referral_value"] is None
        assert made["lifetime_value"] == pytest.approx(only(rows)["lifetime_value"])


def test_someone_brought_who_never_bought_adds_nothing() -> None:
    more = pl.concat([BROUGHT, pl.DataFrame({"customer_id": ["A"], "referred_id": ["nobody yet"]})])
    assert only(CHAIN, referrals=more) == only(CHAIN, referrals=BROUGHT)


def test_referrals_are_those_known_on_the_day(shop: Tables) -> None:
    known = {day: referrals_known(shop, as_of=day, time_zone="Asia/Shanghai") for day in (date(2024, 7, 1), AS_OF)}
    early, late = known[date(2024, 7, 1)], known[AS_OF]
    assert early is not None
    assert late is not None
    assert 0 < early.height < late.height
    assert early.join(late, on=["customer_id", "referred_id"], how="anti").is_empty()
    assert referrals_known({"transactions": shop["transactions"]}, as_of=AS_OF, time_zone="Asia/Shanghai") is None


# --- the whole shop


@pytest.fixture(scope="module")
def everybody(shop: Tables) -> pl.DataFrame:
    return snapshot(shop, as_of=AS_OF, time_zone="Asia/Shanghai")


def test_neither_the_order_of_rows_nor_who_else_is_scored_changes_a_value(everybody: pl.DataFrame) -> None:
    model = fit_value(everybody)
    values = lifetime_values(everybody, model, terms=ValueTerms(retention_cost=9.0))
    shuffled = everybody.sample(fraction=1.0, shuffle=True, seed=3)
    assert fit_value(shuffled) == model
    few = lifetime_values(shuffled.head(40), model, terms=ValueTerms(retention_cost=9.0))
    wanted = few.select("customer_id").join(values, on="customer_id", how="left", maintain_order="left")
    assert_frame_equal(few, wanted, check_exact=True)


def test_every_buyer_has_a_value_inside_its_interval(everybody: pl.DataFrame) -> None:
    values = lifetime_values(everybody, fit_value(everybody), terms=ValueTerms())
    buyers = values.filter(pl.col("expected_purchases").is_not_null())
    assert buyers.height == everybody["tenure_days"].is_not_null().sum()
    assert buyers.drop("customer_id", "referral_value").null_count().sum_horizontal().item() == 0
    assert (buyers["lifetime_value_low"] <= buyers["lifetime_value_high"]).all()
    assert (buyers["value_to_lose"] >= buyers["value_to_come"]).all()
    likely = buyers.filter(pl.col("expected_purchases") > 20)
    assert likely.height > 500
    assert likely["lifetime_value"].is_between(likely["lifetime_value_low"], likely["lifetime_value_high"]).all()


def test_the_interval_is_kept_in_shops_that_are_as_the_model_has_them() -> None:
    steady = ValueModel(process=PurchaseProcess(r=1.4, alpha=20.0, a=0.05, b=19.0), purchase_value=SHOP.purchase_value)
    assert coverage(steady, days=728.0) == pytest.approx((0.82, 0.09, 0.09), abs=0.015)
    # Where most have left, most intervals begin at nothing, below which nobody can spend.
    inside, above, below = coverage(SHOP, days=728.0)
    assert inside > 0.8
    assert above < 0.1
    assert below < 0.1


def coverage(shop: ValueModel, *, days: float) -> tuple[float, float, float]:
    """The shares of customers drawn from the model who spend what their interval says, more, and less."""
    rows, spent = drawn(shop, 20_000, days=days)
    values = lifetime_values(rows, shop, terms=ValueTerms(years=days / 364, discount_rate=0.0))
    assert values["value_to_come"].sum() == pytest.approx(spent.sum(), rel=0.03)
    so_far = values["lifetime_value"] - values["value_to_come"]
    low, high = ((values[f"lifetime_value_{end}"] - so_far).to_numpy() for end in ("low", "high"))
    above, below = float((spent > high + 1e-6).mean()), float((spent < low - 1e-6).mean())
    return 1 - above - below, above, below


def drawn(shop: ValueModel, customers: int, *, days: float) -> tuple[pl.DataFrame, np.ndarray]:
    """Customers drawn as the model has them: their snapshot, and what they spend in the days ahead."""
    assert shop.purchase_value is not None
    random, process, value = np.random.default_rng(5), shop.process, shop.purchase_value
    rate = random.gamma(process.r, 1 / process.alpha, customers)
    last_one = random.geometric(np.maximum(random.beta(process.a, process.b, customers), 1e-12))
    price = random.gamma(value.q, 1 / value.gamma, customers)
    age = random.integers(30, 700, customers).astype(float)
    most = 400
    times = np.cumsum(random.exponential(1 / rate[:, None], (customers, most)), axis=1)
    times[np.arange(most)[None, :] + 2 > last_one[:, None]] = np.inf
    known, ahead = times < age[:, None], (times >= age[:, None]) & (times < age[:, None] + days)
    count = 1.0 + known.sum(axis=1)
    last = np.max(np.where(known, times, 0.0), axis=1)
    number = ahead.sum(axis=1)
    spend = np.where(number > 0, random.gamma(value.p * np.maximum(number, 1)) / price, 0.0)
    rows = [
        {
            "customer_id": f"{place:05d}",
            "purchase_day_count_ever": count[place],
            "tenure_days": age[place],
            "days_since_last_purchase": age[place] - last[place],
            "spend_ever": random.gamma(value.p * count[place]) / price[place],
        }
        for place in range(customers)
    ]
    return snapshot_of(*rows), spend
