"""Are stored snapshots reused when nothing changed, made anew when anything did, and never half there?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features import SnapshotStore, _store, snapshot
from features._snapshot import snapshots
from tests.features.tables import AS_OF, tables

WORLD = tables(
    [("anna", 3, 10.0), ("anna", 40, 10.0), ("ben", 9, 5.0), ("late", 9, 5.0, {"recorded_at": 2})],
    [("anna", 5, "complaint", {"resolved_at": 1}), ("ben", 4, "visit")],
)


def store_in(folder: Path, **changes: Any) -> SnapshotStore:
    made: dict[str, Any] = {"tables": WORLD, "versions": {"transactions": 3}, "time_zone": "UTC"} | changes
    return SnapshotStore(folder=folder, **made)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The as-of dates whose snapshots were computed and not read."""
    dates: list[date] = []

    def noted(*args: Any, as_of: list[date], **kwargs: Any) -> Iterator[pl.DataFrame]:
        dates.extend(as_of)
        return snapshots(*args, as_of=as_of, **kwargs)

    monkeypatch.setattr(_store, "snapshots", noted)
    return dates


def test_a_stored_snapshot_is_read_and_is_what_was_computed(tmp_path: Path, counted: list[date]) -> None:
    first = store_in(tmp_path).at(AS_OF)
    second = store_in(tmp_path).at(AS_OF)
    assert counted == [AS_OF]
    assert second.equals(first)
    assert second.schema == first.schema
    assert first.equals(snapshot(WORLD, as_of=AS_OF))


@pytest.mark.parametrize(
    "change", [{"versions": {"transactions": 4}}, {"versions": {}}, {"time_zone": "Asia/Shanghai"}], ids=str
)
def test_other_tables_or_another_time_zone_make_it_anew(
    tmp_path: Path, counted: list[date], change: dict[str, Any]
) -> None:
    store_in(tmp_path).at(AS_OF)
    store_in(tmp_path, **change).at(AS_OF)
    store_in(tmp_path, **change).at(AS_OF)
    assert counted == [AS_OF, AS_OF]


def test_other_definitions_make_it_anew(tmp_path: Path, counted: list[date], monkeypatch: pytest.MonkeyPatch) -> None:
    store_in(tmp_path).at(AS_OF)
    monkeypatch.setattr(_store, "fingerprint", lambda: "other definitions")
    store_in(tmp_path).at(AS_OF)
    assert counted == [AS_OF, AS_OF]


def test_many_as_of_dates_are_the_same_as_one_at_a_time(tmp_path: Path) -> None:
    dates = [AS_OF - timedelta(days=7 * weeks) for weeks in range(4)]
    together = [store_in(tmp_path / "together").at(day) for day in dates]
    alone = [store_in(tmp_path / str(day)).at(day) for day in reversed(dates)]
    assert all(one.equals(other) for one, other in zip(together, reversed(alone), strict=True))
    assert [made.height for made in together] == [3, 2, 1, 1]


def test_an_empty_snapshot_is_kept_like_any_other(tmp_path: Path, counted: list[date]) -> None:
    early = date(2020, 1, 1)
    first, second = store_in(tmp_path).at(early), store_in(tmp_path).at(early)
    assert (first.height, counted) == (0, [early])
    assert second.schema == first.schema


class Died(BaseException):
    """The process ends, whatever anyone catches."""


def test_a_death_while_writing_leaves_no_snapshot_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_half(frame: pl.DataFrame, path: Path, **_: Any) -> None:
        path.write_bytes(b"PAR1 and then nothing")
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(pl.DataFrame, "write_parquet", write_half)
        with pytest.raises(Died):
            store_in(tmp_path).at(AS_OF)
    assert list(tmp_path.iterdir()) == []
    assert store_in(tmp_path).at(AS_OF).height == 3


def test_a_death_while_writing_keeps_the_snapshot_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: list[date]
) -> None:
    first = store_in(tmp_path).at(AS_OF)

    def refuse(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(Path, "replace", refuse)
        with pytest.raises(Died):
            store_in(tmp_path, versions={"transactions": 4}).at(AS_OF)
    assert [path.name for path in tmp_path.iterdir()] == [f"as_of={AS_OF}.parquet"]
    assert store_in(tmp_path).at(AS_OF).equals(first)
    assert counted == [AS_OF, AS_OF]


def test_what_a_killed_process_left_half_written_is_never_read(tmp_path: Path) -> None:
    (tmp_path / f".as_of={AS_OF}.parquet.0123").write_bytes(b"PAR1 and then nothing")
    assert store_in(tmp_path).at(AS_OF).height == 3


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        store_in(tmp_path).at(AS_OF)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error_and_no_snapshot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        store_in(tmp_path / "file" / "snapshots").at(AS_OF)
    assert (tmp_path / "file").read_text() == "in the way"


def test_two_threads_that_want_the_same_day_both_get_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: store_in(tmp_path).at(AS_OF), range(8)))
    assert all(each.equals(made[0]) for each in made)
    assert [path.name for path in tmp_path.iterdir()] == [f"as_of={AS_OF}.parquet"]


def test_many_days_are_computed_in_one_reading_and_are_what_each_is_alone(tmp_path: Path, counted: list[date]) -> None:
    days = [AS_OF - timedelta(days=more) for more in (0, 35, 5)]
    store = store_in(tmp_path)
    store.at(days[2])
    store.prepare(days)
    assert counted == [days[2], days[1], days[0]]
    for day in days:
        assert store.at(day).equals(snapshot(WORLD, as_of=day))
    assert len(counted) == 3


def test_of_some_customers_the_same_is_known_and_nothing_is_stored(tmp_path: Path) -> None:
    days = [AS_OF - timedelta(days=7), AS_OF]
    some = store_in(tmp_path / "all").at(days[0]).select("customer_id").head(5)
    found = list(store_in(tmp_path / "some").among(some, days))
    for day, rows in zip(days, found, strict=True):
        everybody = store_in(tmp_path / "all").at(day)
        assert rows.equals(everybody.join(some, on="customer_id", how="semi").sort("customer_id"))
    assert not (tmp_path / "some").exists()
