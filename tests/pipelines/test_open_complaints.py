"""Is it said where complaints have been open for so long that the record may be wrong?"""

from __future__ import annotations

import polars as pl

from pipelines._campaign_notes import OPEN_LONG_DAYS, of_open_complaints


def scores(*days: float | None) -> pl.DataFrame:
    """A scored list of customers whose oldest complaint has been open for so many days."""
    hours = [None if each is None else 24 * each for each in days]
    names = [f"C{number}" for number in range(len(days))]
    columns = {"customer_id": names, "oldest_open_complaint_hours": hours}
    return pl.DataFrame(columns, schema_overrides={"oldest_open_complaint_hours": pl.Float64})


def test_old_ones_are_counted_and_the_oldest_is_named() -> None:
    told = scores(OPEN_LONG_DAYS, OPEN_LONG_DAYS + 0.5, None, 1400.7, 1400.7, 3)
    assert of_open_complaints(told) == [
        "complaints open for more than 84 days: 3 customers, C3 for 1,400 days; they come first and are sent no "
        "offer. Where one was settled, record when (resolved_at)"
    ]


def test_where_there_are_none_nothing_is_said() -> None:
    assert of_open_complaints(scores(None, 1, OPEN_LONG_DAYS)) == []
    assert of_open_complaints(scores()) == []
    assert of_open_complaints(scores().drop("oldest_open_complaint_hours")) == []
