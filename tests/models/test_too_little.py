"""Is a question with too little to learn from refused, saying why, or answered with the base rate?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from lessons import on, predictions

from features import SnapshotStore
from models import NotEnoughHistory, Terms, active_customers, targets
from models._baselines import BaseRate
from models._examples import Recipe
from models._training import Trained, train

Tables = Mapping[str, pl.LazyFrame]
StoreOf = Callable[[Tables], SnapshotStore]
UniformLog = Callable[..., Tables]

END_OF_JUNE = date(2025, 6, 29)


def train_upsell(store: SnapshotStore, terms: Terms, recipe: Recipe) -> Trained:
    return train(targets()["upsell"], store, known_by=END_OF_JUNE, terms=terms, recipe=recipe)


def once_each(tables: Tables, *, days_apart: int) -> Tables:
    """The log with each customer's first line only, one customer after the other."""
    firsts = tables["transactions"].unique("customer_id", keep="first").sort("customer_id")
    later = pl.duration(days=days_apart * pl.int_range(pl.len()))
    moved = firsts.with_columns(pl.col("occurred_at") + later, pl.col("recorded_at") + later)
    return {**tables, "transactions": moved}


@pytest.mark.parametrize("answer", ["no", "yes"])
def test_churn_with_one_answer_for_all_is_refused_with_the_settings_to_look_at(
    answer: str, uniform_log: UniformLog, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    log = uniform_log(customers=45, days=180, every_days=7)
    log = log if answer == "no" else once_each(log, days_apart=4)
    with pytest.raises(NotEnoughHistory) as refused:
        train(targets()["churn"], store_of(log), known_by=END_OF_JUNE, terms=terms, recipe=recipe)
    told = str(refused.value)
    assert told.startswith(f"nothing to learn for churn: the answer is {answer} for every one of ")
    assert "An active customer makes no purchase within the horizon." in told
    assert "horizon_days = 28" in told
    assert "active_days = 84" in told


def test_upsell_that_never_occurred_is_answered_with_the_base_rate(
    uniform_log: UniformLog, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    store = store_of(uniform_log(customers=30, days=180, every_days=7))
    made = train(targets()["upsell"], store, known_by=END_OF_JUNE, terms=terms, recipe=recipe)
    found = predictions(made, on(store, END_OF_JUNE))
    assert found.tolist() == [[1.0, 0.0]] * 30
    assert made.report["model"]["base_rate"] == 0
    assert made.report["model"]["brier"] == 0


def test_upsell_that_always_occurred_is_answered_with_the_base_rate(
    uniform_log: UniformLog, store_of: StoreOf, recipe: Recipe
) -> None:
    eager = Terms(active_days=84, horizon_days=28, more_share=0.0, time_zone="Asia/Shanghai")
    growing = uniform_log(customers=12, days=180, every_days=7)
    lines = growing["transactions"].with_columns(amount=(pl.col("occurred_at").dt.ordinal_day().cast(pl.Float64)) ** 3)
    store = store_of({**growing, "transactions": lines})
    made = train(targets()["upsell"], store, known_by=END_OF_JUNE, terms=eager, recipe=recipe)
    assert predictions(made, on(store, END_OF_JUNE)).tolist() == [[0.0, 1.0]] * 12


@pytest.mark.parametrize(("customers", "name"), [(1, "churn"), (9, "churn")])
def test_fewer_than_ten_customers_are_refused_with_their_number(
    customers: int, name: str, uniform_log: UniformLog, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    store = store_of(uniform_log(customers=customers, days=180, every_days=30))
    with pytest.raises(NotEnoughHistory, match=f"too few customers to train {name}: {customers} bought") as refused:
        train(targets()[name], store, known_by=END_OF_JUNE, terms=terms, recipe=recipe)
    assert "at least 10 are needed" in str(refused.value)


@pytest.mark.parametrize("customers", [1, 9])
def test_upsell_of_fewer_than_ten_customers_is_answered_with_the_base_rate(
    customers: int, uniform_log: UniformLog, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    made = train_upsell(store_of(uniform_log(customers=customers, days=180, every_days=30)), terms, recipe)
    assert isinstance(made.model, BaseRate)


def test_an_as_of_date_before_the_data_is_refused(store: SnapshotStore, terms: Terms, recipe: Recipe) -> None:
    with pytest.raises(NotEnoughHistory, match="the as-of date 2023-12-01 lies before the data"):
        train(targets()["churn"], store, known_by=date(2023, 12, 1), terms=terms, recipe=recipe)


def test_a_short_log_is_refused_with_the_days_there_and_needed(
    store: SnapshotStore, terms: Terms, recipe: Recipe
) -> None:
    with pytest.raises(NotEnoughHistory, match=r"history too short to train: \d\d days are there .*, 84 are needed"):
        train(targets()["churn"], store, known_by=date(2024, 2, 20), terms=terms, recipe=recipe)


def test_one_stray_line_of_long_ago_is_named_as_a_possible_cause_when_nobody_is_left_to_learn_from(
    uniform_log: UniformLog, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    log = uniform_log(customers=30, days=40, every_days=7)
    stray = (
        log["transactions"]
        .head(1)
        .with_columns(
            pl.lit("stray").alias("transaction_id"),
            *[(pl.col(name) - pl.duration(days=9000)).alias(name) for name in ("occurred_at", "recorded_at")],
        )
    )
    store = store_of({**log, "transactions": pl.concat([log["transactions"], stray])})
    with pytest.raises(NotEnoughHistory, match=r"nobody to train churn on: .* no stray early date"):
        train(targets()["churn"], store, known_by=date(2025, 2, 6), terms=terms, recipe=recipe)


def test_nobody_to_learn_from_makes_no_snapshots(uniform_log: UniformLog, store_of: StoreOf, terms: Terms) -> None:
    store = store_of(uniform_log(customers=30, days=180, every_days=7))
    with pytest.raises(NotEnoughHistory, match="nobody to train win_back on"):
        train(targets()["win_back"], store, known_by=END_OF_JUNE, terms=terms, recipe=Recipe(max_dates=4))
    assert not list(store.folder.glob("*.parquet"))


def test_nobody_to_test_on_makes_no_snapshots_either(uniform_log: UniformLog, store_of: StoreOf, terms: Terms) -> None:
    store = store_of(uniform_log(customers=30, days=180, every_days=7))
    asked_until_late_in_may = replace(
        targets()["churn"],
        population=lambda past, terms: active_customers(past, terms).head(30 if past.as_of < date(2025, 5, 29) else 0),
    )
    with pytest.raises(NotEnoughHistory, match="nobody to test churn on: on the as-of dates 2025-05-29 to 2025-05-29"):
        train(asked_until_late_in_may, store, known_by=date(2025, 6, 30), terms=terms, recipe=Recipe(max_dates=4))
    assert not list(store.folder.glob("*.parquet"))
