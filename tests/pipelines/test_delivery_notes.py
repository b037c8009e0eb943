"""Is what smells of a delivery said, and nothing else?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from small_shop import shop_lines

from data_contracts import Checked, check, contracts
from pipelines._delivery_notes import smells

START = datetime(2024, 7, 20, tzinfo=UTC)


def delivered(moved: Sequence[timedelta]) -> dict[str, Checked]:
    """The small shop's purchases, the first of them moved away by so much from `START`."""
    lines = shop_lines().sort("transaction_id")
    when = [START + far for far in moved] + lines["occurred_at"].dt.replace_time_zone("UTC").to_list()[len(moved) :]
    dated = lines.with_columns(occurred_at=pl.Series(when).dt.replace_time_zone(None))
    return {"transactions": check(contracts()["transactions"], dated, as_of=START.date(), time_zone="UTC")}


@pytest.mark.parametrize(
    ("moved", "rows"),
    [
        ([], 0),
        ([timedelta(days=200)], 0),  # an order for next season
        ([timedelta(days=days) for days in (100, 400)], 0),  # nobody pauses for a year
        ([timedelta(days=-4000)], 0),  # long ago, not ahead
        ([timedelta(days=3650)], 1),
        ([timedelta(days=days) for days in (3650, 3651, 9000)], 3),
    ],
)
def test_events_far_ahead_of_all_others_are_noted(moved: list[timedelta], rows: int) -> None:
    notes = smells(delivered(moved), start=START)
    assert len(notes) == (rows > 0)
    if rows:
        assert f"transactions: {rows} rows are dated 2034-07-18 or later (first that of customer" in notes[0]
