"""Who takes a dearer plan? Asked of subscribers beside buyers, in the company's own days, as far as it was known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from data_contracts import conform, contracts
from models import Terms, labels, population, targets

Tables = Mapping[str, pl.LazyFrame]

AS_OF, LATER = date(2025, 6, 1), date(2025, 9, 1)
SHANGHAI = Terms(active_days=84, horizon_days=28, time_zone="Asia/Shanghai")
KEEP = ("2025-05-10 09:00:00", "2025-06-10 09:00:00", "basic", 10.0)
COLUMNS = ("customer_id", "occurred_at", "renews_at", "plan", "monthly_amount")


def terms_log(*rows: tuple[Any, ...]) -> Tables:
    """Terms `(customer, local begin, local renewal, plan, monthly amount[, dict of other columns])`."""
    made = [dict(zip(COLUMNS, row, strict=False)) | (row[5] if len(row) > 5 else {}) for row in rows]
    known = dict.fromkeys(contracts()["subscriptions"].column_names, pl.String) | {"monthly_amount": pl.Float64}
    conformed = conform(contracts()["subscriptions"], pl.DataFrame(made, schema=known), time_zone=SHANGHAI.time_zone)
    assert conformed.faults.is_empty()
    return {
        "transactions": pl.LazyFrame(schema=contracts()["transactions"].polars_schema),
        "subscriptions": conformed.rows.drop("_row").lazy(),
    }


def answers(tables: Tables, *, known_by: date = LATER) -> dict[str, bool]:
    """The label of each customer of the population."""
    upsell = targets()["upsell"]
    asked = population(upsell, tables, as_of=AS_OF, terms=SHANGHAI)
    found = labels(upsell, tables, as_of=AS_OF, terms=SHANGHAI, known_by=known_by, among=asked)
    return dict(found.iter_rows())


@pytest.mark.parametrize(
    ("began", "taken"),
    [
        ("2025-06-01 00:00:00", True),
        ("2025-06-28 23:59:59", True),
        ("2025-06-29 00:00:00", False),
    ],
)
def test_a_move_to_a_dearer_plan_counts_from_the_first_moment_of_the_as_of_date_to_the_last_of_the_horizon(
    began: str, taken: bool
) -> None:
    assert answers(terms_log(("A", *KEEP), ("A", began, None, "plus", 12.0))) == {"A": taken}


@pytest.mark.parametrize(
    ("plan", "monthly_amount", "taken"),
    [
        ("plus", 10.01, True),
        ("plus", 10.0, False),
        ("saver", 8.0, False),
        ("basic", 12.0, False),
        (None, 12.0, False),
        ("plus", None, False),
    ],
)
def test_a_dearer_plan_is_another_plan_that_costs_more(
    plan: str | None, monthly_amount: float | None, taken: bool
) -> None:
    assert answers(terms_log(("A", *KEEP), ("A", "2025-06-10 09:00:00", None, plan, monthly_amount))) == {"A": taken}


def test_a_new_subscription_is_dearer_when_it_costs_more_than_all_that_were_running() -> None:
    def named(name: str) -> dict[str, str]:
        return {"subscription_id": name}

    day = "2025-06-10 09:00:00"
    tables = terms_log(
        *[(name, *KEEP, named("one")) for name in "ABCD"],
        ("B", KEEP[0], None, "gold", 30.0, named("two")),
        ("A", day, None, "plus", 12.0, named("three")),
        ("B", day, None, "plus", 12.0, named("three")),
        ("C", day, None, "basic", 12.0, named("three")),
        ("D", day, None, "plus", 9.0, named("three")),
    )
    assert answers(tables) == {"A": True, "B": False, "C": False, "D": False}


def test_of_two_subscriptions_the_smaller_may_become_dearer() -> None:
    tables = terms_log(
        ("A", *KEEP, {"subscription_id": "one"}),
        ("A", KEEP[0], None, "gold", 30.0, {"subscription_id": "two"}),
        ("A", "2025-06-10 09:00:00", None, "plus", 12.0, {"subscription_id": "one"}),
    )
    assert answers(tables) == {"A": True}


def test_a_dearer_plan_that_is_recorded_later_is_not_known_yet() -> None:
    late = {"recorded_at": "2025-07-15 09:00:00"}
    tables = terms_log(("A", *KEEP), ("A", "2025-06-10 09:00:00", None, "plus", 12.0, late))
    assert answers(tables, known_by=date(2025, 7, 15)) == {"A": False}
    assert answers(tables) == {"A": True}


def test_who_has_announced_to_leave_is_not_asked_for_more() -> None:
    leaving = {"cancelled_at": "2025-05-20 09:00:00"}
    assert answers(terms_log(("A", *KEEP), ("B", *KEEP, leaving))) == {"A": False}
