"""Do the data reach as far as they say, whatever single lines pretend?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import polars as pl
import pytest

from models import LabelNotMature, Terms, targets
from models._known import Reach, reach
from models._labels import ask_mature

Tables = Mapping[str, pl.LazyFrame]
UniformLog = Callable[..., Tables]


def with_line(tables: Tables, *, occurred_at: datetime, recorded_at: datetime) -> Tables:
    """The log and one more line of its first customer."""
    line = (
        tables["transactions"]
        .head(1)
        .with_columns(
            pl.lit("one more").alias("transaction_id"),
            occurred_at=pl.lit(occurred_at).cast(pl.Datetime("us", "UTC")),
            recorded_at=pl.lit(recorded_at).cast(pl.Datetime("us", "UTC")),
        )
    )
    return {**tables, "transactions": pl.concat([tables["transactions"], line])}


def test_a_straggler_recorded_after_the_feed_stopped_does_not_stretch_the_horizon(uniform_log: UniformLog) -> None:
    log = uniform_log(customers=3, days=40, every_days=3)
    late = with_line(
        log, occurred_at=datetime(2025, 2, 5, tzinfo=UTC), recorded_at=datetime(2025, 2, 20, 12, tzinfo=UTC)
    )
    found = reach(late, time_zone="UTC", known_by=date(2025, 3, 1))
    assert found == Reach(first_on=date(2025, 1, 1), over_by=date(2025, 2, 10), recorded_by=date(2025, 2, 21))
    assert reach(late, time_zone="UTC", known_by=date(2025, 1, 1)) is None


def test_one_line_of_the_far_future_makes_nothing_mature(uniform_log: UniformLog) -> None:
    log = uniform_log(customers=3, days=40, every_days=3)
    far = datetime(2031, 1, 1, 12, tzinfo=UTC)
    found = reach(with_line(log, occurred_at=far, recorded_at=far), time_zone="UTC")
    assert found is not None
    assert found.over_by == date(2025, 2, 10)
    asked = {"as_of": date(2025, 3, 1), "terms": Terms(active_days=84, horizon_days=28, more_share=0, time_zone="UTC")}
    with pytest.raises(LabelNotMature, match="are over on 2025-03-29, but only what was known before 2025-02-10"):
        ask_mature(targets()["churn"], **asked, known_by=found.over_by)  # type: ignore[arg-type]


def test_a_shop_that_sells_once_a_month_is_believed(uniform_log: UniformLog) -> None:
    found = reach(uniform_log(customers=1, days=180, every_days=30), time_zone="UTC")
    assert found is not None
    assert found.over_by == date(2025, 6, 1)
