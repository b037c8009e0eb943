"""Is a broken feed refused, and are seasons, growth and chance let pass?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from features import SnapshotStore
from models import InputsDrifted, Terms, population, targets
from models._baselines import BaseRate
from models._drift import Reference, ask_steady, drift, importances, reference
from models._matrix import AS_OF_DAY, features_of
from models._training import Trained

AS_OF = date(2025, 12, 1)
MONEY = ("spend_28d", "spend_84d", "spend_182d", "spend_364d", "spend_ever", "mean_purchase_value", "spend_rate")


@pytest.fixture(scope="session")
def active(store: SnapshotStore, terms: Terms) -> Callable[[date], pl.DataFrame]:
    """The snapshot rows of the active customers on a date."""

    def on(day: date) -> pl.DataFrame:
        asked = population(targets()["churn"], store.tables, as_of=day, terms=terms)
        rows = asked.join(store.at(day), on="customer_id", how="left", maintain_order="left")
        return rows.with_columns(as_of=pl.lit(day))

    return on


@pytest.fixture(scope="session")
def known(churn_model: Trained, active: Callable[[date], pl.DataFrame]) -> Reference:
    """What the model of the shop knows: a month between two dates, until 24 August."""
    days = [AS_OF - timedelta(days=28 * number) for number in range(9, 3, -1)]
    return reference(churn_model.model, ((day, active(day)) for day in days), churn_model.columns, seed=7)


def ask(known: Reference, rows: pl.DataFrame, *, as_of: date = AS_OF, max_drift: float = 0.25) -> None:
    ask_steady(
        drift(known, rows, as_of=as_of),
        question="churn",
        version=3,
        learned_until=known.days[-1],
        max_drift=max_drift,
        max_change=1.4,
    )


def complaint(known: Reference, rows: pl.DataFrame, **more: Any) -> str:
    """What a night is refused with; nothing where it is let pass."""
    try:
        ask(known, rows, **more)
    except InputsDrifted as no:
        return str(no)
    return ""


@pytest.mark.parametrize("days", [1, 28, 56, 98])
def test_what_a_shop_does_by_itself_within_the_age_of_a_model_is_let_pass(
    days: int, known: Reference, active: Callable[[date], pl.DataFrame]
) -> None:
    day = known.days[-1] + timedelta(days=days)
    assert drift(known, active(day), as_of=day).index < 0.1
    assert complaint(known, active(day), as_of=day) == ""


@pytest.mark.parametrize("factor", [100, 0.01, 0])
def test_money_in_other_units_or_none_at_all_is_refused_by_name(
    factor: float, known: Reference, active: Callable[[date], pl.DataFrame]
) -> None:
    rows = active(AS_OF).with_columns(pl.col(MONEY) * factor)
    with pytest.raises(InputsDrifted, match=r"churn \(version 3, .*features drifted by") as no:
        ask(known, rows)
    assert any(f"{name} (" in str(no.value) for name in MONEY)
    assert "of customers then, " in str(no.value)
    assert "Check whether the feed is whole" in str(no.value)
    assert "`churn train`" in str(no.value)


def test_all_features_at_zero_are_refused(known: Reference, active: Callable[[date], pl.DataFrame]) -> None:
    rows = active(AS_OF)
    with pytest.raises(InputsDrifted):
        ask(known, rows.with_columns(pl.col(list(known.columns)) * 0))


def test_one_column_that_matters_and_is_suddenly_unknown_is_refused_by_name(
    known: Reference, active: Callable[[date], pl.DataFrame]
) -> None:
    rows, refused = active(AS_OF), []
    matter = [name for name, one in known.columns.items() if one.importance >= 0.01]
    for name in matter:
        if rows[name].null_count() > 0.5 * rows.height:
            continue
        with pytest.raises(InputsDrifted, match=rf"{name} \(unknown: \d+% of customers then, 100% now\)"):
            ask(known, rows.with_columns(pl.lit(None, dtype=pl.Float64).alias(name)))
        refused.append(name)
    assert len(refused) > 10


def test_a_higher_bound_lets_one_night_pass(known: Reference, active: Callable[[date], pl.DataFrame]) -> None:
    name = max(known.columns, key=lambda column: known.columns[column].importance)
    rows = active(AS_OF).with_columns(pl.lit(None, dtype=pl.Float64).alias(name))
    assert f"{name} (unknown" in complaint(known, rows)
    assert complaint(known, rows, max_drift=10) == ""


def test_half_of_the_customers_gone_or_twice_as_many_are_refused(
    known: Reference, active: Callable[[date], pl.DataFrame]
) -> None:
    day = known.days[-1] + timedelta(days=7)
    rows = active(day)
    for changed in (rows.gather_every(2), pl.concat([rows, rows])):
        with pytest.raises(InputsDrifted, match=rf"{changed.height:,} customers, [\d,]+ on the day of the training"):
            ask(known, changed, as_of=day)


def test_a_number_of_customers_that_always_grew_or_shrank_may_go_on(known: Reference) -> None:
    days = tuple(AS_OF - timedelta(days=28 * number) for number in (3, 2, 1, 0))
    shrinking = Reference(days=days, customers=(8000, 4000, 2000, 1000), columns={})
    rows = pl.DataFrame({"customer_id": [str(number) for number in range(500)]})
    assert complaint(shrinking, rows, as_of=AS_OF + timedelta(days=28)) == ""
    with pytest.raises(InputsDrifted, match="500 customers, 1,000 on the day"):
        ask(shrinking, rows, as_of=AS_OF + timedelta(days=7))
    growing = Reference(days=days, customers=(100, 200, 400, 800), columns={})
    assert complaint(growing, pl.concat([rows] * 3), as_of=AS_OF + timedelta(days=28)) == ""


def test_a_column_that_always_grows_does_not_count_as_drift(churn_model: Trained) -> None:
    columns = [name for name in churn_model.columns if name != AS_OF_DAY]
    chance = np.random.default_rng(0)

    def cohort(day: int) -> pl.DataFrame:
        """Everybody joined within one week, so that the tenure of all moves on together."""
        values = pl.DataFrame({name: chance.normal(5, 1, 400) for name in columns})
        tenure = pl.Series(100.0 + day + chance.uniform(0, 7, 400))
        return values.with_columns(tenure_days=tenure, as_of=pl.lit(AS_OF + timedelta(days=day)))

    made = reference(
        churn_model.model,
        ((AS_OF + timedelta(days=day), cohort(day)) for day in range(0, 200, 20)),
        churn_model.columns,
        seed=1,
    )
    assert drift(made, cohort(220), as_of=AS_OF + timedelta(days=220)).index < 0.01


@pytest.mark.parametrize("customers", [20, 45, 400])
def test_chance_alone_is_no_drift_however_few_the_customers(
    customers: int, churn_model: Trained, active: Callable[[date], pl.DataFrame]
) -> None:
    rows, told = active(AS_OF), []
    for seed in range(8):
        parts = [rows.sample(customers, seed=seed * 20 + number) for number in range(5)]
        days = [AS_OF - timedelta(days=14 * number) for number in (3, 2, 1, 0)]
        made = reference(churn_model.model, zip(days, parts[:4], strict=True), churn_model.columns, seed=1)
        told.append(complaint(made, parts[4], as_of=AS_OF + timedelta(days=14)))
    assert told == [""] * 8


def test_importances_add_up_and_name_what_moves_the_scores(churn_model: Trained, rows: pl.DataFrame) -> None:
    found = importances(churn_model.model, rows, churn_model.columns, seed=7)
    assert sum(found.values()) == pytest.approx(1)
    assert found == importances(churn_model.model, rows, churn_model.columns, seed=7)
    before = churn_model.model.predict_proba(features_of(rows, churn_model.columns))[:, 1]

    def moved(column: str) -> float:
        flat = features_of(rows.with_columns(pl.lit(1.0).alias(column)), churn_model.columns)
        return float(np.abs(churn_model.model.predict_proba(flat)[:, 1] - before).mean())

    most, least = (choose(found, key=lambda name: found[name]) for choose in (max, min))
    assert moved(most) > moved(least)


def test_a_base_rate_looks_at_nothing_so_only_the_number_of_customers_counts(
    churn_model: Trained, rows: pl.DataFrame
) -> None:
    flat = BaseRate().fit(features_of(rows, churn_model.columns), np.arange(rows.height) % 4 == 0)
    made = reference(flat, [(AS_OF, rows)], churn_model.columns, seed=1)
    assert made.columns == {}
    assert complaint(made, rows.with_columns(pl.col(MONEY) * 100)) == ""


def test_a_reference_comes_back_from_json_as_it_went_in(known: Reference) -> None:
    assert Reference.from_json(json.loads(json.dumps(known.as_json()))) == known
    assert replace(known, customers=()) != known
    assert len(json.dumps(known.as_json())) < 300_000


def test_a_handful_more_or_less_is_chance_and_ten_times_as_many_are_not(known: Reference) -> None:
    days = tuple(AS_OF - timedelta(days=28 * number) for number in (3, 2, 1, 0))
    few = Reference(days=days, customers=(3, 4, 4, 4), columns={})
    told = {
        count: complaint(few, pl.DataFrame({"customer_id": [str(number) for number in range(count)]}))
        for count in (0, 1, 8, 40)
    }
    assert [count for count, words in told.items() if words] == [40]
    assert "40 customers, 4 on the day of the training" in told[40]
