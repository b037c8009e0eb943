"""What kinds of answers are there? Probabilities of yes and sums of money: how each is learned and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from features import fit_process, purchase_history
from models import _contenders as yes_or_no
from models import _spend_contenders as spend
from models._amounts import interval_metrics
from models._dates import Plan
from models._examples import Recipe, ask_enough_spenders
from models._lifetime import fit_value
from models._matrix import AS_OF_DAY, Numbers, features_of
from models._spend import BOUGHT, Spend
from models._target import AMOUNT, Target, Terms

CONTENDERS = tuple(dict.fromkeys((yes_or_no.MODEL, *yes_or_no.BASELINES, *spend.RULES, spend.PROCESS)))
"""Whoever may stand in a report, the model first."""
Estimator = yes_or_no.Estimator | spend.SpendEstimator


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How one kind of answer is learned and judged.

    `examples` makes of training rows, and of the snapshot of all customers known on the last of their days, what
    contenders learn from; `baselines` names those that can be fitted to it, `fitted` fits one by its name, `winner`
    says whom to serve by what all said of later customers, `as_served` is how that one is served, `refitted` the same
    fitted to everything. `of_the_served` are figures of that one alone. `flat` is the contender that says the same of
    everybody, `flat_figure` what it says.
    """

    examples: Callable[[pl.DataFrame, pl.DataFrame, Plan, Target, Terms, Recipe], Any]
    baselines: Callable[[Any], tuple[str, ...]]
    fitted: Callable[[str, Any], Any]
    winner: Callable[[Any, Mapping[str, Numbers]], str]
    as_served: Callable[[str, Any, Any], Any]
    refitted: Callable[[str, Any, Any], Any]
    of_the_served: Callable[[Numbers, Any, pd.DataFrame], dict[str, float]]
    flat: str
    flat_figure: str


def kind_of(target: Target) -> Kind:
    """How a question's answers are learned and judged."""
    return _AMOUNT if target.answer == AMOUNT else _PROBABILITY


def answers(model: Estimator, X: pd.DataFrame) -> Numbers:
    """What an estimator says, one number per row: the probability of yes, or the expected amount."""
    if isinstance(model, yes_or_no.Estimator):
        return np.asarray(model.predict_proba(X)[:, 1])
    return np.asarray(model.predict(X)[:, 0])


def parameters_of(target: Target, model: Any, recipe: Recipe) -> dict[str, object]:
    """The numbers that what is served was fitted with; of amounts always the same, but for the share of trees."""
    if target.answer != AMOUNT:
        return asdict(recipe.parameters)
    return model.parameters if isinstance(model, Spend) else {}


def _yes_or_no_examples(
    rows: pl.DataFrame, known: pl.DataFrame, plan: Plan, target: Target, terms: Terms, recipe: Recipe
) -> yes_or_no.Examples:
    histories = purchase_history(known).drop_nulls()
    return yes_or_no.Examples(
        X=features_of(rows, (*target.columns, AS_OF_DAY)),
        y=rows["label"].to_numpy(),
        customers=rows["customer_id"].to_numpy(),
        ahead_days=terms.ahead_days,
        seasonal=plan.settled,
        process=fit_process(*(column.to_numpy() for column in histories.get_columns())),
        seed=recipe.seed,
        parameters=recipe.parameters,
    )


def _spend_examples(
    rows: pl.DataFrame, known: pl.DataFrame, plan: Plan, target: Target, terms: Terms, recipe: Recipe
) -> spend.SpendExamples:
    value = fit_value(known)
    if missing := [name for name in BOUGHT if name not in target.columns]:
        raise ValueError(f"{target.name}: amounts cannot be learned without {', '.join(missing)}; do not exclude them.")
    if rows["label"].min() < 0:  # type: ignore[operator]
        raise ValueError(f"{target.name}: a label is below zero; its rule must not give less than nothing (`clip(0)`).")
    spenders = rows.filter(pl.col("label") > 0)["customer_id"].n_unique()
    ask_enough_spenders(target, spenders if value.purchase_value else 0, terms)
    return spend.SpendExamples(
        X=features_of(rows, (*target.columns, AS_OF_DAY)),
        spend=rows["label"].to_numpy(),
        customers=rows["customer_id"].to_numpy(),
        horizon_days=terms.horizon_days,
        ahead_days=terms.ahead_days,
        seasonal=plan.settled,
        value=value,
        seed=recipe.seed,
    )


def _intervals(answers: Numbers, model: Any, X: pd.DataFrame) -> dict[str, float]:
    _, low, high = model.predict(X).T
    return interval_metrics(answers, low, high)


_PROBABILITY = Kind(
    examples=_yes_or_no_examples,
    baselines=yes_or_no.baselines,
    fitted=yes_or_no.fitted,
    winner=yes_or_no.winner,
    as_served=yes_or_no.as_served,
    refitted=yes_or_no.refitted,
    of_the_served=lambda answers, model, X: {},
    flat="base_rate",
    flat_figure="mean_probability",
)
_AMOUNT = Kind(
    examples=_spend_examples,
    baselines=spend.spend_baselines,
    fitted=spend.spend_fitted,
    winner=spend.spend_winner,
    as_served=spend.spend_as_served,
    refitted=spend.spend_refitted,
    of_the_served=_intervals,
    flat="mean_spend",
    flat_figure="mean_expected",
)
