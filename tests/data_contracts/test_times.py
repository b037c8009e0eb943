"""Is every clear timestamp read as the moment it means, and every unclear one refused?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from data_contracts import Column, Conformed, Contract, ContractBroken, conform

MOMENTS = Contract(
    name="moments",
    grain="one row per moment",
    key=("moment_id",),
    columns=(
        Column(name="moment_id", type="text", required=True, meaning="Names the moment."),
        Column(name="at", type="timestamp", required=True, meaning="The moment."),
        Column(name="on", type="date", meaning="The day."),
    ),
)


def read(
    values: list[Any] | pl.Series, *, name: str = "at", zone: str = "Asia/Shanghai", form: str | None = None
) -> Conformed:
    other = "on" if name == "at" else "at"
    raw = pl.DataFrame({"moment_id": [str(place) for place in range(len(values))], name: values})
    raw = raw.with_columns(pl.lit("2026-01-05").alias(other))
    return conform(MOMENTS, raw, time_zone=zone, timestamp_format=form)


def moments(values: list[Any] | pl.Series, **options: Any) -> list[datetime | None]:
    found = read(values, **options)
    assert found.faults.is_empty(), found.faults.to_dicts()
    return found.rows["at"].to_list()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05 10:30:00", utc(2026, 1, 5, 2, 30)),
        ("2026-01-05T10:30:00", utc(2026, 1, 5, 2, 30)),
        ("2026-01-05 10:30", utc(2026, 1, 5, 2, 30)),
        ("2026-01-05", utc(2026, 1, 4, 16)),
        ("2026-01-05T10:30:00Z", utc(2026, 1, 5, 10, 30)),
        ("2026-01-05 10:30:00 UTC", utc(2026, 1, 5, 10, 30)),
        ("2026-01-05T10:30:00+02:00", utc(2026, 1, 5, 8, 30)),
        ("2026-01-05T10:30:00-0530", utc(2026, 1, 5, 16, 0)),
        ("2026-01-05 10:30:00+08", utc(2026, 1, 5, 2, 30)),
        ("2026-01-05 10:30:00.123", utc(2026, 1, 5, 2, 30, 0, 123000)),
        ("2026-01-05T10:30:00.123456789Z", utc(2026, 1, 5, 10, 30, 0, 123456)),
        ("2026/01/05", utc(2026, 1, 4, 16)),
        ("2026/1/5 9:05", utc(2026, 1, 5, 1, 5)),
        ("2026/01/05 10:30:15", utc(2026, 1, 5, 2, 30, 15)),
        ("20260105", utc(2026, 1, 4, 16)),
        ("2026年01月05日", utc(2026, 1, 4, 16)),
        ("2026年1月5日 10:30", utc(2026, 1, 5, 2, 30)),
        ("2026年1月5日10:30:00", utc(2026, 1, 5, 2, 30)),
        (" 2026-01-05 ", utc(2026, 1, 4, 16)),
    ],
)
def test_every_clear_form_is_read(text: str, moment: datetime) -> None:
    assert moments([text]) == [moment]


def test_forms_may_be_mixed_row_by_row() -> None:
    mixed = ["2026-01-05", "2026/1/5 08:00", "20260105", "2026年1月5日", "2026-01-05T00:00:00Z"]
    assert moments(mixed) == [
        utc(2026, 1, 4, 16),
        utc(2026, 1, 5, 0),
        utc(2026, 1, 4, 16),
        utc(2026, 1, 4, 16),
        utc(2026, 1, 5),
    ]


def test_typed_times_are_meant_in_the_business_zone_unless_they_have_their_own() -> None:
    assert moments([datetime.fromisoformat("2026-01-05 10:00:00")]) == [utc(2026, 1, 5, 2)]
    assert moments([date(2026, 1, 5)]) == [utc(2026, 1, 4, 16)]
    aware = pl.Series([datetime.fromisoformat("2026-01-05 10:00:00")]).dt.replace_time_zone("America/New_York")
    assert moments(aware) == [utc(2026, 1, 5, 15)]
    for unit in ("ms", "ns"):
        assert moments(pl.Series([datetime.fromisoformat("2026-01-05 10:00:00")], dtype=pl.Datetime(unit))) == [
            utc(2026, 1, 5, 2)
        ]


def test_a_time_that_the_clock_change_skips_moves_forward_by_the_gap() -> None:
    # In Berlin 02:00 became 03:00 on 29 March 2026.
    for wall in (["2026-03-29 02:30"], [datetime.fromisoformat("2026-03-29 02:30:00")]):
        assert moments(wall, zone="Europe/Berlin") == [utc(2026, 3, 29, 1, 30)]
    assert moments(["2026-03-29 03:30"], zone="Europe/Berlin") == [utc(2026, 3, 29, 1, 30)]


def test_a_time_that_comes_twice_is_the_earlier() -> None:
    # In Berlin 03:00 became 02:00 on 25 October 2026.
    assert moments(["2026-10-25 02:30"], zone="Europe/Berlin") == [utc(2026, 10, 25, 0, 30)]


def test_a_midnight_that_the_clock_change_skips_is_the_first_moment_of_the_day() -> None:
    # In Cairo 24 April 2026 began at 01:00.
    assert moments([date(2026, 4, 24)], zone="Africa/Cairo") == [utc(2026, 4, 23, 22)]
    assert read(["2026-04-24"], name="on", zone="Africa/Cairo").rows["on"].to_list() == [date(2026, 4, 24)]


@pytest.mark.parametrize("text", ["03/04/2026", "3.4.2026", "03-04-26 10:00"])
def test_day_and_month_are_never_guessed(text: str) -> None:
    found = read(["2026-01-05", text])
    assert found.faults["row"].to_list() == [1]
    assert found.faults["reason"][0].startswith(f"at: '{text}' can be read as day/month or as month/day")
    assert "timestamp_format" in found.faults["reason"][0]


def test_a_given_format_is_tried_first() -> None:
    texts = ["03/04/2026", "2026-01-05"]
    assert moments(texts, form="%d/%m/%Y") == [utc(2026, 4, 2, 16), utc(2026, 1, 4, 16)]
    assert moments(["03/04/2026 10:30"], form="%m/%d/%Y %H:%M") == [utc(2026, 3, 4, 2, 30)]
    assert moments(["03/04/2026 10:30 +0000"], form="%d/%m/%Y %H:%M %z") == [utc(2026, 4, 3, 10, 30)]


def test_what_does_not_match_the_given_format_says_so() -> None:
    found = read(["03/04/2026", "04.03.2026"], form="%d/%m/%Y")
    assert found.faults.rows() == [(1, "at: '04.03.2026' is not of the form '%d/%m/%Y' (timestamp_format)")]
    with pytest.raises(ContractBroken, match="timestamp_format"):
        read(["03/04/2026"], form="%d/%Q")


@pytest.mark.parametrize("value", [1767225600, 1767225600.0])
def test_numbers_are_not_guessed_to_be_times(value: float) -> None:
    with pytest.raises(ContractBroken, match=r"column 'at' holds numbers \(for example 1767225600.*to_timestamp"):
        read([value])


def test_epoch_numbers_written_as_text_are_not_guessed_either() -> None:
    assert "to_timestamp" in read(["2026-01-05", "1767225600"]).faults["reason"][0]


def test_compact_days_stored_as_numbers_are_read_with_a_format() -> None:
    assert moments([20260105], form="%Y%m%d") == [utc(2026, 1, 4, 16)]


@pytest.mark.parametrize("text", ["2026-02-30", "2026-01-05 25:00", "2026-01-05 10:61", "2026-13-01", "soon", "2026"])
def test_what_is_no_moment_is_a_fault_that_quotes_it(text: str) -> None:
    assert read(["2026-01-05", text]).faults.rows() == [(1, f"at: '{text}' is not a timestamp")]


def test_years_before_1970_and_after_2200_are_faults() -> None:
    found = read(["1969-12-31", "1970-01-01", "2200-12-31", "9999-12-31"])
    assert dict(found.faults.iter_rows()) == {
        0: "at: '1969-12-31' is outside the years 1970 to 2200",
        3: "at: '9999-12-31' is outside the years 1970 to 2200",
    }


def test_a_column_where_no_time_can_be_read_is_the_wrong_column() -> None:
    with pytest.raises(ContractBroken, match="'at' holds no timestamp: none of its 2 values"):
        read(["03/04/2026", "04/04/2026"])


def test_dates_are_days_in_the_business_zone() -> None:
    shanghai_evening = ["2026-01-05", "2026-01-05T17:00:00Z", "20260107", None]
    found = read(shanghai_evening, name="on").rows["on"].to_list()
    assert found == [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7), None]
    assert read([date(2026, 1, 5)], name="on", zone="America/New_York").rows["on"].to_list() == [date(2026, 1, 5)]
    assert read(["x"], name="on").faults["reason"].to_list() == ["on: 'x' is not a timestamp"]
