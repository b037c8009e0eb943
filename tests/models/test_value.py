"""Is spend a question like the others: asked, learned, judged, kept, looked back on, and foretold with an interval?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import mlflow
import narwhals as nw
import numpy as np
import polars as pl
import pytest

from features import Frame, SnapshotStore
from models import (
    Future,
    NotEnoughHistory,
    Past,
    Terms,
    active_customers,
    labels,
    population,
    target,
    targets,
)
from models._backtest import answer_of, by_date, by_group, inside, looked_back
from models._card import card
from models._examples import Recipe
from models._figures import SHOWN
from models._gate import against_base_rate, against_champion
from models._known import Reach
from models._registry import Registry
from models._scoring import amounts
from models._training import Trained, train

AS_OF = date(2025, 12, 1)
VALUE = targets()["value"]
Tables = dict[str, pl.LazyFrame]


@pytest.fixture(scope="module")
def trained(store: SnapshotStore, terms: Terms, recipe: Recipe) -> Trained:
    return train(VALUE, store, known_by=AS_OF, terms=terms, recipe=recipe)


def experiment_of(registry: Registry) -> str:
    return str(mlflow.MlflowClient(registry.uri).get_experiment_by_name("value").experiment_id)


@pytest.fixture(scope="module")
def kept(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("value"))
    registry.register(trained, against_base_rate(trained))
    return registry


def test_the_label_is_what_was_spent_within_the_horizon_net_of_returns_and_never_less_than_nothing(
    log_of: Callable[..., Tables], terms: Terms
) -> None:
    tables = log_of(
        ("keeps", "2025-01-10", 30.0),
        ("keeps", "2025-02-05", 20.0),
        ("keeps", "2025-02-10", -5.0),
        ("returns", "2025-01-20", 40.0),
        ("returns", "2025-02-03", -40.0),
        ("rests", "2025-01-25", 10.0),
        ("later", "2025-04-25", 99.0),
    )
    day = date(2025, 2, 1)
    asked = population(VALUE, tables, as_of=day, terms=terms)
    found = labels(VALUE, tables, as_of=day, terms=terms, known_by=date(2025, 5, 1), among=asked)
    assert dict(found.iter_rows()) == {"keeps": 15.0, "rests": 0.0, "returns": 0.0}


def test_lapsed_customers_are_asked_about_too_but_not_those_who_left_long_ago(
    log_of: Callable[..., Tables], terms: Terms
) -> None:
    tables = log_of(("lapsed", "2024-06-01", 9.0), ("gone", "2020-01-01", 9.0), ("active", "2025-01-25", 9.0))
    asked = population(VALUE, tables, as_of=date(2025, 2, 1), terms=terms)
    assert asked["customer_id"].to_list() == ["active", "lapsed"]


def test_the_model_is_reported_beside_all_rules_of_thumb_and_is_better_than_the_mean(trained: Trained) -> None:
    assert set(trained.report) == {"model", "mean_spend", "own_rate", "last_year", "purchase_process"}
    assert trained.report["model"]["deviance"] < trained.report["mean_spend"]["deviance"]
    assert trained.report["model"]["total_error"] < 0.15
    assert trained.report[trained.served]["inside_share"] > 0.7


def test_a_model_worse_than_the_mean_of_all_is_refused(trained: Trained) -> None:
    assert against_base_rate(trained).promoted
    upside_down = trained.test.with_columns(said=1.0 / (1.0 + pl.col("said")))
    verdict = against_base_rate(replace(trained, test=upside_down))
    assert not verdict.promoted
    assert "deviance" in verdict.reasons[0]


def test_a_challenger_that_expects_half_of_it_is_refused_for_its_total(
    trained: Trained, kept: Registry, store: SnapshotStore
) -> None:
    champion = kept.champion("value")
    assert against_champion(trained, champion, trained.rehearsal, store).promoted
    halved = replace(trained, test=trained.test.with_columns(said=pl.col("said") / 2))
    verdict = against_champion(halved, champion, trained.rehearsal, store)
    assert not verdict.promoted
    assert any("error of the total" in reason for reason in verdict.reasons)


def test_the_champion_says_the_same_as_the_model_that_was_trained(
    trained: Trained, kept: Registry, rows: pl.DataFrame
) -> None:
    champion = kept.champion("value")
    told = amounts(champion, rows.head(200), column=VALUE.column)
    assert told.columns == ["customer_id", "expected_spend", "expected_spend_low", "expected_spend_high"]
    assert (
        np.abs(
            amounts(replace(champion, model=trained.model), rows.head(200), column="x")["x"].to_numpy()
            - told["expected_spend"].to_numpy()
        ).max()
        < 1e-9
    )
    assert (told["expected_spend_low"] <= told["expected_spend_high"]).all()


def test_the_same_data_and_seed_give_the_same_amounts(
    trained: Trained, store: SnapshotStore, terms: Terms, recipe: Recipe
) -> None:
    again = train(VALUE, store, known_by=AS_OF, terms=terms, recipe=recipe)
    assert np.allclose(again.model.predict(again.example), trained.model.predict(trained.example), rtol=1e-9, atol=1e-9)


def test_its_card_has_the_figures_of_amounts_and_says_how_its_intervals_hold(trained: Trained) -> None:
    text = card(trained, against_base_rate(trained))
    assert (
        "| customers | number | observed | error of the total | error of the tenths | mean error | deviance |" in text
    )
    assert "In their interval, made for four of five, were" in text
    assert "AUC" not in text


def test_it_is_looked_back_on_with_intervals_like_any_question(
    store: SnapshotStore, terms: Terms, recipe: Recipe
) -> None:
    over = Reach(first_on=date(2024, 1, 1), over_by=AS_OF, recorded_by=AS_OF)
    day = date(2025, 10, 6)
    found = looked_back(VALUE, store, as_of=day, data=over, terms=terms, recipe=recipe)
    assert answer_of(found) == "amount"
    assert {"low", "high", "model", "mean_spend"} < set(found.columns)
    figures = by_date(found)[day]["model"]
    assert all(figures[name].low <= figures[name].value <= figures[name].high for name in SHOWN["amount"])
    assert sum(one.customer_dates for one in by_group(found)) == 2 * found.height
    assert 0.7 < inside(found)["inside_share"] <= 1.0


def test_too_few_who_spent_leave_the_answer_to_the_purchase_process(
    few_customers: Tables, store_of: Callable[[Tables], SnapshotStore], terms: Terms, recipe: Recipe
) -> None:
    few = {name: table.filter(pl.col("customer_id").str.ends_with("17")) for name, table in few_customers.items()}
    with pytest.raises(NotEnoughHistory, match="the purchase process answers"):
        train(VALUE, store_of(few), known_by=AS_OF, terms=terms, recipe=recipe)


def test_its_figures_its_rehearsal_and_its_own_parameters_are_kept(kept: Registry) -> None:
    champion = kept.champion("value")
    assert kept.rehearsal(champion) is not None
    assert champion.test_metrics["deviance"] > 0
    params = mlflow.MlflowClient(kept.uri).search_runs([experiment_of(kept)])[0].data.params
    assert "share_of_trees" in params
    assert "linear_strength" not in params


def test_a_tier_in_which_nearly_nobody_spends_refuses_nobody(
    trained: Trained, kept: Registry, store: SnapshotStore
) -> None:
    small = pl.col("tier") == "small"
    poor = trained.test.with_columns(label=pl.when(small).then(0.0).otherwise("label"))
    more = poor.with_columns(said=pl.when(small).then(pl.col("said") * 1.05).otherwise("said"))
    verdict = against_champion(replace(trained, test=more), kept.champion("value"), trained.rehearsal, store)
    assert not any(one.where == "small customers" for one in verdict.comparisons)
    assert not any("small" in reason for reason in verdict.reasons)


def test_a_rule_that_gives_less_than_nothing_and_a_question_without_its_columns_are_named(
    store: SnapshotStore, terms: Terms, recipe: Recipe
) -> None:
    def owed(past: Past, future: Future, terms: Terms) -> Frame:
        """What is owed."""
        return future.lines.group_by("customer_id").agg(label=-nw.col("amount").sum())

    with pytest.raises(ValueError, match="a label is below zero"):
        train(
            target(population=active_customers, answer="amount", otherwise=0.0)(owed),
            store,
            known_by=AS_OF,
            terms=terms,
            recipe=recipe,
        )
    blind = target(population=active_customers, answer="amount", otherwise=0.0, excluded=("spend_ever",))
    with pytest.raises(ValueError, match="cannot be learned without spend_ever"):
        train(blind(VALUE.label), store, known_by=AS_OF, terms=terms, recipe=recipe)
