"""Is the living shop the same every time, true to its contracts, and untouched where nobody touches it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from living import contacts, of_kind
from polars.testing import assert_frame_equal

from data_contracts import conform, contracts
from pipelines._living_actions import ACTIONS, Kind
from pipelines._living_baskets import customer_ids
from pipelines._living_contacts import ContactsWrong
from pipelines._living_lives import Condition
from pipelines._living_shop import LivingShop

START = date(2024, 12, 1)
TABLES = ("customers", "transactions", "interactions")


@pytest.fixture(scope="module")
def lived() -> LivingShop:
    """A shop of 600 on the morning of START; tests go on with copies of it."""
    shop = LivingShop(11, 600)
    shop.advance(START)
    return shop


def events_of(tables: Mapping[str, pl.DataFrame], who: np.ndarray) -> dict[str, pl.DataFrame]:
    """All that the tables tell of some people."""
    return {
        name: table.filter(pl.col("customer_id").is_in(customer_ids(who).implode())) for name, table in tables.items()
    }


def test_the_same_seed_gives_the_same_bytes_in_however_many_steps(lived: LivingShop) -> None:
    again = LivingShop(11, 600)
    for day in (date(2024, 1, 2), date(2024, 3, 9), date(2024, 3, 9), START):
        again.advance(day)
    for name, table in again.tables().items():
        assert_frame_equal(table, lived.tables()[name])


def test_another_seed_is_another_shop(lived: LivingShop) -> None:
    other = LivingShop(12, 600)
    other.advance(START)
    assert not lived.tables()["transactions"].equals(other.tables()["transactions"])


def test_a_customer_is_the_same_in_a_larger_shop(lived: LivingShop) -> None:
    larger = LivingShop(11, 900)
    larger.advance(date(2024, 4, 1))
    theirs = events_of(larger.tables(), np.arange(600))
    ours = events_of(lived.tables(date(2024, 4, 1)), np.arange(600))
    assert_frame_equal(theirs["transactions"], ours["transactions"])


def test_an_export_of_an_earlier_day_is_what_it_was_on_that_day(lived: LivingShop) -> None:
    earlier, shop = date(2024, 5, 20), LivingShop(11, 600)
    shop.advance(earlier)
    for name, table in shop.tables().items():
        assert_frame_equal(table, lived.tables(earlier)[name])


def test_no_export_holds_a_time_of_its_day_or_later(lived: LivingShop) -> None:
    at = datetime(2024, 8, 1, tzinfo=UTC)
    for table in lived.tables(at.date()).values():
        for column in table.select(pl.selectors.datetime()).iter_columns():
            assert (column.drop_nulls() < at).all()


def test_the_export_of_a_day_to_come_is_refused(lived: LivingShop) -> None:
    with pytest.raises(ValueError, match="has lived until 2024-12-01"):
        lived.tables(START + timedelta(days=1))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_conforms_to_its_contract(name: str, lived: LivingShop) -> None:
    shop = lived.copy()
    alive = of_kind(shop, "upsell", Kind.PERSUADABLE, Condition.STEADY)
    shop.advance(START + timedelta(days=30), contacts(alive, "upsell", START))
    raw = shop.tables()[name]
    conformed = conform(contracts()[name], raw, time_zone="Asia/Shanghai")
    assert conformed.faults.is_empty()
    assert conformed.duplicate_count == conformed.superseded_count == 0
    assert conformed.rows.height == raw.height > 0
    for column in contracts()[name].columns:
        values = conformed.rows[column.name].drop_nulls()
        assert not column.required or len(values) == raw.height
        assert not column.one_of or set(values.unique()) <= set(column.one_of)
        assert column.at_least is None or values.ge(column.at_least).all()
        assert column.at_most is None or values.le(column.at_most).all()


def test_nothing_is_recorded_before_it_happened_or_happens_before_the_customer_joined(lived: LivingShop) -> None:
    tables = lived.tables()
    joined = tables["customers"].select("customer_id", "joined_at")
    for name in ("transactions", "interactions"):
        events = tables[name].join(joined, on="customer_id", how="left")
        assert (events["recorded_at"] >= events["occurred_at"]).all()
        assert (events["occurred_at"] >= events["joined_at"]).all()
        assert events["joined_at"].null_count() == 0


def test_a_friend_joins_after_the_customer_who_brings_it(lived: LivingShop) -> None:
    customers = lived.tables()["customers"]
    brought = customers.join(customers, left_on="referred_by", right_on="customer_id", suffix="_of_referrer")
    assert len(brought) > 10
    assert (brought["joined_at"] > brought["joined_at_of_referrer"]).all()


def test_written_parts_add_up_to_the_export(lived: LivingShop, tmp_path: Path) -> None:
    shop, middle = lived.copy(), date(2024, 11, 20)
    shop.write(tmp_path, middle)
    shop.write(tmp_path, since=middle)
    for name in ("transactions", "interactions"):
        parts = pl.concat([pl.read_parquet(part) for part in sorted((tmp_path / name).iterdir())])
        rows = conform(contracts()[name], parts, time_zone="Asia/Shanghai")
        key = contracts()[name].key
        assert rows.faults.is_empty()
        assert_frame_equal(rows.rows.drop("_row").sort(key), shop.tables()[name].sort(key))
    assert pl.read_parquet(tmp_path / "customers.parquet").equals(shop.tables()["customers"])


def test_who_is_not_contacted_lives_the_same_life_to_the_byte(lived: LivingShop) -> None:
    left_alone, busy = lived.copy(), lived.copy()
    people, until = lived.world.people, START + timedelta(days=60)
    reached = np.flatnonzero(lived.lives.condition != Condition.ABSENT)[::3]
    parts = [contacts(reached[n::7], action, START + timedelta(days=n)) for n, action in enumerate(ACTIONS)]
    busy.advance(until, pl.concat(parts))
    left_alone.advance(until)
    friends = reached[reached < people.own] + people.own
    others = np.setdiff1d(np.arange(len(people.comes_on)), np.concatenate([reached, friends]))
    for name, table in events_of(busy.tables(), others).items():
        assert_frame_equal(table, events_of(left_alone.tables(), others)[name])
    assert not busy.tables()["transactions"].equals(left_alone.tables()["transactions"])


def test_nothing_before_a_contact_changes(lived: LivingShop) -> None:
    left_alone, busy = lived.copy(), lived.copy()
    contacted_on, until = START + timedelta(days=20), START + timedelta(days=50)
    everybody = np.flatnonzero(lived.lives.condition != Condition.ABSENT)
    parts = [contacts(everybody, action, contacted_on) for action in ACTIONS]
    busy.advance(until, pl.concat(parts))
    left_alone.advance(until)
    for name, table in busy.tables(contacted_on).items():
        assert_frame_equal(table, left_alone.tables(contacted_on)[name])


def test_the_order_of_the_contacts_does_not_matter(lived: LivingShop) -> None:
    one, other = lived.copy(), lived.copy()
    everybody = np.flatnonzero(lived.lives.condition != Condition.ABSENT)
    rows = pl.concat([contacts(everybody, action, START) for action in ACTIONS])
    one.advance(START + timedelta(days=30), rows)
    other.advance(START + timedelta(days=30), rows.sample(fraction=1, shuffle=True, seed=5))
    for name, table in one.tables().items():
        assert_frame_equal(table, other.tables()[name])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"action": pl.lit("bribe")}, "action other than"),
        ({"customer_id": pl.lit("C99999")}, "unknown or have not joined"),
        ({"day": pl.lit(START - timedelta(days=1))}, "lie outside"),
        ({"day": pl.lit(None, dtype=pl.Date)}, "lie outside"),
        ({"day": pl.lit("2024-12-01")}, "'day' of type Date"),
    ],
)
def test_contacts_that_cannot_be_are_refused_and_nothing_is_lived(
    change: dict[str, pl.Expr], says: str, lived: LivingShop
) -> None:
    shop = lived.copy()
    good = contacts(of_kind(shop, "upsell", Kind.LOST_CAUSE, Condition.STEADY)[:3], "upsell", START)
    with pytest.raises(ContactsWrong, match=says):
        shop.advance(START + timedelta(days=7), good.with_columns(**change))
    with pytest.raises(ContactsWrong, match="stand twice"):
        shop.advance(START + timedelta(days=7), pl.concat([good, good]))
    assert shop.day == START
    assert shop.tables()["interactions"].equals(lived.tables()["interactions"])


def test_the_population_lives_as_populations_do() -> None:
    shop = LivingShop(3, 3000)
    shop.advance(date(2025, 7, 1))
    bought = shop.tables()["transactions"].filter(pl.col("quantity") > 0)
    day = pl.col("occurred_at").dt.date()
    active = bought.filter(day.is_between(date(2025, 1, 1), date(2025, 3, 31)))["customer_id"].unique()
    later = bought.filter(day >= date(2025, 4, 1))["customer_id"].unique()
    assert 0.08 < 1 - active.is_in(later.implode()).mean() < 0.3
    orders = bought.group_by("customer_id", "order_id").agg(day.min().alias("day"), pl.col("amount").sum())
    gaps = orders.sort("customer_id", "day").select(pl.col("day").diff().over("customer_id").dt.total_days())
    assert 6 < gaps["day"].drop_nulls().median() < 20
    assert 50 < orders["amount"].median() < 150 < orders["amount"].quantile(0.9)
    spend = orders.group_by("customer_id").agg(pl.col("amount").sum())["amount"].sort(descending=True)
    assert 0.4 < spend.head(len(spend) // 5).sum() / spend.sum() < 0.8
    returned = shop.tables()["transactions"].filter(pl.col("quantity") < 0)
    assert 0.02 < len(returned) / len(bought) < 0.1
