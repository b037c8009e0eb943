"""Is the simulated shop the same every time, true to its contracts, and a world in which churn can be learnt?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_contracts import contracts
from pipelines._shop_world import DAYS, Shop, World, leave, season, simulate
from pipelines.simulated_shop import EXPORTED_AT, simulated_shop

TABLES = ("customers", "transactions", "interactions")


def read() -> dict[str, pl.DataFrame]:
    """All tables, generated anew. The shop asks nothing of the settings."""
    return {name: table() for name, table in simulated_shop.read(cast(Any, None)).items()}


@pytest.fixture(scope="module")
def shop_tables() -> dict[str, pl.DataFrame]:
    return read()


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(Shop())


def test_two_reads_give_identical_tables(shop_tables: dict[str, pl.DataFrame]) -> None:
    again = read()
    assert tuple(again) == TABLES
    for name in TABLES:
        assert_frame_equal(shop_tables[name], again[name])


def test_another_seed_gives_another_world(world: World) -> None:
    other = simulate(Shop(seed=7))
    assert not np.array_equal(world.people.joined, other.people.joined)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_the_contract_has_its_type_and_bounds(name: str, shop_tables: dict[str, pl.DataFrame]) -> None:
    contract, table = contracts()[name], shop_tables[name]
    present = {column: kind for column, kind in contract.polars_schema.items() if column in table.columns}
    assert {column: table.schema[column] for column in present} == present
    assert set(contract.required_columns) <= set(present)
    for column in contract.columns:
        values = table[column.name]
        assert not column.required or values.null_count() == 0
        assert not column.one_of or set(values.unique()) <= set(column.one_of)
        if column.at_least is not None:
            assert values.drop_nulls().ge(column.at_least).all()
        if column.at_most is not None:
            assert values.drop_nulls().le(column.at_most).all()


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_unique(name: str, shop_tables: dict[str, pl.DataFrame]) -> None:
    assert shop_tables[name].select(contracts()[name].key).is_unique().all()


@pytest.mark.parametrize("name", ["transactions", "interactions"])
def test_nothing_is_recorded_before_it_happened_or_after_the_export(
    name: str, shop_tables: dict[str, pl.DataFrame]
) -> None:
    table = shop_tables[name]
    assert (table["recorded_at"] >= table["occurred_at"]).all()
    assert (table["recorded_at"] < EXPORTED_AT).all()
    assert 0 < (table["recorded_at"] > table["occurred_at"]).sum() < 0.1 * len(table)


def test_every_event_belongs_to_a_known_customer_who_had_joined(shop_tables: dict[str, pl.DataFrame]) -> None:
    joined = shop_tables["customers"].select("customer_id", "joined_at")
    for name in ("transactions", "interactions"):
        events = shop_tables[name].join(joined, on="customer_id", how="left")
        assert (events["occurred_at"] >= events["joined_at"]).all()


def test_a_customer_was_brought_by_one_who_had_joined_before(shop_tables: dict[str, pl.DataFrame]) -> None:
    customers = shop_tables["customers"]
    brought = customers.join(customers, left_on="referred_by", right_on="customer_id", suffix="_of_referrer")
    assert 0.05 < len(brought) / len(customers) < 0.3
    assert (brought["joined_at"] >= brought["joined_at_of_referrer"]).all()


def test_consent_is_withdrawn_only_after_it_was_given(shop_tables: dict[str, pl.DataFrame]) -> None:
    withdrawn = shop_tables["customers"].filter(pl.col("withdrawn_at").is_not_null())
    assert 0 < len(withdrawn) < 300
    assert (withdrawn["withdrawn_at"] >= withdrawn["consent_at"]).all()


def test_a_return_is_negative_and_names_an_earlier_line_of_its_order(shop_tables: dict[str, pl.DataFrame]) -> None:
    lines = shop_tables["transactions"]
    returned = lines.filter(pl.col("quantity") < 0)
    assert 0.02 < len(returned) / len(lines) < 0.1
    assert (returned["amount"] < 0).all()
    bought = lines.filter(pl.col("quantity") > 0).select(
        "order_id", "product_id", -pl.col("quantity"), -pl.col("amount"), bought_at="occurred_at"
    )
    pairs = returned.join(bought, on=["order_id", "product_id", "quantity", "amount"], how="left")
    assert (pairs["occurred_at"] > pairs["bought_at"]).all()
    assert pairs["bought_at"].null_count() == 0


def test_badly_answered_complaints_raise_leaving(world: World) -> None:
    day, customer = world.complaints.events.day, world.complaints.events.customer
    within_90_days = world.left[customer] - day < 90
    watched = day < DAYS - 90
    hurt = within_90_days[world.complaints.is_hurt & watched].mean()
    answered = within_90_days[~world.complaints.is_hurt & watched].mean()
    assert hurt > 2 * answered > 0


def test_the_tables_show_that_late_answers_cost_customers(shop_tables: dict[str, pl.DataFrame]) -> None:
    silent = silent_after_complaints(shop_tables)
    assert silent[True] > 2 * silent[False] > 0


def silent_after_complaints(tables: dict[str, pl.DataFrame]) -> dict[bool, float]:
    """Share of complaints followed by 90 days without an order, for those answered late or never, and for the rest."""
    horizon = timedelta(days=90)
    complaints = tables["interactions"].filter(
        pl.col("kind") == "complaint", pl.col("occurred_at") < EXPORTED_AT - horizon
    )
    answer = pl.col("resolved_at") - pl.col("occurred_at")
    complaints = complaints.with_columns(is_late=(answer > timedelta(hours=24)).fill_null(value=True))
    orders = tables["transactions"].filter(pl.col("amount") > 0).select("customer_id", ordered_at="occurred_at")
    gap = pl.col("ordered_at") - pl.col("occurred_at")
    followed = complaints.join(orders, on="customer_id").filter(gap > timedelta(0), gap < horizon)
    silent = complaints.with_columns(is_silent=~pl.col("interaction_id").is_in(followed["interaction_id"].to_list()))
    shares = silent.group_by("is_late").agg(pl.col("is_silent").mean())
    return dict(shares.iter_rows())


def test_nobody_buys_visits_or_complains_after_leaving(world: World) -> None:
    for events in (world.orders, world.visits, world.complaints.events, world.enquiries, world.responses):
        assert (events.day < world.left[events.customer]).all()


def test_visits_fade_before_a_customer_leaves(world: World) -> None:
    until_leaving = world.left[world.visits.customer] - world.visits.day
    last, before = (until_leaving < 20).sum(), ((until_leaving >= 60) & (until_leaving < 80)).sum()
    assert last < 0.5 * before


def test_only_those_who_agreed_are_contacted(shop_tables: dict[str, pl.DataFrame]) -> None:
    contacts = shop_tables["interactions"].filter(pl.col("kind") == "campaign_contact")
    contacted = contacts.join(shop_tables["customers"], on="customer_id")
    assert (contacted["consent_at"] < contacted["occurred_at"]).all()
    assert (contacted["withdrawn_at"].is_null() | (contacted["withdrawn_at"] > contacted["occurred_at"])).all()


def test_a_season_only_moves_purchases_in_time() -> None:
    assert len(season()) == DAYS
    assert season().mean() == pytest.approx(1)


def test_how_people_complain_does_not_change_who_they_are(world: World) -> None:
    patient = simulate(Shop(patience_hours=1e9, unanswered_share=0.0))
    assert np.array_equal(patient.people.purchase_rate, world.people.purchase_rate)
    assert np.array_equal(patient.left, leave(Shop(), world.people))
    assert (patient.left >= world.left).all()
