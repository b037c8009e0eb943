"""Who takes a dearer plan? In the company's days, as far as it was known, against what ran on the as-of date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from data_contracts import conform, contracts
from features import feature_columns
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
    question = targets()["contract_upsell"]
    asked = population(question, tables, as_of=AS_OF, terms=SHANGHAI)
    found = labels(question, tables, as_of=AS_OF, terms=SHANGHAI, known_by=known_by, among=asked)
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


ONE, TWO, THREE = ({"subscription_id": name} for name in ("one", "two", "three"))
DAY, LATER_DAY = "2025-06-10 09:00:00", "2025-06-20 09:00:00"


def test_a_new_subscription_is_dearer_when_it_costs_more_than_all_that_were_running() -> None:
    tables = terms_log(
        *[(name, *KEEP, ONE) for name in "ABCDE"],
        ("B", KEEP[0], None, "gold", 30.0, TWO),
        ("E", "2025-01-10 09:00:00", "2025-04-10 09:00:00", "gold", 30.0, TWO),
        ("A", DAY, None, "plus", 12.0, THREE),
        ("B", DAY, None, "plus", 12.0, THREE),
        ("C", DAY, None, "basic", 12.0, THREE),
        ("D", DAY, None, "plus", 9.0, THREE),
        ("E", DAY, None, "plus", 12.0, THREE),
    )
    assert answers(tables) == {"A": True, "B": False, "C": False, "D": False, "E": True}


def test_a_new_subscription_of_unknown_plan_is_no_dearer_plan() -> None:
    assert answers(terms_log(("A", *KEEP, ONE), ("A", DAY, None, None, 99.0, TWO))) == {"A": False}


def test_of_two_subscriptions_the_smaller_may_become_dearer() -> None:
    tables = terms_log(
        ("A", *KEEP, ONE),
        ("A", KEEP[0], None, "gold", 30.0, TWO),
        ("A", DAY, None, "plus", 12.0, ONE),
    )
    assert answers(tables) == {"A": True}


def test_going_up_twice_is_one_yes() -> None:
    tables = terms_log(
        ("A", *KEEP, ONE),
        ("A", DAY, None, "plus", 12.0, ONE),
        ("A", LATER_DAY, None, "gold", 30.0, ONE),
        ("A", LATER_DAY, None, "platinum", 90.0, TWO),
    )
    assert answers(tables) == {"A": True}


@pytest.mark.parametrize("between", ["basic", "paused"])
def test_back_to_the_plan_of_the_as_of_date_is_no_way_up(between: str) -> None:
    gold = (KEEP[0], KEEP[1], "gold", 30.0)
    back = terms_log(("A", *gold), ("A", DAY, None, between, 1.0), ("A", LATER_DAY, None, "gold", 30.0))
    half_way = terms_log(("A", *gold), ("A", DAY, None, between, 1.0), ("A", LATER_DAY, None, "plus", 20.0))
    assert answers(back) == {"A": False}
    assert answers(half_way) == {"A": False}


def test_a_subscription_that_had_ended_and_begins_again_is_a_new_one() -> None:
    ended = ("2023-01-10 09:00:00", "2023-03-10 09:00:00", "basic", 5.0, TWO)
    tables = terms_log(("A", KEEP[0], KEEP[1], "gold", 30.0, ONE), ("A", *ended), ("A", DAY, None, "plus", 12.0, TWO))
    assert answers(tables) == {"A": False}


def test_a_term_that_was_corrected_before_it_held_does_not_count() -> None:
    first = {"recorded_at": "2025-06-10 09:00:00"}
    corrected = {"recorded_at": "2025-06-10 09:05:00"}
    wrong = terms_log(("A", *KEEP), ("A", DAY, None, "plus", 20.0, first), ("A", DAY, None, "basic", 10.0, corrected))
    right = terms_log(("A", *KEEP), ("A", DAY, None, "basic", 10.0, first), ("A", DAY, None, "plus", 20.0, corrected))
    assert answers(wrong) == {"A": False}
    assert answers(right) == {"A": True}


def test_a_dearer_plan_that_is_recorded_later_is_not_known_yet() -> None:
    late = {"recorded_at": "2025-07-15 09:00:00"}
    tables = terms_log(("A", *KEEP), ("A", DAY, None, "plus", 12.0, late), ("B", LATER_DAY, None, "basic", 10.0))
    assert answers(tables, known_by=date(2025, 7, 15)) == {"A": False}
    assert answers(tables) == {"A": True}


def test_who_has_announced_to_leave_is_not_asked_though_they_pay() -> None:
    leaving = {"cancelled_at": "2025-05-20 09:00:00"}
    tables = terms_log(("A", *KEEP), ("B", *KEEP, leaving))
    assert answers(tables) == {"A": False}


def test_nobody_is_asked_of_a_company_without_subscriptions() -> None:
    shop = {"transactions": pl.LazyFrame(schema=contracts()["transactions"].polars_schema)}
    assert "contract_upsell" not in targets(shop)
    assert "contract_upsell" in targets(terms_log(("A", *KEEP)))


def test_where_an_introductory_price_ends_the_leak_check_trusts_the_terms() -> None:
    contract = {name for name, one in feature_columns().items() if one.feature.module == "features.contract"}
    vouched = {feature_columns()[name].feature.name for name in contract}
    assert vouched == set(targets()["contract_upsell"].trusted)
