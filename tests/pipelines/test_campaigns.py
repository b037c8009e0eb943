"""Which period does a night fall in, and what is its campaign called?"""

from __future__ import annotations

from datetime import date

import pytest

from pipelines._campaigns import campaign_name, period_of


@pytest.mark.parametrize(
    ("day", "length", "name", "first", "last"),
    [
        (date(2025, 12, 31), "month", "2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        (date(2024, 2, 1), "month", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        (date(2025, 1, 1), "quarter", "2025-Q1", date(2025, 1, 1), date(2025, 3, 31)),
        (date(2025, 11, 5), "quarter", "2025-Q4", date(2025, 10, 1), date(2025, 12, 31)),
        (date(2025, 7, 1), "year", "2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_has_a_name_and_its_first_and_last_day(
    day: date, length: str, name: str, first: date, last: date
) -> None:
    period = period_of(day, length=length)
    assert (period.name, period.starts_on, period.ends_on) == (name, first, last)
    assert campaign_name("upsell", period) == f"upsell-{name}"
