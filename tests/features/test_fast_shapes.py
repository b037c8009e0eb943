"""Does the fast path say what the portable path says of strange logs and of definitions of one's own?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from features import (
    average,
    channels,
    complaints,
    count,
    distinct,
    feature,
    interactions,
    least,
    most,
    products,
    purchases,
    receipts,
    total,
)
from features._feature import Feature
from features._polars import is_fast
from features._snapshot import snapshots
from tests.features.paths import differing, portable
from tests.features.random_logs import random_log

AS_OF = date(2026, 4, 2)


def own(of: Any, build: Callable[[], Any], name: str = "own") -> Feature:
    """A definition as one would write it in a notebook."""

    def define() -> Any:
        """Something."""
        return build()

    define.__name__ = name
    return feature(of=of, unit="-", missing=None)(define)


def on_both_paths(
    tables: Any, *, days: list[date] | None = None, zone: str = "UTC", **asked: Any
) -> tuple[list[pl.DataFrame], list[str]]:
    """What the fast path says, and the columns of which the portable one says something else."""
    days = days or [AS_OF]
    found = list(snapshots(tables, as_of=days, time_zone=zone, **asked))
    known = [portable(tables, as_of=day, time_zone=zone, **asked) for day in days]
    return found, [name for one, other in zip(found, known, strict=True) for name in differing(one, other)]


def bought(**columns: list[Any]) -> dict[str, pl.LazyFrame]:
    """A log of lines, each of `anna` at noon on the day before, for 1, unless said otherwise."""
    rows = len(next(iter(columns.values())))
    noon = datetime(2026, 4, 1, 12, tzinfo=UTC)
    plain = {"transaction_id": [str(row) for row in range(rows)], "customer_id": ["anna"] * rows}
    plain |= {"occurred_at": [noon] * rows, "amount": [1.0] * rows}
    return {"transactions": pl.LazyFrame(plain | columns, strict=False)}


p, i, c = purchases, interactions, complaints
OWN: dict[str, tuple[Any, Callable[[], Any]]] = {
    "a window without a day": (p, lambda: count(p.within(30) & p.within(400, after=60))),
    "money in a window without a day": (
        receipts,
        lambda: total(receipts.amount, receipts.within(5) & receipts.within(30, after=9)),
    ),
    "the first purchase of a day": (p, lambda: total(p.amount, p.is_new_day)),
    "gaps before noon": (p, lambda: average(p.gap_days, p.hour < 12)),
    "unknown gaps": (p, lambda: count(~(p.gap_days > 3))),
    "unknown gaps or none": (p, lambda: count((p.gap_days > 3) | (p.gap_days <= 3))),
    "a yes added up": (p, lambda: total(p.is_month_end)),
    "money and numbers": (p, lambda: count((p.amount > 20) & (p.discount != 0) & (p.hour >= 9))),
    "money and fractions": (p, lambda: count(p.amount > 20.5)),
    "money and money": (p, lambda: count(p.discount < p.amount)),
    "days and hours": (p, lambda: count(p.weekday < p.hour)),
    "twice the amount": (p, lambda: most(p.amount * 2)),
    "a text that is missing": (i, lambda: count(i.topic.fill_null("none") == "none")),
    "a text in the alphabet": (i, lambda: count(i.kind >= "enquiry")),
    "the beginning of a text": (i, lambda: count(i.topic.str.starts_with("pr"))),
    "two texts": (i, lambda: distinct(nw.concat_str(i.kind, i.topic))),
    "times": (i, lambda: count(i.occurred_at < datetime(2025, 4, 1, tzinfo=UTC))),
    "a state known later": (c, lambda: count(c.resolved_at.is_null() & ~c.is_last)),
    "the square of a count": (channels, lambda: total(channels.line_count * channels.line_count)),
    "less than a count": (channels, lambda: least(channels.line_count - 3)),
    "bought again": (products, lambda: count(~(products.first_age_days == products.age_days))),
    "few of many hours": (p, lambda: count(p.hour.is_in([9, 10, 11]))),
}


@pytest.mark.parametrize("name", OWN)
def test_a_definition_of_ones_own_says_the_same_on_both_paths(name: str) -> None:
    _, odd = on_both_paths(random_log(), features=[own(*OWN[name])])
    assert odd == []


def test_long_lists_of_numbers_are_not_taken_for_each_other() -> None:
    one, other = pl.Series([*range(5), *range(30, 60), *range(5)]), pl.Series([*range(5), *range(7, 37), *range(5)])
    both = [own(p, lambda: count(p.hour.is_in(one)), "one"), own(p, lambda: count(p.hour.is_in(other)), "other")]
    (made,), odd = on_both_paths(random_log(), features=both)
    assert odd == []
    assert made["one"].sum() != made["other"].sum()


def test_what_needs_the_order_of_a_days_purchases_is_left_to_the_portable_path() -> None:
    for build in (lambda: total(p.amount, p.is_new_day), lambda: average(p.gap_days, p.hour < 12)):
        assert not is_fast(own(p, build).columns[0])
    assert is_fast(own(p, lambda: count(p.is_new_day & (p.weekday == 1))).columns[0])


NAN = float("nan")
ODD_LOGS: dict[str, dict[str, list[Any]]] = {
    "rows without a customer": {"customer_id": ["anna", None, "ben", None, None]},
    "crumbs of rounding": {"amount": [10.0, 1e-5, -1e-5, 0.1 + 0.2 - 0.3, -0.0], "product_id": list("abcde")},
    "amounts at the edge of 32 bits": {"amount": [-214748.3648, 214748.3648, 3.0]},
    "amounts of a weak currency": {"amount": [4e11, 5e11, -2e11]},
    "long, short and empty names": {
        "customer_id": [
            "a customer with a long name",
            "a customer with a long nose",
            "",
            "twelve bytes",
            "客户甲乙丙丁",
        ],
        "order_id": ["", None, "", "o", "an order with a long number"],
    },
}


@pytest.mark.parametrize("name", ODD_LOGS)
def test_odd_logs_say_the_same_on_both_paths(name: str) -> None:
    _, odd = on_both_paths(bought(**ODD_LOGS[name]))
    assert odd == []


@pytest.mark.parametrize("column", ["amount", "discount", "quantity"])
def test_numbers_that_are_none_are_refused_as_on_the_portable_path(column: str) -> None:
    given = {"amount": [1.0, 2.0]} | {column: [NAN, 1.0]}
    with pytest.raises(pl.exceptions.PolarsError):
        next(snapshots(bought(**given), as_of=[AS_OF]))


@pytest.mark.parametrize(
    "build", [lambda: total(p.amount / p.quantity), lambda: total(p.amount * p.amount * p.amount * p.amount)]
)
def test_sums_of_what_is_not_finite_or_too_large_are_refused(build: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="not finite, or too large"):
        next(snapshots(bought(amount=[5e7], quantity=[0.0]), as_of=[AS_OF], features=[own(p, build)]))


def test_no_dates_make_no_snapshots() -> None:
    assert list(snapshots(bought(amount=[1.0]), as_of=[])) == []


def test_clocks_that_go_back_over_midnight_show_nothing_of_the_day_that_begins() -> None:
    """In St John's they went from 00:01 to 23:01: 03:00 UTC is 23:30 of the day before, and after midnight."""
    moments = [datetime(2009, 10, 20, 12, tzinfo=UTC), datetime(2009, 11, 1, 3, tzinfo=UTC)]
    days = [date(2009, 11, 1), date(2009, 12, 1)]
    made, odd = on_both_paths(bought(occurred_at=moments), days=days, zone="America/St_Johns")
    assert odd == []
    assert [each["purchase_count_ever"].to_list() for each in made] == [[1.0], [2.0]]


def test_interactions_of_an_hour_that_comes_twice_are_in_the_order_of_days() -> None:
    talks = [datetime(2009, 11, 1, 2, 0, tzinfo=UTC) + timedelta(minutes=20 * step) for step in range(6)]
    said = pl.LazyFrame(
        {
            "interaction_id": [str(row) for row in range(6)],
            "customer_id": ["anna"] * 6,
            "occurred_at": talks,
            "kind": ["visit", "complaint", "campaign_contact", "complaint", "campaign_response", "campaign_contact"],
        }
    )
    tables = bought(occurred_at=[datetime(2009, 10, 1, tzinfo=UTC)]) | {"interactions": said}
    days = [date(2009, 11, 1), date(2009, 11, 2), date(2009, 11, 29)]
    _, odd = on_both_paths(tables, days=days, zone="America/St_Johns")
    assert odd == []
