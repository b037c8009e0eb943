"""Is the next order foretold well: for the regular, the irregular, the one-time buyer and who probably left?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from features import PurchaseProcess
from models import check_next_orders, next_orders

Tables = Mapping[str, pl.LazyFrame]
AS_OF = date(2025, 12, 1)
SHOP = PurchaseProcess(r=1.4, alpha=20.0, a=0.3, b=6.0)


def customer(name: str, gaps: list[float], *, waited: float) -> dict[str, Any]:
    """A row of a snapshot: purchases so many days apart, the last one `waited` days ago."""
    mean = float(np.mean(gaps)) if gaps else None
    return {
        "customer_id": name,
        "purchase_day_count_ever": 1.0 + len(gaps),
        "purchase_count_ever": 1.0 + len(gaps),
        "tenure_days": float(sum(gaps) + waited),
        "days_since_last_purchase": waited,
        "mean_gap_days": mean,
        "gap_variance": float(np.var(gaps)) if gaps else None,
        "overdue_ratio": waited / mean if mean else None,
    }


def foretold(*customers: Mapping[str, Any]) -> dict[str, tuple[int, int, int] | None]:
    """Days from the as-of date to the beginning of the interval, the date and the end, by customer."""
    schema = {name: pl.String if name == "customer_id" else pl.Float64 for name in customer("", [], waited=0.0)}
    told = next_orders(pl.DataFrame(list(customers), schema=schema), SHOP, as_of=AS_OF)
    names = ("next_order_from_on", "next_order_on", "next_order_until_on")
    return {
        row["customer_id"]: None if row["next_order_on"] is None else tuple((row[name] - AS_OF).days for name in names)
        for row in told.iter_rows(named=True)
    }


CHANCE = [2.0, 31.0, 5.0, 14.0, 1.0, 40.0, 9.0, 22.0, 3.0, 13.0, 28.0, 6.0]


def test_a_regular_customer_is_expected_when_the_gap_is_over() -> None:
    told = foretold(customer("soon", [14.0] * 20, waited=11.0), customer("just", [14.0] * 20, waited=1.0))
    assert told["soon"] is not None
    assert told["just"] is not None
    assert 2 <= told["soon"][1] <= 5
    assert 10 <= told["just"][1] <= 14
    assert told["just"][2] - told["just"][0] <= 14


def test_who_buys_at_random_has_a_wider_interval_that_does_not_depend_on_the_wait() -> None:
    told = foretold(
        customer("regular", [14.0] * 12, waited=2.0),
        customer("random", CHANCE, waited=2.0),
        customer("later", CHANCE, waited=9.0),
    )
    width = {name: days[2] - days[0] for name, days in told.items() if days}
    assert width["random"] > 2 * width["regular"]
    assert width["later"] == pytest.approx(width["random"], rel=0.15)


def test_few_gaps_make_no_rhythm() -> None:
    told = foretold(customer("two", [14.0, 14.0], waited=2.0), customer("many", [14.0] * 30, waited=2.0))
    assert told["two"] is not None
    assert told["many"] is not None
    assert told["two"][2] - told["two"][0] > 2 * (told["many"][2] - told["many"][0])


def test_a_new_one_time_buyer_has_a_date_with_a_wide_interval() -> None:
    told = foretold(customer("new", [], waited=1.0))["new"]
    assert told is not None
    assert told[0] < told[1] < told[2]
    assert told[2] > 4 * told[1]


def test_who_has_been_silent_for_long_has_no_date() -> None:
    told = foretold(customer("lost", CHANCE, waited=400.0), customer("old", [], waited=900.0))
    assert told == {"lost": None, "old": None}


def test_two_purchases_on_one_day_do_not_make_a_customer_irregular() -> None:
    doubled = customer("doubled", [14.0] * 20, waited=2.0)
    gaps = [14.0, 0.0] * 20
    doubled |= {"purchase_count_ever": 41.0, "mean_gap_days": 7.0, "gap_variance": float(np.var(gaps))}
    told = foretold(doubled, customer("plain", [14.0] * 20, waited=2.0))
    assert told["doubled"] == told["plain"]


def test_who_never_bought_has_neither_date_nor_ratio() -> None:
    never = customer("never", [], waited=1.0) | {"purchase_day_count_ever": 0.0, "tenure_days": None}
    assert foretold(never) == {"never": None}


def test_dates_do_not_depend_on_who_else_is_asked_about() -> None:
    rows = [customer("a", CHANCE, waited=3.0), customer("b", [7.0] * 9, waited=3.0), customer("c", [], waited=3.0)]
    together = foretold(*rows)
    assert {name: told for row in rows[::-1] for name, told in foretold(row).items()} == together


def test_in_the_simulated_shop_orders_come_when_foretold(shop: Tables) -> None:
    checked = check_next_orders(shop, as_of=date(2025, 1, 1), time_zone="Asia/Shanghai")
    assert 0.8 <= checked.covered_share <= 0.92
    assert 0.42 <= checked.half_share <= 0.58
    assert checked.before_share <= 0.1
    assert checked.came_share > 0.85
    assert checked.came_without_date_share < 0.1
    late = checked.customers.filter(pl.col("ordered_on") >= date(2025, 1, 1) + timedelta(days=364))
    assert late.is_empty()


def test_the_check_looks_at_the_future_and_the_dates_do_not(log_of: Callable[..., Tables]) -> None:
    days = [f"2025-0{month}-{day:02d}T12:00" for month in (1, 2, 3) for day in (3, 10, 17, 24)]
    lines = [(name, day, 10.0) for name in ("A", "B", "C") for day in days]
    known = check_next_orders(log_of(*lines), as_of=date(2025, 3, 28), time_zone="Asia/Shanghai").customers
    later = log_of(*lines, ("A", "2025-04-02T12:00", 10.0), ("A", "2025-04-09T12:00", 10.0))
    told = check_next_orders(later, as_of=date(2025, 3, 28), time_zone="Asia/Shanghai").customers
    assert told["ordered_on"].to_list() == [date(2025, 4, 2), None, None]
    assert told.drop("ordered_on").equals(known.drop("ordered_on"))
