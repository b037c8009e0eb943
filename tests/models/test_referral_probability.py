"""How likely is it that a customer brings another? The shares of two groups, worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from models._referrals import referral_probability


def customers(*counts: tuple[float | None, float | None]) -> pl.DataFrame:
    """Rows of a snapshot: whom each brought ever, and within the last 364 days."""
    schema = {"referral_count_ever": pl.Float64, "referral_count_364d": pl.Float64}
    return pl.DataFrame(list(counts), schema=schema, orient="row")


NEVER, LATELY, BEFORE, AGAIN = (0, 0), (1, 1), (1, 0), (2, 1)


def test_who_had_brought_somebody_before_is_as_likely_as_they_were_and_others_as_others() -> None:
    rows = customers(*[NEVER] * 80, *[LATELY] * 20, *[BEFORE] * 30, *[AGAIN] * 10)
    whole = 30 / 140
    anew, again = (20 + 20 * whole) / 120, (10 + 20 * whole) / 60
    made = referral_probability(rows, days=364).to_list()
    assert made == pytest.approx([anew] * 80 + [again] * 60)


def test_where_nobody_does_it_twice_hardly_anybody_is_thought_to() -> None:
    rows = customers(*[NEVER] * 700, *[LATELY] * 100, *[BEFORE] * 200)
    made = referral_probability(rows, days=364)
    assert made[0] == pytest.approx(102 / 820)
    assert made[999] == made[750] == pytest.approx(2 / 220)


def test_where_a_year_has_not_passed_since_the_first_all_are_alike() -> None:
    made = referral_probability(customers(*[NEVER] * 90, *[LATELY] * 10), days=364)
    assert made.to_list() == pytest.approx([0.1] * 100)


def test_it_goes_by_the_length_of_the_time_and_by_no_more_than_a_year() -> None:
    rows = customers(*[NEVER] * 90, *[LATELY] * 10)
    year = referral_probability(rows, days=364)
    assert referral_probability(rows, days=91).to_list() == pytest.approx((year / 4).to_list())
    assert referral_probability(rows, days=700).to_list() == year.to_list()


def test_of_whom_nothing_is_known_yet_is_like_who_never_did_and_where_nothing_is_known_it_is_unknown() -> None:
    rows = customers(*[NEVER] * 90, *[LATELY] * 5, *[BEFORE] * 5, (None, None))
    made = referral_probability(rows, days=364)
    assert made[100] == made[0] > 0
    unknown = referral_probability(customers((None, None), (None, None)), days=28)
    assert unknown.to_list() == [None, None]
    assert unknown.name == made.name == "referral_probability"


def test_the_order_of_customers_changes_nothing() -> None:
    rows = customers(*[NEVER] * 33, *[LATELY] * 7, *[BEFORE] * 11, *[AGAIN] * 3)
    order = pl.int_range(rows.height, eager=True).shuffle(seed=3)
    made, mixed = (referral_probability(each, days=28) for each in (rows, rows[order]))
    assert mixed.to_list() == made.gather(order).to_list()
