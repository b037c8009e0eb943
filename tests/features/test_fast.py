"""Does the fast path say what the portable path says, however the log is cut into batches and buckets?"""

from __future__ import annotations

import logging
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features import _polars, snapshot
from features._buckets import Lines
from features._history import history
from features._loops import ROWS_AT_ONCE
from features._room import Room
from features._snapshot import snapshots
from features._texts import Numbers
from tests.features.paths import differing, portable
from tests.features.random_logs import random_log

AS_OF = date(2026, 4, 2)
DAYS = [AS_OF, AS_OF - timedelta(days=5), AS_OF - timedelta(days=210)]
ZONE = "Europe/London"


@pytest.fixture(scope="module")
def expected() -> dict[date, pl.DataFrame]:
    """The snapshots of the portable path."""
    return {day: portable(random_log(), as_of=day, time_zone=ZONE) for day in DAYS}


@pytest.mark.parametrize(("batch", "bucket"), [(10**6, 10**6), (700, 900), (97, 130)])
def test_any_cut_into_batches_and_buckets_gives_what_the_portable_path_gives(
    batch: int, bucket: int, expected: dict[date, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_polars, "LINES_PER_BUCKET", bucket)
    monkeypatch.setattr(_polars, "_batches", lambda rows: rows.collect().iter_slices(batch))
    for day, made in zip(DAYS, snapshots(random_log(), as_of=DAYS, time_zone=ZONE), strict=True):
        assert differing(made, expected[day]) == []


def test_a_log_of_many_blocks_gives_what_the_portable_path_gives() -> None:
    log = random_log(lines=14_000, talks=6_000, seed=4)
    known = portable(log, as_of=AS_OF, time_zone=ZONE)
    made = snapshot(log, as_of=AS_OF, time_zone=ZONE)
    assert made["purchase_count_ever"].sum() > ROWS_AT_ONCE
    assert differing(made, known) == []


def test_many_dates_at_once_are_to_the_bit_what_each_is_alone() -> None:
    for day, made in zip(DAYS, snapshots(random_log(), as_of=DAYS, time_zone=ZONE), strict=True):
        assert made.equals(snapshot(random_log(), as_of=day, time_zone=ZONE))


def test_amounts_without_end_are_left_to_the_portable_path(caplog: pytest.LogCaptureFixture) -> None:
    tables = random_log()
    tables["transactions"] = tables["transactions"].with_columns(amount=pl.col("amount") * 1e300)
    with caplog.at_level(logging.WARNING), pytest.raises(pl.exceptions.PolarsError, match="conversion"):
        snapshot(tables, as_of=AS_OF, time_zone=ZONE)
    assert "no finite numbers, or too large" in caplog.text


def test_two_orders_that_share_bits_of_a_hash_stay_two() -> None:
    when = (np.int64(24 * 20_000) << 32) | 20_000
    one, other = 5, 5 + (1 << 40)
    rows = [[1, order, when, 10_000, 10_000, 0, 0, 0] for order in (one, other, one, other)]
    lines = Lines(runs=np.array(rows, dtype=np.int64), kinds=np.empty((0, 1), dtype=np.int32))
    made = history(lines, customers=1, room=Room()).receipts_and_purchases(20_010, Room())["purchases"]
    assert made.starts.tolist() == [0, 2]
    assert made.rows("amount").tolist() == [20_000, 20_000]


LONG = "a name of more than twelve bytes"
NAMES = [
    "anna",
    "",
    LONG,
    LONG + "!",
    "客户甲乙丙丁",
    "anna",
    LONG,
    "twelve bytes",
    "twelve bytes.",
    None,
    "客户甲乙丙丁",
]


def test_equal_texts_have_equal_numbers_and_others_have_others() -> None:
    numbers = Numbers()
    first = numbers.of(pl.Series(NAMES))
    assert first.tolist() == [0, 1, 2, 3, 4, 0, 2, 5, 6, -1, 4]
    assert numbers.texts().to_list() == list(dict.fromkeys(name for name in NAMES if name is not None))
    assert numbers.of(pl.Series(NAMES[::-1])).tolist() == first[::-1].tolist()
    assert numbers.of(pl.Series(NAMES).slice(3, 4), rows=np.array([0, 3])).tolist() == [3, 2]


def test_ten_thousand_texts_keep_their_numbers_from_batch_to_batch() -> None:
    numbers = Numbers()
    names = pl.Series([f"customer number {number}" if number % 3 else f"C{number}" for number in range(10_000)])
    parts = [numbers.of(names.slice(begin, 700)) for begin in range(0, 10_000, 700)]
    assert np.concatenate(parts).tolist() == list(range(10_000))
    assert numbers.of(names.sample(5_000, seed=1, shuffle=True)).max() < 10_000
    assert numbers.texts().equals(names)
