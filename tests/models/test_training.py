"""Is what is learned blind to the future, the same every time, and calibrated?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from lessons import on, predictions

from features import SnapshotStore, day_start, feature_columns, fingerprint
from models import Terms, targets
from models._baselines import RFM, SILENCE
from models._blend import Blend
from models._examples import Recipe
from models._matrix import AS_OF_DAY
from models._training import Trained, train

Tables = Mapping[str, pl.LazyFrame]
StoreOf = Callable[[Tables], SnapshotStore]
UniformLog = Callable[..., Tables]

AS_OF, END_OF_JUNE = date(2025, 12, 1), date(2025, 6, 29)


def kinds(trained: Trained) -> set[str]:
    """What the model is made of; of a baseline its name."""
    return set(trained.model.shares) if isinstance(trained.model, Blend) else {trained.served}


def nonsense(table: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Absurd rows of known and unknown customers, recorded at the as-of date or later, some as if of long ago."""
    start = day_start(AS_OF, time_zone="Asia/Shanghai")
    some = table.head(400).collect()
    made = []
    for number, (happened, recorded) in enumerate(
        [
            (start, start),
            (start - timedelta(days=3), start),
            (start - timedelta(days=40), start + timedelta(seconds=1)),
            (start + timedelta(days=200), start + timedelta(days=200)),
            (datetime(1990, 1, 1, tzinfo=UTC), start),
        ]
    ):
        when = {"occurred_at": happened, "recorded_at": recorded}
        dated = [pl.lit(value).cast(table.collect_schema()[name]).alias(name) for name, value in when.items()]
        renamed = (pl.lit(f"X{number}-") + pl.col(key)).alias(key)
        made.append(some.with_columns(*dated, renamed))
    absurd = pl.concat(made)
    if "amount" in absurd.columns:
        absurd = absurd.with_columns(amount=pl.lit(1e9), order_id=pl.lit(None, dtype=pl.String))
    stranger = absurd.head(5).with_columns(
        pl.lit("nobody").alias("customer_id"), (pl.lit("N") + pl.col(key)).alias(key)
    )
    return pl.concat([absurd.lazy(), table, stranger.lazy()])


@pytest.mark.parametrize("name", ["churn", "upsell"])
def test_nothing_recorded_at_or_after_known_by_can_change_a_model(
    name: str, request: pytest.FixtureRequest, shop: Tables, store_of: StoreOf, rows: pl.DataFrame
) -> None:
    before: Trained = request.getfixturevalue(f"{name}_model")
    changed = {
        **shop,
        "transactions": nonsense(shop["transactions"], "transaction_id"),
        "interactions": nonsense(shop["interactions"], "interaction_id"),
    }
    after = train(targets()[name], store_of(changed), known_by=AS_OF, terms=before.terms, recipe=before.recipe)
    assert after.plan == before.plan
    assert after.report == before.report
    assert np.array_equal(predictions(after, rows), predictions(before, rows))


def test_the_same_data_and_seed_give_the_same_model_whatever_the_order_of_rows(
    shop: Tables, store_of: StoreOf, churn_model: Trained, rows: pl.DataFrame
) -> None:
    mixed = {name: table.collect().sample(fraction=1, shuffle=True, seed=4).lazy() for name, table in shop.items()}
    again = train(
        targets()["churn"], store_of(mixed), known_by=AS_OF, terms=churn_model.terms, recipe=churn_model.recipe
    )
    assert np.abs(predictions(again, rows) - predictions(churn_model, rows)).max() <= 1e-9


def test_another_seed_gives_another_model(store: SnapshotStore, churn_model: Trained, rows: pl.DataFrame) -> None:
    other = train(
        targets()["churn"], store, known_by=AS_OF, terms=churn_model.terms, recipe=replace(churn_model.recipe, seed=8)
    )
    assert np.abs(predictions(other, rows) - predictions(churn_model, rows)).max() > 1e-6


@pytest.mark.parametrize("model", ["churn_model", "upsell_model", "few_outcomes_model"])
def test_probabilities_lie_between_zero_and_one_and_add_up(
    model: str, request: pytest.FixtureRequest, rows: pl.DataFrame
) -> None:
    found = predictions(request.getfixturevalue(model), rows)
    assert found.shape == (rows.height, 2)
    assert found.min() >= 0
    assert found.max() <= 1
    assert np.abs(found.sum(axis=1) - 1).max() < 1e-6


def test_churn_of_the_simulated_shop_is_ranked_better_than_by_the_baselines_and_calibrated(
    churn_model: Trained,
) -> None:
    report = churn_model.report
    assert report["model"]["auc"] > report["recency_rule"]["auc"] + 0.03
    assert report["model"]["auc"] > report["logistic_rfm"]["auc"] + 0.03
    assert report["model"]["log_loss"] < min(report[other]["log_loss"] for other in ("recency_rule", "logistic_rfm"))
    assert report["model"]["calibration_error"] < 0.05
    assert report["model"]["mean_probability"] == pytest.approx(report["model"]["base_rate"], abs=0.04)


def test_a_model_carries_what_scoring_needs_to_check_it(churn_model: Trained) -> None:
    assert churn_model.plan.known_by == AS_OF
    assert churn_model.plan.test == date(2025, 11, 3)
    assert churn_model.fingerprint == fingerprint()
    assert churn_model.columns == (*targets()["churn"].columns, AS_OF_DAY)
    assert set(targets()["churn"].columns) < set(feature_columns())
    assert churn_model.versions == {"transactions": 3, "interactions": 2}
    assert churn_model.test.height == churn_model.report["model"]["customers"]


def test_many_outcomes_are_learned_by_a_blend_and_few_by_something_simple(
    churn_model: Trained, few_outcomes_model: Trained
) -> None:
    assert kinds(churn_model) >= {"trees", "linear"}
    assert kinds(few_outcomes_model) & {"rfm", "purchase_process", "logistic_rfm"}
    assert not kinds(few_outcomes_model) & {"trees", "linear"}
    assert few_outcomes_model.report["model"]["auc"] > 0.6


def test_no_more_rows_than_the_recipe_allows_are_learned_from(
    store: SnapshotStore, churn_model: Trained, rows: pl.DataFrame
) -> None:
    few = replace(churn_model.recipe, max_rows=300)
    made = train(targets()["churn"], store, known_by=AS_OF, terms=churn_model.terms, recipe=few)
    assert made.row_count <= 330
    assert not kinds(made) & {"trees", "linear"}  # of 300 rows, fewer than 100 customers can have the rarer outcome
    assert np.array_equal(
        predictions(made, rows),
        predictions(train(targets()["churn"], store, known_by=AS_OF, terms=made.terms, recipe=few), rows),
    )


def test_days_after_the_last_delivery_do_not_count_as_days_without_purchases(
    shop: Tables, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    end = day_start(date(2025, 11, 20), time_zone="Asia/Shanghai")
    late = {**shop, "transactions": shop["transactions"].filter(pl.col("recorded_at") < end)}
    made = train(targets()["churn"], store_of(late), known_by=AS_OF, terms=terms, recipe=recipe)
    assert made.plan.test == date(2025, 11, 20) - timedelta(days=28)
    assert made.plan.known_by == date(2025, 11, 20)


def test_a_judged_model_learns_from_labels_as_known_on_the_test_date(
    uniform_log: UniformLog, store_of: StoreOf, terms: Terms, recipe: Recipe
) -> None:
    upsell, log = targets()["upsell"], uniform_log(customers=12, days=180, every_days=7)
    before = train(upsell, store_of(log), known_by=END_OF_JUNE, terms=terms, recipe=recipe)
    (day,) = before.plan.train[-1:]
    # Every customer's spend grew within the label window of the last training date, but that was recorded on the day
    # of the test: a model learned then did not know it.
    begin, known = (day_start(moment, time_zone="Asia/Shanghai") for moment in (day, before.plan.test))
    more = (
        log["transactions"]
        .unique("customer_id")
        .with_columns(
            ("M" + pl.col("customer_id")).alias("transaction_id"),
            amount=pl.lit(500.0),
            occurred_at=pl.lit(begin + timedelta(days=1)).cast(pl.Datetime("us", "UTC")),
            recorded_at=pl.lit(known).cast(pl.Datetime("us", "UTC")),
        )
    )
    store = store_of({**log, "transactions": pl.concat([log["transactions"], more])})
    after = train(upsell, store, known_by=END_OF_JUNE, terms=terms, recipe=recipe)
    assert after.plan == before.plan
    assert after.report["model"]["mean_probability"] == 0
    assert predictions(after, on(store, END_OF_JUNE))[:, 1].max() > 0


@pytest.mark.parametrize(
    "excluded",
    [("spend_364d",), ("days_since_last_purchase",), ("purchase_day_count_ever",), (SILENCE,), (*RFM, SILENCE)],
)
def test_a_model_learns_without_any_column_that_its_question_excludes(
    excluded: tuple[str, ...], store: SnapshotStore, terms: Terms
) -> None:
    churn = targets()["churn"]
    without = replace(churn, excluded=(*churn.excluded, *excluded))
    made = train(without, store, known_by=AS_OF, terms=terms, recipe=Recipe(max_dates=3, max_rows=1500))
    assert not {*excluded} & {*made.columns}
    assert predictions(made, on(store, AS_OF)).shape[1] == 2
