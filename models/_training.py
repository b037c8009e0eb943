"""How is a model learned? From stored snapshots at many as-of dates, tested on a later one, refitted on all."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from features import feature_columns, fingerprint
from features._store import SnapshotStore
from models._dates import Plan, plan_dates
from models._errors import NotEnoughHistory
from models._estimator import BaseRate, Estimator, RecencyRule, fit_best, logistic_rfm
from models._known import reach
from models._labels import labels, population
from models._leaks import ask_for_leaks
from models._metrics import metrics
from models._target import Target, Terms

log = logging.getLogger(__name__)

FEWEST_CUSTOMERS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How to learn: days between as-of dates (None: half a horizon), how many dates, how many rows, and the seed.

    `trusted` are features that the company vouches for where the leak check suspects them.
    """

    step_days: int | None = None
    max_dates: int = 24
    max_rows: int = 200_000
    seed: int = 7
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A fitted model with all that is needed to judge, keep and refuse it.

    `report` maps each estimator (`model`, `recency_rule`, `logistic_rfm`) to its figures on the later test date.
    """

    target: Target
    terms: Terms
    recipe: Recipe
    plan: Plan
    model: Estimator
    columns: tuple[str, ...]
    fingerprint: str
    versions: Mapping[str, int]
    row_count: int
    report: Mapping[str, Mapping[str, float]]
    test_label: npt.NDArray[np.bool_]
    test_probability: npt.NDArray[np.float64]
    example: pd.DataFrame


def train(target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe) -> Trained:
    """Learns `target` from what was known before `known_by` began.

    Raises NotEnoughHistory when there are too few days or nobody to learn from or test on; for an essential target
    also when there are too few customers or only one outcome. Any other then answers with the base rate. Raises
    LeakFound, before anything is fitted, when a feature gives the answer away.
    """
    started = time.perf_counter()
    plan = _plan(target, store, known_by=known_by, terms=terms, recipe=recipe)
    rows, columns = training_rows(target, store, known_by=known_by, terms=terms, recipe=recipe)
    _ask_enough(target, rows, plan, terms)
    ask_for_leaks(target, rows, columns, trusted=recipe.trusted)
    past = _as_known_on_the_test_date(target, store, rows, plan, terms)
    test = rows.filter(pl.col("as_of") == plan.test)
    report, probability = _judge(past, test, columns, recipe)
    model = _fit(rows, columns, recipe)
    log.info("train %s rows_in=%d seconds=%.1f", target.name, rows.height, time.perf_counter() - started)
    return Trained(
        target=target,
        terms=terms,
        recipe=recipe,
        plan=plan,
        model=model,
        columns=columns,
        fingerprint=fingerprint(),
        versions=store.versions,
        row_count=rows.height,
        report=report,
        test_label=test["label"].to_numpy(),
        test_probability=probability,
        example=features_of(test.head(5), columns),
    )


def training_rows(
    target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """All that may be learned from before `known_by` began, and the names of the feature columns.

    One row per as-of date and customer of the population: `customer_id`, `label`, the features, `as_of`.
    """
    plan = _plan(target, store, known_by=known_by, terms=terms, recipe=recipe)
    store.prepare(plan.final)
    rows = pl.concat([_examples(target, store, as_of=day, known_by=known_by, terms=terms) for day in plan.final])
    return rows, tuple(name for name in feature_columns() if name not in target.excluded)


def features_of(rows: pl.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The feature columns as scikit-learn takes them: a pandas frame of floats, null as NaN."""
    return rows.select(pl.col(list(columns)).cast(pl.Float64)).to_pandas()


def _plan(target: Target, store: SnapshotStore, *, known_by: date, terms: Terms, recipe: Recipe) -> Plan:
    data = reach(store.tables, time_zone=store.time_zone, known_by=known_by, needs=target.needs)
    if data is None:
        raise NotEnoughHistory(
            f"the as-of date {known_by} lies before the data: no transaction was known before that day began. "
            "Use a later as-of date, or bring older transactions."
        )
    return plan_dates(
        first_on=data.first_on,
        known_by=data.over_by,
        terms=terms,
        step_days=recipe.step_days,
        max_dates=recipe.max_dates,
    )


def _examples(target: Target, store: SnapshotStore, *, as_of: date, known_by: date, terms: Terms) -> pl.DataFrame:
    asked = population(target, store.tables, as_of=as_of, terms=terms)
    answered = labels(target, store.tables, as_of=as_of, terms=terms, known_by=known_by, among=asked)
    known = store.at(as_of)
    joined = answered.join(known, on="customer_id", how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(as_of=pl.lit(as_of))


def _as_known_on_the_test_date(
    target: Target, store: SnapshotStore, rows: pl.DataFrame, plan: Plan, terms: Terms
) -> pl.DataFrame:
    """The rows of the training dates with the labels that a model learned on the test date would have had."""
    parts = []
    for day in plan.train:
        part = rows.filter(pl.col("as_of") == day)
        then = labels(target, store.tables, as_of=day, terms=terms, known_by=plan.test, among=part)
        parts.append(part.with_columns(then["label"]))
    return pl.concat(parts)


def _ask_enough(target: Target, rows: pl.DataFrame, plan: Plan, terms: Terms) -> None:
    customers = rows["customer_id"].n_unique()
    if target.essential and customers < FEWEST_CUSTOMERS:
        raise NotEnoughHistory(
            f"too few customers to train {target.name}: {customers} bought within {terms.active_days} days before one "
            f"of the as-of dates {plan.final[0]} to {plan.final[-1]}; at least {FEWEST_CUSTOMERS} are needed. "
            "Bring more customers, or raise [population] active_days."
        )
    for days in (plan.train, (plan.test,)):
        if rows.filter(pl.col("as_of").is_in(days)).is_empty():
            raise NotEnoughHistory(
                f"nobody to {'test' if days[0] == plan.test else 'train'} {target.name} on: no customer bought within "
                f"{terms.active_days} days before one of the as-of dates {days[0]} to {days[-1]}. Check that the log "
                "has no gap and no stray early date, use another as-of date, or raise [population] active_days."
            )
    yes = int(rows["label"].sum())
    if target.essential and yes in (0, rows.height):
        raise NotEnoughHistory(
            f"nothing to learn for {target.name}: the answer is {'yes' if yes else 'no'} for every one of {customers} "
            f"customers on {len(plan.final)} as-of dates ({plan.final[0]} to {plan.final[-1]}). Question: "
            f"{target.description} Check [churn] horizon_days = {terms.horizon_days} and [population] active_days = "
            f"{terms.active_days} against how often customers buy, and that the log does not stop early."
        )


def _fit(rows: pl.DataFrame, columns: Sequence[str], recipe: Recipe) -> Estimator:
    if rows["customer_id"].n_unique() < FEWEST_CUSTOMERS:
        return BaseRate().fit(features_of(rows, columns), rows["label"].to_numpy())
    if rows.height > recipe.max_rows:
        rows = rows.sample(recipe.max_rows, seed=recipe.seed)
    return fit_best(
        features_of(rows, columns),
        rows["label"].to_numpy(),
        customers=rows["customer_id"].to_numpy(),
        seed=recipe.seed,
    )


def _judge(
    past: pl.DataFrame, test: pl.DataFrame, columns: Sequence[str], recipe: Recipe
) -> tuple[dict[str, dict[str, float]], npt.NDArray[np.float64]]:
    X, label = features_of(test, columns), test["label"].to_numpy()
    X_past, y_past = features_of(past, columns), past["label"].to_numpy()
    contenders = {"model": _fit(past, columns, recipe), "recency_rule": RecencyRule().fit(X_past, y_past)}
    if 0 < y_past.sum() < len(y_past):
        contenders["logistic_rfm"] = logistic_rfm().fit(X_past, y_past)
    predicted = {name: contender.predict_proba(X)[:, 1] for name, contender in contenders.items()}
    return {name: metrics(label, values) for name, values in predicted.items()}, predicted["model"]
