"""Is a search for parameters blind to the test date, the same every time, and sceptical of luck?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import polars as pl
import pytest

from features import SnapshotStore, day_start
from models import Terms, TuningUnavailable, targets
from models._blend import fit_blend
from models._examples import Recipe
from models._gate import against_base_rate
from models._matrix import AS_OF_DAY
from models._parameters import USUAL, Parameters
from models._registry import Registry
from models._training import Trained
from models._tuning import Search, Trial, concluded, tune

Tables = Mapping[str, pl.LazyFrame]
StoreOf = Callable[[Tables], SnapshotStore]

AS_OF = date(2025, 12, 1)
TEST = date(2025, 11, 3)
OWN = Parameters(n_estimators=100, max_depth=3, linear_strength=0.005)
"""Parameters that a champion may have had."""


@pytest.fixture(scope="module")
def monthly() -> Recipe:
    """Seven dates four weeks apart: two of them can be predicted from earlier ones."""
    return Recipe(max_dates=7, step_days=28, max_rows=7000, parameters=OWN)


@pytest.fixture(scope="module")
def found(store: SnapshotStore, terms: Terms, monthly: Recipe) -> Search:
    return tune(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=monthly, trials=4)


def test_the_first_trial_has_the_usual_parameters_and_the_second_those_of_the_champion(found: Search) -> None:
    assert [trial.number for trial in found.trials] == [1, 2, 3, 4]
    assert [trial.parameters for trial in found.trials[:2]] == [USUAL, OWN]
    assert len({trial.parameters for trial in found.trials}) == 4


def test_trials_are_judged_on_dates_before_the_test_date_only(found: Search) -> None:
    for trial in found.trials:
        assert list(trial.losses) == [date(2025, 9, 8), date(2025, 10, 6)]
        assert max(trial.losses) + timedelta(days=28) <= TEST
        assert trial.loss == pytest.approx(sum(trial.losses.values()) / 2)


def test_nothing_recorded_on_or_after_the_test_date_can_change_a_search(
    found: Search, shop: Tables, store_of: StoreOf, terms: Terms, monthly: Recipe
) -> None:
    late = pl.col("recorded_at") >= day_start(TEST, time_zone="Asia/Shanghai")
    spent = pl.when(late).then(pl.col("amount") * -1000).otherwise(pl.col("amount"))
    somebody = pl.when(late).then(pl.col("customer_id").reverse()).otherwise(pl.col("customer_id"))
    changed = {**shop, "transactions": shop["transactions"].with_columns(amount=spent, customer_id=somebody)}
    again = tune(targets()["churn"], store_of(changed), known_by=AS_OF, terms=terms, recipe=monthly, trials=4)
    assert again == found


def test_the_same_data_and_seed_give_the_same_trials_whatever_the_order_of_rows(
    found: Search, shop: Tables, store_of: StoreOf, terms: Terms, monthly: Recipe
) -> None:
    mixed = {name: table.collect().sample(fraction=1, shuffle=True, seed=4).lazy() for name, table in shop.items()}
    again = tune(targets()["churn"], store_of(mixed), known_by=AS_OF, terms=terms, recipe=monthly, trials=4)
    assert [trial.parameters for trial in again.trials] == [trial.parameters for trial in found.trials]
    assert [trial.loss for trial in again.trials] == pytest.approx([trial.loss for trial in found.trials], abs=1e-9)
    assert again.parameters == found.parameters


def test_another_seed_tries_other_parameters(
    found: Search, store: SnapshotStore, terms: Terms, monthly: Recipe
) -> None:
    recipe = replace(monthly, seed=8)
    other = tune(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=recipe, trials=3)
    assert other.trials[2].parameters != found.trials[2].parameters


def test_whoever_watches_is_told_of_every_trial_and_of_the_best_so_far(
    store: SnapshotStore, terms: Terms, monthly: Recipe
) -> None:
    told: list[tuple[Trial, Trial]] = []
    found = tune(
        targets()["churn"],
        store,
        known_by=AS_OF,
        terms=terms,
        recipe=monthly,
        trials=3,
        watch=lambda trial, best: told.append((trial, best)),
    )
    assert [trial for trial, _ in told] == list(found.trials)
    for number, (_, best) in enumerate(told, start=1):
        assert best.loss == min(trial.loss for trial in found.trials[:number])


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        (Recipe(max_dates=3), "no date before the test date 2025-11-03 can be predicted from two earlier ones"),
        (Recipe(max_dates=7, step_days=28, max_rows=400), "the model does without boosted trees"),
    ],
)
def test_where_nothing_can_be_searched_the_usual_parameters_are_learned_with_and_why_is_said(
    recipe: Recipe, why: str, store: SnapshotStore, terms: Terms
) -> None:
    found = tune(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=recipe, trials=3)
    assert (found.parameters, found.trials) == (USUAL, ())
    assert found.why.startswith(f"the usual parameters, as nothing can be searched: {why}")


@dataclass(frozen=True)
class Judged:
    """A later date on which the losses of each customer are known for any parameters."""

    day: date
    customers: np.ndarray
    by: Mapping[Parameters, np.ndarray]

    def losses(self, parameters: Parameters) -> np.ndarray:
        return self.by[parameters]


def judged(gain: float, *, trials: int, spread: float = 1.0) -> Search:
    """What is concluded when the last of the trials is better by `gain`, and customers differ by `spread` in that."""
    tried = [replace(USUAL, n_estimators=150 + number) for number in range(trials)]
    usual, better = np.full(400, 0.5), 0.5 - gain + spread * np.tile([0.1, -0.1], 200)
    by = {**dict.fromkeys(tried, usual), tried[-1]: better}
    names = np.array([f"C{number}" for number in range(400)], dtype=object)
    later = [Judged(day, names, by) for day in (date(2025, 5, 1), date(2025, 6, 1))]
    made = [
        Trial(number=number, parameters=one, losses={each.day: float(each.losses(one).mean()) for each in later})
        for number, one in enumerate(tried, start=1)
    ]
    return concluded(made, later)


def test_parameters_that_are_better_for_nearly_everybody_are_chosen() -> None:
    found = judged(0.02, trials=10)
    assert found.parameters.n_estimators == 159
    assert found.why == (
        "the parameters of trial 10 of 10, better than the usual ones "
        "(log loss 0.4800 against 0.5000 on 2 dates, the last 2025-06-01)"
    )


def test_parameters_that_are_better_by_chance_are_not_chosen() -> None:
    found = judged(0.004, trials=10)
    assert found.parameters == USUAL
    assert "the best of 10 trials was better by no more than chance (log loss 0.4960 against 0.5000" in found.why


def test_the_more_trials_the_more_the_best_of_them_has_to_show() -> None:
    assert judged(0.01, trials=3).parameters != USUAL
    assert judged(0.01, trials=60).parameters == USUAL


def test_two_dates_of_the_same_customers_are_not_taken_for_twice_as_many_customers() -> None:
    assert judged(0.0055, trials=2).parameters == USUAL  # 1.1 standard errors of 400 customers, 1.6 of 800
    assert judged(0.0075, trials=2).parameters != USUAL


def test_with_one_trial_the_usual_parameters_are_learned_with() -> None:
    assert judged(0.0, trials=1, spread=0.0).parameters == USUAL


@pytest.fixture(scope="module")
def tuned(churn_model: Trained) -> Trained:
    """The churn model as if a search of two trials had led to it."""
    days = (date(2025, 9, 8), date(2025, 10, 6))
    made = [
        Trial(number=number, parameters=one, losses=dict(zip(days, losses, strict=True)))
        for number, one, losses in ((1, USUAL, (0.5, 0.4)), (2, OWN, (0.4, 0.3)))
    ]
    search = Search(parameters=OWN, why="the parameters of trial 2 of 2", trials=tuple(made))
    return replace(churn_model, recipe=replace(churn_model.recipe, parameters=OWN), search=search)


def test_every_trial_is_a_child_run_with_its_parameters_and_its_losses_by_date(tuned: Trained, home: Path) -> None:
    registry = Registry(home)
    registry.register(tuned, against_base_rate(tuned))
    client = mlflow.MlflowClient(registry.uri)
    parent = client.get_run(client.get_model_version_by_alias("churn", "champion").run_id)
    assert parent.data.params["trial_count"] == "2"
    assert parent.data.params["max_depth"] == "3"
    runs = client.search_runs([parent.info.experiment_id], filter_string="tags.kind = 'trial'")
    children = {run.data.tags["trial"]: run for run in runs}
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parent.info.run_id}
    for trial in tuned.search.trials:
        run = children[str(trial.number)]
        assert run.data.params == {name: str(value) for name, value in asdict(trial.parameters).items()}
        assert run.data.metrics["log_loss"] == pytest.approx(trial.loss)
        assert run.data.metrics["log_loss.2025-10-06"] == pytest.approx(trial.losses[date(2025, 10, 6)])
        assert run.info.status == "FINISHED"
    card = Path(client.download_artifacts(parent.info.run_id, "model_card.md", str(home))).read_text(encoding="utf-8")
    assert "max_depth = 3" in card
    assert "searched by 2 trials: the parameters of trial 2 of 2" in card


def test_a_version_knows_the_parameters_that_were_found_for_it(
    tuned: Trained, churn_model: Trained, home: Path
) -> None:
    registry = Registry(home)
    for model in (tuned, churn_model):
        registry.register(model, against_base_rate(model))
    assert {one.version: one.parameters for one in registry.versions("churn")} == {1: OWN, 2: USUAL}


def test_a_version_with_the_usual_parameters_has_those_of_the_day_on_which_it_is_learned_anew(
    churn_model: Trained, home: Path
) -> None:
    registry = Registry(home)
    registry.register(churn_model, against_base_rate(churn_model))
    found = mlflow.MlflowClient(registry.uri).get_model_version_by_alias("churn", "champion")
    assert "parameters" not in json.loads(found.tags["about"])


def test_a_blend_is_fitted_with_the_parameters_given() -> None:
    dice = np.random.default_rng(3)
    X = pd.DataFrame(dice.normal(size=(400, 2)), columns=["pattern", "noise"]).assign(**{AS_OF_DAY: 20_000.0})
    y = dice.random(len(X)) < 1 / (1 + np.exp(-X["pattern"].to_numpy()))
    names = np.array([f"C{number:04d}" for number in range(len(X))], dtype=object)
    shares = {"trees": 0.5, "linear": 0.5}
    blend = fit_blend(X, y, customers=names, ahead_days=14, seasonal=False, seed=7, parameters=OWN, shares=shares)
    trees = blend.members["trees"].trees.get_params()
    assert {name: trees[name] for name in OWN.of_trees} == OWN.of_trees
    assert blend.members["linear"].strength == 0.005


def test_without_optuna_the_message_says_what_to_install(
    store: SnapshotStore, terms: Terms, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TuningUnavailable, match=r"pip install 'churn-pipeline\[tune\]'"):
        tune(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=recipe, trials=2)


def test_optuna_is_not_loaded_before_it_is_asked() -> None:
    code = "import sys, models._tuning, models._training; sys.exit('optuna' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
