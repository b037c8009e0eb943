"""Does the account add up? The worked example of the founding documents, and what discounting and margins do to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import CashFlows, worth

YEARS = np.arange(5.0)
UPSELL, CROSS_SELL = np.array([0.0, 500, 500, 250, 0]), np.array([0.0, 250, 200, 250, 0])
EXAMPLE = CashFlows(
    at_years=YEARS,
    own=(np.array([800.0, 0, 0, 0, 3200]) + UPSELL + CROSS_SELL)[None, :],
    referred=np.array([[0.0, 800, 750 + 800, 700 + 750 + 1600, 500 + 700 + 1500]]),
    cost=np.array([[850.0, 100, 100, 100, 100]]),
)


def first_years(flows: CashFlows, count: int) -> CashFlows:
    """The flows of the first so many years."""
    kept = {name: getattr(flows, name)[:, :count] for name in ("own", "referred", "cost")}
    return CashFlows(at_years=flows.at_years[:count], **kept)


def test_the_worked_example_is_worth_12_800() -> None:
    whole = worth(EXAMPLE)
    assert (whole.own[0], whole.referred[0], whole.cost[0]) == (5950, 8100, 1250)
    assert whole.total[0] == 12_800


def test_its_first_year_alone_loses_50() -> None:
    assert worth(first_years(EXAMPLE, 1)).total[0] == -50


def test_1500_a_month_over_ten_years_are_180_000_undiscounted() -> None:
    nothing = np.zeros((1, 1))
    monthly = CashFlows(at_years=np.arange(120) / 12, own=np.full((1, 120), 1500.0), referred=nothing, cost=nothing)
    assert worth(monthly).total[0] == 180_000
    assert worth(monthly, discount_rate=0.1).total[0] < 180_000


def test_money_of_next_year_is_worth_a_tenth_less_where_money_of_today_is_worth_a_tenth_more() -> None:
    nothing = np.zeros((1, 1))
    flows = CashFlows(
        at_years=np.array([0.0, 1.0, 2.0]), own=np.array([[1.0, 110.0, 242.0]]), referred=nothing, cost=nothing
    )
    assert worth(flows, discount_rate=0.1).own[0] == pytest.approx(1 + 100 + 200)


def test_the_margin_is_taken_of_own_spend_only() -> None:
    whole = worth(EXAMPLE, margin=0.2)
    assert whole.own[0] == pytest.approx(1190)
    assert (whole.referred[0], whole.cost[0]) == (8100, 1250)


def test_a_customer_is_worth_the_same_whoever_else_is_counted() -> None:
    random = np.random.default_rng(3)
    many = CashFlows(
        at_years=np.linspace(0, 9.5, 13),
        **{name: random.gamma(0.5, 1000, (7, 13)) for name in ("own", "referred", "cost")},
    )
    alone = replace(many, **{name: getattr(many, name)[4:5] for name in ("own", "referred", "cost")})
    assert worth(alone, discount_rate=0.07).total[0] == worth(many, discount_rate=0.07).total[4]
