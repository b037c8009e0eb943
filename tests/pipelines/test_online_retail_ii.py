"""The example settings for Online Retail II: a real export mapped without a line of code."""

from pathlib import Path

import polars as pl
import pytest

from data_contracts import contracts
from pipelines._settings import load_settings
from pipelines._sources import read_table

SETTINGS = load_settings(Path(__file__).parents[2] / "examples" / "online_retail_ii.toml", environment={})
FILE = SETTINGS.source.path / SETTINGS.tables.transactions.file
needs_the_file = pytest.mark.skipif(not FILE.is_file(), reason="online_retail_ii.parquet is not on this machine")


@pytest.fixture(scope="module")
def lines():
    return read_table(SETTINGS, contracts()["transactions"])


@needs_the_file
def test_lines_without_a_customer_and_lines_that_are_no_product_are_left_out(lines):
    assert lines.height == 820_647
    assert lines["customer_id"].null_count() == 0
    codes = set(lines["product_id"])
    assert not codes & {"POST", "DOT", "C2", "M", "D", "ADJUST", "ADJUST2", "BANK CHARGES", "CRUK", "TEST001"}
    assert {"PADS", "SP1002"} <= codes


@needs_the_file
def test_amounts_are_quantity_times_price_and_negative_exactly_for_cancellations(lines):
    raw = pl.read_parquet(FILE).filter(pl.col("Invoice") == "C489449").head(1)
    mapped = lines.filter(pl.col("order_id") == "C489449").head(1)
    assert mapped["amount"].to_list() == [raw["Quantity"][0] * raw["Price"][0]]
    assert lines.filter((pl.col("amount") < 0) != pl.col("order_id").str.starts_with("C")).is_empty()


@needs_the_file
def test_the_same_lines_stand_in_the_file_twice_so_that_a_content_key_has_work_to_do(lines):
    assert lines.height - lines.unique().height == 26_405
    assert "transaction_id" not in lines.columns


@needs_the_file
def test_times_stay_without_a_zone_and_the_zone_is_london(lines):
    assert lines.schema["occurred_at"] == pl.Datetime("us")
    assert SETTINGS.time_zone_of("transactions") == SETTINGS.time_zone == "Europe/London"


@needs_the_file
def test_there_are_no_interactions_and_no_customers():
    assert read_table(SETTINGS, contracts()["interactions"]) is None
    assert read_table(SETTINGS, contracts()["customers"]) is None
