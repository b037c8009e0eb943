"""Is the test always later than everything learned, and is too little history said in numbers?"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import NotEnoughHistory, Terms
from models._dates import Plan, plan_dates

DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 1, 1))


def plan(
    first_on: date, known_by: date, *, active: int = 84, horizon: int = 28, step: int | None = None, most: int = 24
) -> Plan:
    terms = Terms(active_days=active, horizon_days=horizon, more_share=0.25, time_zone="Asia/Shanghai")
    return plan_dates(first_on=first_on, known_by=known_by, terms=terms, step_days=step, max_dates=most)


@given(
    first_on=DAYS,
    history=st.integers(0, 1500),
    active=st.integers(1, 400),
    horizon=st.integers(1, 200),
    step=st.none() | st.integers(1, 200),
    most=st.integers(1, 40),
)
def test_every_training_label_is_over_when_the_test_begins_and_that_of_the_test_when_known_by_begins(
    first_on: date, history: int, active: int, horizon: int, step: int | None, most: int
) -> None:
    known_by, window = first_on + timedelta(days=history), timedelta(days=horizon)
    enough = history >= min(active, horizon) + 2 * horizon
    try:
        made = plan(first_on, known_by, active=active, horizon=horizon, step=step, most=most)
    except NotEnoughHistory:
        assert not enough
        return
    assert enough
    assert made.train
    assert all(day + window <= made.test for day in made.train)
    assert made.test + window <= known_by
    assert all(day + window <= known_by for day in made.final)
    assert {*made.train, made.test} <= set(made.final)
    assert list(made.final) == sorted(set(made.final))
    assert len(made.final) <= max(2, most)
    assert all(day >= first_on + timedelta(days=min(active, horizon)) for day in made.final)


def test_the_last_date_is_the_last_one_whose_horizon_is_over() -> None:
    made = plan(date(2024, 1, 1), date(2025, 12, 1))
    assert made.test == made.final[-1] == date(2025, 11, 3)
    assert made.train[-1] == date(2025, 9, 22)


def test_a_lead_time_lies_between_the_last_date_and_what_is_known() -> None:
    terms = Terms(active_days=84, horizon_days=28, lead_days=7, time_zone="Asia/Shanghai")
    made = plan_dates(first_on=date(2024, 1, 1), known_by=date(2025, 12, 1), terms=terms, step_days=14, max_dates=24)
    assert made.test == date(2025, 10, 27)
    assert made.train[-1] == date(2025, 9, 15)


def test_dates_are_half_a_horizon_in_whole_weeks_apart_unless_stated() -> None:
    for most, horizon, step, expected in ((8, 28, None, 14), (8, 60, None, 28), (8, 10, None, 7), (8, 28, 30, 30)):
        final = plan(date(2020, 1, 1), date(2025, 12, 1), horizon=horizon, step=step, most=most).final
        assert {after - before for before, after in pairwise(final)} == {timedelta(days=expected)}
        assert len(final) == most


def test_dates_span_a_year_and_a_horizon_on_both_sides_where_the_log_is_that_long() -> None:
    for horizon, step in ((28, 21), (7, 21), (90, 42)):
        final = plan(date(2020, 1, 1), date(2025, 12, 1), horizon=horizon).final
        assert {after - before for before, after in pairwise(final)} == {timedelta(days=step)}
        assert (date(2025, 12, 1) - final[0]).days >= 364 + horizon
    short = plan(date(2025, 1, 1), date(2025, 12, 1)).final
    assert {after - before for before, after in pairwise(short)} == {timedelta(days=14)}


def test_a_log_younger_than_the_active_window_before_its_dates_is_not_settled() -> None:
    assert plan(date(2025, 1, 1), date(2025, 12, 1)).settled
    assert not plan(date(2025, 1, 1), date(2025, 3, 27)).settled


@pytest.mark.parametrize(("active", "needed"), [(84, 84), (28, 84), (10, 66)])
def test_exactly_enough_history_works_and_a_day_less_says_how_much_is_there_and_needed(
    active: int, needed: int
) -> None:
    first_on = date(2025, 1, 1)
    made = plan(first_on, first_on + timedelta(days=needed), active=active)
    assert len(made.train) == 1
    with pytest.raises(NotEnoughHistory, match=rf"{needed - 1} days are there .* {needed} are needed") as refused:
        plan(first_on, first_on + timedelta(days=needed - 1), active=active)
    assert f"on or after {first_on + timedelta(days=needed)}" in str(refused.value)


def test_where_there_is_history_enough_every_date_has_a_whole_active_window_behind_it() -> None:
    first_on = date(2025, 1, 1)
    made = plan(first_on, first_on + timedelta(days=84 + 28 + 28 + 30))
    assert made.final[0] >= first_on + timedelta(days=84)
