"""Is what is at stake with growth what those who grew spent more, in horizons that are over?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import polars as pl
import pytest

from models import Terms, targets
from models._growth import FEWEST, Growth, growth_known

Tables = Mapping[str, pl.LazyFrame]
LogOf = Callable[..., Tables]

AS_OF = date(2025, 6, 2)
TERMS = Terms(active_days=56, horizon_days=28, more_share=0.5, time_zone="UTC")


def shop(log_of: LogOf, *, grow: int, stay: int, spend: float = 30.0, weeks: int = 40) -> Tables:
    """Who buys for 10 a week from 40 weeks before the as-of date on, and who, in the last four, for `spend`; after it
    everybody buys for 1,000."""
    first = AS_OF - timedelta(days=7 * 40)
    sums = {week: 10.0 if week < 36 else spend if week < 40 else 1000.0 for week in range(weeks)}
    return log_of(
        *(
            (
                f"{kind}{number:03d}",
                f"{first + timedelta(days=7 * week)} 12:00:00",
                10.0 if kind == "S" and week < 40 else sums[week],
            )
            for kind, count in (("G", grow), ("S", stay))
            for number in range(count)
            for week in sums
        )
    )


def found(tables: Tables, *, as_of: date = AS_OF) -> Growth:
    return growth_known(targets()["upsell"], tables, as_of=as_of, terms=TERMS)


def test_it_is_what_those_who_grew_spent_more_than_the_others_over_what_all_spent(log_of: LogOf) -> None:
    # Of four horizons, the last has 60 who spent 120 and 60 who spent 40; in three before nobody grew: 24,000 of 480.
    seen = found(shop(log_of, grow=60, stay=60))
    assert (seen.grew, seen.others) == (60, 420)
    assert seen.share == pytest.approx((120 - 40) / 50)


def test_nothing_is_known_of_what_comes_after_the_as_of_date(log_of: LogOf) -> None:
    assert found(shop(log_of, grow=60, stay=60, weeks=44)) == found(shop(log_of, grow=60, stay=60))


@pytest.mark.parametrize(("grow", "is_enough"), [(FEWEST - 1, False), (FEWEST, True)])
def test_while_few_grew_it_is_the_share_by_which_spend_must_grow(log_of: LogOf, grow: int, is_enough: bool) -> None:
    stay = 200 - grow
    mean = (grow * 120 + stay * 40 + 3 * 200 * 40) / 800
    assert found(shop(log_of, grow=grow, stay=stay)).share == pytest.approx(80 / mean if is_enough else 0.5)


def test_a_log_in_which_nobody_can_be_asked_says_nothing(log_of: LogOf) -> None:
    nobody = found(shop(log_of, grow=1, stay=1), as_of=date(2020, 1, 1))
    assert nobody == Growth(share=0.5, grew=0, others=0)


def test_who_grew_by_no_more_than_asked_for_has_at_least_that_at_stake(log_of: LogOf) -> None:
    # 60 spent 60 where all others spent 40: less than half of the mean more.
    assert found(shop(log_of, grow=60, stay=60, spend=15.0)).share == pytest.approx(0.5)
