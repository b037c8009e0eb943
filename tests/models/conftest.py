"""A small world to learn from: the simulated shop's tables, tiny literal logs, and models trained once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from subscription_shop import subscription_business

from data_contracts import conform, contracts
from features import SnapshotStore
from models import Terms, targets
from models._examples import Recipe
from models._gate import against_base_rate
from models._registry import Registry
from models._training import Trained, train
from pipelines import simulated_shop

AS_OF = date(2025, 12, 1)
Tables = Mapping[str, pl.LazyFrame]


@pytest.fixture(scope="session")
def terms() -> Terms:
    return Terms(active_days=84, horizon_days=28, more_share=0.25, time_zone="Asia/Shanghai")


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return Recipe(max_dates=4)


@pytest.fixture(scope="session")
def shop() -> Tables:
    """The simulated shop as the lake would hold it."""
    plan = simulated_shop.Shop()
    world = simulated_shop.simulate(plan)
    raw = {
        "customers": simulated_shop.customers(plan, world),
        "transactions": simulated_shop.transactions(plan, world),
        "interactions": simulated_shop.interactions(plan, world),
    }
    made = {name: conform(contracts()[name], frame, time_zone="Asia/Shanghai") for name, frame in raw.items()}
    return {name: one.rows.select(contracts()[name].column_names).lazy() for name, one in made.items()}


@pytest.fixture(scope="session")
def business() -> Tables:
    """Four hundred subscribers over twenty months, as the lake would hold them."""
    raw = subscription_business()
    made = {name: conform(contracts()[name], frame, time_zone="UTC").rows for name, frame in raw.items()}
    return {name: rows.drop("_row").lazy() for name, rows in made.items()}


@pytest.fixture(scope="session")
def store_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Tables], SnapshotStore]:
    """Makes a snapshot store in a folder of its own."""

    def make(tables: Tables) -> SnapshotStore:
        folder = tmp_path_factory.mktemp("snapshots")
        versions = {"transactions": 3, "interactions": 2}
        return SnapshotStore(folder=folder, tables=tables, versions=versions, time_zone="Asia/Shanghai")

    return make


@pytest.fixture(scope="session")
def store(shop: Tables, store_of: Callable[[Tables], SnapshotStore]) -> SnapshotStore:
    return store_of(shop)


@pytest.fixture(scope="session")
def churn_model(store: SnapshotStore, terms: Terms, recipe: Recipe) -> Trained:
    """Who leaves the simulated shop, learned from four dates."""
    return train(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=recipe)


@pytest.fixture(scope="session")
def upsell_model(store: SnapshotStore, terms: Terms, recipe: Recipe) -> Trained:
    return train(targets()["upsell"], store, known_by=AS_OF, terms=terms, recipe=recipe)


@pytest.fixture(scope="session")
def few_customers(shop: Tables) -> Tables:
    """A tenth of the shop: too few who leave for boosted trees."""
    mine = pl.col("customer_id").str.ends_with("7")
    return {name: table.filter(mine) for name, table in shop.items()}


@pytest.fixture(scope="session")
def few_outcomes_model(
    few_customers: Tables, store_of: Callable[[Tables], SnapshotStore], terms: Terms, recipe: Recipe
) -> Trained:
    return train(targets()["churn"], store_of(few_customers), known_by=AS_OF, terms=terms, recipe=recipe)


@pytest.fixture(scope="session")
def rows(store: SnapshotStore) -> pl.DataFrame:
    """The snapshot that is scored."""
    return store.at(AS_OF).with_columns(as_of=pl.lit(AS_OF))


@pytest.fixture(scope="session")
def registry(churn_model: Trained, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A home with one champion for churn."""
    made = Registry(tmp_path_factory.mktemp("home"))
    made.register(churn_model, against_base_rate(churn_model))
    return made


@pytest.fixture(scope="session")
def log_of() -> Callable[..., Tables]:
    """Makes tables from lines `(customer, local time, amount[, order[, local time of recording]])`."""
    return make_log


def make_log(*lines: tuple[Any, ...], time_zone: str = "Asia/Shanghai") -> Tables:
    columns = ("customer_id", "occurred_at", "amount", "order_id", "recorded_at")
    full = [dict(zip(columns, (*line, *[None] * (5 - len(line))), strict=True)) for line in lines]
    raw = pl.DataFrame(
        [{"transaction_id": f"T-{number}", **line} for number, line in enumerate(full)],
        schema=dict.fromkeys(("transaction_id", *columns), pl.String) | {"amount": pl.Float64},
    )
    nothing = pl.DataFrame(schema=contracts()["interactions"].polars_schema)
    conformed = conform(contracts()["transactions"], raw, time_zone=time_zone)
    assert conformed.faults.is_empty()
    return {"transactions": conformed.rows.lazy(), "interactions": nothing.lazy()}


@pytest.fixture(scope="session")
def uniform_log() -> Callable[..., Tables]:
    """Makes a log of customers who all buy for the same sum every `every_days` days for `days` days."""

    def make(*, customers: int, days: int, every_days: int, amount: float = 10.0) -> Tables:
        begin = datetime(2025, 1, 1, 4, tzinfo=UTC)
        return make_log(
            *[
                (f"C{number:03d}", (begin + timedelta(days=day)).isoformat(), amount)
                for number in range(customers)
                for day in range(0, days, every_days)
            ]
        )

    return make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
