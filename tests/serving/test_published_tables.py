"""Can the list be read with SQL? The latest night's tables, whole or not at all, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from campaigns import ARMS, FIRST, SECOND, THIRD, assigned, campaign
from sqlalchemy import create_engine, text

from serving import Ledger


def listed(*names: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "rank": range(1, len(names) + 1),
            "customer_id": names,
            "expected_profit": [1.5] * len(names),
            "until_on": [date(2026, 11, 9)] * len(names),
            "may_contact": [None] * len(names),
            "to_do_zh": ["提供挽留优惠"] * len(names),
        },
        schema={
            "rank": pl.Int64,
            "customer_id": pl.String,
            "expected_profit": pl.Float64,
            "until_on": pl.Date,
            "may_contact": pl.Boolean,
            "to_do_zh": pl.String,
        },
    )


def night(ledger: Ledger, as_of: date, table: pl.DataFrame, *, fails: bool = False) -> None:
    with ledger.recording(
        as_of,
        digest=f"{as_of} {table.height}",
        counts={"population": 9},
        campaigns=pl.DataFrame([campaign()]),
        assignments=assigned(ARMS),
        tables={"retention_list": table},
    ):
        if fails:
            raise OSError("the disk is full")


@pytest.fixture
def read(ledger: Ledger, ledger_url: str | None, tmp_path: Path):
    """Reads a query from the ledger's database as anybody would."""
    address = ledger_url or f"sqlite:///{tmp_path}/ledger.db"
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))

    def rows(query: str) -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    yield rows
    engine.dispose()


IN_ORDER = "SELECT rank, customer_id, expected_profit, to_do_zh FROM published_retention_list ORDER BY rank"


def test_the_list_of_the_latest_night_stands_in_the_database(ledger: Ledger, read) -> None:
    night(ledger, FIRST, listed("a", "b"))
    assert read(IN_ORDER) == [(1, "a", 1.5, "提供挽留优惠"), (2, "b", 1.5, "提供挽留优惠")]
    night(ledger, SECOND, listed("b"))
    assert [row[1] for row in read(IN_ORDER)] == ["b"]


def test_a_night_that_could_not_be_published_leaves_yesterdays_tables(ledger: Ledger, read) -> None:
    night(ledger, FIRST, listed("a", "b"))
    with pytest.raises(OSError, match="disk is full"):
        night(ledger, SECOND, listed("z"), fails=True)
    assert [row[1] for row in read(IN_ORDER)] == ["a", "b"]


def test_an_old_night_run_again_does_not_take_the_place_of_the_latest(ledger: Ledger, read) -> None:
    night(ledger, FIRST, listed("a"))
    night(ledger, THIRD, listed("b"))
    night(ledger, FIRST, listed("a"))
    assert [row[1] for row in read(IN_ORDER)] == ["b"]


def test_a_table_may_gain_a_column_and_may_be_empty(ledger: Ledger, read) -> None:
    night(ledger, FIRST, listed("a"))
    night(ledger, SECOND, listed().with_columns(channel=pl.lit("mail")))
    assert read("SELECT channel FROM published_retention_list") == []
