"""How much comes later of who was not won? A log of 400 days in which that is known by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from models import Terms, targets
from models._left import share_left

Tables = Mapping[str, pl.LazyFrame]
LogOf = Callable[..., Tables]

FIRST, END = date(2024, 1, 1), date(2025, 2, 4)
"""400 days: beside two horizons of 28 days 344 are known, half of which are 172; so the past date is day 200."""
TERMS = Terms(active_days=28, horizon_days=28, time_zone="UTC")


def on(day: int) -> str:
    return str(datetime.combine(FIRST + timedelta(days=day), datetime.min.time()))


def people(name: str, count: int, *bought: tuple[int, float]) -> list[tuple[Any, ...]]:
    """The lines of so many customers, each of whom bought so much on such days."""
    return [(f"{name}{number}", on(day), amount) for number in range(count) for day, amount in bought]


REGULAR = people("regular", 1, *((day, 1.0) for day in range(0, 400, 14)), (399, 1.0))
CAME = people("came", 50, (100, 50.0), (210, 10.0), (300, 100.0))
STAYED = people("stayed", 60, (100, 50.0), (260, 25.0))


def left(tables: Tables, *, question: str = "win_back", known_by: date = END, terms: Terms = TERMS) -> float | None:
    return share_left(targets()[question], tables, terms=terms, known_by=known_by)


def test_it_is_later_over_earlier_spend_of_who_did_not_come_against_who_came(log_of: LogOf) -> None:
    assert left(log_of(*REGULAR, *CAME, *STAYED)) == pytest.approx((25 / 50) / (100 / 50))


def test_what_is_bought_within_the_horizon_does_not_count(log_of: LogOf) -> None:
    dear = people("came", 50, (100, 50.0), (227, 1e6), (300, 100.0))
    assert left(log_of(*REGULAR, *dear, *STAYED)) == pytest.approx(0.25)


def test_more_than_all_is_never_left(log_of: LogOf) -> None:
    rich = people("stayed", 60, (100, 50.0), (260, 500.0))
    assert left(log_of(*REGULAR, *CAME, *rich)) == 1.0


def test_returns_take_away_what_they_bring_back_but_no_more(log_of: LogOf) -> None:
    brought_back = people("stayed", 60, (100, 50.0), (260, 25.0), (261, -20.0))
    assert left(log_of(*REGULAR, *CAME, *brought_back)) == pytest.approx((5 / 50) / 2)
    nothing = people("stayed", 60, (100, 50.0), (260, -25.0))
    assert left(log_of(*REGULAR, *CAME, *nothing)) == 0.0


def test_of_churn_it_is_asked_of_the_active_ones(log_of: LogOf) -> None:
    stay = people("stay", 50, (190, 40.0), (210, 40.0), (300, 40.0))
    leave = people("leave", 50, (190, 40.0), (300, 10.0))
    assert left(log_of(*REGULAR, *stay, *leave), question="churn") == pytest.approx(0.25, rel=0.05)


@pytest.mark.parametrize(("came", "stayed"), [(49, 60), (50, 49)])
def test_too_few_customers_of_either_kind_say_nothing(log_of: LogOf, came: int, stayed: int) -> None:
    some = [row for row in CAME if int(row[0].removeprefix("came")) < came]
    others = [row for row in STAYED if int(row[0].removeprefix("stayed")) < stayed]
    assert left(log_of(*REGULAR, *some, *others)) is None


def test_a_log_too_short_to_see_what_came_later_says_nothing(log_of: LogOf) -> None:
    tables = log_of(*REGULAR, *CAME, *STAYED)
    assert left(tables, terms=Terms(active_days=28, horizon_days=120, time_zone="UTC")) is None
    assert left(tables, known_by=FIRST + timedelta(days=100)) is None
    assert left(tables, known_by=FIRST) is None


def test_nothing_that_is_recorded_later_is_used(log_of: LogOf) -> None:
    later = people("stayed", 60, (402, 1e6))
    tables, more = log_of(*REGULAR, *CAME, *STAYED), log_of(*REGULAR, *CAME, *STAYED, *later)
    assert left(more) == left(tables) == pytest.approx(0.25)
