"""How is a model learned? From stored snapshots at many as-of dates, tested on a later one, refitted on all."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import polars as pl

from features import SnapshotStore, fingerprint, fit_process, purchase_history
from models._contenders import FEWEST_CUSTOMERS, Estimator, Examples, contenders, refitted, winner
from models._dates import Plan
from models._errors import NotEnoughHistory
from models._examples import Recipe, as_known_by, plan_for, training_rows
from models._leaks import ask_for_leaks
from models._matrix import AS_OF_DAY, features_of
from models._metrics import metrics
from models._target import Target, Terms
from models._tiers import tier
from models._tuning import Search

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A fitted model with all that is needed to judge, keep and refuse it.

    `report` maps each contender (`model`, `base_rate`, `recency_rule`, `logistic_rfm`, `purchase_process`) to its
    figures on the later test date; `served` is the one of them that `model` is, fitted to all dates. `rehearsal` is the
    one that was judged, learned from what was known on the test date; `test` has its answers, one row per customer:
    `customer_id`, `as_of`, `label`, `probability`, `tier`, `tenure_days`. `search` is how the parameters of the recipe
    were found, where they were searched for.
    """

    target: Target
    terms: Terms
    recipe: Recipe
    plan: Plan
    model: Estimator
    served: str
    columns: tuple[str, ...]
    fingerprint: str
    versions: Mapping[str, int]
    row_count: int
    report: Mapping[str, Mapping[str, float]]
    rehearsal: Estimator
    test: pl.DataFrame
    example: pd.DataFrame
    search: Search | None = None


def train(target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe) -> Trained:
    """Learns `target` from what was known before `known_by` began.

    Raises NotEnoughHistory when there are too few days or nobody to learn from or test on; for an essential target
    also when there are too few customers or only one outcome. Any other then answers with the base rate. Raises
    LeakFound, before anything is fitted, when a feature gives the answer away.
    """
    started = time.perf_counter()
    plan = plan_for(target, store, known_by=known_by, terms=terms, recipe=recipe)
    rows = training_rows(target, store, plan=plan, terms=terms, recipe=recipe)
    _ask_enough(target, rows, plan, terms)
    ask_for_leaks(target, rows, target.columns, trusted=recipe.trusted)
    found = _judged(target, store, rows, plan=plan, terms=terms, recipe=recipe)
    everything = examples(rows, store, known_on=plan.test, plan=plan, target=target, terms=terms, recipe=recipe)
    model = refitted(found.served, found.rehearsal, everything)
    seconds = time.perf_counter() - started
    log.info("train %s rows_in=%d served=%s seconds=%.1f", target.name, rows.height, found.served, seconds)
    return Trained(
        target=target,
        terms=terms,
        recipe=recipe,
        plan=plan,
        model=model,
        served=found.served,
        columns=(*target.columns, AS_OF_DAY),
        fingerprint=fingerprint(),
        versions=store.versions,
        row_count=rows.height,
        report=found.report,
        rehearsal=found.rehearsal,
        test=found.test,
        example=found.example,
    )


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """What contenders fitted on what was known on the test date say of its customers, as `Trained` keeps it."""

    served: str
    rehearsal: Estimator
    report: Mapping[str, Mapping[str, float]]
    test: pl.DataFrame
    example: pd.DataFrame


def _judged(
    target: Target, store: SnapshotStore, rows: pl.DataFrame, *, plan: Plan, terms: Terms, recipe: Recipe
) -> _Judged:
    past = as_known_by(plan.test, target, store, rows.filter(pl.col("as_of").is_in(plan.train)), terms=terms)
    made = contenders(examples(past, store, known_on=plan.test, plan=plan, target=target, terms=terms, recipe=recipe))
    test = rows.filter(pl.col("as_of") == plan.test)
    X, label = features_of(test, (*target.columns, AS_OF_DAY)), test["label"].to_numpy()
    predicted = {name: one.predict_proba(X)[:, 1] for name, one in made.items()}
    served = winner(label, predicted)
    probability = pl.Series(predicted[served])
    return _Judged(
        served=served,
        rehearsal=made[served],
        report={name: metrics(label, values, list_size=recipe.list_size) for name, values in predicted.items()},
        test=test.select("customer_id", "label", "tenure_days", "as_of", probability=probability, tier=tier()),
        example=X.head(5),
    )


def examples(
    rows: pl.DataFrame,
    store: SnapshotStore,
    *,
    known_on: date,
    plan: Plan,
    target: Target,
    terms: Terms,
    recipe: Recipe,
) -> Examples:
    """Training rows as contenders take them; the purchase process is that of all customers known on `known_on`."""
    histories = purchase_history(store.at(known_on)).drop_nulls()
    return Examples(
        X=features_of(rows, (*target.columns, AS_OF_DAY)),
        y=rows["label"].to_numpy(),
        customers=rows["customer_id"].to_numpy(),
        ahead_days=terms.ahead_days,
        seasonal=plan.settled,
        process=fit_process(*(column.to_numpy() for column in histories.get_columns())),
        seed=recipe.seed,
        parameters=recipe.parameters,
    )


def _ask_enough(target: Target, rows: pl.DataFrame, plan: Plan, terms: Terms) -> None:
    customers = rows["customer_id"].n_unique()
    if target.essential and customers < FEWEST_CUSTOMERS:
        raise NotEnoughHistory(
            f"too few customers to train {target.name}: {customers} bought within {terms.active_days} days before one "
            f"of the as-of dates {plan.final[0]} to {plan.final[-1]}; at least {FEWEST_CUSTOMERS} are needed. "
            "Bring more customers, or raise [population] active_days."
        )
    yes = int(rows["label"].sum())
    if target.essential and yes in (0, rows.height):
        raise NotEnoughHistory(
            f"nothing to learn for {target.name}: the answer is {'yes' if yes else 'no'} for every one of {customers} "
            f"customers on {len(plan.final)} as-of dates ({plan.final[0]} to {plan.final[-1]}). Question: "
            f"{target.description} Check [churn] horizon_days = {terms.horizon_days} and [population] active_days = "
            f"{terms.active_days} against how often customers buy, and that the log does not stop early."
        )
