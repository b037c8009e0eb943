"""Is a label what really happened within the horizon, in the company's own days, as far as it was known?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from models import LabelNotMature, Terms, labels, labels_on, population, targets

Tables = Mapping[str, pl.LazyFrame]
LogOf = Callable[..., Tables]

AS_OF = date(2025, 6, 1)
OVER = date(2025, 6, 29)
KEEP = ("2025-05-20 12:00:00", 100.0)
"""A purchase that makes its customer active on the as-of date."""


def terms_in(time_zone: str, **others: Any) -> Terms:
    return Terms(**{"active_days": 84, "horizon_days": 28, "more_share": 0.25, "time_zone": time_zone, **others})


SHANGHAI = terms_in("Asia/Shanghai")


def answers(
    name: str, tables: Tables, *, as_of: date = AS_OF, known_by: date = OVER, terms: Terms = SHANGHAI
) -> dict[str, bool]:
    """The label of each customer of the population."""
    asked = population(targets()[name], tables, as_of=as_of, terms=terms)
    found = labels(targets()[name], tables, as_of=as_of, terms=terms, known_by=known_by, among=asked)
    assert found["customer_id"].to_list() == asked["customer_id"].to_list()
    assert found.schema == {"customer_id": pl.String, "label": pl.Boolean}
    return dict(found.iter_rows())


@pytest.mark.parametrize(
    ("bought_at", "churned"),
    [
        ("2025-05-31 23:59:59", True),
        ("2025-06-01 00:00:00", False),
        ("2025-06-28 23:59:59", False),
        ("2025-06-29 00:00:00", True),
    ],
)
def test_a_purchase_prevents_churn_from_the_first_moment_of_the_as_of_date_to_the_last_before_the_end(
    log_of: LogOf, bought_at: str, churned: bool
) -> None:
    tables = log_of(("A", *KEEP), ("A", bought_at, 5.0))
    assert answers("churn", tables, known_by=date(2025, 7, 15)) == {"A": churned}


@pytest.mark.parametrize(("time_zone", "churned"), [("Asia/Shanghai", True), ("UTC", False)])
def test_the_horizon_ends_in_the_business_time_zone(log_of: LogOf, time_zone: str, churned: bool) -> None:
    tables = log_of(("A", *KEEP), ("A", "2025-06-28T16:00:00+00:00", 5.0))
    assert answers("churn", tables, known_by=date(2025, 7, 15), terms=terms_in(time_zone)) == {"A": churned}


@pytest.mark.parametrize(
    ("bought_at", "churned"),
    [
        # Berlin is an hour ahead of UTC on 8 March and two hours on 5 April.
        ("2025-03-07T22:59:59+00:00", True),
        ("2025-03-07T23:00:00+00:00", False),
        ("2025-04-04T21:59:59+00:00", False),
        ("2025-04-04T22:00:00+00:00", True),
    ],
)
def test_a_horizon_over_a_change_of_the_clocks_is_whole_local_days(
    log_of: LogOf, bought_at: str, churned: bool
) -> None:
    tables = log_of(("A", "2025-02-20T12:00:00+00:00", 9.0), ("A", bought_at, 5.0))
    berlin = terms_in("Europe/Berlin")
    found = answers("churn", tables, as_of=date(2025, 3, 8), known_by=date(2025, 5, 1), terms=berlin)
    assert found == {"A": churned}


@pytest.mark.parametrize(("recorded_at", "churned"), [("2025-06-28 23:59:59", False), ("2025-06-29 00:00:00", True)])
def test_a_purchase_recorded_when_known_by_has_begun_does_not_count(
    log_of: LogOf, recorded_at: str, churned: bool
) -> None:
    tables = log_of(("A", *KEEP), ("A", "2025-06-20 12:00:00", 5.0, None, recorded_at))
    assert answers("churn", tables) == {"A": churned}
    assert answers("churn", tables, known_by=date(2025, 7, 15)) == {"A": False}


def test_an_order_refunded_in_full_within_the_horizon_is_no_purchase(log_of: LogOf) -> None:
    tables = log_of(
        *[(name, *KEEP) for name in "ABC"],
        ("A", "2025-06-05 12:00:00", 50.0, "O-1"),
        ("A", "2025-06-09 12:00:00", -50.0, "O-1"),
        ("B", "2025-06-05 12:00:00", 50.0, "O-2"),
        ("B", "2025-06-09 12:00:00", -49.0, "O-2"),
        ("C", "2025-06-05 12:00:00", 50.0, "O-3"),
        ("C", "2025-07-09 12:00:00", -50.0, "O-3"),
    )
    assert answers("churn", tables) == {"A": True, "B": False, "C": False}


def test_returning_an_old_order_is_no_purchase(log_of: LogOf) -> None:
    tables = log_of(("A", *KEEP), ("A", "2025-06-05 12:00:00", -100.0))
    assert answers("churn", tables) == {"A": True}


def test_lapsed_customers_are_not_asked_about_and_active_ones_without_later_events_still_are(log_of: LogOf) -> None:
    tables = log_of(
        ("first day of the window", "2025-03-09 00:00:00", 1.0),
        ("lapsed", "2025-03-08 23:59:59", 1.0),
        ("lapsed", "2025-06-10 12:00:00", 1.0),
        ("new", "2025-06-01 00:00:00", 1.0),
        ("silent", *KEEP),
    )
    assert answers("churn", tables) == {"first day of the window": True, "silent": True}
    assert answers("upsell", tables) == {"first day of the window": False, "silent": False}


def test_a_customer_whose_only_purchase_was_recorded_late_is_not_in_the_population(log_of: LogOf) -> None:
    tables = log_of(("A", "2025-05-20 12:00:00", 9.0, None, "2025-06-01 00:00:00"), ("B", *KEEP))
    assert answers("churn", tables) == {"B": True}


def test_keys_in_are_keys_out_in_their_order_whoever_they_are(log_of: LogOf) -> None:
    tables = log_of(("A", *KEEP), ("B", *KEEP), ("B", "2025-06-10 12:00:00", 900.0))
    among = pl.DataFrame({"customer_id": ["nobody", "B", "A"]})
    for name, expected in (("churn", [True, False, True]), ("upsell", [False, True, False])):
        found = labels(targets()[name], tables, as_of=AS_OF, terms=SHANGHAI, known_by=OVER, among=among)
        assert found.rows() == list(zip(["nobody", "B", "A"], expected, strict=True))


@pytest.mark.parametrize("name", ["churn", "upsell"])
def test_a_label_whose_horizon_is_not_over_is_refused_and_the_message_names_a_date_that_works(
    log_of: LogOf, name: str
) -> None:
    tables = log_of(("A", *KEEP))
    with pytest.raises(
        LabelNotMature, match=f"{name} is not known yet: the 28 days after 2025-06-01 are over on 2025-06-29"
    ) as refused:
        answers(name, tables, known_by=date(2025, 6, 28))
    assert str(refused.value).endswith("Choose an as-of date on or before 2025-05-31.")
    answers(name, tables, as_of=date(2025, 5, 31), known_by=date(2025, 6, 28))


@pytest.mark.parametrize(("spent", "more"), [(41.66, False), (41.67, True)])
def test_upsell_begins_at_the_stated_share_more_per_day_than_in_the_active_window(
    log_of: LogOf, spent: float, more: bool
) -> None:
    # 100 in 84 days before; 28 days x 100/84 x 1.25 = 41.67 after. The purchase of long ago is outside the window.
    tables = log_of(("A", "2024-01-01 12:00:00", 999.0), ("A", *KEEP), ("A", "2025-06-28 23:59:59", spent))
    assert answers("upsell", tables) == {"A": more}


@pytest.mark.parametrize(
    ("first_at", "spent", "more"),
    [
        ("2025-04-20 12:00:00", 83.33, False),  # a tenure of 42 days: 28 x 100/42 x 1.25 = 83.34
        ("2025-04-20 12:00:00", 83.34, True),
        ("2025-05-31 12:00:00", 124.99, False),  # since yesterday, taken as 28 days: 28 x 100/28 x 1.25 = 125
        ("2025-05-31 12:00:00", 125.0, True),
    ],
)
def test_before_is_the_tenure_where_it_is_shorter_but_never_less_than_the_horizon(
    log_of: LogOf, first_at: str, spent: float, more: bool
) -> None:
    tables = log_of(("A", first_at, 100.0), ("A", "2025-06-10 12:00:00", spent))
    assert answers("upsell", tables) == {"A": more}


def test_spend_of_upsell_is_net_of_returns_on_both_sides(log_of: LogOf) -> None:
    tables = log_of(
        ("A", "2025-03-09 12:00:00", 300.0),
        ("A", "2025-04-20 12:00:00", -210.0),
        ("A", "2025-06-10 12:00:00", 38.0),
        ("B", "2025-03-09 12:00:00", 90.0),
        ("B", "2025-06-10 12:00:00", 380.0),
        ("B", "2025-06-20 12:00:00", -370.0),
    )
    assert answers("upsell", tables) == {"A": True, "B": False}


def test_who_returned_more_than_was_bought_before_needs_to_spend_something_to_have_grown(log_of: LogOf) -> None:
    tables = log_of(
        ("A", *KEEP),
        ("A", "2025-05-25 12:00:00", -150.0),
        ("A", "2025-06-10 12:00:00", 0.01),
        ("B", *KEEP),
        ("B", "2025-05-25 12:00:00", -150.0),
        ("B", "2025-06-10 12:00:00", -5.0),
    )
    assert answers("upsell", tables) == {"A": True, "B": False}


def test_the_share_asked_of_upsell_is_a_term(log_of: LogOf) -> None:
    tables = log_of(("A", *KEEP), ("A", "2025-06-10 12:00:00", 180.0))
    assert answers("upsell", tables, terms=terms_in("Asia/Shanghai", more_share=0.8)) == {"A": True}
    assert answers("upsell", tables, terms=terms_in("Asia/Shanghai", more_share=0.81)) == {"A": False}


def test_upsell_compares_like_with_like_when_the_horizon_is_longer_than_the_active_window(log_of: LogOf) -> None:
    first, long = date(2025, 1, 5), terms_in("Asia/Shanghai", active_days=30, horizon_days=90)
    lines = [("A", f"{first + timedelta(weeks=week)} 12:00:00", 10.0) for week in range(36)]
    assert answers("upsell", log_of(*lines), known_by=date(2025, 9, 1), terms=long) == {"A": False}
    grown = [(name, day, amount * (2 if day > "2025-06-01" else 1)) for name, day, amount in lines]
    assert answers("upsell", log_of(*grown), known_by=date(2025, 9, 1), terms=long) == {"A": True}


LINES = (
    ("A", *KEEP), ("A", "2025-06-10 12:00:00", 9.0), ("B", *KEEP), ("B", "2025-06-10 12:00:00", 9.0),
    ("C", *KEEP), ("C", "2025-06-10 12:00:00", -9.0), ("D", *KEEP), ("D", "2025-06-10 12:00:00", 9.0),
)  # fmt: skip


def test_cross_sell_waits_until_categories_are_known_for_the_length_of_the_active_window(log_of: LogOf) -> None:
    tables = log_of(*LINES)
    lines = tables["transactions"].with_columns(category=pl.lit("tea"))
    assert answers("cross_sell", {**tables, "transactions": lines}) == {}


def test_cross_sell_is_a_first_purchase_from_a_category(log_of: LogOf) -> None:
    kinds = ["tea", "tea", "tea", "rice", "tea", "rice", "tea", None]
    old = ("E", "2025-01-05 12:00:00", 5.0)  # categories are known for longer than the active window
    tables, kinds = log_of(*LINES, old), [*kinds, "tea"]
    lines = tables["transactions"].with_columns(category=pl.Series(kinds))
    assert answers("cross_sell", {**tables, "transactions": lines}) == {"A": False, "B": True, "C": False, "D": False}


def test_cross_sell_is_not_asked_where_categories_never_came(log_of: LogOf) -> None:
    tables = log_of(("A", *KEEP))
    question = targets()["cross_sell"]
    assert question.is_asked(tables)
    assert not question.is_asked({**tables, "transactions": tables["transactions"].drop("category")})
    assert targets()["churn"].is_asked({})


@pytest.mark.parametrize(
    ("last_bought_on", "is_asked"),
    [("2025-03-09", False), ("2025-03-08", True), ("2024-06-01", True), ("2024-05-31", False)],
)
def test_win_back_asks_about_customers_who_lapsed_and_not_too_long_ago(
    log_of: LogOf, last_bought_on: str, is_asked: bool
) -> None:
    tables = log_of(("A", "2023-01-05 12:00:00", 5.0), ("A", f"{last_bought_on} 12:00:00", 5.0))
    terms = terms_in("Asia/Shanghai", lapsed_days=365)
    assert answers("win_back", tables, terms=terms) == ({"A": False} if is_asked else {})


def test_a_lapsed_customer_who_buys_within_the_horizon_is_won_back(log_of: LogOf) -> None:
    old = "2025-02-01 12:00:00"
    tables = log_of(("A", old, 5.0), ("A", "2025-06-28 23:00:00", 5.0), ("B", old, 5.0), ("C", old, 5.0),
                    ("C", "2025-06-29 00:00:00", 5.0))  # fmt: skip
    assert answers("win_back", tables) == {"A": True, "B": False, "C": False}


@pytest.mark.parametrize(
    ("bought_on", "churned"),
    [("2025-06-07", True), ("2025-06-08", False), ("2025-07-05", False), ("2025-07-06", True)],
)
def test_a_lead_time_moves_the_label_window_and_not_the_population(
    log_of: LogOf, bought_on: str, churned: bool
) -> None:
    tables = log_of(("A", *KEEP), ("A", f"{bought_on} 12:00:00", 5.0))
    week = terms_in("Asia/Shanghai", lead_days=7)
    assert answers("churn", tables, known_by=date(2025, 7, 6), terms=week) == {"A": churned}
    with pytest.raises(LabelNotMature, match="the 35 days after 2025-06-01 are over on 2025-07-06"):
        answers("churn", tables, known_by=date(2025, 7, 5), terms=week)


def test_a_comparison_gets_the_labels_that_training_gets(log_of: LogOf) -> None:
    tables = log_of(("A", *KEEP), ("B", *KEEP), ("B", "2025-06-03 12:00:00", 5.0), ("C", "2025-06-30 12:00:00", 1.0))
    made = labels_on("churn", tables, terms=SHANGHAI)(AS_OF)
    assert dict(made.iter_rows()) == answers("churn", tables) == {"A": True, "B": False}
    assert made.equals(labels_on(targets()["churn"], tables, terms=SHANGHAI)(AS_OF))


def test_a_comparison_on_a_date_whose_horizon_is_not_over_is_refused(log_of: LogOf) -> None:
    tables = log_of(("A", *KEEP), ("A", "2025-06-27 12:00:00", 5.0))
    with pytest.raises(LabelNotMature, match="churn is not known yet"):
        labels_on("churn", tables, terms=SHANGHAI)(AS_OF)


def test_labels_are_made_from_plain_frames_as_well() -> None:
    bought = ["2025-05-20 12:00", "2025-07-01 12:00"]
    lines = pl.DataFrame({"customer_id": [1, 2], "occurred_at": bought, "amount": [100, 5]}).to_pandas()
    assert labels_on("churn", lines, terms=SHANGHAI)(AS_OF).rows() == [("1", True)]


def test_an_unknown_question_names_the_closest() -> None:
    with pytest.raises(ValueError, match=r"'chrun'. Did you mean 'churn'\?"):
        labels_on("chrun", {}, terms=SHANGHAI)


def test_labels_of_another_engine_are_refused() -> None:
    relation = duckdb.sql("SELECT 'anna' AS customer_id, now() AS occurred_at, 1.0 AS amount")
    with pytest.raises(TypeError, match="frames of Polars or pandas"):
        labels_on("churn", {"transactions": relation}, terms=SHANGHAI)
