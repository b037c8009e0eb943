"""How is a model learned? From stored snapshots at many as-of dates, tested on a later one, refitted on all."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import polars as pl

from features import SnapshotStore, fingerprint
from models._amounts import measured
from models._contenders import FEWEST_CUSTOMERS, MODEL
from models._dates import Plan
from models._errors import NotEnoughHistory
from models._examples import Recipe, as_known_by, plan_for, training_rows
from models._kinds import Estimator, Kind, answers, kind_of
from models._leaks import ask_for_leaks
from models._matrix import AS_OF_DAY, features_of
from models._target import AMOUNT, Target, Terms
from models._tiers import tier
from models._tuning import Search

log = logging.getLogger(__name__)

_LEARNED = "train %s rows_in=%d served=%s seconds=%.1f"


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A fitted model with all that is needed to judge, keep and refuse it.

    `report` maps each contender (`model` and its baselines) to its figures on the later test date; `served` is the one
    of them that `model` is, fitted to all dates. `rehearsal` is the one that was judged, learned from what was known on
    the test date; `test` has its answers, one row per customer: `customer_id`, `as_of`, `label`, `said` (a probability,
    or an amount), `tier`, `tenure_days`. `search` is how the parameters of the recipe
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


def train(
    target: Target,
    store: SnapshotStore,
    *,
    known_by: date,
    terms: Terms,
    recipe: Recipe,
    leave_out: pl.DataFrame | None = None,
) -> Trained:
    """Learns `target` from what was known before `known_by` began; `leave_out` as in `training_rows`.

    Raises NotEnoughHistory when there are too few days or nobody to learn from or test on; for an essential target
    also when there are too few customers or only one outcome. Any other then answers with the base rate. Raises
    LeakFound, before anything is fitted, when a feature gives the answer away.
    """
    started = time.perf_counter()
    plan = plan_for(target, store, known_by=known_by, terms=terms, recipe=recipe)
    rows = training_rows(target, store, plan=plan, terms=terms, recipe=recipe, leave_out=leave_out)
    _ask_enough(target, rows, plan, terms)
    ask_for_leaks(target, _yes_or_no(target, rows), target.columns, trusted=recipe.trusted)
    kind, known = kind_of(target), store.at(plan.known_by)
    found = _judged(target, store, rows, kind, plan=plan, terms=terms, recipe=recipe)
    model = kind.refitted(found.served, found.rehearsal, kind.examples(rows, known, plan, target, terms, recipe))
    log.info(_LEARNED, target.name, rows.height, found.served, time.perf_counter() - started)
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
    target: Target, store: SnapshotStore, rows: pl.DataFrame, kind: Kind, *, plan: Plan, terms: Terms, recipe: Recipe
) -> _Judged:
    past = as_known_by(plan.test, target, store, rows.filter(pl.col("as_of").is_in(plan.train)), terms=terms)
    lesson = kind.examples(past, store.at(plan.test), plan, target, terms, recipe)
    made = {name: kind.fitted(name, lesson) for name in (MODEL, *kind.baselines(lesson))}
    test = rows.filter(pl.col("as_of") == plan.test)
    X, label = features_of(test, (*target.columns, AS_OF_DAY)), test["label"].to_numpy()
    as_served = {name: kind.as_served(name, one, lesson) for name, one in made.items()}
    said = {name: answers(one, X) for name, one in as_served.items()}
    served = kind.winner(label, said)
    report = {name: measured(label, answers(one, X), list_size=recipe.list_size) for name, one in made.items()}
    report[served] = measured(label, said[served], list_size=recipe.list_size)
    report[served] |= kind.of_the_served(label, as_served[served], X)
    return _Judged(
        served=served,
        rehearsal=as_served[served],
        report=report,
        test=test.select("customer_id", "label", "tenure_days", "as_of", said=pl.Series(said[served]), tier=tier()),
        example=X.head(5),
    )


def _yes_or_no(target: Target, rows: pl.DataFrame) -> pl.DataFrame:
    """What gives away whether anything is spent gives the amount away."""
    return rows.with_columns(pl.col("label") > 0) if target.answer == AMOUNT else rows


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
