"""What is said of complaints that nobody answers, or that have been open so long that the record may be wrong?"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from pipelines._campaign_notes import OPEN_LONG_DAYS, of_open_complaints
from tests.serving.conftest import OFFER, rules_of

ANSWERED = rules_of([OFFER, replace(OFFER, name="service_recovery")])
UNANSWERED = rules_of([OFFER])


def scores(*days: float | None) -> pl.DataFrame:
    """A scored list of customers whose oldest complaint has been open for so many days; None has none."""
    hours = [None if each is None else 24 * each for each in days]
    names = [f"C{number}" for number in range(len(days))]
    counts = [float(each is not None) for each in days]
    columns = {"customer_id": names, "open_complaint_count": counts, "oldest_open_complaint_hours": hours}
    return pl.DataFrame(
        columns, schema_overrides={"open_complaint_count": pl.Float64, "oldest_open_complaint_hours": pl.Float64}
    )


def test_old_ones_are_counted_and_the_oldest_is_named() -> None:
    told = scores(OPEN_LONG_DAYS, OPEN_LONG_DAYS + 0.5, None, 1400.7, 1400.7, 3)
    assert of_open_complaints(told, ANSWERED) == [
        "complaints open for more than 84 days: 3 customers, C3 for 1,400 days; they come first and are sent no "
        "offer. Where one was settled, record when (resolved_at)"
    ]


def test_where_nobody_is_to_answer_them_that_is_said() -> None:
    assert of_open_complaints(scores(1, None, 2), UNANSWERED) == [
        "service_recovery is switched off (is_used = false), so that nobody on the list answers open complaints; who "
        "has one is sent nothing else either: 2 customers"
    ]


def test_where_there_are_none_nothing_is_said() -> None:
    assert of_open_complaints(scores(None, 1, OPEN_LONG_DAYS), ANSWERED) == []
    assert of_open_complaints(scores(None), UNANSWERED) == []
    assert of_open_complaints(scores(), UNANSWERED) == []
    assert of_open_complaints(scores(1400).drop("oldest_open_complaint_hours"), ANSWERED) == []
