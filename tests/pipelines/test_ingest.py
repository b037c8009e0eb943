"""Does the lake hold what arrived, once and for good, whatever arrives next and whatever comes back?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deliveries import AS_OF, START, lines
from deltalake import DeltaTable

from features import day_start, open_lake, table_path
from pipelines import _merge
from pipelines._errors import SourceChanged
from pipelines._ingest import Arrival, ingest, read_and_check
from pipelines._quarantine import quarantined, remove, set_aside
from pipelines._release import release
from pipelines._settings import Settings
from serving import with_consent

Deliver = Callable[..., list[Arrival]]


def people(count: int = 7, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"customer_id": [f"C{place}" for place in range(count)]}).with_columns(**columns)


def with_cell(rows: pl.DataFrame, key: str, **cells: object) -> pl.DataFrame:
    """The rows as text, with other cells in the row of that key (its first column)."""
    text = rows.with_columns(pl.exclude(pl.String).cast(pl.String))
    here = pl.col(rows.columns[0]) == key
    return text.with_columns(pl.when(here).then(pl.lit(new)).otherwise(old).alias(old) for old, new in cells.items())


@pytest.fixture
def deliver(tmp_path: Path, settings: Callable[..., Settings]) -> Deliver:
    """Writes the tables as the source's files and takes them in."""

    def night(transactions: pl.DataFrame, customers: pl.DataFrame | None = None) -> list[Arrival]:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        transactions.write_parquet(source / "transactions.parquet")
        if customers is not None:
            customers.write_parquet(source / "customers.parquet")
        return ingest(settings(), read_and_check(settings(), as_of=AS_OF), as_of=AS_OF)

    return night


def in_lake(home: Path, table: str = "transactions") -> pl.DataFrame:
    return open_lake(home).tables[table].collect().sort(pl.first())


def day_first(settings: Callable[..., Settings]) -> Settings:
    """The settings with the operator's cure for dates such as 04/05/2024."""
    usual = settings()
    table = usual.tables.transactions.model_copy(update={"timestamp_format": "%d/%m/%Y"})
    return usual.model_copy(update={"tables": usual.tables.model_copy(update={"transactions": table})})


def test_a_release_keeps_bad_rows_of_deliveries_with_other_columns(deliver: Deliver, settings, home: Path) -> None:
    deliver(with_cell(lines(), "T3", amount="bad"))
    deliver(with_cell(lines(80).tail(40).with_columns(channel=pl.lit("web")), "T41", amount="worse"))
    assert release(settings(), as_of=AS_OF, table=None) == (0, 2)
    assert sorted(quarantined(home)["row_key"]) == ["T3", "T41"]


def test_a_released_row_does_not_undo_its_correction(deliver: Deliver, settings, home: Path) -> None:
    dated = lines().with_columns(pl.col("occurred_at").dt.date())
    deliver(with_cell(dated, "T3", occurred_at="04/05/2024", amount="999"))
    deliver(with_cell(dated, "T4", occurred_at="05/05/2024"))
    assert release(day_first(settings), as_of=AS_OF, table=None) == (0, 0)
    assert in_lake(home).filter(transaction_id="T3")["amount"].to_list() == [13.0]
    assert quarantined(home).is_empty()


def test_a_release_between_two_nights_does_not_look_like_another_source(deliver: Deliver, settings) -> None:
    dated = lines().with_columns(pl.col("occurred_at").dt.date())
    delivery = with_cell(with_cell(dated, "T3", occurred_at="04/05/2024"), "T5", transaction_id=None)
    deliver(delivery)
    assert release(day_first(settings), as_of=AS_OF, table=None) == (1, 0)
    assert deliver(delivery)[0].new == 0


def test_a_column_that_comes_only_some_nights_is_in_the_lake_from_the_first_on(deliver: Deliver, home: Path) -> None:
    deliver(lines())
    assert "discount" not in in_lake(home).columns
    deliver(lines().slice(27, 3).with_columns(discount=pl.lit(1.0)))
    deliver(lines(80).tail(40))
    deliver(lines().slice(28, 2).with_columns(pl.col("amount") + 1))
    made = in_lake(home).select("transaction_id", "amount", "discount")
    assert made.height == 80
    assert made.filter(pl.col("discount").is_not_null())["transaction_id"].sort().to_list() == ["T27", "T28", "T29"]
    assert made.filter(transaction_id="T29")["amount"].to_list() == [40.0]


def test_a_column_that_comes_empty_has_come(deliver: Deliver, home: Path) -> None:
    deliver(lines())
    deliver(lines().with_columns(discount=pl.lit(None, dtype=pl.Float64)))
    assert "discount" in in_lake(home).columns
    versions = open_lake(home).versions
    deliver(lines().with_columns(discount=pl.lit(None, dtype=pl.Float64)))
    assert open_lake(home).versions == versions


def test_an_amount_beyond_all_money_is_set_aside(deliver: Deliver, home: Path) -> None:
    deliver(with_cell(lines(), "T3", amount="1e15"))
    assert quarantined(home)["row_key"].to_list() == ["T3"]


def test_many_rows_leave_the_quarantine_at_once(home: Path) -> None:
    ids = [f"{place:032x}" for place in range(30_000)]
    names = ("quarantine_id", "table", "row_key", "reason", "content")
    set_aside(home, pl.DataFrame(dict.fromkeys(names, ids)), as_of=AS_OF)
    remove(home, pl.Series(ids[:-1]))
    assert quarantined(home)["quarantine_id"].to_list() == ids[-1:]


def test_one_row_without_a_key_tonight_and_none_tomorrow_is_the_same_source(deliver: Deliver) -> None:
    deliver(with_cell(lines(), "T3", transaction_id=None))
    assert deliver(lines())[0].new == 1


def test_rows_that_lose_all_their_keys_would_stand_twice(deliver: Deliver) -> None:
    deliver(lines())
    with pytest.raises(SourceChanged, match="every row would stand twice"):
        deliver(lines().drop("transaction_id"))


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (pl.lit(34), pl.lit(34.5), 34.5),
        (pl.lit(34.5), pl.lit(34), 34.0),
        (pl.lit(34), pl.lit("34+"), "34+"),
        (pl.lit("34+"), pl.lit(34.0), "34"),
        (pl.lit(2**53 + 1), pl.lit(0.5), "0.5"),
        (pl.lit(None), pl.lit(34), 34),
        (pl.lit(200, dtype=pl.UInt8), pl.lit(None), None),
        (pl.lit(date(2024, 1, 1)), pl.lit(True), "true"),
    ],
)
def test_an_attribute_may_change_its_type(
    deliver: Deliver, home: Path, first: pl.Expr, second: pl.Expr, kept: object
) -> None:
    deliver(lines(), people(age=first))
    # One customer does not come again: what is known of this one stays.
    deliver(lines(), people(6, age=second, town=pl.lit("X")))
    versions = open_lake(home).versions
    deliver(lines(), people(6, age=second, town=pl.lit("X")))
    assert open_lake(home).versions == versions
    assert in_lake(home, "customers")["age"].to_list()[:6] == [kept] * 6
    assert in_lake(home, "customers").height == 7


def test_a_column_that_changes_its_case_keeps_its_name(deliver: Deliver, home: Path) -> None:
    deliver(lines(), people(Age=pl.lit(34)))
    deliver(lines(), people(age=pl.lit(35)))
    assert in_lake(home, "customers")["Age"].to_list() == [35] * 7


def test_what_fails_for_one_table_changes_none(deliver: Deliver, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(lines(), people(age=pl.lit(1)))

    def breaks(*_: object) -> None:
        raise ValueError("no common type")

    monkeypatch.setattr(_merge, "_common_kind", breaks)
    with pytest.raises(ValueError, match="no common type"):
        deliver(lines(50), people(age=pl.lit(2)))
    assert open_lake(home).versions == {"transactions": 0, "customers": 0}


def test_a_table_that_came_before_and_does_not_come_tonight_is_missed(
    deliver: Deliver, tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    deliver(lines(), people())
    assert read_and_check(settings(), as_of=AS_OF).notes == ()
    (tmp_path / "source" / "customers.parquet").unlink()
    assert read_and_check(settings(), as_of=AS_OF).notes == (
        "customers did not arrive, and did before: what earlier deliveries told still counts; consent is as known "
        "then, and nobody can withdraw it",
    )


def test_consent_does_not_stand_while_a_withdrawal_cannot_be_read(deliver: Deliver, home: Path) -> None:
    agreed = people(30, consent_at=pl.lit("2024-01-01"), withdrawn_at=pl.lit(None, dtype=pl.String))
    unclear = with_cell(agreed, "C1", withdrawn_at="01/05/2024")

    def allowed() -> bool:
        found = with_consent(
            people(2).tail(1), open_lake(home).tables["customers"], before=day_start(AS_OF, time_zone="UTC")
        )
        return bool(found["may_contact"].item())

    deliver(lines(), agreed)
    assert allowed()
    for _ in range(2):
        deliver(lines(), unclear)
        assert not allowed()
    assert DeltaTable(str(table_path(home, "customers"))).version() == 1
    deliver(lines(), agreed)
    assert allowed()


def test_two_versions_in_one_batch_or_in_two_give_the_same_lake(deliver: Deliver, home: Path) -> None:
    first = lines().with_columns(recorded_at="occurred_at")
    later = first.head(1).with_columns(amount=pl.lit(1.0), recorded_at=pl.lit(datetime(2024, 5, 31, 12, tzinfo=UTC)))
    deliver(first)
    deliver(pl.concat([first.tail(-1), later]))
    one_by_one = in_lake(home)
    deliver(pl.concat([first, later]))
    assert in_lake(home).equals(one_by_one)
    assert one_by_one["recorded_at"][0] == START


def test_a_row_that_was_known_earlier_is_a_changed_row(deliver: Deliver, home: Path) -> None:
    late = pl.lit(datetime(2024, 5, 31, 12, tzinfo=UTC))
    deliver(lines().with_columns(recorded_at=late))
    assert deliver(lines().with_columns(recorded_at="occurred_at"))[0].changed == 40
    assert deliver(lines().with_columns(recorded_at=late))[0].changed == 0
    assert in_lake(home)["recorded_at"][0] == START
